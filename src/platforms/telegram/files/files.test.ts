// Files and faces of Telegram for the other side: opened as streams, refused in words without addresses, asked for seldom.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { png } from "../../../../test/support/file-shelf.ts";
import { type Account, openRig, type Rig } from "../../../../test/support/telegram-rig.ts";
import type { OpenedFile } from "../../../bridge/media-port.ts";
import type { FileAttachment } from "../../../model/attachment.ts";
import { PlatformError } from "../../../model/errors.ts";
import { createFaces } from "./faces.ts";
import { createOpen } from "./files.ts";

const never = new AbortController().signal;
const MIB = 1024 * 1024;

let rig: Rig;
let account: Account;

beforeEach(async () => {
  rig = await openRig();
  account = rig.account();
});

afterEach(() => rig.close());

async function contentOf({ stream }: OpenedFile): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function failure(work: Promise<unknown>): Promise<PlatformError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof PlatformError)) throw error;
  const shown = `${inspect(error, { depth: 9 })} ${JSON.stringify(error)} ${error.stack}`;
  expect(shown).not.toContain(rig.token.split(":")[1]);
  expect(shown).not.toMatch(/\/file\/|documents\//);
  return error;
}

/** As the parser names it: by an id that this bot has for it. */
async function fileOf(bytes: Buffer): Promise<FileAttachment> {
  await account.start();
  rig.sandbox.sendFile(rig.chat, rig.user, { kind: "document", bytes, name: "a.bin" });
  await rig.until(() => account.stored.length > 0);
  const { message } = JSON.parse(account.stored[0]?.body ?? "{}") as {
    message: { document: { file_id: string } };
  };
  return { kind: "document", account: "telegram", source: message.document.file_id };
}

