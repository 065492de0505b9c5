// What every platform owes the bridge, checked on each one of the list; a new platform needs only a row in `ROWS`.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Platform, Resolved } from "../../src/bridge/platform.ts";
import type { Copy, Json, Section } from "../../src/model/delivery.ts";
import { ParseError } from "../../src/model/errors.ts";
import type { Message } from "../../src/model/message.ts";
import type { ConversationRef } from "../../src/model/refs.ts";
import type { Node, RichText } from "../../src/model/rich-text.ts";
import { createPlatform, type PlatformName } from "../../src/platforms/index.ts";
import { loadTexts } from "../../src/texts.ts";
import { recordContext } from "../support/platform-context.ts";

interface Row {
  readonly settings: unknown;
  readonly to: ConversationRef;
  readonly prepared: Json;
  /** How much text a request holds at most, and where it is. */
  readonly limit: number;
  readonly text: (request: Json) => string;
}

const ROWS = {
  telegram: {
    settings: { platform: "telegram", token: `123456:${"a".repeat(35)}`, api: "http://127.0.0.1:9" },
    to: { account: "telegram", id: "-1001234567890" },
    prepared: null,
    limit: 4096,
    text: (request) => (request as { payload: { text: string } }).payload.text,
  },
  discord: {
    settings: { platform: "discord", token: "token.of.nobody", api: "http://127.0.0.1:9/api" },
    to: { account: "discord", id: "123456789012345678" },
    prepared: { puppets: true, guild: "123456789012345677" },
    limit: 2000,
    text: (request) => (request as { content: string }).content,
  },
} satisfies Record<PlatformName, Row>;

const leaf: fc.Arbitrary<Node> = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 3000 }).map((value): Node => ({ kind: "text", text: value })),
  fc.lorem({ mode: "sentences", maxCount: 60 }).map((value): Node => ({ kind: "text", text: value })),
  fc.string().map((value): Node => ({ kind: "code", text: value })),
  fc.string({ maxLength: 2500 }).map((value): Node => ({ kind: "pre", text: value, language: "ts" })),
  fc.constant<Node>({ kind: "mention", label: "@everyone" }),
  fc.constant<Node>({ kind: "time", at: 1_700_000_000_000, style: "R" }),
);
const body: fc.Arbitrary<RichText> = fc.array(
  fc.oneof(
    leaf,
    fc.array(leaf, { maxLength: 3 }).map((children): Node => ({ kind: "bold", children })),
    fc
      .array(leaf, { maxLength: 3 })
      .map((children): Node => ({ kind: "quote", expandable: false, children })),
    fc
      .array(fc.array(leaf, { maxLength: 2 }), { maxLength: 3 })
      .map((items): Node => ({ kind: "list", ordered: true, items })),
    fc
      .array(leaf, { maxLength: 2 })
      .map((children): Node => ({ kind: "link", href: "https://example.org/a_b", children })),
  ),
  { maxLength: 5 },
);

const from: ConversationRef = { account: "elsewhere", id: "1" };
const messageOf = (text: RichText, name = "Ana"): Message => ({
  ref: { conversation: from, id: "7" },
  author: { kind: "person", name },
  at: 0,
  body: text,
  attachments: [],
});

