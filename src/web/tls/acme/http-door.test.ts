// The http-01 door: what it answers, when, and what it says of a port it does not get.

import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { freePort } from "../../../demo/free-port.ts";
import type { OpenDoor } from "./door.ts";
import { createHttpDoor } from "./http-door.ts";

const question = { host: "bot.example.org", token: "t0ken_-", keyAuthorization: "t0ken_-.thumb", now: 0 };
let open: OpenDoor | undefined;
let port = 0;
afterEach(async () => open?.close());

async function openOne(): Promise<void> {
  port = await freePort();
  open = await createHttpDoor({ kind: "tcp", host: "127.0.0.1", port }).open(question);
}

const get = (path: string, method = "GET") => fetch(`http://127.0.0.1:${port}${path}`, { method });

describe("an http-01 door", () => {
  it("answers the token, and nothing else", async () => {
    await openOne();
    const answer = await get("/.well-known/acme-challenge/t0ken_-");
    expect([answer.status, await answer.text()]).toEqual([200, "t0ken_-.thumb"]);
    for (const path of [
      "/",
      "/.well-known/acme-challenge/",
      "/.well-known/acme-challenge/t0ken_-x",
      "/health",
    ]) {
      const other = await get(path);
      expect([other.status, await other.text(), other.headers.get("server")]).toEqual([404, "", null]);
    }
    expect((await get("/.well-known/acme-challenge/t0ken_-", "POST")).status).toBe(404);
  });

  it("is shut afterwards, even to those who still hang on", async () => {
    await openOne();
    const idle = connect(port, "127.0.0.1");
    await new Promise((resolve) => idle.once("connect", resolve));
    const gone = new Promise((resolve) => idle.once("close", resolve));
    await open?.close();
    open = undefined;
    await gone;
    await expect(get("/.well-known/acme-challenge/t0ken_-")).rejects.toThrow();
  });

  it("says who holds its port", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const held = (other.address() as AddressInfo).port;
    const holder = existsSync("/proc/net/tcp") ? readFileSync("/proc/self/comm", "utf8").trim() : "unknown";
    const door = createHttpDoor({ kind: "tcp", host: "127.0.0.1", port: held });
    await expect(door.open(question)).rejects.toMatchObject({
      kind: "port-held",
      ofDoor: true,
      values: { host: question.host, address: `127.0.0.1:${held}`, holder },
    });
    await new Promise((resolve) => other.close(resolve));
  });

  it("says that an address is not of this machine", async () => {
    const door = createHttpDoor({ kind: "tcp", host: "203.0.113.9", port: 8080 });
    await expect(door.open(question)).rejects.toMatchObject({ kind: "port-not-here", ofDoor: true });
  });
});