describe("opening a file", () => {
  it("streams it, and tells how long it is", async () => {
    const bytes = Buffer.alloc(3 * MIB, 9);
    const opened = await account.platform.open(await fileOf(bytes), never);
    expect(opened.bytes).toBe(bytes.length);
    expect((await contentOf(opened)).equals(bytes)).toBe(true);
  });

  it("can be left at any time", async () => {
    const opened = await account.platform.open(await fileOf(Buffer.alloc(3 * MIB)), never);
    opened.close();
    opened.close();
  });

  it("that breaks in the middle says that it may come the next time", async () => {
    const server = createServer((request, response) => {
      if (!request.url?.startsWith("/file/"))
        return void response.end('{"ok":true,"result":{"file_path":"documents/1"}}');
      response.writeHead(200, { "content-length": 1000 });
      response.write(Buffer.alloc(10), () => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { platform } = rig.account({ api });
    const opened = await platform.open({ kind: "document", account: "telegram", source: "1" }, never);
    expect(opened.bytes).toBe(1000);
    expect((await failure(contentOf(opened))).fate).toEqual({ kind: "retry", maybeDelivered: false });
    server.closeAllConnections();
    server.close();
  });

  it("of no id, or one that nobody knows, is refused", async () => {
    const gone: FileAttachment = { kind: "photo", account: "telegram" };
    expect((await failure(account.platform.open(gone, never))).code).toBe("telegram.file.gone");
    expect((await failure(account.platform.open({ ...gone, source: "nothing" }, never))).fate).toEqual({
      kind: "refused",
    });
  });

  it("beyond 20 MB is refused by the cloud: beforehand when the size is known, else by its answer", async () => {
    await account.start();
    rig.sandbox.sendFile(rig.chat, rig.user, { kind: "video", bytes: Buffer.alloc(9), size: 21 * MIB });
    await rig.until(() => account.stored.length > 0);
    const { message } = JSON.parse(account.stored[0]?.body ?? "{}") as {
      message: { video: { file_id: string } };
    };
    const file: FileAttachment = { kind: "video", account: "telegram", source: message.video.file_id };
    expect((await failure(account.platform.open(file, never))).code).toBe("telegram.file.too-big");
    const asked: string[] = [];
    const silent = {
      call: () => Promise.reject(new Error("asked")),
      download: (path: string) => {
        asked.push(path);
        return Promise.reject(new Error("asked"));
      },
    };
    const open = createOpen(silent, true);
    expect((await failure(open({ ...file, bytes: 20 * MIB + 1 }, never))).code).toBe("telegram.file.too-big");
    expect(asked).toEqual([]);
  });

  it("of a local server is read from its disk, and refused when that is another machine's", async () => {
    const folder = mkdtempSync(join(tmpdir(), "matebot-files-"));
    const path = join(folder, "v.mp4");
    writeFileSync(path, "a film");
    const api = (file_path: string) => ({
      call: () => Promise.resolve({ file_id: "1", file_unique_id: "1", file_path }) as never,
      download: () => Promise.reject(new Error("downloaded")),
    });
    const file: FileAttachment = { kind: "video", account: "telegram", source: "1", bytes: 900 * MIB };
    const opened = await createOpen(api(path), false)(file, never);
    expect(opened.bytes).toBe(6);
    expect(String(await contentOf(opened))).toBe("a film");
    const elsewhere = createOpen(api(join(folder, "not here")), false)(file, never);
    expect((await failure(elsewhere)).code).toBe("telegram.file.elsewhere");
    // The cloud names no paths of a disk: what looks like one is asked for like any other.
    await expect(createOpen(api(path), true)({ ...file, bytes: 1 }, never)).rejects.toThrow("downloaded");
    rmSync(folder, { recursive: true });
  });

  it("of a custom emoji asks for its sticker first", async () => {
    const asked: unknown[] = [];
    const api = {
      call: (method: string, payload: object) => {
        asked.push([method, payload]);
        const answer = method === "getFile" ? { file_path: "stickers/1.webm" } : [{ file_id: "F" }];
        return Promise.resolve(answer) as never;
      },
      download: (path: string) => {
        asked.push(path);
        return Promise.resolve({ status: 200, stream: (async function* () {})(), close: () => {} });
      },
    };
    const file: FileAttachment = { kind: "sticker", account: "telegram", source: "custom_emoji:77" };
    await createOpen(api, true)(file, never);
    expect(asked).toEqual([
      ["getCustomEmojiStickers", { custom_emoji_ids: ["77"] }],
      ["getFile", { file_id: "F" }],
      "stickers/1.webm",
    ]);
  });
});

describe("the face", () => {
  const size = (width: number) => ({
    file_id: `f${width}`,
    file_unique_id: `u${width}`,
    width,
    height: width,
  });

  function faces(answers: { photos?: readonly unknown[]; photo?: object; error?: PlatformError }) {
    const asked: string[] = [];
    const api = {
      call: (method: string) => {
        asked.push(method);
        if (answers.error) return Promise.reject(answers.error) as never;
        const { photos = [], photo } = answers;
        return Promise.resolve(method === "getChat" ? { photo } : { photos }) as never;
      },
    };
    const face = createFaces("telegram", api, rig.clock);
    return { asked, of: (id: string) => face({ account: "telegram", id }, undefined, never) };
  }

  it("of a person is the smallest photo that is large enough, and is asked for once an hour", async () => {
    const { of, asked } = faces({ photos: [[size(160), size(640), size(320)]] });
    const face = { kind: "photo", account: "telegram", source: "f320", stable: "u320" };
    expect(await Promise.all([of("7"), of("7")])).toEqual([face, face]);
    await rig.clock.advance(59 * 60_000);
    await of("7");
    expect(asked).toEqual(["getUserProfilePhotos"]);
    await rig.clock.advance(2 * 60_000);
    await of("7");
    expect(asked).toHaveLength(2);
  });

  it("of a chat or channel is its photo", async () => {
    const { of, asked } = faces({ photo: { big_file_id: "B", big_file_unique_id: "b" } });
    expect(await of("-1009")).toEqual({ kind: "photo", account: "telegram", source: "B", stable: "b" });
    expect(asked).toEqual(["getChat"]);
  });

  it("of somebody who shows none is none, for ten minutes", async () => {
    const { of, asked } = faces({});
    expect(await of("7")).toBeUndefined();
    expect(await of("7")).toBeUndefined();
    expect(asked).toHaveLength(1);
    await rig.clock.advance(11 * 60_000);
    await of("7");
    expect(asked).toHaveLength(2);
  });

  it("that is refused is none; trouble that passes is told, and not kept", async () => {
    const refused = new PlatformError("telegram.refused", "no", { kind: "refused" });
    expect(await faces({ error: refused }).of("7")).toBeUndefined();
    const passing = new PlatformError("telegram.network", "no", { kind: "retry", maybeDelivered: false });
    const { of, asked } = faces({ error: passing });
    await expect(of("7")).rejects.toBe(passing);
    await expect(of("7")).rejects.toBe(passing);
    expect(asked).toHaveLength(2);
  });

  it("can be opened", async () => {
    rig.sandbox.setUserPhoto(rig.user, Buffer.from(png(640, 640)));
    const face = await account.platform.face?.(
      { account: "telegram", id: String(rig.user) },
      undefined,
      never,
    );
    if (!face) throw new Error("no face");
    expect((await contentOf(await account.platform.open(face, never))).length).toBeGreaterThan(0);
  });
});
