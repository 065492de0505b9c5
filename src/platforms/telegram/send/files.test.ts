// What becomes of files on Telegram, from the renderer to the simulated chat: forms, albums, captions, words in their place.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FileShelf, png, SHELVED } from "../../../../test/support/file-shelf.ts";
import { openRig, type Rig } from "../../../../test/support/telegram-rig.ts";
import type { Platform, Resolved } from "../../../bridge/platform.ts";
import type { FileAttachment, FileKind } from "../../../model/attachment.ts";
import type { Call, Copy, Part, Sent } from "../../../model/delivery.ts";
import { PlatformError } from "../../../model/errors.ts";
import type { Message } from "../../../model/message.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import { type RichText, text } from "../../../model/rich-text.ts";
import { loadTexts } from "../../../texts.ts";

const never = new AbortController().signal;

let rig: Rig;
let shelf: FileShelf;
let platform: Platform;
let to: ConversationRef;
let known: Resolved;

beforeEach(async () => {
  rig = await openRig();
  shelf = new FileShelf();
  platform = rig.account({ media: shelf }).platform;
  to = { account: "telegram", id: String(rig.chat) };
  known = { prepared: null, now: rig.clock.now(), texts: loadTexts("en") };
});

afterEach(async () => {
  expect(shelf.held, "files that nobody let go").toBe(0);
  await rig.close();
});

function message(attachments: readonly FileAttachment[], body: RichText = [], over: Partial<Message> = {}) {
  return {
    ref: { conversation: { account: "discord", id: "1" }, id: "1" },
    author: { kind: "person", name: "Ana" },
    ...{ at: 0, body, attachments },
    ...over,
  } satisfies Message;
}

const callOf = (part: Part, op: Call["op"] = "create"): Call => ({ op, part: 0, ...part });

async function carry(of: Message): Promise<readonly (Sent & { readonly part: Part })[]> {
  const sent: (Sent & { readonly part: Part })[] = [];
  for (const part of platform.renderMessage(of, to, known)) {
    const made = await platform.send(callOf(part), to, never);
    if (made) sent.push({ ...made, part });
  }
  return sent;
}

/** The copies the bridge would keep. */
function copiesOf(sent: Sent & { readonly part: Part }): readonly Copy[] {
  const hashes = [sent.hash ?? sent.part.hash, ...(sent.part.more ?? [])];
  return [sent.ref, ...(sent.more ?? [])].map((ref, index) => ({
    ...{ ref, part: index, hash: hashes[index] ?? "", at: rig.clock.now() },
  }));
}

const stands = () => rig.sandbox.messages(rig.chat).filter(({ from }) => from?.is_bot === true);
const kindOf = (each: object) =>
  ["photo", "video", "animation", "audio", "voice", "document", "sticker", "video_note", "poll", "text"].find(
    (kind) => kind in each,
  );

describe("one file", () => {
  it.each<[FileKind, keyof typeof SHELVED, string]>([
    ["photo", "png", "photo"],
    ["video", "mp4", "video"],
    ["animation", "gif", "animation"],
    ["audio", "mp3", "audio"],
    ["voice", "ogg", "voice"],
    ["document", "pdf", "document"],
    ["document", "gif", "document"],
    ["photo", "pdf", "document"],
  ])("of kind %s (%s) stands as %s, with its words below the author's name", async (kind, sample, stand) => {
    const file = shelf.put(kind, "a file", SHELVED[sample]);
    const [sent, ...more] = await carry(message([file], [text("olha")]));
    expect(more).toEqual([]);
    const [standing, ...others] = stands();
    expect(others).toEqual([]);
    expect(kindOf(standing ?? {})).toBe(stand);
    expect(standing).toMatchObject({
      caption: "Ana: olha",
      caption_entities: [{ type: "bold", offset: 0, length: 3 }],
    });
    expect(sent?.ref).toEqual({ conversation: to, id: String(standing?.message_id) });
    expect(sent?.hash).toBeUndefined();
  });

  it.each<[FileKind, keyof typeof SHELVED, string]>([
    ["sticker", "webm", "sticker"],
    ["video-note", "mp4", "video_note"],
  ])("of kind %s has no caption: the name goes before it", async (kind, sample, stand) => {
    await carry(message([shelf.put(kind, "a file", SHELVED[sample], { mime: "image/apng" })]));
    expect(stands().map(kindOf)).toEqual(["text", stand]);
    expect(stands()[0]).toMatchObject({ text: "Ana" });
  });

  it("keeps spoiler, title, performer, silence, topic and answer", async () => {
    const target = rig.sandbox.say(rig.chat, rig.user, { text: "vamos?" });
    known = { ...known, replyTo: { conversation: to, id: String(target.message_id) } };
    const photo = shelf.put("photo", "p", SHELVED.png, { spoiler: true });
    await carry(message([photo], [], { silent: true }));
    expect(stands()[0]).toMatchObject({
      has_media_spoiler: true,
      reply_to_message: { message_id: target.message_id },
    });
    expect(rig.asked("sendPhoto")[0]).toMatchObject({ disable_notification: "true" });
    await carry(message([shelf.put("audio", "m", SHELVED.mp3, { title: "Garota", performer: "Tom" })]));
    expect(stands()[1]).toMatchObject({ audio: { title: "Garota", performer: "Tom" } });
  });

  it("tells what it shows, for those who cannot see it", async () => {
    await carry(message([shelf.put("photo", "p", SHELVED.png, { alt: "Um gato\nna  rede" })]));
    expect(stands()[0]).toMatchObject({
      caption: "Ana\nUm gato na rede",
      caption_entities: [{ type: "bold" }, { type: "italic", offset: 4, length: 15 }],
    });
  });

  it("bears the beginning of a long text, and the rest follows in messages of text", async () => {
    const long = `${"palavra ".repeat(700)}fim`;
    const sent = await carry(message([shelf.put("photo", "p", SHELVED.png)], [text(long)]));
    expect(sent).toHaveLength(3);
    expect(stands().map(kindOf)).toEqual(["photo", "text", "text"]);
    const words = stands().map(({ caption, text: said }) => `${caption ?? said}`);
    expect(words.join(" ")).toBe(`Ana: ${long}`);
    expect([...(words[0] ?? "")].length).toBeLessThanOrEqual(1024);
  });
});

