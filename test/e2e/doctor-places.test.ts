// The doctor where MateBot stands in other places: behind a router, at a Unix socket, beside an older database.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Changes, examined, troubles } from "../support/doctor.ts";
import { makeWorld, type World } from "../support/world.ts";

let world: World;
beforeEach(async () => {
  world = await makeWorld();
  const app = await world.start();
  await app.stop();
});
afterEach(() => world.close());

const look = async (changes: Changes = {}) => troubles(await examined(world.configFile, changes));
const folder = () => dirname(world.configFile);

it("knows a name that leads to the router before this machine", async () => {
  world.configure((config) => ({ web: { ...config.web, public_url: "https://bot.example.org:8443" } }));
  const inside = { ipv4: ["192.168.0.5"], ipv6: [], publicIpv4: [] };
  const handshake = async () => ({ kind: "failed" as const, connected: false, code: "ECONNREFUSED" });
  const net = { resolve4: async () => ["8.8.4.4"], handshake };
  expect(await look({ machine: { addresses: () => inside }, net })).toContain("note doctor.dns.nat");
});

it("has nothing against a machine that asks Telegram instead of being called", async () => {
  world.configure(({ accounts, web }) => ({
    accounts: { ...accounts, telegram: { ...accounts.telegram, updates: "polling" } },
    web: { listen: web.listen },
  }));
  expect(await look()).toEqual(["note doctor.reachable.polling", "note doctor.running.not"]);
});

it("misses the folder of a socket", async () => {
  const listen = `unix:${join(folder(), "nowhere/web.sock")}`;
  world.configure(() => ({ web: { listen, public_url: "https://bot.example.org", tls: "off" } }));
  expect(await look()).toContain("fault doctor.listen.no-folder");
});

it("finds something else where the socket should be", async () => {
  const path = join(folder(), "web.sock");
  writeFileSync(path, "a file");
  world.configure(() => ({
    web: { listen: `unix:${path}`, public_url: "https://bot.example.org", tls: "off" },
  }));
  expect(await look()).toContain("fault doctor.listen.not-a-socket");
});

it("is content with a socket that can be made", async () => {
  mkdirSync(join(folder(), "run"));
  const listen = `unix:${join(folder(), "run/web.sock")}`;
  world.configure(() => ({ web: { listen, public_url: "https://bot.example.org", tls: "off" } }));
  expect((await look()).filter((one) => one.includes("listen"))).toEqual([]);
});

it("knows a database that the next start will bring up to date", async () => {
  const db = new DatabaseSync(join(world.data, "matebot.db"));
  db.exec("delete from matebot_schema where version = (select max(version) from matebot_schema)");
  db.close();
  expect(await look()).toContain("note doctor.database.older");
});
