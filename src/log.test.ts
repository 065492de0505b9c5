// The log: one line each, in JSON or for people, and never a known secret, whatever form it takes.

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLog, type LogOptions } from "./log.ts";

function capture(options: LogOptions = {}) {
  const lines: string[] = [];
  const log = createLog({ env: {}, destination: { write: (line) => lines.push(line) }, ...options });
  return { log, lines, text: () => lines.join("") };
}

describe("lines", () => {
  it("are JSON away from a terminal", () => {
    const { log, lines } = capture();
    log.warn({ account: "telegram", count: 3 }, "slow");
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toEqual({
      level: "warn",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      account: "telegram",
      count: 3,
      msg: "slow",
    });
  });

  it("are for people on a terminal: time, level, words, fields", () => {
    const { log, text } = capture({ pretty: true });
    log.info({ account: "telegram" }, "connected");
    expect(text()).toMatch(/^\[\d\d:\d\d:\d\d\] INFO: connected \{"account":"telegram"\}\n$/);
  });

  it.each([
    [undefined, ["info", "warn", "error"]],
    ["debug", ["debug", "info", "warn", "error"]],
    ["error", ["error"]],
    ["silent", []],
  ])("with MATEBOT_LOG=%s are those of %o", (level, expected) => {
    const { log, lines } = capture({ env: { MATEBOT_LOG: level } });
    for (const name of ["debug", "info", "warn", "error"] as const) log[name]({}, name);
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(expected);
  });

  it("say that MATEBOT_LOG names no level", () => {
    expect(capture({ env: { MATEBOT_LOG: "loud" } }).text()).toContain("MATEBOT_LOG");
  });

  it.each(["err", "error"])(
    "tell an error under %s with its causes, and none of its other fields",
    (field) => {
      const { log, lines } = capture();
      const cause = Object.assign(new Error("refused"), {
        code: "ECONNREFUSED",
        payload: "a person's words",
      });
      log.error({ [field]: new Error("not sent", { cause }) }, "failed");
      const told = JSON.parse(lines[0] ?? "")[field];
      expect(told).toMatchObject({
        message: "not sent",
        cause: { message: "refused", code: "ECONNREFUSED" },
      });
      expect(told.stack).toContain("log.test.ts");
      expect(lines[0]).not.toContain("a person's words");
    },
  );
});

describe("secrets", () => {
  const token = '123456:ABC-"quoted" é/+ value';

  it.each([true, false])("are hidden in every field and form (pretty: %s)", (pretty) => {
    const { log, text } = capture({ secrets: [token], pretty });
    const cause = new Error(`request to https://api/bot${token}/x failed`);
    log.error(
      {
        [token]: token,
        err: new AggregateError([new Error(token)], `with ${token}`, { cause }),
        url: `https://h/${encodeURIComponent(token)}?t=${new URLSearchParams({ t: token })}`,
        lower: encodeURIComponent(token).replace(/%../g, (hex) => hex.toLowerCase()),
        nested: { body: JSON.stringify({ token }), list: [[token]] },
      },
      `using ${token}`,
    );
    for (const part of ["ABC-", "quoted", "value"]) expect(text()).not.toContain(part);
    expect(text().match(/\[secret\]/g)?.length).toBeGreaterThanOrEqual(9);
  });

  it("may be learned later", () => {
    const { log, lines } = capture();
    log.info({}, "webhook-token-1");
    log.addSecret("webhook-token-1");
    log.info({}, "webhook-token-1");
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(["webhook-token-1", "[secret]"]);
  });

  it("of which one begins with another leave no rest", () => {
    const { log, lines } = capture({ secrets: ["abcdef", "abcdef-ghijkl"] });
    log.info({}, "abcdef-ghijkl");
    expect(JSON.parse(lines[0] ?? "").msg).toBe("[secret]");
  });

  it("too short to be one do not tear words apart", () => {
    const { log, text } = capture({ secrets: ["a", ""] });
    log.info({}, "banana");
    expect(text()).toContain("banana");
  });

  it("never break the JSON of a line", () => {
    const secret = fc.string({ minLength: 8, unit: "grapheme" }).filter((text) => text.trim().length > 7);
    fc.assert(
      fc.property(secret, fc.string(), (value, around) => {
        const { log, lines } = capture({ secrets: [value] });
        log.info({ field: around + value + around }, "message");
        expect(JSON.parse(lines[0] ?? "").field).toContain("[secret]");
      }),
    );
  });
});
