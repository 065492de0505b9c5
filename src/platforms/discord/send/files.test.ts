// Sending files to the simulator: what stands there, what is asked, what a file that cannot be had leaves behind.

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  callOf,
  type DiscordAccount,
  type DiscordAccountOptions,
  type DiscordRig,
  openDiscordRig,
} from "../../../../test/support/discord-rig.ts";
import { type HandMedia, type HandMediaOptions, handMedia } from "../../../../test/support/hand-media.ts";
import type { FileAttachment } from "../../../model/attachment.ts";
import type { Sent } from "../../../model/delivery.ts";
import { PlatformError } from "../../../model/errors.ts";
import { ManualClock } from "../../../sandbox/manual-clock.ts";
import { hashOf, readForm } from "../render/form-hash.ts";
import type { CreateRequest, EditRequest, FileOrder } from "../request.ts";
import { createRest } from "../rest/rest.ts";
import { wantsFor } from "../wants.ts";

const signal = new AbortController().signal;
const MIB = 1024 * 1024;
const MANAGE_WEBHOOKS = 1n << 29n;
const ATTACH_FILES = 1n << 15n;
const SEND_VOICE = 1n << 46n;

let rig: DiscordRig;
let account: DiscordAccount;
let media: HandMedia;
beforeEach(async () => {
  rig = await openDiscordRig();
});
afterEach(async () => {
  // What was made ready is let go, whatever happened.
  expect(media.held()).toBe(0);
  expect(rig.sandbox.unexpected).toEqual([]);
  await rig.close();
});

function open(files: HandMediaOptions["files"], more: DiscordAccountOptions = {}) {
  media = handMedia({ ...(files && { files }) });
  account = rig.account({ media, ...more });
}

const file = (name: string, more: Partial<FileAttachment> = {}): FileAttachment => ({
  ...{ kind: "document", account: "telegram", source: name, stable: name, name },
  ...more,
});
const ordered = (...files: readonly FileAttachment[]): readonly FileOrder[] =>
  files.map((each) => ({ file: each, wants: wantsFor(each, 10 * MIB) }));

function creating(files: readonly FileAttachment[], more: Partial<CreateRequest> = {}): CreateRequest {
  const content = more.content ?? "";
  return {
    ...{ kind: "create", channel: rig.channel, puppet: { name: "Rui" }, content, nonce: "n1" },
    ...{ files: ordered(...files), hash: hashOf({ content, files }), ...more },
  };
}

const send = (request: CreateRequest | EditRequest): Promise<Sent | undefined> =>
  account.platform.send(callOf(request), rig.at(), signal);
const standing = () => rig.sandbox.messages(rig.channel);
const last = () => standing().at(-1);
const bytesOf = async (index = 0) => {
  const url = last()?.attachments[index]?.url ?? "";
  return Buffer.from(await (await fetch(url)).arrayBuffer());
};

