import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import type { Call } from "../../../model/delivery.ts";
import { PlatformError } from "../../../model/errors.ts";
import { ManualClock } from "../../../sandbox/manual-clock.ts";
import { telegramSchema } from "../config.ts";
import { createApi } from "./api.ts";
import { textFile } from "./upload.ts";

const token = "123456:secret-of-the-bot";
const to = { account: "telegram", id: "-1009" };
const never = new AbortController().signal;
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Answers every request the same way and keeps what was asked. */
async function answering(status: number, body: unknown, headers: Record<string, string> = {}) {
  const asked: { url: string; type: string; body: string }[] = [];
  const api = await serve((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (chunk) => {
      text += chunk;
    });
    request.on("end", () => {
      asked.push({ url: request.url ?? "", type: request.headers["content-type"] ?? "", body: text });
      response.writeHead(status, headers).end(typeof body === "string" ? body : JSON.stringify(body));
    });
  });
  return { asked, api: open(api) };
}

function open(api: string, clock = new ManualClock()) {
  return createApi(telegramSchema.parse({ platform: "telegram", token, api }), clock);
}

function call(op: Call["op"], method: string, payload: Record<string, string | number>): Call {
  return { op, part: 0, hash: "h", request: { method, payload } };
}

const hello = call("create", "sendMessage", { chat_id: "-42", message_thread_id: 7, text: "private words" });

async function failure(work: Promise<unknown>): Promise<PlatformError> {
  const error = await work.then(
    () => new Error("it succeeded"),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof PlatformError)) throw error;
  const shown = `${inspect(error, { depth: 9 })} ${JSON.stringify(error)} ${error.stack}`;
  expect(shown).not.toContain("secret-of-the-bot");
  expect(shown).not.toContain("private words");
  return error;
}

describe("sending", () => {
  it("puts the conversation's id of now into the frozen request, and leaves the topic", async () => {
    const { api, asked } = await answering(200, { ok: true, result: { message_id: 31 } });
    expect(await api.send(hello, to, never)).toEqual({ ref: { conversation: to, id: "31" } });
    expect(asked[0]?.url).toBe(`/bot${token}/sendMessage`);
    expect(JSON.parse(asked[0]?.body ?? "")).toEqual({
      chat_id: "-1009",
      message_thread_id: 7,
      text: "private words",
    });
  });

  it("answers nothing for an edit and a delete", async () => {
    const { api } = await answering(200, { ok: true, result: { message_id: 31 } });
    expect(
      await api.send(call("edit", "editMessageText", { message_id: 3, text: "b" }), to, never),
    ).toBeUndefined();
    expect(await api.send(call("delete", "deleteMessage", { message_id: 3 }), to, never)).toBeUndefined();
  });

  it("takes an edit that changes nothing for done", async () => {
    const description = "Bad Request: message is not modified: specified new message content is the same";
    const { api } = await answering(400, { ok: false, error_code: 400, description });
    expect(
      await api.send(call("edit", "editMessageText", { message_id: 3, text: "b" }), to, never),
    ).toBeUndefined();
  });

  it("does not send again what was accepted without an id", async () => {
    const { api } = await answering(200, { ok: true, result: true });
    expect(await api.send(hello, to, never)).toBeUndefined();
  });
});