describe.each(Object.entries(ROWS) as readonly [PlatformName, Row][])("%s", (name, row) => {
  const platform: Platform = createPlatform(name, row.settings, recordContext({ account: name }).context);
  const known: Resolved = { prepared: row.prepared, now: 1_000, texts: loadTexts("en") };
  const copyOf = (hash: string, part = 0): Copy => ({
    ref: { conversation: row.to, id: "99" },
    part,
    hash,
    at: 500,
  });

  it("renders any message as at least one part, none of them too long or empty", () => {
    fc.assert(
      fc.property(body, fc.string(), (text, author) => {
        const parts = platform.renderMessage(messageOf(text, author), row.to, known);
        expect(parts.length).toBeGreaterThan(0);
        for (const part of parts) {
          const shown = row.text(part.request);
          expect([...shown].length).toBeLessThanOrEqual(row.limit);
          expect(shown.trim()).not.toBe("");
        }
      }),
    );
  });

  it("renders the same message the same way, as JSON that survives the disk", () => {
    fc.assert(
      fc.property(body, (text) => {
        const once = platform.renderMessage(messageOf(text), row.to, known);
        expect(platform.renderMessage(messageOf(text), row.to, known)).toEqual(once);
        expect(JSON.parse(JSON.stringify(once))).toEqual(once);
      }),
    );
  });

  it("tells by the hash whether an edit changes anything", () => {
    const part = (text: string) =>
      platform.renderMessage(messageOf([{ kind: "text", text }]), row.to, known)[0];
    expect(part("a")?.hash).toBe(part("a")?.hash);
    expect(part("a")?.hash).not.toBe(part("b")?.hash);
  });

  it("names the copy in an edit, and every copy once in deletes", () => {
    const [part] = platform.renderMessage(messageOf([{ kind: "text", text: "novo" }]), row.to, known);
    if (!part) throw new Error("no part");
    expect(JSON.stringify(platform.renderEdit(part, copyOf("old"), known))).toContain("99");
    const copies = ["1", "2", "3"].map((id): Copy => ({ ...copyOf("x"), ref: { conversation: row.to, id } }));
    const targets = platform.renderDelete(copies, row.to, known).flatMap((request) => request.targets);
    expect(targets.map(({ id }) => id).sort()).toEqual(["1", "2", "3"]);
  });

  it("joins as many messages as one holds, whole, and says who said what", () => {
    const section = (words: string, author: string): Section => ({
      kind: "message",
      message: messageOf([{ kind: "text", text: words }], author),
    });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom("Ana", "Bruno", "Carla"), fc.nat(400)), {
          minLength: 2,
          maxLength: 60,
        }),
        (said) => {
          const sections = said.map(([author, length], n) => section(`«${n}»${"a".repeat(length)}`, author));
          const joined = platform.renderJoined(sections, row.to, known);
          if (!joined) throw new Error("the first section alone would fit");
          const shown = row.text(joined.part.request);
          expect([...shown].length).toBeLessThanOrEqual(row.limit);
          const words = (shown.match(/«\d+»a*/g) ?? []).map(String);
          expect(words).toEqual(
            said.slice(0, joined.count).map(([, length], n) => `«${n}»${"a".repeat(length)}`),
          );
          const authors = new Set(said.slice(0, joined.count).map(([author]) => author));
          for (const author of authors) expect(JSON.stringify(joined.part.request)).toContain(author);
          expect(JSON.parse(JSON.stringify(joined.part))).toEqual(joined.part);
        },
      ),
    );
  });

  it("joins the robot's own lines with what people say, and turns a joined message into another", () => {
    const sections: readonly Section[] = [
      { kind: "message", message: messageOf([{ kind: "text", text: "um" }]) },
      { kind: "notice", body: [{ kind: "text", text: "aviso" }] },
    ];
    const joined = platform.renderJoined(sections, row.to, known);
    expect(joined?.count).toBe(2);
    expect(row.text(joined?.part.request ?? null)).toContain("aviso");
    const fewer = platform.renderJoined(sections.slice(0, 1), row.to, known);
    if (!joined || !fewer) throw new Error("nothing was joined");
    expect(fewer.part.hash).not.toBe(joined.part.hash);
    const request = platform.renderEdit(fewer.part, copyOf(joined.part.hash), known);
    expect(JSON.stringify(request)).toContain("99");
    expect(JSON.stringify(request)).not.toContain("aviso");
  });

  it("states no rate that lets nothing through", () => {
    for (const share of ["text", "change", "delete"] as const) {
      for (const { limit, windowMs } of [...platform.rates(share), ...platform.rates(share, row.to)]) {
        expect(limit).toBeGreaterThan(0);
        expect(windowMs).toBeGreaterThan(0);
      }
    }
  });

  it("says a line of its own", () => {
    const [part] = platform.renderNotice([{ kind: "text", text: "aviso" }], row.to, known);
    expect(row.text(part?.request ?? null)).toContain("aviso");
  });

  it("answers bytes that are no update with a ParseError, whatever they are", () => {
    const raw = (text: string) => ({ account: name, key: "k", body: text, receivedAt: 0 });
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          platform.parse(raw(text));
        } catch (error) {
          expect(error).toBeInstanceOf(ParseError);
        }
      }),
    );
  });
});