describe("files", () => {
  it("arrive whole and in order, in one message under the name, with what is said of them", async () => {
    const big = Buffer.alloc(300_000, 7);
    open({ a: { bytes: Buffer.from("um") }, b: { bytes: big, mime: "image/png" } });
    const sent = await send(
      creating([file("a"), file("b", { alt: "um gato", spoiler: true })], { content: "olha" }),
    );
    expect(sent).toMatchObject({ ref: { id: last()?.id }, via: last()?.webhook_id });
    expect(sent?.hash).toBeUndefined();
    expect(last()).toMatchObject({
      content: "olha",
      author: { username: "Rui" },
      attachments: [
        { filename: "a", size: 2 },
        { filename: "SPOILER_b", size: 300_000, description: "um gato", flags: 8 },
      ],
    });
    expect(await bytesOf(0)).toEqual(Buffer.from("um"));
    expect(await bytesOf(1)).toEqual(big);
  });

  it("go as the bot where no puppet can speak, behind the name", async () => {
    open({ a: { bytes: Buffer.from("um") } });
    rig.sandbox.setPermissions(rig.channel, [{ id: rig.bot.id, type: 1, deny: MANAGE_WEBHOOKS }]);
    await send(creating([file("a")], { content: "olha" }));
    expect(last()).toMatchObject({ content: "**Rui**: olha", attachments: [{ filename: "a" }] });
  });

  it("of voices say in their name how long they are", async () => {
    open({ v: { bytes: Buffer.from("Ogg"), mime: "audio/ogg", more: { name: "voice.ogg", seconds: 75 } } });
    await send(creating([file("v", { kind: "voice" })]));
    expect(last()?.attachments).toMatchObject([{ filename: "voice-1m15s.ogg" }]);
  });

  it("that the guild does not take after all are tried once smaller", async () => {
    let asked = 0;
    const sizes = [11 * MIB, 1 * MIB];
    open({ a: () => ({ bytes: Buffer.alloc(sizes[asked++] ?? 0) }) });
    const orders = [{ file: file("a"), wants: wantsFor(file("a"), 50 * MIB) }] as const;
    await send(creating([file("a")], { files: orders }));
    expect(last()?.attachments).toMatchObject([{ size: MIB }]);
    expect(media.asked.map(({ wants }) => wants[0]?.maxBytes)).toEqual([50 * MIB, 7 * MIB]);
  });

  it("that are too much together leave the later ones what is left", async () => {
    open(Object.fromEntries(["a", "b", "c"].map((name) => [name, { bytes: Buffer.alloc(9 * MIB) }])));
    const sent = await send(creating([file("a"), file("b"), file("c")]));
    expect(last()?.attachments.map(({ filename }) => filename)).toEqual(["a", "b"]);
    expect(last()?.content).toContain("Too big to be sent here.");
    expect(readForm(sent?.hash ?? "").files.map(({ form }) => form)).toEqual(["file", "file", "words"]);
  });
});

describe("a file that cannot be had", () => {
  it("leaves words, a link and a still picture, and the others beside it", async () => {
    const still = { bytes: Buffer.from("still"), mime: "image/jpeg", more: { name: "still.jpg" } };
    open({ a: { bytes: Buffer.from("um") } });
    const broken = media.fit;
    const withStill: HandMedia = {
      ...media,
      fit: async (each, wants, during) => {
        if (each.source !== "film") return broken(each, wants, during);
        const ready = handMedia({ files: { s: still } }).fit({ ...each, source: "s" }, wants, during);
        return { unfit: "too-big", link: "https://files.example/x", still: (await ready) as never };
      },
    };
    account = rig.account({ media: withStill });
    const sent = await send(
      creating([file("film", { kind: "video", seconds: 61 }), file("a")], { content: "olha" }),
    );
    expect(last()?.content).toBe(
      "olha\n[🎬 Video · film](https://files.example/x) · 1:01\n*Too big to be sent here. The link works for a while.*",
    );
    expect(last()?.attachments.map(({ filename }) => filename)).toEqual(["still.jpg", "a"]);
    expect(readForm(sent?.hash ?? "").files.map(({ form }) => form)).toEqual(["still", "file"]);
  });

  it("is words alone, even when media fails in a way nobody foresaw", async () => {
    open({ a: new TypeError("oops") });
    await send(creating([file("a")]));
    expect(last()).toMatchObject({ content: expect.stringContaining("📎 File · a"), attachments: [] });
  });

  it("is tried again later when the trouble may pass", async () => {
    const error = new PlatformError("toy.slow", "slow", { kind: "retry", maybeDelivered: false });
    open({ a: { bytes: Buffer.from("x") }, b: error });
    await expect(send(creating([file("a"), file("b")]))).rejects.toBe(error);
    expect(standing()).toEqual([]);
  });

  it("that breaks off while it is sent leaves nothing, and is known not to have been delivered", async () => {
    const breaks = new PlatformError("media.cut", "cut", { kind: "retry", maybeDelivered: false });
    open({ a: { bytes: Buffer.alloc(200_000), breaks } });
    await expect(send(creating([file("a")]))).rejects.toMatchObject({
      code: "discord.upload",
      fate: { kind: "retry", maybeDelivered: false },
    });
    expect(standing()).toEqual([]);
  });

  it("is words where the bot may attach nothing", async () => {
    open({ a: { bytes: Buffer.from("x") } });
    await account.platform.prepare(rig.at(), signal);
    rig.sandbox.setPermissions(rig.channel, [
      { id: rig.bot.id, type: 1, deny: ATTACH_FILES | MANAGE_WEBHOOKS },
    ]);
    account = rig.account({ media });
    await account.platform.prepare(rig.at(), signal);
    const { puppet: _, ...asBot } = creating([file("a", { href: "https://t.me/c/1/2" })]);
    await send(asBot);
    expect(last()).toMatchObject({ content: "[📎 File · a](https://t.me/c/1/2)", attachments: [] });
  });
});

