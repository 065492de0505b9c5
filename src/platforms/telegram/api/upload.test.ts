// Uploads over real connections: streamed, of a known length, and honest about whether they may have been delivered.

import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { PlatformError } from "../../../model/errors.ts";
import { ManualClock } from "../../../sandbox/manual-clock.ts";
import { parseMultipart } from "../../../sandbox/telegram/http/multipart.ts";
import { telegramSchema } from "../config.ts";
import { createApi } from "./api.ts";
import { type UploadFile, uploadOf } from "./upload.ts";

const MIB = 1024 * 1024;
const never = new AbortController().signal;
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener, clock = new ManualClock()) {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return createApi(telegramSchema.parse({ platform: "telegram", token: "1:secret", api }), clock);
}

const fine: RequestListener = (request, response) => {
  request.resume().on("end", () => response.end('{"ok":true,"result":true}'));
};

/** `count` chunks of 64 KiB; `given` counts what was read of it. */
function film(count: number, over: Partial<UploadFile> = {}) {
  const state = { given: 0 };
  const chunk = Buffer.alloc(64 * 1024, 7);
  const file: UploadFile = {
    ...{ name: "filme.mp4", mime: "video/mp4", bytes: count * chunk.length },
    async *open() {
      for (let i = 0; i < count; i++) {
        state.given += chunk.length;
        yield chunk;
      }
    },
    ...over,
  };
  return { file, state };
}

async function fateOf(work: Promise<unknown>) {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof PlatformError)) throw error;
  return error.fate;
}

describe("an upload", () => {
  it("arrives whole, with its length announced", async () => {
    const seen = { bytes: 0, announced: "" };
    const api = await serve((request, response) => {
      seen.announced = request.headers["content-length"] ?? "";
      request.on("data", (chunk: Buffer) => {
        seen.bytes += chunk.length;
      });
      request.on("end", () => response.end('{"ok":true,"result":true}'));
    });
    await api.post("sendVideo", { chat_id: 1, video: film(64).file }, never);
    expect(seen.bytes).toBe(Number(seen.announced));
    expect(seen.bytes).toBeGreaterThan(4 * MIB);
  });

  it("is read no faster than the server takes it", async () => {
    let take = () => {};
    const api = await serve((request, response) => {
      take = () => fine(request, response);
    });
    const { file, state } = film(1_024);
    const sending = api.post("sendVideo", { video: file }, never);
    // Until nothing more was read for many turns of the event loop.
    for (let [before, turns] = [-1, 0]; turns < 500; turns++) {
      if (state.given !== before || before <= 0) turns = 0;
      before = state.given;
      await turn();
    }
    expect(state.given).toBeLessThan(16 * MIB);
    take();
    await sending;
    expect(state.given).toBe(64 * MIB);
  });

  it("that was cut before its last byte has not been delivered", async () => {
    const api = await serve((request) => {
      request.once("data", () => request.socket.destroy());
    });
    expect(await fateOf(api.post("sendVideo", { video: film(512).file }, never))).toEqual({
      ...{ kind: "retry", maybeDelivered: false },
    });
  });

  it("that was cut after its last byte may have been delivered", async () => {
    const api = await serve((request) => {
      request.resume().on("end", () => request.socket.destroy());
    });
    expect(await fateOf(api.post("sendVideo", { video: film(4).file }, never))).toEqual({
      ...{ kind: "retry", maybeDelivered: true },
    });
  });

  it("whose source is shorter than it said has not been delivered", async () => {
    const api = await serve(fine);
    const { file } = film(2);
    const lying = { ...file, bytes: file.bytes + 1 };
    expect(await fateOf(api.post("sendVideo", { video: lying }, never))).toEqual({
      ...{ kind: "retry", maybeDelivered: false },
    });
  });

  it("has more time the larger it is", async () => {
    const clock = new ManualClock();
    let arrived = () => {};
    const there = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const api = await serve((request) => {
      request.resume().on("end", () => arrived());
    }, clock);
    let over = false;
    const fate = fateOf(api.post("sendVideo", { video: film(80).file }, never)).finally(() => {
      over = true;
    });
    await there;
    await clock.advance(150_000);
    expect(over).toBe(false);
    await clock.advance(60_000);
    expect(await fate).toEqual({ kind: "retry", maybeDelivered: true });
  });

  it("reads the next file of an album when the one before is through", async () => {
    const api = await serve(fine);
    const order: string[] = [];
    const noted = (name: string): UploadFile => ({
      ...{ name, mime: "image/png", bytes: 3 },
      async *open() {
        order.push(`${name} begins`);
        yield Buffer.from("abc");
        order.push(`${name} ends`);
      },
    });
    await api.post("sendMediaGroup", { media: [], file0: noted("a"), file1: noted("b") }, never);
    expect(order).toEqual(["a begins", "a ends", "b begins", "b ends"]);
  });
});

describe("the form", () => {
  it("has exactly the announced length, and gives names and content back whatever they are", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: "binary", maxLength: 40 }).filter((name) => name.isWellFormed() && name !== ""),
        fc.uint8Array({ maxLength: 200 }),
        fc.string({ unit: "grapheme" }),
        async (name, content, words) => {
          const file: UploadFile = {
            ...{ name, mime: "text/plain", bytes: content.length },
            async *open() {
              yield content;
            },
          };
          const upload = uploadOf({ caption: words, document: file, left: undefined });
          if (!upload) throw new Error("no upload");
          const chunks: Uint8Array[] = [];
          for await (const chunk of upload.chunks(never)) chunks.push(chunk);
          const body = Buffer.concat(chunks);
          expect(body.length).toBe(upload.bytes);
          const { fields, files } = parseMultipart(body, upload.type.split("boundary=")[1] ?? "");
          expect(fields).toEqual([["caption", words]]);
          expect(files[0]?.[1].filename).toBe(name);
          expect(files[0]?.[1].bytes).toEqual(Buffer.from(content));
        },
      ),
    );
  });

  it("is none when no value is a file", () => {
    expect(uploadOf({ text: "a", entities: [], nothing: undefined })).toBeUndefined();
  });
});
