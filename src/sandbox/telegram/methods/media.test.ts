// Files: what may be sent, how it looks, how it is downloaded, and how albums stand or fall together.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Answer, type Bench, openBench } from "../test-bench.ts";
import { png } from "../test-files.ts";
import type { Message } from "../types.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.sandbox.close());

async function upload(method: string, fields: Readonly<Record<string, string | Buffer>>): Promise<Answer> {
  const form = new FormData();
  form.set("chat_id", String(bench.chatId));
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === "string") form.set(name, value);
    else form.set(name, new Blob([new Uint8Array(value)], { type: "image/png" }), "a.png");
  }
  const response = await fetch(`${bench.sandbox.url}/bot${bench.bot.token}/${method}`, {
    method: "POST",
    body: form,
  });
  return (await response.json()) as Answer;
}
const sent = async (method: string, fields: Readonly<Record<string, string | Buffer>>) => {
  const { result, description } = await upload(method, fields);
  if (result === undefined) throw new Error(description);
  return result as Message & Record<string, never>;
};

interface FileInfo {
  readonly file_id: string;
  readonly file_unique_id: string;
  readonly file_path: string;
}

describe("photos", () => {
  it("come in sizes, the largest last", async () => {
    const { photo } = (await sent("sendPhoto", { photo: png(1000, 500), caption: "a\tb" })) as unknown as {
      photo: readonly { width: number; height: number }[];
    };
    expect(photo.map(({ width, height }) => [width, height])).toEqual([
      [90, 45],
      [320, 160],
      [800, 400],
      [1000, 500],
    ]);
    expect(bench.sandbox.messages(bench.chatId).at(-1)?.caption).toBe("a b");
  });
  it("are refused when they are too large, too long or no pictures", async () => {
    const why = async (photo: Buffer) => (await upload("sendPhoto", { photo })).description;
    expect(await why(png(9000, 1001))).toBe("Bad Request: PHOTO_INVALID_DIMENSIONS");
    expect(await why(png(2100, 100))).toBe("Bad Request: PHOTO_INVALID_DIMENSIONS");
    expect(await why(Buffer.from("no picture at all"))).toBe("Bad Request: IMAGE_PROCESS_FAILED");
    expect(await why(Buffer.alloc(0))).toBe("Bad Request: file must be non-empty");
    expect(await why(Buffer.concat([png(1, 1), Buffer.alloc(10 << 20)]))).toContain("is too big for a photo");
    expect((await upload("sendPhoto", { photo: "text" })).description).toBe(
      "Bad Request: wrong file identifier/HTTP URL specified",
    );
    expect((await upload("sendPhoto", {})).description).toBe("Bad Request: there is no photo in the request");
  });
  it("have captions of at most 1024 code points", async () => {
    const photo = png(1, 1);
    expect((await sent("sendPhoto", { photo, caption: "👍".repeat(1024) })).caption?.length).toBe(2048);
    expect((await upload("sendPhoto", { photo, caption: "x".repeat(1025) })).description).toBe(
      "Bad Request: message caption is too long",
    );
  });
});

describe("files", () => {
  it("can be sent again by their id, by the same bot and as the same kind", async () => {
    const { document } = (await sent("sendDocument", { document: png(1, 1) })) as unknown as {
      document: FileInfo;
    };
    const again = (await sent("sendDocument", { document: document.file_id })) as unknown as {
      document: FileInfo;
    };
    expect(again.document.file_unique_id).toBe(document.file_unique_id);
    expect((await upload("sendVideo", { video: document.file_id })).description).toBe(
      "Bad Request: can't use file of type Document as Video",
    );
    const other = bench.sandbox.createBot({ name: "Outra", username: "outra_bot" });
    const answer = await fetch(`${bench.sandbox.url}/bot${other.token}/getFile?file_id=${document.file_id}`);
    expect(((await answer.json()) as Answer).description).toBe("Bad Request: invalid file_id");
  });
  it("are downloaded below /file/ for an hour", async () => {
    const bytes = png(2, 3);
    const { document } = (await sent("sendDocument", { document: bytes })) as unknown as {
      document: FileInfo;
    };
    const { file_path } = await bench.done<FileInfo>("getFile", { file_id: document.file_id });
    const url = `${bench.sandbox.url}/file/bot${bench.bot.token}/${file_path}`;
    expect(Buffer.from(await (await fetch(url)).arrayBuffer())).toEqual(bytes);
    expect((await fetch(`${url}x`)).status).toBe(404);
    await bench.clock.advance(61 * 60_000);
    expect((await fetch(url)).status).toBe(404);
  });
  it("of people are found by the bot, up to 20 MiB", async () => {
    const small = bench.sandbox.addFile(Buffer.from("hello"), { name: "a.txt" });
    bench.sandbox.say(bench.chatId, bench.ana.id, { document: { ...small, file_name: "a.txt" } });
    const big = { file_id: "x", file_unique_id: "big", file_size: (20 << 20) + 1 };
    bench.sandbox.say(bench.chatId, bench.ana.id, { document: big });
    const [first, second] = (await bench.updates()).map(
      (u) => u.message as unknown as { document: FileInfo },
    );
    expect(await bench.done("getFile", { file_id: first?.document.file_id })).toMatchObject({ file_size: 5 });
    expect(await bench.refused("getFile", { file_id: second?.document.file_id })).toBe(
      "Bad Request: file is too big",
    );
  });
  it("that move are documents too", async () => {
    expect(await sent("sendAnimation", { animation: png(1, 1) })).toHaveProperty("document");
  });
});

describe("albums", () => {
  const album = (types: readonly string[], files = png(1, 1)) =>
    upload("sendMediaGroup", {
      media: JSON.stringify(types.map((type, i) => ({ type, media: `attach://f${i}`, caption: `n ${i}` }))),
      ...Object.fromEntries(types.map((_, i) => [`f${i}`, files])),
    });
  it("share an id, except one alone", async () => {
    const messages = (await album(["photo", "video"])).result as readonly {
      media_group_id?: string;
      caption: string;
    }[];
    expect(messages.map(({ caption }) => caption)).toEqual(["n 0", "n 1"]);
    expect(new Set(messages.map(({ media_group_id }) => media_group_id)).size).toBe(1);
    expect(messages[0]?.media_group_id).toMatch(/^\d+$/);
    expect((await album(["photo"])).result).not.toHaveProperty("[0].media_group_id");
  });
  it("have at most ten items, documents and audio among themselves", async () => {
    expect((await album(Array(11).fill("photo"))).description).toContain("too many messages");
    expect((await album(["photo", "document"])).description).toContain(
      "can't be mixed with other media types",
    );
    expect((await album(["audio", "audio"])).ok).toBe(true);
    expect((await album(["animation"])).ok).toBe(false);
  });
  it("fall together", async () => {
    const before = bench.sandbox.messages(bench.chatId).length;
    expect((await album(["photo", "photo"], Buffer.from("no picture at all"))).description).toBe(
      'Bad Request: failed to send message #1 with the error message "IMAGE_PROCESS_FAILED"',
    );
    expect(bench.sandbox.messages(bench.chatId).length).toBe(before);
  });
});
