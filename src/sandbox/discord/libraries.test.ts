// The real client libraries live with the simulator: what works here works with @discordjs/rest and @discordjs/ws.

import { REST } from "@discordjs/rest";
import { WebSocketManager, WebSocketShardEvents } from "@discordjs/ws";
import { afterEach, expect, test } from "vitest";
import { startDiscordSandbox } from "./index.ts";
import type { MessageShape } from "./message-shape.ts";
import type { DiscordSandbox } from "./sandbox.ts";

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function start(): Promise<DiscordSandbox> {
  const sandbox = await startDiscordSandbox();
  closing.push(() => sandbox.close());
  return sandbox;
}

interface Packet {
  readonly t: string | null;
  readonly d: MessageShape;
}

test("a client logs in, hears a person, answers as a bot and as a webhook, and leaves", async () => {
  const sandbox = await start();
  const guild = sandbox.createGuild({ name: "Casa" });
  const channel = sandbox.createChannel(guild.id, { name: "geral" });
  const ana = sandbox.createUser({ username: "ana", globalName: "Ana" });
  sandbox.addMember(guild.id, ana.id);
  const bot = sandbox.createBot({ name: "MateBot" });
  sandbox.addBot(guild.id, bot.id);

  const rest = new REST({ api: sandbox.url, version: "10", retries: 0 }).setToken(bot.token);
  const manager = new WebSocketManager({ token: bot.token, intents: 1 | 512 | 32768, rest });
  closing.push(async () => manager.destroy());
  const packets: Packet[] = [];
  let heard: ((packet: Packet) => void) | undefined;
  manager.on(WebSocketShardEvents.Dispatch, (packet: unknown) => {
    packets.push(packet as Packet);
    heard?.(packet as Packet);
  });
  const next = (type: string) =>
    new Promise<Packet>((resolve) => {
      const known = packets.find((packet) => packet.t === type);
      if (known) resolve(known);
      heard = (packet) => {
        if (packet.t === type) resolve(packet);
      };
    });
  await manager.connect();
  await next("GUILD_CREATE");
  sandbox.say(channel.id, ana.id, { content: "oi" });
  const said = await next("MESSAGE_CREATE");
  expect(said.d.content).toBe("oi");

  const own = (await rest.post(`/channels/${channel.id}/messages`, {
    body: { content: "olá" },
  })) as MessageShape;
  const hook = (await rest.post(`/channels/${channel.id}/webhooks`, { body: { name: "MateBot" } })) as {
    id: string;
    token: string;
  };
  const query = new URLSearchParams({ wait: "true" });
  const path = `/webhooks/${hook.id}/${hook.token}` as const;
  const puppet = (await rest.post(path, {
    auth: false,
    query,
    body: { content: "ola do Telegram", username: "Ana" },
    files: [{ name: "a.txt", data: Buffer.from("texto"), contentType: "text/plain" }],
  })) as MessageShape;
  await rest.patch(`${path}/messages/${puppet.id}`, { auth: false, body: { content: "olá do Telegram" } });
  await rest.delete(`/channels/${channel.id}/messages/${own.id}`);

  expect(sandbox.messages(channel.id).map(({ content, author }) => [author.username, content])).toEqual([
    ["ana", "oi"],
    ["Ana", "olá do Telegram"],
  ]);
  expect(puppet.attachments.map(({ filename, size }) => [filename, size])).toEqual([["a.txt", 5]]);
  expect(puppet.webhook_id).toBe(hook.id);
  expect(puppet.application_id).toBe(bot.applicationId);
  expect(sandbox.unexpected).toEqual([]);
});
