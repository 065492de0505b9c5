import { describe, expect, it } from "vitest";
import { installLink, NEEDED_BITS, NEEDED_RIGHTS } from "./install-link.ts";

describe("the installation link", () => {
  it("asks for the rights of the table, and for no others", () => {
    expect(NEEDED_BITS).toBe(2885445466057808n);
    expect(new Set(NEEDED_RIGHTS.map(([, bit]) => bit)).size).toBe(NEEDED_RIGHTS.length);
    const url = new URL(installLink("1400000000000000001"));
    expect(url.searchParams.get("client_id")).toBe("1400000000000000001");
    expect(url.searchParams.get("scope")).toBe("bot applications.commands");
    expect(url.searchParams.get("permissions")).toBe("2885445466057808");
  });

  it("never asks to be administrator", () => {
    expect(NEEDED_BITS & (1n << 3n)).toBe(0n);
  });
});
