// Joined messages: who said what in one message, and as much of it as Telegram shows whole.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Resolved } from "../../../bridge/platform.ts";
import type { Part, Section } from "../../../model/delivery.ts";
import type { Message } from "../../../model/message.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import { type Node, type RichText, text } from "../../../model/rich-text.ts";
import type { EntityText } from "../entities/render.ts";
import type { TelegramRequest } from "../request.ts";
import { renderEdit } from "./changes.ts";
import { renderJoined as renderIn } from "./joined.ts";

const TO: ConversationRef = { account: "telegram", id: "-1001234567890", thread: "7" };
const FROM: ConversationRef = { account: "discord", id: "1" };
const KNOWN: Resolved = { prepared: null, now: 0, texts: (key) => key };

const renderJoined = (sections: readonly Section[], to: ConversationRef, known: Resolved) =>
  renderIn(sections, to, known, { profiles: false, maxBytes: 1_000_000 });

const bold = (value: string): Node => ({ kind: "bold", children: [text(value)] });
const user = (id: string) => ({ account: "discord", id });

function said(name: string, body: RichText | string, over: Partial<Message> = {}): Section {
  const message: Message = {
    ref: { conversation: FROM, id: "1" },
    author: { kind: "person", name, user: user(name) },
    at: 0,
    body: typeof body === "string" ? [text(body)] : body,
    attachments: [],
    ...over,
  };
  return { kind: "message", message };
}

const notice = (words: string): Section => ({ kind: "notice", body: [text(words)] });

function payload(part: Part): TelegramRequest["payload"] {
  return (part.request as unknown as TelegramRequest).payload;
}

function joined(...sections: readonly Section[]): TelegramRequest["payload"] {
  const made = renderJoined(sections, TO, KNOWN);
  expect(made?.count).toBe(sections.length);
  if (!made) throw new Error("nothing fits");
  return payload(made.part);
}

function content(sections: readonly Section[]): EntityText | undefined {
  const made = renderJoined(sections, TO, KNOWN);
  return made && (payload(made.part) as unknown as EntityText);
}

const points = (value: string) => [...value].length;

