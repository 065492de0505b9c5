// Both simulators, and bridges (each in a process of its own) between rooms of theirs; the rows speak and listen here.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { freePort } from "../src/demo/free-port.ts";
import { startDiscordSandbox } from "../src/sandbox/discord/index.ts";
import type { DiscordSandbox } from "../src/sandbox/discord/sandbox.ts";
import type { Dispatch } from "../src/sandbox/discord/world.ts";
import { startTelegramSandbox, type TelegramSandbox } from "../src/sandbox/telegram/index.ts";
import { type BridgeKind, type BridgeProcess, startBridge } from "./bridge-process.ts";

/** Where a message is said; it appears on the other side. */
export type Side = "telegram" | "discord";
export const sides: readonly Side[] = ["telegram", "discord"];

/** A message that crossed: the number in its text, and when it appeared, by `performance.now()`. */
export interface Crossing {
  readonly from: Side;
  readonly room: number;
  readonly number: number;
  readonly at: number;
}

/** A bridge and the rooms it joins. */
export interface Rig {
  readonly kind: BridgeKind;
  readonly bridge: BridgeProcess;
  readonly publicUrl: string;
  /** The Telegram side of the rooms. */
  readonly chats: readonly number[];
  /** A person says message `number` in a room. */
  say(from: Side, room: number, number: number): void;
  /** Returns how to stop listening. */
  onCrossing(listener: (crossing: Crossing) => void): () => void;
  stop(): Promise<void>;
}

export interface World {
  readonly telegram: TelegramSandbox;
  readonly discord: DiscordSandbox;
  /** `prepare` may seed the folder before the bridge starts in it. */
  start(kind: BridgeKind, rooms: number, prepare?: (folder: string) => Promise<void>): Promise<Rig>;
  close(): Promise<void>;
}

export async function openWorld(): Promise<World> {
  const telegram = await startTelegramSandbox({ local: true });
  const discord = await startDiscordSandbox();
  const rigs = new Set<Rig>();
  return {
    telegram,
    discord,
    async start(kind, rooms, prepare) {
      const rig = await startRig(telegram, discord, kind, rooms, prepare);
      rigs.add(rig);
      return rig;
    },
    async close() {
      for (const rig of rigs) await rig.stop();
      await Promise.all([telegram.close(), discord.close()]);
    },
  };
}

/** Accounts, a guild and people of its own, so that no bridge hears what another is told. */
async function startRig(
  telegram: TelegramSandbox,
  discord: DiscordSandbox,
  kind: BridgeKind,
  roomCount: number,
  prepare: ((folder: string) => Promise<void>) | undefined,
): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), `matebot-bench-${kind}-`));
  const numbers = Array.from({ length: roomCount }, (_, i) => i);
  const group = openGroups(telegram, kind, roomCount);
  const guild = openGuild(discord, kind, roomCount);
  const publicUrl = `https://127.0.0.1:${await freePort()}`;
  const configFile = join(folder, "matebot.yaml");
  const config = {
    language: "en",
    accounts: {
      telegram: { platform: "telegram", token: group.token, api: telegram.url, updates: "webhook" },
      discord: {
        platform: "discord",
        token: guild.token,
        api: discord.url,
        cdn: discord.cdnUrl,
        media: discord.mediaUrl,
      },
    },
    web: { listen: new URL(publicUrl).host, public_url: publicUrl, tls: "self-signed" },
    data: "./data",
    bridges: numbers.map((room) => ({
      name: `room${room}`,
      members: [`telegram:${group.chats[room]}`, `discord:${guild.channels[room]}`],
    })),
  };
  writeFileSync(configFile, stringify(config), { mode: 0o600 });
  await prepare?.(folder);
  const bridge = await startBridge({ kind, configFile, logFile: join(folder, "log") });
  return {
    ...{ kind, bridge, publicUrl, chats: group.chats },
    say: (from, room, number) => (from === "telegram" ? group : guild).say(room, number),
    onCrossing(listener) {
      const stops = [group.onCrossing(listener), guild.onCrossing(listener)];
      return () => stops.forEach((stop) => void stop());
    },
    async stop() {
      await bridge.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const words = "Bom dia, pessoal! Alguém vem à reunião de hoje à noite no hackerspace? Levo o chimarrão 🧉";
/** Every fourth message has a bold word. */
const isPlain = (number: number) => number % 4 !== 3;

function openGroups(telegram: TelegramSandbox, name: string, count: number) {
  const bot = telegram.createBot({ name: "MateBot", username: `${name}_${Date.now()}_bot`, privacy: false });
  const ana = telegram.createUser({ firstName: "Ana", username: "ana" }).id;
  const chats = Array.from({ length: count }, (_, room) => {
    const chat = telegram.createChat({ title: `${name} ${room}`, type: "supergroup" }).id;
    telegram.join(chat, bot.id, "administrator");
    telegram.join(chat, ana);
    return chat;
  });
  return {
    token: bot.token,
    chats,
    say(room: number, number: number) {
      const text = `m${number} ${words}`;
      const offset = text.indexOf("reunião");
      const entities = isPlain(number) ? {} : { entities: [{ type: "bold", offset, length: 7 }] };
      telegram.say(chats[room] ?? 0, ana, { text, ...entities });
    },
    onCrossing: (listener: (crossing: Crossing) => void) =>
      telegram.onChange((change) => {
        if (change.kind !== "created" || !change.message.from?.is_bot) return;
        const room = chats.indexOf(change.chatId);
        if (room !== -1) listener({ from: "discord", room, ...readMessage(change.message.text) });
      }),
  };
}

function openGuild(discord: DiscordSandbox, name: string, count: number) {
  const bot = discord.createBot({ name: "MateBot" });
  const guild = discord.createGuild({ name }).id;
  const channels = Array.from(
    { length: count },
    (_, room) => discord.createChannel(guild, { name: `room${room}` }).id,
  );
  discord.addBot(guild, bot.id);
  const carla = discord.createUser({ username: `carla_${name}`, globalName: "Carla" }).id;
  discord.addMember(guild, carla);
  return {
    token: bot.token,
    channels,
    say(room: number, number: number) {
      const said = isPlain(number) ? words : words.replace("reunião", "**reunião**");
      discord.say(channels[room] ?? "", carla, { content: `m${number} ${said}` });
    },
    onCrossing: (listener: (crossing: Crossing) => void) =>
      discord.onChange((dispatch) => {
        if (dispatch.type !== "MESSAGE_CREATE") return;
        const room = channels.indexOf(dispatch.channel?.id ?? "");
        const { webhook_id, content } = seen(dispatch);
        if (room !== -1 && webhook_id !== undefined)
          listener({ from: "telegram", room, ...readMessage(content) });
      }),
  };
}

/** An onlooker who may read everything. */
const onlooker: Parameters<Dispatch["data"]>[0] = {
  bot: {
    id: "0",
    applicationId: "0",
    name: "",
    token: "",
    flags: 0,
    verifyKey: "",
    identifies: [],
    settings: {},
  },
  readsContent: true,
};

function seen(dispatch: Dispatch): { readonly webhook_id?: string; readonly content?: string } {
  return dispatch.data(onlooker) as { readonly webhook_id?: string; readonly content?: string };
}

function readMessage(text: string | undefined): Pick<Crossing, "number" | "at"> {
  return { at: performance.now(), number: Number(/\bm(\d+) /.exec(text ?? "")?.[1]) };
}
