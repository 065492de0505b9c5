// Reading files from Discord: fresh addresses, foreign hosts, refusals, and what passes; a loopback server lies and stalls.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type DiscordAccount,
  type DiscordRig,
  openDiscordRig,
} from "../../../../test/support/discord-rig.ts";
import type { FileAttachment } from "../../../model/attachment.ts";
import { ManualClock } from "../../../sandbox/manual-clock.ts";
import { createFace } from "./face.ts";
import { writeSource } from "./file-source.ts";
import { createFileReader, type FileReader } from "./open-file.ts";

const signal = new AbortController().signal;
const attachment = (source: string): FileAttachment => ({ kind: "document", account: "discord", source });

async function whole(reader: Pick<FileReader, "open">, source: string): Promise<string> {
  const opened = await reader.open(attachment(source), signal);
  const chunks: Uint8Array[] = [];
  for await (const chunk of opened.stream) chunks.push(chunk);
  opened.close();
  return Buffer.concat(chunks).toString();
}

describe("a file of a message", () => {
  let rig: DiscordRig;
  let account: DiscordAccount;
  beforeEach(async () => {
    rig = await openDiscordRig();
    account = rig.account();
  });
  afterEach(() => rig.close());

  function sent() {
    const bytes = Buffer.from("olá");
    const files = [{ filename: "a.txt", contentType: "text/plain", bytes }];
    const message = rig.sandbox.say(rig.channel, rig.ana, { attachments: files });
    const { id = "", url = "" } = message.attachments[0] ?? {};
    return {
      message,
      source: writeSource({ kind: "attachment", channel: rig.channel, message: message.id, id, url }),
    };
  }

  it("is read, and says how long it is", async () => {
    const opened = await account.platform.open(attachment(sent().source), signal);
    expect(opened).toMatchObject({ bytes: 4, mime: "text/plain" });
    opened.close();
    expect(await whole(account.platform, sent().source)).toBe("olá");
    expect(rig.asked("GET", `/channels/${rig.channel}/messages/`)).toEqual([]);
  });

  it("is asked for by a new address when the old one is over", async () => {
    const { source } = sent();
    await rig.clock.advance(25 * 3_600_000);
    expect(await whole(account.platform, source)).toBe("olá");
    expect(rig.asked("GET", `/channels/${rig.channel}/messages/`)).toHaveLength(1);
  });

  it("is asked for once more when the address is refused", async () => {
    const { source } = sent();
    expect(await whole(account.platform, source.replace(/hm=\w+/, "hm=0"))).toBe("olá");
  });

  it("cannot be had when its message is gone", async () => {
    const { message, source } = sent();
    rig.sandbox.remove(rig.channel, message.id);
    await rig.clock.advance(25 * 3_600_000);
    await expect(account.platform.open(attachment(source), signal)).rejects.toMatchObject({
      fate: { kind: "refused" },
    });
  });
});

describe("a host", () => {
  let server: Server;
  let base: string;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let reader: FileReader;
  beforeEach(async () => {
    server = createServer((request, response) => answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const rest = { request: () => Promise.reject(new Error("nobody is asked")) };
    reader = createFileReader({
      rest,
      clock: new ManualClock(),
      hosts: { cdn: `${base}/cdn`, media: `${base}/media` },
    });
  });
  afterEach(async () => {
    await reader.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const refusal = (source: string) =>
    reader.open(attachment(source), signal).then(
      () => undefined,
      (error: unknown) => error as { readonly message: string; readonly fate: unknown },
    );

  it.each([
    ["of somebody else", "proxy:https://evil.example/a.png"],
    ["that was never written", "file:/etc/passwd"],
    ["of nothing", ""],
  ])("%s is not asked", async (_name, source) => {
    answer = () => expect.unreachable();
    expect(await refusal(source)).toMatchObject({ fate: { kind: "refused" } });
  });

  it("is not left for another by a redirect", async () => {
    answer = (_request, response) => void response.writeHead(302, { location: `${base}/cdn/other` }).end();
    expect(await refusal("cdn:/stickers/1.png")).toMatchObject({ fate: { kind: "refused" } });
  });

  it.each([
    [404, { kind: "refused" }],
    [403, { kind: "refused" }],
    [503, { kind: "retry", maybeDelivered: false }],
    [429, { kind: "wait", ms: 7000 }],
  ])("that answers %d: %j, without its address in the error", async (status, fate) => {
    answer = (_request, response) => void response.writeHead(status, { "retry-after": "7" }).end("x");
    const error = await refusal("cdn:/stickers/1.png");
    expect(error?.fate).toEqual(fate);
    expect(error?.message).not.toContain("127.0.0.1");
  });

  it("that cannot be reached is trouble that passes", async () => {
    server.close();
    const error = await refusal("media:/stickers/1.gif");
    expect(error).toMatchObject({ fate: { kind: "retry" } });
  });

  it("that goes on for ever is let go", async () => {
    const gone = Promise.withResolvers<void>();
    answer = (_request, response) => {
      response.on("close", () => gone.resolve());
      response.writeHead(200).write("x");
    };
    const opened = await reader.open(attachment("cdn:/stickers/1.png"), signal);
    opened.close();
    await gone.promise;
  });
});

describe("the picture of a person", () => {
  const clock = new ManualClock();
  const asked: string[] = [];
  const rest = {
    request: async ({ route }: { readonly route: string }) => {
      asked.push(route);
      return { avatar: route.endsWith("/8") ? null : "abc" };
    },
  };
  const face = createFace({ account: "discord", clock }, rest);
  const user = (id: string) => ({ account: "discord", id });

  it("is found by the hash that a message tells, without asking", async () => {
    expect(await face(user("5"), "def", signal)).toEqual({
      ...{ kind: "photo", account: "discord", stable: "face 5 def" },
      source: "cdn:/avatars/5/def.png?size=256",
    });
    expect(asked).toEqual([]);
  });

  it("is asked for once an hour otherwise", async () => {
    expect((await face(user("5"), undefined, signal))?.source).toBe("cdn:/avatars/5/abc.png?size=256");
    expect(await face(user("8"), undefined, signal)).toBeUndefined();
    await face(user("8"), undefined, signal);
    expect(asked).toEqual(["/users/5", "/users/8"]);
    await clock.advance(3_600_000);
    await face(user("5"), undefined, signal);
    expect(asked).toHaveLength(3);
  });
});
