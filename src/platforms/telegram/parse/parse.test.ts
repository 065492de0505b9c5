// Parsing against the corpus of real payload shapes, and against what is no update at all.

import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isFile, isPoll } from "../../../model/attachment.ts";
import type { RawUpdate } from "../../../model/delivery.ts";
import { ParseError } from "../../../model/errors.ts";
import type { BridgeEvent } from "../../../model/event.ts";
import { renderMessage } from "../render/render.ts";
import type { TelegramSelf } from "../request.ts";
import { parseUpdate } from "./parse.ts";

interface Case {
  readonly name: string;
  readonly self: TelegramSelf;
  readonly update: object;
  readonly events: readonly BridgeEvent[];
}

const CORPUS = new URL("../../../../test/corpus/telegram/", import.meta.url);
const SELF: TelegramSelf = { id: "7000000001", username: "matebot", name: "MateBot" };

function corpus(): readonly Case[] {
  const files = readdirSync(CORPUS).filter((file) => file.endsWith(".json"));
  return files.map((file): Case => JSON.parse(readFileSync(new URL(file, CORPUS), "utf8")));
}

function raw(body: string): RawUpdate {
  return { account: "telegram", key: "1", body, receivedAt: 0 };
}

describe("parseUpdate", () => {
  const cases = corpus();

  it("has a corpus", () => {
    expect(cases.length).toBeGreaterThanOrEqual(80);
    expect(new Set(cases.map((one) => one.name)).size).toBe(cases.length);
  });

  it.each(cases)("$name", ({ update, self, events }) => {
    expect(parseUpdate(raw(JSON.stringify(update)), self)).toEqual(events);
  });

  it.each(["", "null", "[]", "7", "{}", '{"update_id":"1"}', '{"update_id":1.5}', '{"update_id":1'])(
    "refuses %j, which is no update",
    (body) => {
      expect(() => parseUpdate(raw(body), SELF)).toThrow(ParseError);
    },
  );

  it("does not quote the text it could not read", () => {
    expect.assertions(2);
    try {
      parseUpdate(raw("{secret words"), SELF);
    } catch (error) {
      expect(String(error)).not.toContain("secret");
      expect((error as Error).cause).toBeUndefined();
    }
  });

  it("refuses a message without an id or a chat", () => {
    expect(() => parseUpdate(raw('{"update_id":1,"message":{"date":1}}'), SELF)).toThrow(ParseError);
    expect(() => parseUpdate(raw('{"update_id":1,"message":5}'), SELF)).toThrow(ParseError);
  });

  it("gives no event for kinds of update that came after this version", () => {
    expect(parseUpdate(raw('{"update_id":1,"telepathy":{"chat":{"id":1}}}'), SELF)).toEqual([]);
  });

  const names = (values: readonly object[]) => [...new Set(values.flatMap((value) => Object.keys(value)))];
  const contents = cases.flatMap((one) =>
    Object.values(one.update).filter((value) => value instanceof Object),
  );
  const kinds = names(cases.map((one) => one.update)).filter((kind) => kind !== "update_id");
  const throwsOnlyParseError = (update: object) => {
    try {
      parseUpdate(raw(JSON.stringify({ update_id: 1, ...update })), SELF);
    } catch (error) {
      expect(error).toBeInstanceOf(ParseError);
    }
  };

  it("never throws anything but a ParseError, whatever shape the fields have", () => {
    const fields = fc.constantFrom(...names(contents));
    const message = fc.dictionary(fields, fc.jsonValue({ maxDepth: 3 }));
    fc.assert(
      fc.property(fc.constantFrom(...kinds), message, (kind, over) => {
        const chat = { id: -100, type: "supergroup", title: "G" };
        throwsOnlyParseError({ [kind]: { date: 1, ...over, message_id: 5, chat } });
      }),
      { numRuns: 500 },
    );
  });

  it("never throws anything but a ParseError when one value deep inside is another", () => {
    const values = fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.constantFrom(1e300, -1, "", [], {}));
    fc.assert(
      fc.property(fc.constantFrom(...cases), fc.nat(), values, (one, at, value) => {
        const paths = pathsOf(one.update);
        throwsOnlyParseError(replaced(one.update, paths[at % paths.length] ?? [], value) as object);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("what a damaged update becomes", () => {
  const cases = corpus();
  const known = { prepared: null, now: 0, texts: (key: string) => key };
  const style = { profiles: true, maxBytes: 1_000_000 };
  const parsed = (update: unknown) => {
    try {
      return parseUpdate(raw(JSON.stringify(update)), SELF);
    } catch {
      return [];
    }
  };

  it("can be stored and rendered, or is refused: no lane may stumble over it again and again", () => {
    const values = fc.constantFrom<unknown>({}, 5, "x", [], null, true, 1e300, [{}], { text: 5 });
    fc.assert(
      fc.property(fc.constantFrom(...cases), fc.nat(), values, (one, at, value) => {
        const paths = pathsOf(one.update);
        const events = parsed(replaced(one.update, paths[at % paths.length] ?? [], value));
        expect(JSON.parse(JSON.stringify(events))).toEqual(events);
        for (const event of events) {
          if (!("message" in event)) continue;
          const { message } = event;
          const attachments = message.attachments.filter(isFile);
          renderMessage({ ...message, attachments }, message.ref.conversation, known, style);
          for (const each of message.attachments) {
            if (isPoll(each))
              expect(each.poll.options.map(({ text }) => typeof text)).not.toContain("object");
            else if (!isFile(each)) expect(typeof (each.description ?? "")).toBe("string");
          }
        }
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ["a time that is none", "date", "soon"],
    ["words that are none", "text", 5],
    ["a name that is none", "from", { id: 1, first_name: "Ana", username: 5 }],
    ["a size that is none", "document", { file_id: "f", file_unique_id: "u", file_size: "big" }],
    ["a file's id that is none", "voice", { file_id: {}, file_unique_id: "u", duration: 1 }],
  ])("%s is refused", (_name, field, value) => {
    const chat = { id: -1001, type: "supergroup", title: "G" };
    const message = { message_id: 5, date: 1, from: { id: 2, first_name: "Ana" }, chat };
    const body = JSON.stringify({ update_id: 1, message: { ...message, text: "oi", [field]: value } });
    expect(() => parseUpdate(raw(body), SELF)).toThrow(ParseError);
  });
});

describe("what is nested too deeply", () => {
  const chat = { id: -1001, type: "supergroup", title: "G" };
  const message = { message_id: 5, date: 1, from: { id: 2, first_name: "Ana" }, chat };
  const nested = (depth: number) => `${'{"type":"bold","text":'.repeat(depth)}"x"${"}".repeat(depth)}`;
  const body = (depth: number) =>
    JSON.stringify({ update_id: 1, message: { ...message, rich_message: { blocks: ["?"] } } }).replace(
      '"?"',
      `{"type":"paragraph","text":${nested(depth)}}`,
    );

  it("is read as deep as Telegram goes (16), twice over", () => {
    expect(parseUpdate(raw(body(32)), SELF)).toHaveLength(1);
  });

  it.each([300, 1500, 3000, 6000, 100_000])("is refused at %d levels", (depth) => {
    expect(() => parseUpdate(raw(body(depth)), SELF)).toThrow(ParseError);
  });
});

type Path = readonly string[];

function pathsOf(value: unknown): readonly Path[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    [key],
    ...pathsOf(inner).map((path) => [key, ...path]),
  ]);
}

function replaced(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by;
  const copy = structuredClone(value) as Record<string, unknown>;
  copy[key] = replaced(copy[key], rest, by);
  return copy;
}
