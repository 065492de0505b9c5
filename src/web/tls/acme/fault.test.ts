// Every refusal of an authority has its kind, and every kind its sentence and its cure in every language.

import { describe, expect, it } from "vitest";
import { LANGUAGES, loadTexts, localesFolder, readMessages } from "../../../texts.ts";
import { AcmeFault, type FaultKind, faultOfAnswer, faultOfChallenge, togetherOf } from "./fault.ts";
import { retryTime } from "./transport.ts";

const place = { host: "bot.example.org", authority: "ca.example.org" };
const problem = (type: string, detail = "as it is") => ({
  type: `urn:ietf:params:acme:error:${type}`,
  detail,
});
const knocked = { ...place, port: 80, address: "203.0.113.5" };

describe("a refused request", () => {
  it.each<[string, number, FaultKind]>([
    ["rateLimited", 429, "rate-limited"],
    ["unauthorized", 403, "account"],
    ["accountDoesNotExist", 400, "account"],
    ["externalAccountRequired", 403, "account-binding"],
    ["userActionRequired", 403, "terms"],
    ["invalidContact", 400, "contact"],
    ["badCSR", 400, "bad-request"],
    ["invalidProfile", 400, "bad-profile"],
    ["rejectedIdentifier", 400, "refuses-host"],
    ["unsupportedIdentifier", 400, "refuses-host"],
    ["caa", 403, "caa"],
    ["serverInternal", 500, "authority-down"],
    ["somethingNew", 503, "authority-down"],
    ["somethingNew", 429, "rate-limited"],
    ["somethingNew", 400, "order-invalid"],
  ])("%s (%i) is %s", (type, status, kind) => {
    expect(faultOfAnswer(problem(type), status, place)).toMatchObject({ kind, failedValidation: false });
  });

  it("with several reasons is told by its first", () => {
    const compound = { ...problem("compound"), subproblems: [problem("caa", "no"), problem("dns")] };
    expect(faultOfAnswer(compound, 403, place)).toMatchObject({ kind: "caa", values: { detail: "no" } });
  });

  it("keeps the time before which it is not to be tried again", () => {
    const retryAt = Date.UTC(2026, 10, 23, 4, 5);
    const fault = faultOfAnswer(problem("rateLimited"), 429, { ...place, retryAt });
    expect(fault.retryAt).toBe(retryAt);
    expect(fault.values.until).toBe("2026-11-23 04:05 UTC");
  });

  it("is survived whatever the authority sends", () => {
    for (const odd of [{}, { type: 5 }, { detail: ["x"] }, { type: "about:blank", subproblems: "none" }])
      expect(faultOfAnswer(odd as never, 400, place).kind).toBe("order-invalid");
    expect(
      String(faultOfAnswer(problem("caa", "x".repeat(9_999)), 400, place).values.detail).length,
    ).toBeLessThan(310);
  });
});

describe("a challenge that failed", () => {
  it.each<[string, string, FaultKind, boolean]>([
    ["unauthorized", "203.0.113.5: Invalid response from http://h/: 404", "reaches-other", true],
    ["incorrectResponse", "", "reaches-other", true],
    ["connection", "203.0.113.5: Fetching http://h/: Connection refused", "closed", true],
    ["connection", "203.0.113.5: Timeout during connect (likely firewall problem)", "closed", true],
    ["tls", "remote error: tls: no application protocol", "tls", true],
    [
      "dns",
      "DNS problem: NXDOMAIN looking up A for h - check that a DNS record exists",
      "dns-missing",
      false,
    ],
    ["dns", "DNS problem: SERVFAIL looking up A for h", "dns", false],
    ["dns", "no valid A records found for h; no valid AAAA records found for h", "dns-missing", false],
    ["caa", "CAA record for h prevents issuance", "caa", false],
    ["rateLimited", "", "rate-limited", false],
  ])("%s (%s) is %s", (type, detail, kind, ofDoor) => {
    expect(faultOfChallenge(problem(type, detail), knocked)).toMatchObject({
      kind,
      ofDoor,
      failedValidation: true,
    });
  });

  it("is told without the token", () => {
    const detail = "Invalid response from http://h/.well-known/acme-challenge/sEcret_-9: 404";
    expect(JSON.stringify(faultOfChallenge(problem("unauthorized", detail), knocked).values)).not.toContain(
      "sEcret",
    );
  });
});

it("reads when to try again as seconds and as a date", () => {
  expect(retryTime("120", 1_000)).toBe(121_000);
  expect(retryTime("Mon, 23 Nov 2026 04:05:00 GMT", 0)).toBe(Date.UTC(2026, 10, 23, 4, 5));
  expect(retryTime("soon", 0)).toBeUndefined();
  expect(retryTime(undefined, 0)).toBeUndefined();
});

describe.each(LANGUAGES)("in %s", (language) => {
  const texts = loadTexts(language);
  const kinds = [...readMessages(localesFolder(), language).keys()].flatMap((key) => {
    const [, kind] = /^acme\.fault\.(.+)-cure$/.exec(key) ?? [];
    return kind === undefined ? [] : [kind as FaultKind];
  });
  const values = {
    ...{
      ...knocked,
      detail: "-",
      until: "unknown",
      address: "0.0.0.0:80",
      holder: "nginx",
      offered: "dns-01",
    },
    ...{ reasons: "x", cures: "y" },
  };

  it("every kind has a sentence and a cure", () => {
    expect(kinds.length).toBeGreaterThan(25);
    for (const kind of kinds)
      for (const ending of ["", "-cure"]) expect(texts(`acme.fault.${kind}${ending}`, values)).toMatch(/\S/);
  });

  it("the holder of a port is named, if it is known", () => {
    expect(texts("acme.fault.port-held", values)).toContain("nginx");
    expect(texts("acme.fault.port-held", { ...values, holder: "unknown" })).not.toMatch(/unknown|nginx/);
  });

  it("several doors are told in one", () => {
    const faults = [
      new AcmeFault("port-held", values, { ofDoor: true }),
      faultOfChallenge(problem("connection"), { ...knocked, port: 443, retryAt: 77 }),
    ];
    const { kind, values: told, retryAt } = togetherOf(faults, place.host, texts);
    expect([kind, retryAt]).toEqual(["all-doors", 77]);
    expect(texts("acme.fault.all-doors", told)).toMatch(/nginx.*443/s);
    expect(texts("acme.fault.all-doors-cure", told)).toMatch(/web\.acme\.http.*443/s);
    expect(togetherOf(faults.slice(0, 1), place.host, texts)).toBe(faults[0]);
  });
});