describe("a real voice message", () => {
  const voice = file("v", { kind: "voice", seconds: 3.5, waveform: "AAEC" });
  const speaking = (): CreateRequest => {
    const { puppet: _, ...request } = creating([voice], { voice: true });
    return { ...request, hash: hashOf({ content: "", files: [voice], voice: true }) };
  };

  it("has its flag, its length and its waveform, and nothing else", async () => {
    open({ v: { bytes: Buffer.from("OggS"), mime: "audio/ogg" } });
    const sent = await send(speaking());
    expect(sent?.hash).toBeUndefined();
    expect(last()).toMatchObject({
      flags: 8192,
      content: "",
      attachments: [{ duration_secs: 3.5, waveform: "AAEC", content_type: "audio/ogg" }],
    });
  });

  it("is a plain sound where the bot may send none", async () => {
    open({ v: { bytes: Buffer.from("OggS"), mime: "audio/ogg" } });
    rig.sandbox.setPermissions(rig.channel, [{ id: rig.bot.id, type: 1, deny: SEND_VOICE }]);
    await account.platform.prepare(rig.at(), signal);
    const sent = await send(speaking());
    expect((last()?.flags ?? 0) & 8192).toBe(0);
    expect(last()?.attachments).toHaveLength(1);
    expect(sent?.hash).toMatch(/^files:/);
  });
});

describe("an edit with files", () => {
  const [a, b, c] = [file("a"), file("b"), file("c")] as const;
  const all = {
    a: { bytes: Buffer.from("a") },
    b: { bytes: Buffer.from("b") },
    c: { bytes: Buffer.from("c") },
  };
  const editing = (sent: Sent | undefined, more: Partial<EditRequest>): EditRequest => ({
    ...{ kind: "edit", channel: rig.channel, message: sent?.ref.id ?? "", content: "novo" },
    ...(sent?.via !== undefined && { via: sent.via }),
    ...more,
  });
  const names = () => last()?.attachments.map(({ filename }) => filename);

  it.each([
    ["through the webhook", true],
    ["as the bot", false],
  ])("keeps what stays and sends what is new, %s", async (_name, isPuppet) => {
    open(all);
    const { puppet, ...request } = creating([a, b]);
    const sent = await send(isPuppet ? { ...request, ...(puppet && { puppet }) } : request);
    const before = last()?.attachments[0]?.id;
    const files = [{ kept: 0, file: a }, ...ordered(c)];
    expect(await send(editing(sent, { files, standing: 2, hash: "files:x,y:z" }))).toBeUndefined();
    expect(names()).toEqual(["a", "c"]);
    expect(last()?.attachments[0]?.id).toBe(before);
    expect(last()?.content).toBe("novo");
    expect(media.asked.map(({ file: each }) => each.name)).toEqual(["a", "b", "c"]);
  });

  it("of the words alone touches no file", async () => {
    open(all);
    const sent = await send(creating([a, b]));
    await send(editing(sent, {}));
    expect(names()).toEqual(["a", "b"]);
    expect(last()?.content).toBe("novo");
  });

  it("takes all files away", async () => {
    open(all);
    const sent = await send(creating([a, b]));
    await send(editing(sent, { files: [], standing: 2 }));
    expect(names()).toEqual([]);
  });

  it("sends all anew when it cannot tell which is which", async () => {
    open(all);
    const sent = await send(creating([a, b]));
    const files = [{ kept: 1, file: b }];
    await send(editing(sent, { files, standing: 3 }));
    expect(names()).toEqual(["b"]);
    expect(media.asked).toHaveLength(3);
  });

  it("answers the form it took when a file was not to be had", async () => {
    open({ a: all.a });
    const sent = await send(creating([a]));
    const hash = hashOf({ content: "novo", files: [a, c] });
    const edited = await send(
      editing(sent, { files: [{ kept: 0, file: a }, ...ordered(c)], standing: 1, hash }),
    );
    expect(readForm(edited?.hash ?? "").files.map(({ form }) => form)).toEqual(["file", "words"]);
    expect(last()?.content).toContain("The file cannot be had any more.");
  });
});

