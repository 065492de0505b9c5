// What the bytes of a file make of it, documents that are looked into, and the replacing of media.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bench, openBench } from "../test-bench.ts";
import { formOf, png, SAMPLES } from "../test-files.ts";
import type { Message } from "../types.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.sandbox.close());

const send = (method: string, fields: Readonly<Record<string, string | number | Buffer>>) =>
  bench.upload<Message>(method, { chat_id: bench.chatId, ...fields });
const edit = (message: Message, media: object, files: Readonly<Record<string, Buffer>> = {}) =>
  bench.upload<Message>("editMessageMedia", {
    chat_id: bench.chatId,
    message_id: message.message_id,
    media: JSON.stringify(media),
    ...files,
  });
const album = (media: readonly object[], files: Readonly<Record<string, Buffer>>) =>
  bench.upload<readonly Message[]>("sendMediaGroup", {
    chat_id: bench.chatId,
    media: JSON.stringify(media),
    ...files,
  });

describe("a file of another kind than it is sent as", () => {
  it.each([
    ["sendVoice", "voice", SAMPLES.document],
    ["sendVideo", "video", SAMPLES.animation],
    ["sendAnimation", "animation", png(8, 8)],
    ["sendSticker", "sticker", png(8, 8)],
    ["sendVideoNote", "video_note", SAMPLES.voice],
  ])("%s makes a document of it", async (method, field, bytes) => {
    const message = await send(method, { [field]: bytes });
    expect(message).toHaveProperty("document");
    expect(message).not.toHaveProperty(field);
  });
  it("is found out when it is sent as a document, unless that is switched off", async () => {
    const video = await send("sendDocument", { document: SAMPLES.video });
    expect(video).toHaveProperty("video");
    const kept = await send("sendDocument", {
      document: SAMPLES.video,
      disable_content_type_detection: "true",
    });
    expect(kept).not.toHaveProperty("video");
    expect(kept).toHaveProperty("document");
  });
});

describe("a video note", () => {
  it("has a side and a duration, and takes no caption", async () => {
    const note = await send("sendVideoNote", { video_note: SAMPLES.video_note, length: 360, duration: 7 });
    expect(note.video_note).toMatchObject({ length: 360, duration: 7 });
    await expect(send("sendVideoNote", { video_note: SAMPLES.video_note, caption: "oi" })).rejects.toThrow(
      "unknown parameter caption",
    );
  });
});

describe("a body that comes in pieces", () => {
  it("is read whole, without an announced length", async () => {
    const request = new Request("http://x", {
      method: "POST",
      body: formOf({ chat_id: bench.chatId, document: Buffer.alloc(300_000, "a") }),
    });
    const pieces = new Uint8Array(await request.arrayBuffer());
    const body = new ReadableStream({
      start(controller) {
        for (let at = 0; at < pieces.length; at += 65_536) controller.enqueue(pieces.slice(at, at + 65_536));
        controller.close();
      },
    });
    const headers = { "content-type": request.headers.get("content-type") ?? "" };
    const url = `${bench.sandbox.url}/bot${bench.bot.token}/sendDocument`;
    const answer = await fetch(url, { method: "POST", headers, body, duplex: "half" });
    expect(await answer.json()).toMatchObject({ ok: true, result: { document: { file_size: 300_000 } } });
    expect(bench.sandbox.requests.at(-1)?.headers).toMatchObject({ "transfer-encoding": "chunked" });
  });
});

describe("a download that stalls", () => {
  it("announces the whole file and sends a part", async () => {
    const { sandbox, bot } = bench;
    const sent = await send("sendDocument", { document: SAMPLES.document });
    const { file_path } = await bench.done<{ file_path: string }>("getFile", {
      file_id: Reflect.get(Object(sent.document), "file_id"),
    });
    const match = ({ path }: { path: string }) => path.startsWith("/file/");
    sandbox.faults.add({ match, times: 1, fault: { kind: "stall", after: 5 } });
    const gone = new AbortController();
    const answer = await fetch(`${sandbox.url}/file/bot${bot.token}/${file_path}`, { signal: gone.signal });
    expect(Number(answer.headers.get("content-length"))).toBe(SAMPLES.document.length);
    const reader = answer.body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe("%PDF-");
    const next = reader?.read();
    gone.abort();
    await expect(next).rejects.toThrow();
  });
});

