// The whole program with an authority: own certificate first, the authority's as soon as it is there, and nothing is lost.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { needs } from "../support/needs.ts";
import { freePorts, hasPebble, NO_PEBBLE, type Pebble, startPebble } from "../support/pebble.ts";
import { makeWorld, type World } from "../support/world.ts";

const SOON = { timeout: 15_000 };

describe("a server without a name, whose authority's terms were accepted", () => {
  needs(hasPebble, NO_PEBBLE);
  let pebble: Pebble;
  let world: World;
  let port = 0;
  /** What the world trusts: Pebble has another root at every start. */
  let trusted: string[];

  beforeEach(async () => {
    if (!hasPebble) return;
    const [main = 0, http = 0] = await freePorts(2);
    port = main;
    pebble = await startPebble({ httpPort: http, tlsPort: port });
    trusted = [await pebble.issuingRoot()];
    world = await makeWorld({ telegram: { systemCa: trusted } });
    const roots = join(world.data, "..", "authority.pem");
    writeFileSync(roots, pebble.httpsRoot);
    const listen = `127.0.0.1:${port}`;
    const acme = { terms: "accepted", directory: pebble.directory, roots, http: "off", alpn: listen };
    world.configure(() => ({ web: { listen, public_url: `https://${listen}`, tls: "acme", acme } }));
  });
  afterEach(async () => {
    await world?.close();
    await pebble?.stop();
  });

  const info = () => world.telegram.webhookInfo(world.telegramBot.token);
  const say = (text: string) => world.telegram.say(world.chat, world.ana, { text });

  it("is reached by its own certificate until the authority gives one, then by that, while people talk", async () => {
    await pebble.down();
    const app = await world.start();
    expect(info()).toMatchObject({ has_custom_certificate: true });
    expect(app.reach?.()).toMatchObject({ tls: "acme", certificate: { source: "self-signed" } });
    say("0");
    await expect.poll(world.discordTexts, SOON).toEqual(["0"]);
    await expect.poll(() => app.reach?.().certificate?.fault?.reason, SOON).toContain("localhost");
    await app.stop();

    await pebble.up();
    trusted.push(await pebble.issuingRoot());
    const again = await world.start();
    const said = ["0"];
    for (let turn = 1; turn <= 200; turn += 1) {
      said.push(String(turn));
      say(String(turn));
      await new Promise((resolve) => setImmediate(resolve));
      if (turn % 20 === 0) await expect.poll(world.discordTexts, SOON).toHaveLength(said.length);
    }
    await expect.poll(() => info().has_custom_certificate, SOON).toBe(false);
    say("last");
    await expect.poll(world.discordTexts, SOON).toEqual([...said, "last"]);
    expect(again.reach?.()).toMatchObject({
      tls: "acme",
      certificate: { source: "acme", trust: "public", names: ["127.0.0.1"] },
    });
    expect(again.reach?.().certificate?.fault).toBeUndefined();
  });

  it("comes back with the authority's certificate, and uploads none", async () => {
    const app = await world.start();
    await expect.poll(() => info().has_custom_certificate, SOON).toBe(false);
    const { validUntil } = app.reach?.().certificate ?? {};
    await app.stop();
    await pebble.down();
    const again = await world.start();
    expect(again.reach?.().certificate).toMatchObject({ source: "acme", validUntil });
    expect(info()).toMatchObject({ has_custom_certificate: false });
    say("after the restart");
    await expect.poll(world.discordTexts, SOON).toEqual(["after the restart"]);
  });
});
