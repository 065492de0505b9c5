// States which requests come out for files, polls, asides and mentions on Discord, and what an edit makes of them.

import { describe, expect, it } from "vitest";
import type { Resolved } from "../../../bridge/platform.ts";
import type { Attachment, FileAttachment, PollAttachment } from "../../../model/attachment.ts";
import type { Copy, Part } from "../../../model/delivery.ts";
import type { Message } from "../../../model/message.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import { type RichText, text } from "../../../model/rich-text.ts";
import { capabilities } from "../capabilities.ts";
import type { CreateRequest, EditRequest } from "../request.ts";
import { renderEdit } from "./edit.ts";
import { withForms } from "./form-hash.ts";
import { renderAside, renderMessage } from "./render.ts";

const MIB = 1024 * 1024;
const to: ConversationRef = { account: "discord", id: "300" };

const known = (
  more: Partial<Resolved> = {},
  prepared: object = { puppets: true, guild: "200" },
): Resolved => ({
  prepared: { ...prepared },
  now: 1_700_000_000_000,
  texts: (key) => `<${key}>`,
  ...more,
});
const bot = { puppets: false, guild: "200" };

const message = (
  attachments: readonly Attachment[],
  body: RichText = [],
  more: Partial<Message> = {},
): Message => ({
  ref: { conversation: { account: "telegram", id: "-100" }, id: "7" },
  author: { kind: "person", name: "Ana", user: { account: "telegram", id: "5" }, face: "f1" },
  at: 1_700_000_000_000,
  body,
  attachments,
  ...more,
});
const file = (name: string, more: Partial<FileAttachment> = {}): FileAttachment => ({
  ...{ kind: "photo", account: "telegram", source: `s-${name}`, stable: name, name, bytes: 1000 },
  ...more,
});
const create = (part: Part | undefined): CreateRequest => part?.request as unknown as CreateRequest;
const names = (part: Part | undefined) => create(part).files?.map((each) => each.file.name);
const render = (what: Message, prepared?: object) => renderMessage(what, to, known({}, prepared));

describe("files", () => {
  it("stand in one message with their caption, in order, under the author's name and face", () => {
    const parts = render(message([file("a"), file("b", { kind: "video" })], [text("olha")]));
    expect(parts).toHaveLength(1);
    expect(create(parts[0])).toMatchObject({
      puppet: { name: "Ana", user: { account: "telegram", id: "5" }, face: "f1" },
      content: "olha",
      hash: parts[0]?.hash,
    });
    expect(names(parts[0])).toEqual(["a", "b"]);
    expect(parts[0]?.hash).toMatch(/^files:[\w-]{12},[\w-]{12}:[0-9a-f]{32}$/);
  });

  it("need no words", () => {
    expect(create(render(message([file("a")]))[0]).content).toBe("");
  });

  it("stand below the last part of a long text", () => {
    const parts = render(message([file("a")], [text("palavra ".repeat(400))]));
    expect(parts.map((part) => names(part))).toEqual([undefined, ["a"]]);
  });

  it("are ten at most in a message", () => {
    const parts = render(
      message(
        Array.from({ length: 12 }, (_, i) => file(`${i}`)),
        [text("x")],
      ),
    );
    expect(parts.map((part) => names(part)?.length)).toEqual([10, 2]);
    expect(parts.map((part) => create(part).content)).toEqual(["x", ""]);
    expect(new Set(parts.map((part) => create(part).nonce)).size).toBe(2);
  });

  it("have 25 MiB together at most, whoever does not say his size counting in full", () => {
    const big = (name: string) => file(name, { bytes: 9 * MIB });
    const { bytes: _, ...unmeasured } = file("?");
    const parts = render(message([big("a"), big("b"), big("c"), file("d"), unmeasured]));
    expect(parts.map((part) => names(part))).toEqual([
      ["a", "b"],
      ["c", "d", "?"],
    ]);
  });

  it("may be as large as the guild takes", () => {
    const [part] = render(message([file("a", { kind: "document" })]), { puppets: true, fileBytes: 50 * MIB });
    expect(create(part).files?.[0]?.wants).toEqual([{ kind: "document", maxBytes: 50 * MIB }]);
    const [usual] = render(message([file("a", { kind: "sticker" })]));
    expect(create(usual).files?.[0]?.wants).toEqual([
      { kind: "sticker", maxBytes: 10 * MIB, types: ["image/gif", "image/png", "image/webp"] },
    ]);
  });

  it("of music are called by their title", () => {
    const song = file("track.mp3", { kind: "audio", performer: "Elis", title: "Águas" });
    expect(names(render(message([song]))[0])).toEqual(["Elis - Águas"]);
  });

  it("of voices are real voice messages where the bot speaks, behind the name", () => {
    const voice = file("v.ogg", { kind: "voice", seconds: 3, waveform: "AAEC" });
    const parts = render(message([voice], [text("ouve")]), bot);
    expect(parts.map((part) => create(part).content)).toEqual(["**Ana**: ouve", ""]);
    expect(create(parts[1])).toMatchObject({ voice: true, files: [{ wants: [{ types: ["audio/ogg"] }] }] });
    expect(parts[1]?.hash).toMatch(/^voice:/);
    expect(render(message([voice]))).toHaveLength(1);
  });
});