describe("a failed send", () => {
  it("carries the wait of a limit", async () => {
    const body = {
      ok: false,
      error_code: 429,
      description: "Too Many Requests: retry after 3",
      parameters: { retry_after: 3 },
    };
    const { api } = await answering(429, body, { "retry-after": "3" });
    expect((await failure(api.send(hello, to, never))).fate).toEqual({ kind: "wait", ms: 3000 });
  });

  it.each([
    [502, "<html><h1>Bad Gateway</h1></html>", "retry"],
    [504, "", "retry"],
    [200, "<html>a page of the hotel's Wi-Fi</html>", "retry"],
    [413, "", "refused"],
  ])("is understood from a proxy's %i %s", async (status, body, kind) => {
    const { api } = await answering(status, body);
    expect((await failure(api.send(hello, to, never))).fate.kind).toBe(kind);
  });

  it("was surely not delivered when nobody listens", async () => {
    const url = await serve(() => {});
    await new Promise((resolve) => servers.pop()?.close(resolve));
    expect((await failure(open(url).send(hello, to, never))).fate).toEqual({
      kind: "retry",
      maybeDelivered: false,
    });
  });

  it("was surely not delivered when the server does not speak HTTP at all to begin with", async () => {
    // A TLS hello to a plain server fails before any request is written.
    const url = (await serve(() => {})).replace("http:", "https:");
    expect((await failure(open(url).send(hello, to, never))).fate).toEqual({
      kind: "retry",
      maybeDelivered: false,
    });
  });

  it("may have been delivered when the connection breaks after the request", async () => {
    const url = await serve((request) => {
      request.resume().on("end", () => request.socket.destroy());
    });
    expect((await failure(open(url).send(hello, to, never))).fate).toEqual({
      kind: "retry",
      maybeDelivered: true,
    });
  });

  it("may have been delivered when the answer breaks off", async () => {
    const url = await serve((request, response) => {
      response.writeHead(200, { "content-length": "100" }).write('{"ok":tr');
      setImmediate(() => request.socket.destroy());
    });
    expect((await failure(open(url).send(hello, to, never))).fate).toEqual({
      kind: "retry",
      maybeDelivered: true,
    });
  });

  it("is given 65 s, of which the server itself may take 8 for a flood wait", async () => {
    const clock = new ManualClock();
    const asked = Promise.withResolvers<void>();
    const url = await serve(() => asked.resolve());
    let settled = false;
    const failed = failure(open(url, clock).send(hello, to, never)).finally(() => {
      settled = true;
    });
    await asked.promise;
    await clock.advance(64_999);
    expect(settled).toBe(false);
    await clock.advance(1);
    expect(await failed).toMatchObject({
      code: "telegram.timeout",
      fate: { kind: "retry", maybeDelivered: true },
    });
    expect(clock.pending).toBe(0);
  });

  it("ends at once when it is aborted", async () => {
    const clock = new ManualClock();
    const aborting = new AbortController();
    const url = await serve(() => aborting.abort());
    const error = await failure(open(url, clock).send(hello, to, aborting.signal));
    expect(error).toMatchObject({ code: "telegram.network", fate: { kind: "retry", maybeDelivered: true } });
    const early = await failure(open(url, clock).send(hello, to, aborting.signal));
    expect(early.fate).toEqual({ kind: "retry", maybeDelivered: false });
    expect(clock.pending).toBe(0);
  });
});

describe("connections", () => {
  it("are kept alive between requests", async () => {
    const sockets = new Set<unknown>();
    const url = await serve((request, response) => {
      sockets.add(request.socket);
      response.end(JSON.stringify({ ok: true, result: { message_id: 1 } }));
    });
    const api = open(url);
    for (let i = 0; i < 10; i++) await api.send(hello, to, never);
    // undici rests a connection for one turn of the event loop, in which the next request takes a second one.
    expect(sockets.size).toBeLessThanOrEqual(2);
  });

  it("never send a request twice by themselves", async () => {
    let requests = 0;
    const url = await serve((request) => {
      requests += 1;
      request.socket.destroy();
    });
    await failure(open(url).send(hello, to, never));
    expect(requests).toBe(1);
  });
});

describe("a file", () => {
  it("goes as a part of a form with a file name, the other values as text", async () => {
    const { api, asked } = await answering(200, { ok: true, result: true });
    const certificate = textFile("certificate.pem", "application/x-pem-file", "-----BEGIN CERTIFICATE-----");
    await api.call("setWebhook", {
      url: "https://h/x",
      certificate,
      allowed_updates: ["message"],
      max_connections: 40,
    });
    expect(asked[0]?.type).toMatch(/^multipart\/form-data; boundary=/);
    expect(asked[0]?.body).toContain('name="certificate"; filename="certificate.pem"');
    expect(asked[0]?.body).toMatch(/name="allowed_updates"\r\n\r\n\["message"\]\r\n/);
    expect(asked[0]?.body).toMatch(/name="max_connections"\r\n\r\n40\r\n/);
  });
});