describe("a large file", () => {
  /** Takes in whatever comes, slowly counted, and answers like Discord. */
  function counting(): Promise<{ readonly server: Server; readonly url: string; taken(): number }> {
    let taken = 0;
    const server = createServer((request, response) => {
      request.on("data", (chunk: Buffer) => {
        taken += chunk.length;
      });
      request.on("end", () => {
        response.writeHead(200, { "content-type": "application/json" }).end('{"id":"1"}');
      });
    });
    return new Promise((resolve) => {
      server.listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo;
        resolve({ server, url: `http://127.0.0.1:${port}/api`, taken: () => taken });
      });
    });
  }

  it("is read only as fast as it is sent, and never held whole", async () => {
    media = handMedia();
    const { server, url, taken } = await counting();
    const rest = createRest({ api: url, token: "a.b.c", clock: new ManualClock() });
    const chunk = Buffer.alloc(64 * 1024);
    const chunks = 512;
    let ahead = 0;
    const ready = {
      mime: "video/mp4",
      bytes: chunk.length * chunks,
      async *open() {
        for (let i = 0; i < chunks; i++) {
          ahead = Math.max(ahead, i * chunk.length - taken());
          yield chunk;
        }
      },
    };
    await rest.request({
      method: "POST",
      route: "/channels/1/messages",
      body: {},
      uploads: [{ name: "a", ready }],
    });
    expect(taken()).toBeGreaterThan(ready.bytes);
    // What lies in the buffers of both sockets.
    expect(ahead).toBeLessThan(10 * MIB);
    await rest.close();
    server.close();
  });

  it("is given up when it takes longer than its size allows", async () => {
    media = handMedia();
    const server = createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const clock = new ManualClock();
    const { port } = server.address() as AddressInfo;
    const rest = createRest({ api: `http://127.0.0.1:${port}/api`, token: "a.b.c", clock });
    const ready = {
      mime: "video/mp4",
      bytes: 32 * 60_000,
      async *open() {
        yield Buffer.alloc(32 * 60_000);
      },
    };
    const over = { done: false };
    const asked = rest
      .request({ method: "POST", route: "/channels/1/messages", body: {}, uploads: [{ name: "a", ready }] })
      .catch((error: unknown) => error)
      .finally(() => {
        over.done = true;
      });
    await clock.advance(60_000);
    expect(over.done).toBe(false);
    await clock.advance(31_000);
    expect(await asked).toMatchObject({
      code: "discord.network",
      fate: { kind: "retry", maybeDelivered: true },
    });
    await rest.close();
    server.closeAllConnections();
    server.close();
  });
});