describe("several files", () => {
  it("are one album in their order, with the words once, below the first", async () => {
    const files = [
      shelf.put("photo", "1", SHELVED.png),
      shelf.put("video", "2", SHELVED.mp4),
      shelf.put("photo", "3", SHELVED.png, { alt: "um mapa" }),
    ];
    const [sent, ...others] = await carry(message(files, [text("fotos")]));
    expect(others).toEqual([]);
    expect(stands().map(kindOf)).toEqual(["photo", "video", "photo"]);
    expect(stands().map(({ caption }) => caption)).toEqual(["Ana: fotos\n3. um mapa", undefined, undefined]);
    expect(new Set(stands().map(({ media_group_id }) => media_group_id)).size).toBe(1);
    expect([sent?.ref.id, ...(sent?.more ?? []).map(({ id }) => id)]).toEqual(
      stands().map(({ message_id }) => String(message_id)),
    );
    expect(sent?.part.more).toHaveLength(2);
    expect(shelf.read).toEqual(["1", "2", "3"]);
  });

  it("stand in as few albums as Telegram's classes and their order allow", async () => {
    const kinds: readonly [FileKind, keyof typeof SHELVED][] = [
      ...Array.from({ length: 11 }, () => ["photo", "png"] as const),
      ["animation", "gif"],
      ["document", "pdf"],
      ["document", "pdf"],
      ["audio", "mp3"],
    ].map(([kind, sample]) => [kind as FileKind, sample as keyof typeof SHELVED]);
    const files = kinds.map(([kind, sample], index) => shelf.put(kind, `f${index}`, SHELVED[sample]));
    await carry(message(files));
    const methods = rig.sandbox.requests.map(({ path }) => path.split("/").at(-1));
    expect(methods.filter((method) => method?.startsWith("send"))).toEqual([
      ...["sendMediaGroup", "sendPhoto", "sendAnimation", "sendMediaGroup", "sendAudio"],
    ]);
    expect(
      stands()
        .map(({ caption }) => caption ?? "")
        .join(""),
    ).toBe("Ana");
  });

  it("are all documents when one of them can be nothing else", async () => {
    await carry(message([shelf.put("photo", "1", SHELVED.png), shelf.put("video", "2", SHELVED.webm)]));
    expect(stands().map(kindOf)).toEqual(["document", "document"]);
  });

  it("go without one that cannot be had, which is named in the words", async () => {
    const files = [
      shelf.put("photo", "1", SHELVED.png),
      shelf.put("photo", "2", { ...SHELVED.png, unfit: "broken" }),
      shelf.put("photo", "3", SHELVED.png),
    ];
    const [sent] = await carry(message(files, [text("fotos")]));
    expect(stands().map(kindOf)).toEqual(["photo", "photo"]);
    expect(stands()[0]?.caption).toMatch(/^Ana: fotos\n📷 Photo · 2\n/);
    expect(sent?.hash).toBe("partial::");
    expect(sent?.more).toHaveLength(1);
  });

  it("go without one that Telegram refuses", async () => {
    const files = [
      shelf.put("document", "1", SHELVED.pdf),
      shelf.put("document", "2", { bytes: new Uint8Array(0), mime: "text/plain" }),
    ];
    await carry(message(files, [text("docs")]));
    expect(stands().map(kindOf)).toEqual(["document"]);
    expect(stands()[0]?.caption).toMatch(/^Ana: docs\n📎 File · 2/);
  });
});

