// Requests for messages, notices, edits and deletes, as the Bot API takes them.

import { describe, expect, it } from "vitest";
import type { Resolved } from "../../../bridge/platform.ts";
import type { Copy, Part } from "../../../model/delivery.ts";
import type { Message } from "../../../model/message.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import { type Node, type RichText, text } from "../../../model/rich-text.ts";
import { parseUpdate } from "../parse/parse.ts";
import type { TelegramRequest } from "../request.ts";
import { renderDelete, renderEdit } from "./changes.ts";
import { renderMessage as renderIn, renderNotice } from "./render.ts";

const TO: ConversationRef = { account: "telegram", id: "-1001234567890" };
const FROM: ConversationRef = { account: "discord", id: "123456789012345678" };
const HOUR = 3_600_000;
const KNOWN: Resolved = { prepared: null, now: 100 * HOUR, texts: (key) => `<${key}>` };

const renderMessage = (of: Message, to: ConversationRef, known: Resolved) =>
  renderIn(of, to, known, { profiles: false, maxBytes: 1_000_000 });

const bold = (value: string): Node => ({ kind: "bold", children: [text(value)] });

function message(body: RichText, over: Partial<Message> = {}): Message {
  return {
    ref: { conversation: FROM, id: "1" },
    author: { kind: "person", name: "Ana" },
    at: 0,
    body,
    attachments: [],
    ...over,
  };
}

function payloads(parts: readonly Part[]): readonly TelegramRequest["payload"][] {
  return parts.map((part) => (part.request as unknown as TelegramRequest).payload);
}

function rendered(
  body: RichText,
  over: Partial<Message> = {},
  known: Partial<Resolved> = {},
): TelegramRequest["payload"] {
  const [first, ...rest] = payloads(renderMessage(message(body, over), TO, { ...KNOWN, ...known }));
  expect(rest).toEqual([]);
  if (!first) throw new Error("no part");
  return first;
}

function copy(id: number, ageHours: number): Copy {
  return { ref: { conversation: TO, id: String(id) }, part: 0, hash: "h", at: KNOWN.now - ageHours * HOUR };
}

