import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { lookAround, serverAt, stateOf } from "./machine.ts";

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((done) => server.close(done));
});

async function listen(name?: string): Promise<number> {
  const server = createServer((_, response) => {
    if (name !== undefined) response.setHeader("server", name);
    response.end();
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, "0.0.0.0", done));
  return (server.address() as AddressInfo).port;
}

it("who serves the web is known by what it calls itself", async () => {
  expect(await serverAt(await listen("nginx/1.22.1"))).toBe("nginx");
  expect(await serverAt(await listen("Caddy"))).toBe("caddy");
  expect(await serverAt(await listen())).toBeUndefined();
});

it("a port is taken as long as somebody listens, and free afterwards", async () => {
  const port = await listen("nginx");
  expect(await stateOf(port)).toMatchObject({ kind: "taken" });
  for (const server of servers.splice(0)) await new Promise((done) => server.close(done));
  expect(await stateOf(port)).toEqual({ kind: "free" });
});

it("all ports that matter are looked at", async () => {
  const { ports } = await lookAround();
  expect(Object.keys(ports).map(Number)).toEqual([80, 88, 443, 8443]);
});