describe("a file that does not fit", () => {
  it("is a card with its link below the words, and the form is told", async () => {
    const file = shelf.put("video", "filme.mp4", {
      ...{ ...SHELVED.mp4, unfit: "too-big", link: "https://bridge.example/files/1" },
    });
    const [sent] = await carry(message([file], [text("olha")]));
    expect(stands()[0]?.text).toMatch(/^Ana: olha\n🎬 Video · filme.mp4\n/);
    expect(stands()[0]?.entities).toContainEqual({
      ...{ type: "text_link", offset: 10, length: 20, url: "https://bridge.example/files/1" },
    });
    expect(stands()[0]).toMatchObject({ link_preview_options: { is_disabled: true } });
    expect(sent?.hash).toMatch(/^card:/);
  });

  it("is shown by a still picture with the card below", async () => {
    const file = shelf.put("video", "v", { ...SHELVED.mp4, unfit: "too-big", still: png(16, 9) });
    const [sent] = await carry(message([file], [text("olha")]));
    expect(stands()[0]).toMatchObject({
      photo: [{ width: 16 }],
      caption: expect.stringMatching(/^Ana: olha\n🎬/),
    });
    expect(sent?.hash).toMatch(/^still:/);
  });

  it("is tried as a document when Telegram does not take the picture", async () => {
    await carry(message([shelf.put("photo", "p", { bytes: png(9_000, 9_000), mime: "image/png" })]));
    expect(stands().map(kindOf)).toEqual(["document"]);
    expect(stands()[0]?.caption).toBe("Ana");
  });

  it("is a card where the chat forbids its kind, though text may be sent", async () => {
    rig.sandbox.join(rig.chat, Number(rig.token.split(":")[0]), "restricted", { can_send_photos: false });
    const [sent] = await carry(message([shelf.put("photo", "p", SHELVED.png)], [text("olha")]));
    expect(stands()[0]?.text).toMatch(/^Ana: olha\n📷 Photo · p\nThe group does not let the bot/);
    expect(sent?.hash).toMatch(/^card:/);
  });

  it("waits when the trouble may pass, and nothing is sent", async () => {
    const passing = new PlatformError("discord.network", "no", { kind: "retry", maybeDelivered: false });
    const files = [
      shelf.put("photo", "1", SHELVED.png),
      shelf.put("photo", "2", { ...SHELVED.png, fails: passing }),
    ];
    await expect(carry(message(files))).rejects.toBe(passing);
    expect(stands()).toEqual([]);
  });

  it("that breaks in the middle of the upload has not been delivered, and says whose fault it was", async () => {
    const cut = new PlatformError("media.short", "cut", { kind: "retry", maybeDelivered: false });
    const file = shelf.put("document", "d", { ...SHELVED.pdf, breaks: cut });
    await expect(carry(message([file]))).rejects.toBe(cut);
    expect(stands()).toEqual([]);
  });
});

describe("the second time", () => {
  it("sends the id and opens nothing", async () => {
    const files = [shelf.put("photo", "1", SHELVED.png), shelf.put("video", "2", SHELVED.mp4)];
    await carry(message(files));
    await carry(message(files));
    await carry(message(files.slice(0, 1)));
    expect(shelf.read).toEqual(["1", "2"]);
    expect(shelf.fitted).toEqual(["1", "2"]);
    expect(stands().map(kindOf)).toEqual(["photo", "video", "photo", "video", "photo"]);
  });

  it("uploads again what Telegram does not know any more", async () => {
    const file = shelf.put("photo", "1", SHELVED.png);
    await carry(message([file]));
    const description = "Bad Request: wrong file identifier/HTTP URL specified";
    rig.sandbox.faults.add({
      ...{ match: ({ path }) => path.endsWith("/sendPhoto"), times: 1 },
      fault: { kind: "status", status: 400, body: { ok: false, error_code: 400, description } },
    });
    await carry(message([file]));
    expect(shelf.read).toEqual(["1", "1"]);
    expect(stands().map(kindOf)).toEqual(["photo", "photo"]);
  });
});

