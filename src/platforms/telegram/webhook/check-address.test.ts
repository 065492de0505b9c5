import { describe, expect, it } from "vitest";
import { checkAddress, type Resolve } from "./check-address.ts";

function names(v4: readonly string[], v6: readonly string[] = []): Resolve {
  return { v4: async () => v4, v6: async () => v6 };
}

const nobody: Resolve = {
  v4: () => Promise.reject(Object.assign(new Error("refused"), { code: "ECONNREFUSED" })),
  v6: () => Promise.reject(new Error("not reached")),
};

describe("the address of the public URL", () => {
  it.each<readonly [string, string, string | undefined, Resolve, string]>([
    [
      "a name with a public address",
      "https://a.example",
      undefined,
      names(["8.8.8.8"], ["2001:db8::1"]),
      "ok ok",
    ],
    ["a public IPv4 address", "https://8.8.8.8", undefined, nobody, "ok ok"],
    ["an IPv6 address", "https://[2001:db8::1]", undefined, nobody, "fault ipv6-only"],
    ["a private IPv4 address", "https://10.0.0.5", undefined, nobody, "fault reserved"],
    ["a name with IPv6 only", "https://a.example", undefined, names([], ["2001:db8::1"]), "fault ipv6-only"],
    [
      "a name with private addresses only",
      "https://a.example",
      undefined,
      names(["192.168.0.2", "100.64.0.1"]),
      "fault reserved",
    ],
    [
      "a name with a private one among them",
      "https://a.example",
      undefined,
      names(["192.168.0.2", "8.8.8.8"]),
      "warning partly-reserved",
    ],
    ["a name without any", "https://a.example", undefined, names([]), "warning none"],
    ["a name that cannot be looked up", "https://a.example", undefined, nobody, "skipped unknown"],
    ["an address that DNS confirms", "https://a.example", "8.8.8.8", names(["8.8.4.4", "8.8.8.8"]), "ok ok"],
    [
      "an address that DNS does not know yet",
      "https://a.example",
      "8.8.8.8",
      names([]),
      "warning pinned-only",
    ],
    [
      "an address beside IPv6 only",
      "https://a.example",
      "8.8.8.8",
      names([], ["2001:db8::1"]),
      "warning pinned-only",
    ],
    ["an address that DNS denies", "https://a.example", "8.8.8.8", names(["8.8.4.4"]), "warning differs"],
    ["a private address given", "https://a.example", "10.0.0.5", names(["8.8.8.8"]), "fault pinned-reserved"],
  ])("%s", async (_, url, ip, resolve, verdict) => {
    const { level, name } = await checkAddress(new URL(url), ip, resolve);
    expect(`${level} ${name}`).toBe(verdict);
  });

  it("may be private for a server of one's own", async () => {
    const options = { allowReserved: true };
    expect(await checkAddress(new URL("https://10.0.0.5"), undefined, nobody, options)).toMatchObject({
      level: "ok",
    });
  });
});
