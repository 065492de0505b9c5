// Parsing against the corpus of real payload shapes, and against what is no update at all.

import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RawUpdate } from "../../model/delivery.ts";
import { ParseError } from "../../model/errors.ts";
import type { BridgeEvent } from "../../model/event.ts";
import { parseUpdate } from "./parse.ts";
import type { TelegramSelf } from "./request.ts";

interface Case {
  readonly name: string;
  readonly self: TelegramSelf;
  readonly update: object;
  readonly events: readonly BridgeEvent[];
}

const CORPUS = new URL("../../../test/corpus/telegram/", import.meta.url);
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