describe("an edit", () => {
  const [a, b, c] = [file("a"), file("b"), file("c")] as const;
  const copyOf = (part: Part | undefined, more: Partial<Copy> = {}): Copy => ({
    ...{ ref: { conversation: to, id: "500" }, part: 0, hash: part?.hash ?? "", via: "600", at: 0 },
    ...more,
  });
  const edited = (before: Message, after: Message, more: Partial<Copy> = {}): EditRequest | undefined => {
    const [old] = render(before);
    const [next] = render(after);
    if (!next) throw new Error("no part");
    return renderEdit(next, copyOf(old, more), known()) as EditRequest | undefined;
  };

  it("of the caption alone leaves the files alone", () => {
    const edit = edited(message([a, b], [text("um")]), message([a, b], [text("dois")]));
    expect(edit).toMatchObject({ kind: "edit", message: "500", via: "600", content: "dois" });
    expect(edit?.files).toBeUndefined();
  });

  it("knows a file again whose address is another now", () => {
    const edit = edited(message([a], [text("um")]), message([{ ...a, source: "other" }], [text("dois")]));
    expect(edit?.files).toBeUndefined();
  });

  it("of one file keeps the others by their place", () => {
    const edit = edited(message([a, b]), message([a, c]));
    expect(edit?.standing).toBe(2);
    expect(edit?.files).toMatchObject([{ kept: 0 }, { file: { name: "c" }, wants: expect.anything() }]);
  });

  it("takes files away, and brings the first", () => {
    expect(edited(message([a, b]), message([b]))?.files).toMatchObject([{ kept: 1 }]);
    expect(edited(message([a], [text("x")]), message([], [text("x")]))).toMatchObject({
      ...{ files: [], standing: 1, content: "x" },
    });
    expect(edited(message([], [text("x")]), message([a], [text("x")]))?.files).toMatchObject([
      { file: { name: "a" } },
    ]);
  });

  it("tells a new description or spoiler without sending the file", () => {
    const edit = edited(message([a]), message([{ ...a, alt: "um gato" }]));
    expect(edit?.files).toEqual([{ kept: 0, file: expect.objectContaining({ alt: "um gato" }) }]);
  });

  it("tries again what only words stood for, by the places of what does stand", () => {
    const [old] = render(message([a, b, c], [text("um")]));
    const hash = withForms(old?.hash ?? "", ["words", "still", "file"]);
    const edit = edited(message([a, b, c], [text("um")]), message([a, b, c], [text("dois")]), { hash });
    expect(edit?.standing).toBe(2);
    expect(edit?.files).toMatchObject([{ file: { name: "a" } }, { file: { name: "b" } }, { kept: 1 }]);
  });

  it("of an old plain text is one of words", () => {
    const hash = "0".repeat(32);
    expect(edited(message([], [text("a")]), message([], [text("b")]), { hash })).toEqual({
      ...{ kind: "edit", channel: "300", message: "500", via: "600", content: "b" },
    });
  });

  it("of an album puts no name before the caption: it is one person's", () => {
    const edit = edited(message([a, b]), message([a, b], [text("x")]), { joined: true });
    expect(edit?.content).toBe("x");
  });

  it("turns no voice message or poll into anything else", () => {
    const voice = message([file("v", { kind: "voice" })], [text("x")]);
    const parts = renderMessage(voice, to, known({}, bot));
    const [plain] = render(message([], [text("x")]));
    if (!parts[1] || !plain) throw new Error("no part");
    expect(renderEdit(plain, copyOf(parts[1]), known())).toBeUndefined();
    const [asked] = render(message([poll()]));
    const [other] = render(message([poll({ question: "E agora?" })]));
    if (!asked || !other) throw new Error("no part");
    expect(renderEdit(plain, copyOf(asked), known())).toBeUndefined();
    expect(renderEdit(other, copyOf(asked), known())).toBeUndefined();
  });
});

