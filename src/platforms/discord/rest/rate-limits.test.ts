// What is learned from the headers of answers, and which requests are held back for it; on a clock turned by hand.

import { beforeEach, describe, expect, it } from "vitest";
import { ManualClock } from "../../../sandbox/manual-clock.ts";
import { createRateLimits, type RateLimits } from "./rate-limits.ts";

const first = "/channels/100000000000000001/messages";
const second = "/channels/100000000000000002/messages";
const hook = "/webhooks/100000000000000003/secret";

let clock: ManualClock;
let limits: RateLimits;
beforeEach(() => {
  clock = new ManualClock();
  limits = createRateLimits(clock);
});

function answer(
  method: string,
  route: string,
  limit: number,
  remaining: number,
  resetAfter: number,
  bucket = "b",
) {
  const fields = { limit, remaining, "reset-after": resetAfter.toFixed(3), bucket };
  const named = Object.entries(fields).map(
    ([name, value]) => [`x-ratelimit-${name}`, String(value)] as const,
  );
  limits.learn(method, route, new Headers(named.map(([name, value]): [string, string] => [name, value])));
}

describe("a quota", () => {
  const quota = () => limits.quota("POST /channels/:id/messages");

  it("is known by the route without its ids, whichever channel was asked", () => {
    expect(quota()).toBeUndefined();
    answer("POST", first, 5, 4, 5);
    expect(quota()).toEqual({ limit: 5, windowMs: 5_000, bucket: "b" });
    answer("PATCH", `${hook}/messages/100000000000000009`, 5, 4, 2, "w");
    expect(limits.quota("PATCH /webhooks/:id/:token/messages/:id")).toEqual({
      limit: 5,
      windowMs: 2_000,
      bucket: "w",
    });
  });

  it("has the longest window that was seen, in steps that hide how long an answer took", () => {
    answer("POST", first, 5, 3, 1.2);
    expect(quota()?.windowMs).toBe(1_250);
    answer("POST", first, 5, 4, 4.987);
    answer("POST", first, 5, 1, 0.4);
    expect(quota()?.windowMs).toBe(5_000);
  });

  it("is another one when the limit is another", () => {
    answer("POST", first, 5, 4, 5);
    answer("POST", first, 10, 9, 1);
    expect(quota()).toMatchObject({ limit: 10, windowMs: 1_000 });
  });

  it("stays unknown without headers, or with such as are no numbers", () => {
    limits.learn("POST", first, new Headers());
    limits.learn(
      "POST",
      first,
      new Headers({ "x-ratelimit-limit": "many", "x-ratelimit-reset-after": "soon" }),
    );
    expect(quota()).toBeUndefined();
  });
});

describe("a request", () => {
  it("is held back when the last of its window was used up, until that ends", async () => {
    answer("POST", first, 5, 1, 3);
    expect(limits.closed("POST", first)).toBeUndefined();
    answer("POST", first, 5, 0, 3);
    expect(limits.closed("POST", first)).toEqual({ ms: 3_000, account: false });
    await clock.advance(2_999);
    expect(limits.closed("POST", first)).toEqual({ ms: 1, account: false });
    await clock.advance(1);
    expect(limits.closed("POST", first)).toBeUndefined();
  });

  it("is not held back for another channel, nor for another bucket", () => {
    answer("POST", second, 5, 4, 5);
    answer("DELETE", `${first}/100000000000000009`, 5, 4, 1, "d");
    answer("POST", first, 5, 0, 5);
    expect(limits.closed("POST", second)).toBeUndefined();
    expect(limits.closed("DELETE", `${first}/100000000000000009`)).toBeUndefined();
  });

  it("is held back with the other routes of its bucket", () => {
    answer("PATCH", `${first}/100000000000000009`, 5, 4, 5);
    answer("POST", first, 5, 0, 5);
    expect(limits.closed("PATCH", `${first}/100000000000000008`)).toMatchObject({ account: false });
  });

  it("of any route is held back by a limit of the account", async () => {
    limits.close("POST", first, { ms: 700, account: true });
    expect(limits.closed("GET", "/users/@me")).toEqual({ ms: 700, account: true });
    await clock.advance(700);
    expect(limits.closed("GET", "/users/@me")).toBeUndefined();
  });

  it("that was refused is held back as long as it was told", () => {
    limits.close("POST", hook, { ms: 40_000, account: false });
    expect(limits.closed("POST", hook)).toEqual({ ms: 40_000, account: false });
    expect(limits.closed("POST", first)).toBeUndefined();
  });
});