describe("an edit", () => {
  async function edited(from: Message, into: Message, index = 0) {
    const [sent] = await carry(from);
    const [part] = platform.renderMessage(into, to, known);
    const copy = sent && copiesOf(sent)[index];
    if (!part || !copy) throw new Error("nothing to edit");
    const request = platform.renderEdit(part, copy, known, index);
    if (request === undefined) return undefined;
    const before = rig.sandbox.requests.length;
    await platform.send({ ...{ op: "edit", part: 0, hash: part.hash }, request }, to, never);
    return rig.sandbox.requests.slice(before).map(({ path }) => path.split("/").at(-1));
  }

  it("of the caption sends no file", async () => {
    const photo = shelf.put("photo", "p", SHELVED.png);
    expect(await edited(message([photo], [text("a")]), message([photo], [text("b")]))).toEqual([
      "editMessageCaption",
    ]);
    expect(stands()[0]).toMatchObject({ caption: "Ana: b", photo: expect.anything() });
    expect(shelf.read).toEqual(["p"]);
  });

  it("of the file puts the new one in its place", async () => {
    const [photo, film] = [shelf.put("photo", "p", SHELVED.png), shelf.put("video", "v", SHELVED.mp4)];
    expect(await edited(message([photo]), message([film], [text("b")]))).toEqual(["editMessageMedia"]);
    expect(stands()[0]).toMatchObject({ caption: "Ana: b", video: expect.anything() });
  });

  it("changes one member of an album", async () => {
    const [a, b, c] = ["a", "b", "c"].map((name) => shelf.put("photo", name, SHELVED.png));
    if (!a || !b || !c) throw new Error("no files");
    expect(await edited(message([a, b]), message([a, c]), 1)).toEqual(["editMessageMedia"]);
    expect(shelf.read).toEqual(["a", "b", "c"]);
    expect(stands().map(({ caption }) => caption)).toEqual(["Ana", undefined]);
  });

  it("cannot make a photo of a voice message, or text of a photo", async () => {
    const [voice, photo] = [shelf.put("voice", "f", SHELVED.ogg), shelf.put("photo", "p", SHELVED.png)];
    expect(await edited(message([voice]), message([photo]))).toBeUndefined();
    expect(await edited(message([photo]), message([], [text("a")]))).toBeUndefined();
  });

  it("makes a photo of text", async () => {
    const photo = shelf.put("photo", "p", SHELVED.png);
    expect(await edited(message([], [text("a")]), message([photo], [text("b")]))).toEqual([
      "editMessageMedia",
    ]);
    expect(stands()[0]).toMatchObject({ caption: "Ana: b", photo: expect.anything() });
  });

  it("of a card puts the file in its place as soon as it can be had", async () => {
    const film = shelf.put("video", "v", { ...SHELVED.mp4, unfit: "gone" });
    const [sent] = await carry(message([film], [text("a")]));
    shelf.put("video", "v", SHELVED.mp4);
    const [part] = platform.renderMessage(message([film], [text("b")]), to, known);
    const copy = sent && copiesOf(sent)[0];
    if (!part || !copy) throw new Error("nothing to edit");
    const request = platform.renderEdit(part, copy, known) ?? null;
    await platform.send({ ...{ op: "edit", part: 0, hash: part.hash }, request }, to, never);
    expect(stands()[0]).toMatchObject({ caption: "Ana: b", video: expect.anything() });
  });

  it("of a card whose hash does not tell it finds that out, and keeps the card", async () => {
    const film = shelf.put("video", "v", { ...SHELVED.mp4, unfit: "gone" });
    const [sent] = await carry(message([film], [text("a")]));
    const [part] = platform.renderMessage(message([film], [text("b")]), to, known);
    const copy = sent && copiesOf({ ...sent, hash: sent.part.hash })[0];
    if (!part || !copy) throw new Error("nothing to edit");
    const request = platform.renderEdit(part, copy, known) ?? null;
    await platform.send({ ...{ op: "edit", part: 0, hash: part.hash }, request }, to, never);
    expect(stands()[0]?.text).toMatch(/^Ana: b\n🎬 Video · v/);
  });

  it("of nothing is done", async () => {
    const photo = shelf.put("photo", "p", SHELVED.png);
    const [sent] = await carry(message([photo], [text("a")]));
    const copy = sent && copiesOf(sent)[0];
    if (!sent || !copy) throw new Error("nothing to edit");
    const request = platform.renderEdit(sent.part, copy, known) ?? null;
    expect(
      await platform.send({ ...{ op: "edit", part: 0, hash: "h" }, request }, to, never),
    ).toBeUndefined();
  });
});

describe("a delete after two days", () => {
  it("puts a picture of nothing in the place of the file, and empties the words", async () => {
    const [sent] = await carry(message([shelf.put("photo", "p", SHELVED.png)], [text("segredo")]));
    const copies = sent ? copiesOf(sent) : [];
    const later = { ...known, now: rig.clock.now() + 49 * 3_600_000 };
    for (const { request, targets } of platform.renderDelete(copies, to, later))
      await platform.send({ ...{ op: "delete", part: 0, hash: "", targets }, request }, to, never);
    expect(stands()[0]).toMatchObject({ photo: expect.anything(), caption: "🗑️ Message deleted" });
    expect(shelf.read).toEqual(["p", "🗑"]);
  });
});