const poll = (more: Partial<PollAttachment["poll"]> = {}): PollAttachment => ({
  kind: "poll",
  poll: {
    ...{ question: "Mate?", multiple: false, anonymous: true, closed: false },
    options: [
      { id: "0", text: "sim" },
      { id: "1", text: "não", emoji: "👎" },
    ],
    ...more,
  },
});

describe("a poll", () => {
  it("is asked by the bot, with the author's name above", () => {
    const [part, ...rest] = render(message([poll()]));
    expect(rest).toEqual([]);
    expect(create(part).puppet).toBeUndefined();
    expect(create(part)).toMatchObject({
      content: "**Ana**",
      poll: {
        question: { text: "Mate?" },
        answers: [{ poll_media: { text: "sim" } }, { poll_media: { text: "👎 não" } }],
        ...{ duration: 168, allow_multiselect: false, layout_type: 1 },
      },
    });
  });

  it.each([
    [1, 1],
    [3_600_001, 2],
    [90 * 24 * 3_600_000, 768],
  ])("that ends in %d ms stands open for %d hours", (ms, hours) => {
    const [part] = render(message([poll({ closesAt: 1_700_000_000_000 + ms })]));
    expect(create(part).poll?.duration).toBe(hours);
  });

  it("has the same hash later, when it ends sooner", () => {
    const closing = message([poll({ closesAt: 1_700_100_000_000 })]);
    const later = renderMessage(closing, to, known({ now: 1_700_050_000_000 }));
    expect(later[0]?.hash).toBe(render(closing)[0]?.hash);
  });

  it("stands below its description", () => {
    const parts = render(message([poll()], [text("escolham")]));
    expect(parts.map((part) => create(part).content)).toEqual(["escolham", "**Ana**"]);
  });

  const option = (length: number, i: number) => ({ id: `${i}`, text: "😀".repeat(length) });
  it.each<[string, boolean, Partial<PollAttachment["poll"]>]>([
    [
      "of ten answers of 55 characters",
      true,
      { options: Array.from({ length: 10 }, (_, i) => option(55, i)) },
    ],
    ["of eleven answers", false, { options: Array.from({ length: 11 }, (_, i) => option(1, i)) }],
    ["of a long answer", false, { options: [option(56, 0)] }],
    ["of no answers", false, { options: [] }],
    ["of a question of 300", true, { question: "x".repeat(300) }],
    ["of a question of 301", false, { question: "x".repeat(301) }],
    ["with a right answer", false, { quiz: true }],
    ["that is over", false, { closed: true }],
  ])("%s: fits %s", (_name, fits, more) => {
    expect(capabilities.fitsPoll?.(poll(more))).toBe(fits);
  });
});

describe("an aside", () => {
  it("is small print of the bot's that answers the message, without a sound", () => {
    const replyTo = { conversation: to, id: "77" };
    const part = renderAside([text("👍 Carla\n📊 sim 2")], to, known({ replyTo }));
    expect(create(part)).toMatchObject({ content: "-# 👍 Carla\n-# 📊 sim 2", flags: 4096, reply: "77" });
    expect(create(part).puppet).toBeUndefined();
  });

  it("is cut to what a message holds", () => {
    const part = renderAside([text("ana, ".repeat(800))], to, known());
    expect([...create(part).content].length).toBe(2000);
  });
});

describe("a mention", () => {
  const ana = { kind: "mention", user: { account: "telegram", id: "9" }, label: "@carla" } as const;
  const people = new Map([["telegram:9", { account: "discord", id: "1234567890123456789" }]]);

  it("of somebody with an account here pings, and only them", () => {
    const body: RichText = [{ kind: "bold", children: [ana] }, text(" e <@999999999999999999>")];
    const [part] = renderMessage(message([], body), to, known({ people }));
    expect(create(part).content).toBe("**<@1234567890123456789>** e <@\u200b999999999999999999>");
    expect(create(part).mentions).toEqual(["1234567890123456789"]);
  });

  it("of others is text", () => {
    const [part] = renderMessage(message([], [ana]), to, known());
    expect(create(part).content).toBe("@carla");
    expect(create(part).mentions).toBeUndefined();
  });

  it("in a link is its label", () => {
    const body: RichText = [{ kind: "link", href: "https://a.example/", children: [ana] }];
    expect(create(renderMessage(message([], body), to, known({ people }))[0]).mentions).toBeUndefined();
  });
});
