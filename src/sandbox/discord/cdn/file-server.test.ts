// Downloads from the simulated CDN: counted, and struck by faults.

import { afterEach, beforeEach, expect, test } from "vitest";
import { startDiscordSandbox } from "../index.ts";
import { furnish } from "../raw-client.ts";
import type { DiscordSandbox } from "../sandbox.ts";

let sandbox: DiscordSandbox;
let url: string;

beforeEach(async () => {
  sandbox = await startDiscordSandbox();
  const home = furnish(sandbox);
  const file = { filename: "a.txt", contentType: "text/plain", bytes: Buffer.from("0123456789"), size: 3 };
  const said = sandbox.say(home.channel.id, home.ana.id, { attachments: [file] });
  expect(said.attachments[0]?.size).toBe(3);
  url = said.attachments[0]?.url ?? "";
});
afterEach(() => sandbox.close());

const strike = (fault: Parameters<DiscordSandbox["faults"]["add"]>[0]["fault"]) =>
  sandbox.cdnFaults.add({ match: ({ path }) => path.startsWith("/cdn/attachments/"), times: 1, fault });

test("each download is counted, without its signature", async () => {
  expect(await (await fetch(url)).text()).toBe("0123456789");
  await fetch(url, { method: "HEAD" });
  expect(sandbox.downloads).toHaveLength(2);
  expect(sandbox.downloads[0]).toMatch(/^\/cdn\/attachments\/\d+\/\d+\/a\.txt$/);
});

test("a stalled one sends what it was told to, and nothing more", async () => {
  strike({ kind: "stall", after: 4 });
  const gone = new AbortController();
  const answer = await fetch(url, { signal: gone.signal });
  expect(answer.headers.get("content-length")).toBe("10");
  const reader = answer.body?.getReader();
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe("0123");
  const next = reader?.read();
  gone.abort();
  await expect(next).rejects.toThrow();
});

test("others fail as told, and the next one goes through", async () => {
  strike({ kind: "status", status: 503 });
  strike({ kind: "cut", when: "before" });
  expect((await fetch(url)).status).toBe(503);
  await expect(fetch(url)).rejects.toThrow();
  expect((await fetch(url)).status).toBe(200);
});

test("an answer of the API stalls as well, and what was asked for took effect", async () => {
  const guild = sandbox.createGuild({ name: "Casa" });
  const channel = sandbox.createChannel(guild.id, { name: "geral" });
  const bot = sandbox.createBot({ name: "Outro" });
  sandbox.addBot(guild.id, bot.id);
  sandbox.faults.add({
    match: ({ method }) => method === "POST",
    times: 1,
    fault: { kind: "stall", after: 2 },
  });
  const gone = new AbortController();
  const answer = await fetch(`${sandbox.url}/v10/channels/${channel.id}/messages`, {
    method: "POST",
    headers: {
      authorization: `Bot ${bot.token}`,
      "content-type": "application/json",
      "user-agent": "DiscordBot (https://example.org, 1)",
    },
    body: JSON.stringify({ content: "oi" }),
    signal: gone.signal,
  });
  const text = answer.text();
  gone.abort();
  await expect(text).rejects.toThrow();
  expect(sandbox.messages(channel.id)).toMatchObject([{ content: "oi" }]);
});
