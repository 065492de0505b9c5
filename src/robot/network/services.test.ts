// Archive and prices against services of our own: what is asked, what is said, and what happens when they say no.

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  group,
  type RobotBench,
  robotBench,
  robotConfig,
  wordsOf,
} from "../../../test/support/robot-world.ts";
import { loadTexts } from "../../texts.ts";
import type { Command } from "../command.ts";
import type { RobotConfig } from "../config.ts";
import { createRegistry } from "../registry.ts";
import { createNetwork } from "./network.ts";
import { addressIn } from "./web-address.ts";

let web: Server;
let base: string;
/** Path -> status, headers, body. */
let answers: Record<string, readonly [number, Record<string, string>, string]> = {};
let seen: string[] = [];
let bench: RobotBench;

beforeAll(async () => {
  web = createServer((request, response) => {
    seen.push(request.url ?? "");
    const path = Object.keys(answers).find((one) => request.url?.startsWith(one));
    const [status, headers, body] = answers[path ?? ""] ?? [404, {}, ""];
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((done) => web.listen(0, "127.0.0.1", done));
  base = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
});
afterAll(() => {
  web.closeAllConnections();
  web.close();
});
beforeEach(async () => {
  seen = [];
  answers = {};
  bench = await robotBench();
});
afterEach(() => bench.close());

function configOf(more: Partial<RobotConfig["network"]> = {}): RobotConfig {
  const services = { archive: base, price: base };
  const on = { archive: true, price: true, services, allowPrivate: true };
  return { ...robotConfig, network: { ...robotConfig.network, ...on, ...more } };
}

function commandOf(name: string, config = configOf()): Command {
  const found = createNetwork(config).commands?.find((one) => one.name === name);
  if (!found) throw new Error(`no command ${name}`);
  return found;
}

describe("the network commands", () => {
  it("are there only when they are switched on", () => {
    expect(createNetwork(robotConfig).commands).toEqual([]);
    const download = { program: "yt-dlp", maxBytes: 1, seconds: 1 };
    const names = createNetwork(configOf({ download })).commands?.map(({ name }) => name);
    expect(names).toEqual(["archive", "price", "convert", "download"]);
  });

  it("are found by every old name, and fit into the menus of both platforms", () => {
    const download = { program: "yt-dlp", maxBytes: 1, seconds: 1 };
    const registry = createRegistry(createNetwork(configOf({ download })).commands ?? [], loadTexts);
    expect(registry.clashes).toEqual([]);
    const words = {
      ...{ archive: "a archive arquivar salvar wm archivar", price: "price p preço precio" },
      ...{ convert: "conv convert converter convertir" },
      ...{ download: "y yt ytdl youtube baixar video download dl descargar" },
    };
    for (const [name, all] of Object.entries(words))
      for (const word of all.split(" ")) expect(registry.find(word)?.name, word).toBe(name);
    for (const { names, about, args } of registry.sheets()) {
      for (const name of Object.values(names)) expect(name).toMatch(/^[a-z][a-z0-9_]{0,31}$/);
      for (const line of Object.values(about)) expect(line.length).toBeLessThanOrEqual(100);
      for (const { name } of args)
        for (const one of Object.values(name)) expect(one).toMatch(/^[a-z0-9_-]{1,32}$/);
    }
  });

  it.each([
    ["olha https://example.org/a?b=1, que legal", "https://example.org/a?b=1"],
    ["(http://example.org)", "http://example.org"],
    ["nada", undefined],
  ])("find the address in %j", (text, address) => expect(addressIn(text)).toBe(address));
});

describe("archive", () => {
  const page = { url: "https://example.org/page" };

  it("says where the page was kept just now", async () => {
    const kept = `${base}/web/20260102030405/https://example.org/page`;
    answers["/save/"] = [302, { location: kept }, ""];
    const answer = await bench.command(commandOf("archive"), page);
    expect(seen).toEqual(["/save/https://example.org/page"]);
    expect(wordsOf(answer)).toContain("Guardada no Wayback Machine");
    expect(wordsOf(answer)).toContain(kept);
    expect(answer.say?.body).toContainEqual({ kind: "time", at: Date.UTC(2026, 0, 2, 3, 4, 5), style: "f" });
  });

  it("takes the first address of the message that is answered", async () => {
    answers["/save/"] = [200, { "content-location": "/web/20260102030405/https://b.example.org/" }, "<html>"];
    const about = {
      ref: { conversation: group, id: "1" },
      ...{ files: [], text: "veja https://b.example.org/." },
    };
    const asked = { kind: "command", name: "a", words: "", files: [], about } as const;
    const answer = await bench.command(commandOf("archive"), {}, { asked });
    expect(seen).toEqual(["/save/https://b.example.org/"]);
    expect(wordsOf(answer)).toContain(`${base}/web/20260102030405/https://b.example.org/`);
  });

  it("falls back to a copy that is there already", async () => {
    answers["/save/"] = [503, {}, "busy"];
    answers["/web/2/"] = [302, { location: "/web/20200101000000/https://example.org/page" }, ""];
    expect(wordsOf(await bench.command(commandOf("archive"), page))).toContain("já tem uma cópia");
  });

  it.each([
    [429, "often"],
    [520, "none"],
  ])("says what to do when there is none and the service answered %i", async (status, key) => {
    answers["/save/"] = [status, {}, ""];
    await expect(bench.command(commandOf("archive"), page)).rejects.toMatchObject({
      key: `robot-network.archive.${key}`,
    });
  });

  it("believes no link to elsewhere", async () => {
    answers["/save/"] = [
      302,
      { location: "https://evil.example/web/20260102030405/https://example.org/" },
      "",
    ];
    await expect(bench.command(commandOf("archive"), page)).rejects.toMatchObject({
      key: "robot-network.archive.none",
    });
  });

  it("tells how when no address is given, and nobody outside of a private one", async () => {
    await expect(bench.command(commandOf("archive"))).rejects.toMatchObject({
      key: "robot-network.archive.usage",
    });
    const archive = commandOf("archive", configOf({ allowPrivate: false }));
    await expect(bench.command(archive, { url: "http://10.0.0.1/admin" })).rejects.toMatchObject({
      key: "robot-network.trouble.address",
    });
    expect(seen).toEqual([]);
  });
});

describe("prices", () => {
  const bitcoin = { bitcoin: { brl: 500_000, usd: 100_000, brl_24h_change: -1.26, usd_24h_change: 2 } };

  it("are said in the money of the language, with the day's change", async () => {
    answers["/simple/price"] = [200, {}, JSON.stringify(bitcoin)];
    const words = wordsOf(await bench.command(commandOf("price"), { coin: "BTC" })).replaceAll("\u00a0", " ");
    expect(words).toBe("bitcoin:\nR$ 500.000,00 (-1,3% em 24 h)\nUS$ 100.000,00 (+2% em 24 h)");
    expect(seen[0]).toContain("ids=bitcoin&vs_currencies=brl,usd");
  });

  it("are asked for once a minute", async () => {
    answers["/simple/price"] = [200, {}, JSON.stringify(bitcoin)];
    const price = commandOf("price");
    await bench.command(price);
    await bench.clock.advance(59_000);
    await bench.command(price);
    expect(seen).toHaveLength(1);
    await bench.clock.advance(2_000);
    await bench.command(price);
    expect(seen).toHaveLength(2);
  });

  it("look for a coin that nobody knows by heart, and refuse one that is not there", async () => {
    answers["/search?query=pepe"] = [
      200,
      {},
      JSON.stringify({ coins: [{ id: "pepe", symbol: "PEPE", name: "Pepe" }] }),
    ];
    answers["/search?query=nada"] = [
      200,
      {},
      JSON.stringify({ coins: [{ id: "nadax", symbol: "NX", name: "Nada X" }] }),
    ];
    answers["/simple/price"] = [200, {}, JSON.stringify({ pepe: { usd: 0.00001234 } })];
    const words = wordsOf(await bench.command(commandOf("price"), { coin: "pepe", in: "usd" }));
    expect(words.replaceAll("\u00a0", " ")).toBe("pepe:\nUS$ 0,00001234");
    await expect(bench.command(commandOf("price"), { coin: "nada" })).rejects.toMatchObject({
      key: "robot-network.price.unknown",
    });
  });

  it.each([
    [{ coin: "usd" }, "money"],
    [{ coin: "btc", in: "abc" }, "unknown-money"],
    [{ coin: "ltc", in: "usd" }, "unquoted"],
  ])("refuse %j", async (args, key) => {
    answers["/simple/price"] = [200, {}, JSON.stringify(bitcoin)];
    await expect(bench.command(commandOf("price"), args)).rejects.toMatchObject({
      key: `robot-network.price.${key}`,
    });
  });

  it.each([
    [429, "{}", "often"],
    [500, "{}", "failed"],
    [200, "<html>", "failed"],
    [200, '{"bitcoin":{"brl":"much"}}', "failed"],
  ])("are not made up when the service says %i %s", async (status, body, key) => {
    answers["/simple/price"] = [status, {}, body];
    await expect(bench.command(commandOf("price"))).rejects.toMatchObject({
      key: `robot-network.price.${key}`,
    });
  });

  it.each([
    [{ amount: 2, from: "btc", to: "usd" }, "2 bitcoin = US$ 200.000,00"],
    [{ amount: 1000, from: "brl", to: "btc" }, "R$ 1.000,00 = 0,002 bitcoin"],
    [{ amount: 10, from: "usd", to: "brl" }, "US$ 10,00 = R$ 50,00"],
    [{ amount: 1, from: "btc", to: "eth" }, "1 bitcoin = 20 ethereum"],
    [{ amount: 3, from: "usd", to: "usd" }, "US$ 3,00 = US$ 3,00"],
  ])("turn %j into %s", async (args, words) => {
    answers["/simple/price"] = [200, {}, JSON.stringify({ ...bitcoin, ethereum: { usd: 5_000 } })];
    const answer = await bench.command(commandOf("convert"), args);
    expect(wordsOf(answer).replaceAll("\u00a0", " ")).toBe(words);
  });
});