describe("renderMessage", () => {
  it("puts the bold name before the text and sends entities, never a parse mode", () => {
    const [part] = renderMessage(message([text("oi "), bold("gente")]), TO, KNOWN);
    expect(part?.request).toEqual({
      method: "sendMessage",
      payload: {
        chat_id: -1001234567890,
        text: "Ana: oi gente",
        entities: [
          { type: "bold", offset: 0, length: 3 },
          { type: "bold", offset: 8, length: 5 },
        ],
      },
    });
  });

  it.each<[string, Node]>([
    ["a quote", { kind: "quote", expandable: false, children: [text("x")] }],
    ["a heading", { kind: "heading", level: 1, children: [text("x")] }],
    ["code", { kind: "pre", text: "x" }],
  ])("begins a new line when the text begins with %s", (_, node) => {
    expect(rendered([text(""), node]).text).toBe("Ana:\nx");
  });

  it("shows the name alone when there is nothing to say", () => {
    expect(rendered([])).toMatchObject({ text: "Ana", entities: [{ type: "bold", offset: 0, length: 3 }] });
    expect(rendered([text(" \n")]).text).toBe("Ana");
  });

  it("keeps a name on one line and never lets it vanish", () => {
    expect(rendered([text("oi")], { author: { kind: "person", name: "A\n B" } }).text).toBe("A B: oi");
    expect(rendered([text("oi")], { author: { kind: "person", name: "\u200b\u3164" } }).text).toMatch(
      /^\S+: oi$/,
    );
    expect(rendered([text("oi")], { author: { kind: "person", name: " " } }).text).toBe("?: oi");
  });

  it("names the topic, but never the general one, which the server does not find by its number", () => {
    const to = (thread: string) =>
      payloads(renderMessage(message([text("oi")]), { ...TO, thread }, KNOWN))[0];
    expect(to("7")).toMatchObject({ message_thread_id: 7 });
    expect(to("1")).not.toHaveProperty("message_thread_id");
  });

  it("replies natively, even when the target is gone, and quotes nothing then", () => {
    const reply = { author: "Bia", excerpt: "vamos?", quote: [text("vam")] };
    const made = rendered([text("sim")], { reply }, { replyTo: { conversation: TO, id: "42" } });
    expect(made).toMatchObject({
      text: "Ana: sim",
      reply_parameters: { message_id: 42, allow_sending_without_reply: true },
    });
    expect(made.reply_parameters).not.toHaveProperty("quote");
  });

  it("says in words what is answered when the target is a joined message, which stands for several", () => {
    const reply = { author: "Bia", excerpt: "vamos?" };
    const known = { replyTo: { conversation: TO, id: "42" }, replyIsJoined: true };
    expect(rendered([text("sim")], { reply }, known)).toMatchObject({
      text: "Ana:\nBia: vamos?\nsim",
      reply_parameters: { message_id: 42, allow_sending_without_reply: true },
    });
    expect(rendered([text("sim")], { reply: {} }, known).text).toBe("Ana: sim");
    expect(rendered([text("sim")], { reply }, { ...known, replyIsJoined: false }).text).toBe("Ana: sim");
  });

  it("shows author and first words of an unknown target in a quote", () => {
    expect(rendered([text("sim")], { reply: { author: "Bia", excerpt: "vamos\nlá?" } })).toMatchObject({
      text: "Ana:\nBia: vamos lá?\nsim",
      entities: [
        { type: "bold", offset: 0, length: 3 },
        { type: "blockquote", offset: 5, length: 14 },
        { type: "bold", offset: 5, length: 3 },
      ],
    });
    expect(rendered([text("sim")], { reply: { author: "Bia" } }).text).toBe("Ana:\nBia\nsim");
    expect(rendered([text("sim")], { reply: { excerpt: "a".repeat(500) } }).text).toMatch(
      /^Ana:\na{159}…\nsim$/,
    );
    expect(rendered([text("sim")], { reply: { quote: [bold("lá")], excerpt: "vamos lá" } }).text).toBe(
      "Ana:\nlá\nsim",
    );
    expect(rendered([text("sim")], { reply: {} }).text).toBe("Ana: sim");
  });

  it("keeps previews off and notifications silent when the author did", () => {
    expect(rendered([text("oi")], { previews: false, silent: true })).toMatchObject({
      link_preview_options: { is_disabled: true },
      disable_notification: true,
    });
    expect(Object.keys(rendered([text("oi")]))).toEqual(["chat_id", "text", "entities"]);
  });

  it("splits at 4096 code points, names the author once and replies once", () => {
    const body = [text(`${"😀".repeat(3000)} ${"é".repeat(3000)}`)];
    const parts = renderMessage(message(body), TO, { ...KNOWN, replyTo: { conversation: TO, id: "42" } });
    const all = payloads(parts);
    expect(all.every((one) => [...String(one.text)].length <= 4096)).toBe(true);
    const joined = all.map((one) => one.text).join("");
    expect(joined.replace(" é", "é")).toBe(`Ana: ${"😀".repeat(3000)}${"é".repeat(3000)}`);
    expect(all.map((one) => "reply_parameters" in one)).toEqual([true, false]);
    expect(new Set(parts.map((part) => part.hash)).size).toBe(2);
  });

  it("fills a message to the last code point", () => {
    const [one, ...rest] = payloads(renderMessage(message([text("😀".repeat(4091))]), TO, KNOWN));
    expect(rest).toEqual([]);
    expect([...String(one?.text)].length).toBe(4096);
    expect(renderMessage(message([text("😀".repeat(4092))]), TO, KNOWN)).toHaveLength(2);
  });

  it("has one hash for what looks the same, wherever it stands and whatever it answers", () => {
    const hash = (body: RichText, to = TO, known: Resolved = KNOWN) =>
      renderMessage(message(body), to, known)[0]?.hash;
    const plain = hash([text("oi")]);
    expect(plain).toMatch(/^[0-9a-f]{32}$/);
    expect(
      hash([text("oi")], { ...TO, thread: "7" }, { ...KNOWN, replyTo: { conversation: TO, id: "4" } }),
    ).toBe(plain);
    expect(hash([bold("oi")])).not.toBe(plain);
  });

  it("is read back by the parser: a reply to the copy names its author", () => {
    const reply = { author: "Bia", excerpt: "vamos?" };
    const sent = rendered([text("sim")], { reply });
    const chat = { id: -1001234567890, type: "supergroup", title: "G" };
    const from = { id: 9, is_bot: true, first_name: "MateBot" };
    const reply_to_message = { message_id: 5, date: 1, chat, from, text: sent.text, entities: sent.entities };
    const ana = { id: 2, is_bot: false, first_name: "Caio" };
    const update = {
      update_id: 1,
      message: { message_id: 6, date: 2, chat, from: ana, text: "ok", reply_to_message },
    };
    const raw = { account: "telegram", key: "1", body: JSON.stringify(update), receivedAt: 0 };
    const [event] = parseUpdate(raw, { id: "9", username: "matebot", name: "MateBot" });
    expect(event).toMatchObject({ message: { reply: { author: "Ana", excerpt: "sim" } } });
  });
});

