// Rich messages keep every word and label, in a bounded space; the corpus shows whole messages.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { RichBlock } from "@grammyjs/types";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeIf } from "../../../../test/support/needs.ts";
import { plainText } from "../../../model/rich-text.ts";
import { richToTree } from "./rich.ts";

const place = { account: "telegram" };
const read = (...blocks: readonly object[]) => richToTree({ blocks: blocks as RichBlock[] }, place);
const words = (...blocks: readonly object[]) => plainText(read(...blocks).body);
const paragraph = (text: unknown) => ({ type: "paragraph", text });
const item = (label: string, more: object = {}) => ({ label, blocks: [paragraph(`of ${label}`)], ...more });
const list = (...items: readonly object[]) => ({ type: "list", items });
const cell = (text: string, more: object = {}) => ({ text, align: "left", valign: "top", ...more });

describe("lists", () => {
  it("are numbered where each number is one more than the last", () => {
    const items = [item("3.", { value: 3, type: "1" }), item("4.", { value: 4, type: "1" })];
    expect(read(list(...items)).body).toMatchObject([{ kind: "list", ordered: true, start: 3 }]);
  });

  it.each([
    ["letters", [item("a.", { value: 1, type: "a" }), item("b.", { value: 2, type: "a" })]],
    ["Roman numerals", [item("iv.", { value: 4, type: "i" }), item("v.", { value: 5, type: "i" })]],
    ["numbers that fall", [item("3.", { value: 3, type: "1" }), item("2.", { value: 2, type: "1" })]],
    ["numbers with gaps", [item("1.", { value: 1 }), item("5.", { value: 5 })]],
    ["numbers on some items only", [item("1.", { value: 1 }), item("•")]],
  ])("keep their labels: %s", (_name, items) => {
    expect(words(list(...items))).toBe(items.map(({ label }) => `${label} of ${label}`).join("\n"));
  });

  it("keep boxes behind the labels", () => {
    expect(words(list(item("a.", { value: 1, type: "a", has_checkbox: true, is_checked: true })))).toBe(
      "a. ☑ of a.",
    );
  });
});

describe("tables", () => {
  const table = (...cells: readonly (readonly object[])[]) => ({ type: "table", cells });

  it("leave the place below a tall cell empty", () => {
    expect(words(table([cell("a", { rowspan: 2 }), cell("b")], [cell("d")]))).toBe("a │ b\n  │ d");
  });

  it("keep their words and stay small, whatever their shape is", () => {
    const shape = fc.array(fc.array(fc.record({ text: fc.string({ maxLength: 4000 }) }), { maxLength: 25 }), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(shape, (rows) => {
        const drawn = words(table(...rows.map((row) => row.map(({ text }) => cell(text)))));
        const said = rows.flat().reduce((sum, { text }) => sum + text.length, 0);
        expect(drawn.length).toBeLessThan(20_000 + said + 25 * 3 * (rows.length + 1));
      }),
      { numRuns: 50 },
    );
  });
});

describe("media", () => {
  const photo = [{ file_id: "f", file_unique_id: "u", width: 1, height: 1 }];

  it("keep the caption and whom it credits", () => {
    const both = { type: "photo", photo, caption: { text: "the house", credit: "Ana" } };
    expect(words(both)).toBe("the house\n~ Ana");
    expect(words({ ...both, caption: { text: "", credit: "Ana" } })).toBe("~ Ana");
    expect(words({ type: "collage", blocks: [both], caption: { text: "all", credit: "Bia" } })).toBe(
      "the house\n~ Ana\nall\n~ Bia",
    );
  });
});

describe("blocks of tomorrow", () => {
  it("are named and keep their words, captions and inner blocks", () => {
    const block = { type: "hologram", text: "turns", caption: { text: "slowly" }, blocks: [paragraph("in")] };
    const { body, attachments } = read(block);
    expect(plainText(body)).toBe("turns\nin\nslowly");
    expect(attachments).toEqual([{ kind: "unsupported", name: "hologram" }]);
  });
});

const folder = process.env.MATEBOT_SPEC ?? join(import.meta.dirname, "../../../../../shared/spec");
const file = join(folder, "telegram-bot-api.json");
const present = existsSync(file);
const MISSING = "telegram-bot-api.json is not here; MATEBOT_SPEC names its folder";

interface Field {
  readonly name: string;
  readonly description: string;
}

describeIf(present, MISSING, { always: false })("against the machine-readable Bot API", () => {
  const types: Readonly<Record<string, { readonly fields?: readonly Field[] }>> = present
    ? JSON.parse(readFileSync(file, "utf8")).types
    : {};
  const quoted = ({ description }: Field) => /always [“"](\w+)[”"]/.exec(description)?.[1];
  /** Every type of the family with the word in its `type` and its other fields. */
  const family = (prefix: string) =>
    Object.entries(types).flatMap(([name, { fields = [] }]) => {
      const type = fields.find((field) => field.name === "type");
      const word = name.startsWith(prefix) && type && quoted(type);
      return word ? [[word, fields.map((field) => field.name)] as const] : [];
    });
  /** An anchor is not seen; what a bot writes while it thinks goes again. */
  const unseen = ["anchor", "thinking"];
  const media = { file_id: "f", file_unique_id: "u", width: 1, height: 1 };
  const content: Readonly<Record<string, unknown>> = {
    text: "words",
    expression: "words",
    alternative_text: "words",
    summary: "words",
    url: "https://example.org",
    user: { id: 1, first_name: "Ana" },
    unix_time: 1_795_363_200,
    date_time_format: "",
    blocks: [paragraph("words")],
    items: [item("1.")],
    cells: [[cell("words")]],
    location: { latitude: 1, longitude: 2 },
    photo: [media],
    ...Object.fromEntries(["video", "animation", "audio", "voice_note"].map((name) => [name, media])),
  };
  const filled = (type: string, fields: readonly string[]) => ({
    ...Object.fromEntries(fields.flatMap((name) => (name in content ? [[name, content[name]]] : []))),
    type,
  });

  it("reads the families", () => {
    expect(family("RichText").length).toBeGreaterThan(20);
    expect(family("RichBlock").length).toBeGreaterThan(15);
  });

  it.each(family("RichText"))("shows the text type %s", (type, fields) => {
    const { body, attachments } = read(paragraph(filled(type, fields)));
    expect(attachments).toEqual([]);
    expect(body.length > 0).toBe(!unseen.includes(type));
  });

  it.each(family("RichBlock"))("knows the block %s", (type, fields) => {
    const { body, attachments } = read(filled(type, fields));
    expect(attachments).not.toContainEqual(expect.objectContaining({ kind: "unsupported" }));
    expect(body.length + attachments.length > 0).toBe(!unseen.includes(type));
  });
});
