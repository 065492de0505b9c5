// The greeting of a TLS client, read from what real clients send, whole and in pieces.

import { describe, expect, it } from "vitest";
import { seeded } from "../../../../test/support/random.ts";
import { greetingOf } from "../../../../test/support/tls-greeting.ts";
import { readGreeting } from "./client-hello.ts";

/** The same handshake in records of so many bytes. */
function inRecords(greeting: Buffer, size: number): Buffer {
  const handshake = greeting.subarray(5);
  const records: Buffer[] = [];
  for (let at = 0; at < handshake.length; at += size) {
    const part = handshake.subarray(at, at + size);
    records.push(Buffer.from([22, 3, 1, part.length >> 8, part.length & 0xff]), part);
  }
  return Buffer.concat(records);
}

describe("a client's greeting", () => {
  it.each([[["acme-tls/1"]], [["h2", "http/1.1"]], [[]]])("offers %j", async (protocols) => {
    expect(readGreeting(await greetingOf(protocols, "bot.example.org"))).toEqual({ protocols });
  });

  it("is not whole before its last byte, and says so at every one", async () => {
    const bytes = await greetingOf(["acme-tls/1"], "bot.example.org");
    for (let end = 0; end < bytes.length; end++) expect(readGreeting(bytes.subarray(0, end))).toBe("more");
  });

  it("may come in several records", async () => {
    const bytes = inRecords(await greetingOf(["acme-tls/1"]), 50);
    expect(readGreeting(bytes)).toEqual({ protocols: ["acme-tls/1"] });
    expect(readGreeting(bytes.subarray(0, -1))).toBe("more");
  });

  it("may be followed by something else", async () => {
    const bytes = await greetingOf(["acme-tls/1"]);
    expect(readGreeting(Buffer.concat([bytes, Buffer.from([20, 3, 3, 0, 1, 1])]))).toEqual({
      protocols: ["acme-tls/1"],
    });
  });

  it.each([
    "GET / HTTP/1.1\r\n",
    "\x80\x2e\x01",
    "\x16\x03\x01\x00\x00",
    "\x16\x03\x01\xff\xff",
    "\x16\x03\x01\x00\x04\x02\x00\x00\x00",
  ])("is none when it begins with %j", (text) => {
    expect(readGreeting(Buffer.from(text, "latin1"))).toBe("other");
  });

  it("never throws, whatever is broken in it", async () => {
    const whole = await greetingOf(["acme-tls/1"], "bot.example.org");
    const random = seeded(7);
    for (let turn = 0; turn < 20_000; turn++) {
      const bytes = Buffer.from(whole);
      for (let times = 0; times < 3; times++)
        bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      const greeting = readGreeting(bytes);
      expect(typeof greeting === "object" || greeting === "more" || greeting === "other").toBe(true);
    }
  });
});