describe("renderNotice", () => {
  it("says the line without a name", () => {
    expect(payloads(renderNotice([text("Bia entrou")], { ...TO, thread: "7" }, KNOWN))).toEqual([
      { chat_id: -1001234567890, message_thread_id: 7, text: "Bia entrou", entities: [] },
    ]);
  });

  it("is never empty, for the server refuses empty messages", () => {
    expect(payloads(renderNotice([], TO, KNOWN))[0]?.text).not.toBe("");
  });
});

describe("renderEdit", () => {
  it("edits the copy where it stands, with the content alone", () => {
    const known = { ...KNOWN, replyTo: { conversation: TO, id: "42" } };
    const [part] = renderMessage(
      message([text("oi")], { previews: false, silent: true }),
      { ...TO, thread: "7" },
      known,
    );
    expect(part && renderEdit(part, copy(77, 1), KNOWN)).toEqual({
      method: "editMessageText",
      payload: {
        chat_id: -1001234567890,
        message_id: 77,
        text: "Ana: oi",
        entities: [{ type: "bold", offset: 0, length: 3 }],
        link_preview_options: { is_disabled: true },
      },
    });
  });
});

describe("renderDelete", () => {
  it("removes one copy by its own method and many at once, a hundred at a time", () => {
    expect(renderDelete([copy(5, 1)], TO, KNOWN)).toEqual([
      {
        request: { method: "deleteMessage", payload: { chat_id: -1001234567890, message_id: 5 } },
        targets: [{ conversation: TO, id: "5" }],
      },
    ]);
    const many = Array.from({ length: 201 }, (_, i) => copy(i + 1, 1));
    const made = renderDelete(many, TO, KNOWN);
    expect(made.map((one) => one.targets.length)).toEqual([100, 100, 1]);
    expect(made.flatMap((one) => one.targets.map((ref) => ref.id))).toEqual(many.map((one) => one.ref.id));
    expect(made[0]?.request).toMatchObject({
      method: "deleteMessages",
      payload: { message_ids: Array.from({ length: 100 }, (_, i) => i + 1) },
    });
  });

  it("makes a tombstone of what is too old to be deleted, five minutes before the server would refuse", () => {
    const made = renderDelete([copy(1, 47.9), copy(2, 48 - 4 / 60), copy(3, 500)], TO, KNOWN);
    expect(made.map((one) => (one.request as unknown as TelegramRequest).method)).toEqual([
      "deleteMessage",
      "editMessageText",
      "editMessageText",
    ]);
    expect(made[1]).toEqual({
      request: {
        method: "editMessageText",
        payload: {
          chat_id: -1001234567890,
          message_id: 2,
          text: "<telegram.deleted>",
          entities: [{ type: "italic", offset: 0, length: 18 }],
        },
      },
      targets: [{ conversation: TO, id: "2" }],
    });
  });

  it("makes nothing of nothing", () => {
    expect(renderDelete([], TO, KNOWN)).toEqual([]);
  });
});

describe("an author whose page is linked", () => {
  const linked = (body: RichText, over: Partial<Message> = {}) => {
    const author = { kind: "person", name: "Ana", href: "https://discord.example/users/7" } as const;
    const made = renderIn(message(body, { author, ...over }), TO, KNOWN, { profiles: true, maxBytes: 1 });
    return payloads(made)[0];
  };

  it("leads there by the bold name, and their page is never previewed", () => {
    expect(linked([text("oi")])).toMatchObject({
      text: "Ana: oi",
      entities: [
        { type: "bold", offset: 0, length: 3 },
        { type: "text_link", offset: 0, length: 3, url: "https://discord.example/users/7" },
      ],
      link_preview_options: { is_disabled: true },
    });
  });

  it("leaves the preview to the first link they sent", () => {
    const link: Node = { kind: "link", href: "https://b.example/", children: [text("b")] };
    expect(linked([text("https://a.example/x "), link])?.link_preview_options).toEqual({
      url: "https://a.example/x",
    });
    expect(linked([link])?.link_preview_options).toEqual({ url: "https://b.example/" });
    expect(linked([link], { previews: false })?.link_preview_options).toEqual({ is_disabled: true });
  });

  it("is named without a link where the page is none that Telegram takes", () => {
    const author = { kind: "person", name: "Ana", href: "javascript:alert(1)" } as const;
    expect(linked([text("oi")], { author })).not.toHaveProperty("link_preview_options");
    expect(linked([text("oi")], { author })?.text).toBe("Ana: oi");
  });
});
