// Reads the corpus of Gateway dispatches (test/corpus/discord) and states what is no dispatch at all.

import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ParseError } from "../../../model/errors.ts";
import type { BridgeEvent } from "../../../model/event.ts";
import { LANGUAGES, loadTexts } from "../../../texts.ts";
import type { ChannelEntry, Directory } from "../account/directory.ts";
import { parseDispatch } from "./parse.ts";

interface Row {
  readonly name: string;
  readonly dispatch: unknown;
  readonly directory: {
    readonly self: Directory["self"];
    readonly channels: readonly ChannelEntry[];
    readonly roles: Readonly<Record<string, string>>;
    readonly webhooks: readonly string[];
  };
  readonly events: readonly BridgeEvent[];
}

const folder = new URL("../../../../test/corpus/discord/", import.meta.url);
const rows = readdirSync(folder)
  .filter((file) => file.endsWith(".json"))
  .map((file) => [file, JSON.parse(readFileSync(new URL(file, folder), "utf8")) as Row] as const);

function directoryOf({ self, channels, roles, webhooks }: Row["directory"]): Directory {
  return {
    self,
    channel: (id) => channels.find((channel) => channel.id === id),
    roleName: (id) => roles[id],
    isOwnWebhook: (id) => webhooks.includes(id),
  };
}

const empty = directoryOf({
  self: { userId: "1", applicationId: "1" },
  channels: [],
  roles: {},
  webhooks: [],
});
const raw = (body: string) => ({ account: "discord", key: "k", body, receivedAt: 5 });

describe("the corpus", () => {
  it("is there", () => {
    expect(rows.length).toBeGreaterThanOrEqual(40);
  });

  it.each(rows.map(([file, row]) => [row.name, file, row] as const))("%s (%s)", (_name, _file, row) => {
    const events = parseDispatch(raw(JSON.stringify(row.dispatch)), directoryOf(row.directory));
    expect(JSON.parse(JSON.stringify(events))).toEqual(row.events);
  });

  it.each(LANGUAGES)("says every notice in %s", (language) => {
    const texts = loadTexts(language, { strict: true });
    const events = rows.flatMap(([, row]) => row.events);
    const notices = events.flatMap((event) =>
      "notice" in event && event.notice ? [{ notice: event.notice, by: event.by }] : [],
    );
    expect(notices.length).toBeGreaterThan(25);
    for (const { notice, by } of notices) {
      expect(texts.has(notice.key), notice.key).toBe(true);
      expect(texts(notice.key, { ...notice.values, name: by?.name ?? "" })).not.toBe("");
    }
  });
});

describe("hostile payloads", () => {
  const messages = rows.filter(([, { dispatch }]) => Object(dispatch).d?.author);
  const junk = fc.oneof(
    fc.constantFrom<unknown>(null, [], {}, "", "x", 0, -1, 1e308, true, [null], [[]], { id: {} }),
    fc.jsonValue({ maxDepth: 3 }),
  );

  /** Puts `value` in the place of something inside. */
  function spoil(inside: unknown, steps: readonly number[], value: unknown): unknown {
    if (typeof inside !== "object" || inside === null || steps.length === 0) return value;
    const entries = Object.entries(inside);
    const [step = 0, ...more] = steps;
    if (entries.length === 0) return value;
    const spoiled = entries.map(([key, inner], i) =>
      i === step % entries.length ? [key, spoil(inner, more, value)] : [key, inner],
    );
    const all = Object.fromEntries(spoiled);
    return Array.isArray(inside) ? Object.values(all) : all;
  }

  it("give events or a ParseError, whatever stands wherever", () => {
    const row = fc.constantFrom(...rows.map(([, each]) => each));
    const steps = fc.array(fc.nat(40), { minLength: 1, maxLength: 7 });
    let refused = 0;
    fc.assert(
      fc.property(row, steps, junk, ({ dispatch, directory }, where, value) => {
        const { t, d } = dispatch as { readonly t: string; readonly d: unknown };
        try {
          parseDispatch(raw(JSON.stringify({ t, d: spoil(d, where, value) })), directoryOf(directory));
        } catch (error) {
          refused += 1;
          if (!(error instanceof ParseError)) throw error;
        }
      }),
      { numRuns: 2_000 },
    );
    expect(refused).toBeGreaterThan(10);
  });

  it("nested beyond all measure are refused", () => {
    const deep = `${'{"type":17,"components":['.repeat(20_000)}${"]}".repeat(20_000)}`;
    const body = `{"t":"MESSAGE_CREATE","d":{"id":"1","channel_id":"2","author":{"id":"3"},"components":[${deep}]}}`;
    expect(() => parseDispatch(raw(body), empty)).toThrow(ParseError);
  });

  it.each(messages.slice(0, 60).map(([file, row]) => [file, row] as const))(
    "%s: what crosses can be stored and read again",
    (_file, row) => {
      const events = parseDispatch(raw(JSON.stringify(row.dispatch)), directoryOf(row.directory));
      expect(JSON.parse(JSON.stringify(events))).toStrictEqual(events);
    },
  );
});

describe("what is no dispatch", () => {
  it.each([
    ["", "not JSON"],
    ["[]", "no Gateway dispatch"],
    ["null", "no Gateway dispatch"],
    ['{"t":1,"d":{}}', "no Gateway dispatch"],
    ['{"t":"MESSAGE_CREATE","d":null}', "no Gateway dispatch"],
    ['{"t":"MESSAGE_CREATE","d":{"id":1500000000000000001}}', "no id"],
    ['{"t":"MESSAGE_DELETE","d":{"id":"1"}}', "no channel"],
    ['{"t":"MESSAGE_DELETE_BULK","d":{"channel_id":"1","ids":"x"}}', "no ids"],
    ['{"t":"MESSAGE_CREATE","d":{"id":"1","channel_id":"2","author":{"id":"3"},"content":7}}', "shape"],
    ['{"t":"MESSAGE_REACTION_ADD","d":{"channel_id":"1"}}', "no message"],
    ['{"t":"MESSAGE_POLL_VOTE_ADD","d":{"message_id":"1"}}', "no channel"],
    ['{"t":"THREAD_DELETE","d":{}}', "no id"],
    ['{"t":"MESSAGE_CREATE","d":{"id":"1","channel_id":"2","author":{"id":"3"},"embeds":7}}', "shape"],
  ])("%s is refused", (body, reason) => {
    expect(() => parseDispatch(raw(body), empty)).toThrow(ParseError);
    expect(() => parseDispatch(raw(body), empty)).toThrow(new RegExp(reason));
  });

  it("an error never quotes the message", () => {
    expect(() => parseDispatch(raw('{"secret words'), empty)).toThrow(/^(?!.*secret)/);
  });

  it("without a time the arrival counts", () => {
    const d = { id: "1", channel_id: "2", author: { id: "3", username: "x" }, content: "a" };
    const [event] = parseDispatch(raw(JSON.stringify({ t: "MESSAGE_CREATE", d })), empty);
    expect(event).toMatchObject({ kind: "message.created", message: { at: 5, author: { name: "x" } } });
  });
});
