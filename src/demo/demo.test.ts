import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createLog } from "../log.ts";
import type { Texts } from "../model/texts.ts";
import { loadTexts } from "../texts.ts";
import { startDemo } from "./demo.ts";
import type { DemoView } from "./view.ts";

const texts = loadTexts("en");
const log = createLog({ destination: { write: () => true }, env: {} });
const servers = () => process.getActiveResourcesInfo().filter((name) => name === "TCPServerWrap").length;

const before = servers();

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "matebot-demo-test-"));
  vi.stubEnv("TMPDIR", folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

async function look(url: string): Promise<DemoView> {
  const reader = (await fetch(`${url}/events`)).body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  // One picture may come in several pieces.
  while (!/^data: .*\n\n/m.test(text))
    text += decoder.decode((await reader?.read())?.value, { stream: true });
  await reader?.cancel();
  return JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? "") as DemoView;
}

const post = (url: string, action: unknown) =>
  fetch(`${url}/act`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(action),
  });

describe("the demo", () => {
  it("shows each message on both sides, with the route of each", async () => {
    const demo = await startDemo({ texts, log, port: 0 });
    const { rooms, route, reach } = await look(demo.url);
    await demo.stop();
    // Before the talk stands how the rooms were joined.
    expect(rooms.telegram.messages.slice(-4).map(({ author, speaker }) => speaker ?? author)).toEqual(
      rooms.discord.messages.slice(-4).map(({ author }) => author),
    );
    expect(rooms.telegram.messages.filter(({ carried }) => carried)).toHaveLength(2);
    expect(route).toHaveLength(4);
    for (const { receivedAt, storedAt, sentAt } of route) {
      expect(receivedAt).toBeLessThanOrEqual(storedAt);
      expect(storedAt).toBeLessThanOrEqual(sentAt ?? 0);
    }
    expect(reach).toMatchObject({
      url: expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+$/),
      tls: "self-signed",
      certificate: { trust: "uploaded", names: ["127.0.0.1"], validUntil: expect.any(Number) },
      connections: [
        { side: "telegram", way: "webhook", up: true, lastUpdate: expect.any(Number) },
        { side: "discord", way: "gateway", up: true, lastUpdate: expect.any(Number) },
      ],
    });
  });

  it("says what a platform would not let somebody do", async () => {
    const demo = await startDemo({ texts, log, port: 0 });
    const answer = await post(demo.url, { do: "delete", side: "telegram", message: "999" });
    expect([answer.status, await answer.text()]).toEqual([409, expect.stringContaining("999")]);
    await demo.stop();
  });

  it("leaves nothing behind when it stops", async () => {
    const demo = await startDemo({ texts, log, port: 0 });
    // Its data, and a lock for each token.
    expect(readdirSync(folder)).toHaveLength(3);
    await demo.stop();
    expect(readdirSync(folder)).toEqual([]);
    await expect.poll(servers).toBe(before);
  });

  it.each(["demo.channel", "demo.talk.answer"])(
    "leaves nothing behind when it fails at %s",
    async (fatal) => {
      const broken: Texts = (key, values) => {
        if (key === fatal) throw new Error("it fails here");
        return texts(key, values);
      };
      await expect(startDemo({ texts: broken, log, port: 0 })).rejects.toThrow("it fails here");
      expect(readdirSync(folder)).toEqual([]);
      await expect.poll(servers).toBe(before);
    },
  );
});