describe("a thumbnail", () => {
  it("is kept when it is a small JPEG and ignored else", async () => {
    const jpeg = Buffer.from("ffd8ffe000040000ffc0000b08000a001401011100ffd9", "hex");
    const video = await send("sendVideo", { video: SAMPLES.video, thumbnail: jpeg });
    expect(video.video).toMatchObject({ thumbnail: { width: 20, height: 10 } });
    const plain = await send("sendVideo", { video: SAMPLES.video, thumbnail: png(20, 10) });
    expect(plain.video).not.toHaveProperty("thumbnail");
  });
});

describe("editMessageMedia", () => {
  it("puts other media and another caption in the place of media or text", async () => {
    const photo = await send("sendPhoto", { photo: png(8, 8), caption: "um" });
    const video = { type: "video", media: "attach://v", caption: "dois" };
    const changed = await edit(photo, video, { v: SAMPLES.video });
    expect(changed).toMatchObject({ message_id: photo.message_id, caption: "dois" });
    expect(changed).toHaveProperty("video");
    expect(changed).not.toHaveProperty("photo");
    const bare = await edit(changed, { type: "photo", media: "attach://p" }, { p: png(9, 9) });
    expect(bare).not.toHaveProperty("caption");
    const text = await bench.send("texto");
    const made = await edit(text, { type: "document", media: "attach://d" }, { d: SAMPLES.document });
    expect(made).toHaveProperty("document");
    expect(made).not.toHaveProperty("text");
  });
  it.each([
    ["sendVoice", "voice", "message media can't be edited"],
    ["sendSticker", "sticker", "message can't be edited"],
    ["sendVideoNote", "video_note", "message can't be edited"],
  ] as const)("refuses what %s sent, but not its keyboard", async (method, kind, why) => {
    const message = await send(method, { [kind]: SAMPLES[kind] });
    const photo = { type: "photo", media: "attach://p" };
    await expect(edit(message, photo, { p: png(8, 8) })).rejects.toThrow(why);
    const reply_markup = { inline_keyboard: [[{ text: "a", callback_data: "b" }]] };
    const markup = { chat_id: bench.chatId, message_id: message.message_id, reply_markup };
    expect(await bench.done("editMessageReplyMarkup", markup)).toMatchObject({ reply_markup });
  });
  it("keeps the members of an album in their class", async () => {
    const [photo] = await album(
      [
        { type: "photo", media: "attach://a" },
        { type: "video", media: "attach://b" },
      ],
      { a: png(8, 8), b: SAMPLES.video },
    );
    if (!photo) throw new Error("no album");
    const edited = await edit(photo, { type: "video", media: "attach://v" }, { v: SAMPLES.video });
    expect(edited.media_group_id).toBe(photo.media_group_id);
    await expect(
      edit(photo, { type: "document", media: "attach://d" }, { d: SAMPLES.document }),
    ).rejects.toThrow("can't change media type in the album");
    await expect(
      edit(photo, { type: "animation", media: "attach://d" }, { d: SAMPLES.animation }),
    ).rejects.toThrow("message content type can't be used in an album");
  });
  it("refuses keys the InputMedia of that type does not have, and files that were not sent", async () => {
    const photo = await send("sendPhoto", { photo: png(8, 8) });
    await expect(edit(photo, { type: "photo", media: "attach://p", title: "x" })).rejects.toThrow(
      "unknown key title",
    );
    await expect(edit(photo, { type: "photo", media: "attach://p" })).rejects.toThrow(
      "wrong file identifier/HTTP URL specified",
    );
  });
});