describe("renderJoined", () => {
  it("gives every author a line with a bold name, in one sendMessage to the topic", () => {
    expect(renderJoined([said("Ana", "oi"), said("Bia", [bold("tudo"), text(" bem?")])], TO, KNOWN)).toEqual({
      count: 2,
      part: {
        hash: expect.stringMatching(/^[0-9a-f]{32}$/),
        request: {
          method: "sendMessage",
          payload: {
            chat_id: -1001234567890,
            message_thread_id: 7,
            text: "Ana: oi\nBia: tudo bem?",
            entities: [
              { type: "bold", offset: 0, length: 3 },
              { type: "bold", offset: 8, length: 3 },
              { type: "bold", offset: 13, length: 4 },
            ],
          },
        },
      },
    });
  });

  it.each<[string, readonly Section[], string]>([
    [
      "names an author once",
      [said("Ana", "a"), said("Ana", "b"), said("Bia", "c"), said("Ana", "d")],
      "Ana: a\nb\nBia: c\nAna: d",
    ],
    [
      "tells two people of one name apart",
      [said("Ana", "a"), said("Ana", "b", { author: { kind: "person", name: "Ana", user: user("2") } })],
      "Ana: a\nAna: b",
    ],
    [
      "names an author again after a line of the robot",
      [said("Ana", "a"), notice("Bia entrou"), said("Ana", "b")],
      "Ana: a\nBia entrou\nAna: b",
    ],
    [
      "names who answers, with whom and what in one short line",
      [said("Ana", "a"), said("Ana", "sim", { reply: { author: "Bia", excerpt: "vamos\nlá?" } })],
      "Ana: a\nAna:\nBia: vamos lá?\nsim",
    ],
    [
      "shortens a quote to that line",
      [said("Ana", "sim", { reply: { author: "Bia", quote: [text("x".repeat(500))] } })],
      `Ana:\nBia: ${"x".repeat(159)}…\nsim`,
    ],
    [
      "shows a person who said nothing, and an empty line of the robot",
      [said("Ana", "a"), said("Ana", " "), { kind: "notice", body: [] }],
      "Ana: a\nAna\n…",
    ],
    [
      "keeps the lines of a message and starts blocks on their own",
      [said("Ana", "a\nb"), said("Bia", [{ kind: "pre", text: "x" }]), said("Ana", "c")],
      "Ana: a\nb\nBia:\nx\nAna: c",
    ],
  ])("%s", (_, sections, words) => {
    expect(joined(...sections).text).toBe(words);
  });

  it("is silent when everybody was, and shows no preview when one wanted none", () => {
    expect(joined(said("Ana", "a", { silent: true }), notice("x"))).toMatchObject({
      disable_notification: true,
    });
    expect(joined(said("Ana", "a", { silent: true }), said("Bia", "b"))).not.toHaveProperty(
      "disable_notification",
    );
    expect(joined(said("Ana", "a", { previews: false }), said("Bia", "b"))).toMatchObject({
      link_preview_options: { is_disabled: true },
    });
  });

  it("takes what fits in 4096 code points, emoji counted as one", () => {
    const long = (count: number) => said("Ana", "😀".repeat(count));
    expect(renderJoined([long(2000), said("Bia", "x".repeat(2085)), notice("y")], TO, KNOWN)?.count).toBe(2);
    expect(renderJoined([long(2000), said("Bia", "x".repeat(2086))], TO, KNOWN)?.count).toBe(1);
    expect(renderJoined([said("Ana", "x".repeat(4092))], TO, KNOWN)).toBeUndefined();
  });

  it("takes no more than Telegram keeps of the entities, by number and by size", () => {
    const many = (name: string, count: number) =>
      said(name, Array.from({ length: count }, (_, i) => [bold(`${i}`), text(" ")]).flat());
    expect(renderJoined([many("Ana", 50), many("Bia", 48)], TO, KNOWN)?.count).toBe(2);
    expect(renderJoined([many("Ana", 50), many("Bia", 49)], TO, KNOWN)?.count).toBe(1);
    expect(renderJoined([many("Ana", 100)], TO, KNOWN)).toBeUndefined();
    const link = (name: string) =>
      said(name, [{ kind: "link", href: `https://example.org/${"x".repeat(1900)}`, children: [text("y")] }]);
    expect(renderJoined([..."abcdef"].map(link), TO, KNOWN)?.count).toBe(4);
  });

  it("turns into an edit of the same message when a section changes", () => {
    const made = renderJoined([said("Ana", "a"), said("Bia", "novo")], TO, KNOWN);
    const copy = { ref: { conversation: TO, id: "9" }, part: 0, hash: "", at: 0, joined: true };
    expect(made && renderEdit(made.part, copy, KNOWN)).toMatchObject({
      method: "editMessageText",
      payload: { chat_id: -1001234567890, message_id: 9, text: "Ana: a\nBia: novo" },
    });
  });

  it("shows `count` sections whole and in order, fits, and has no room for one more, whatever they hold", () => {
    const words = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 30 }),
      fc.constantFrom("x".repeat(900), "😀".repeat(700), "a\n\nb", " \n "),
    );
    const node = fc.oneof(
      words.map(text),
      words.map(bold),
      words.map((value): Node => ({ kind: "quote", expandable: true, children: [text(value)] })),
      words.map((value): Node => ({ kind: "pre", text: value })),
      words.map((value): Node => ({ kind: "link", href: "https://example.org/x", children: [text(value)] })),
    );
    const body = fc.oneof(fc.array(node, { maxLength: 4 }), fc.array(node, { minLength: 20, maxLength: 60 }));
    const section = fc.oneof(
      fc.tuple(fc.constantFrom("Ana", "Bia", "", "\u200b"), body).map(([name, tree]) => said(name, tree)),
      fc
        .tuple(words, body)
        .map(([excerpt, tree]) => said("Ana", tree, { reply: { author: "Bia", excerpt } })),
      body.map((tree): Section => ({ kind: "notice", body: tree })),
    );
    fc.assert(
      fc.property(fc.array(section, { maxLength: 12 }), (sections) => {
        const made = renderJoined(sections, TO, KNOWN);
        const count = made?.count ?? 0;
        const whole = content(sections);
        if (!whole) {
          expect(sections.length === 0 || content(sections.slice(0, 1)) === undefined).toBe(true);
          return;
        }
        expect(points(whole.text)).toBeLessThanOrEqual(4096);
        expect(whole.text.trim()).not.toBe("");
        expect(whole.entities.length).toBeLessThanOrEqual(100);
        for (const one of whole.entities) {
          expect(one.length).toBeGreaterThan(0);
          expect(one.offset + one.length).toBeLessThanOrEqual(whole.text.length);
        }
        // Each shorter join is the beginning of the next longer one, so nothing before is lost or moved.
        for (let shown = 1; shown < count; shown++) {
          const part = content(sections.slice(0, shown));
          expect(whole.text.startsWith(`${part?.text}\n`)).toBe(true);
          expect(whole.entities.slice(0, part?.entities.length)).toEqual(part?.entities);
        }
        if (count < sections.length)
          expect(renderJoined(sections.slice(0, count + 1), TO, KNOWN)?.count).toBe(count);
      }),
      { numRuns: 150 },
    );
  });

  it("takes a time that grows with the length alone", () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => said(`N${i}`, "x"));
    const began = performance.now();
    expect(renderJoined(lines, TO, KNOWN)?.count).toBe(100);
    expect(performance.now() - began).toBeLessThan(1000);
  });
});
