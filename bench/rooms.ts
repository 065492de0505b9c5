// The rooms of the bench on both simulators, and the people who talk in them by turns; `world.ts` and `hour.ts` open them.

import type { DiscordSandbox } from "../src/sandbox/discord/sandbox.ts";
import type { Dispatch } from "../src/sandbox/discord/world.ts";
import type { TelegramSandbox } from "../src/sandbox/telegram/index.ts";

/** Where a message is said; it appears on the other side. */
export type Side = "telegram" | "discord";
export const sides: readonly Side[] = ["telegram", "discord"];

/** A message that crossed: the number in its text, and when it appeared, by `performance.now()`. */
export interface Crossing {
  readonly from: Side;
  readonly room: number;
  readonly number: number;
  readonly at: number;
  /** How many appeared in one message with it, itself included. */
  readonly joined: number;
}

/** A file as a person sends it. */
export interface PersonsFile {
  readonly kind: "video" | "sticker";
  readonly bytes: Buffer;
  readonly name: string;
  readonly mime: string;
  /** Of the caption, by which it is heard when it appears. Stickers have none. */
  readonly number?: number;
  /** What the message says of its size. */
  readonly claimedBytes?: number;
}

type Listener = (crossing: Crossing) => void;

/** The rooms of one side. */
export interface Rooms<Id> {
  readonly token: string;
  readonly ids: readonly Id[];
  /** A person says message `number` in a room. */
  say(room: number, number: number): void;
  /** A person sends a file. */
  send(room: number, file: PersonsFile): void;
  /** Hears what comes from the other side. Returns how to stop. */
  onCrossing(listener: Listener): () => void;
}

const words = "Bom dia, pessoal! Alguém vem à reunião de hoje à noite no hackerspace? Levo o chimarrão 🧉";
/** Every fourth message has a bold word. */
const isPlain = (number: number) => number % 4 !== 3;
// Discord takes 500 channels in a guild.
const CHANNELS_OF_A_GUILD = 500;

/** `people` talk in each of `count` groups. */
export function openGroups(
  telegram: TelegramSandbox,
  name: string,
  count: number,
  people: number,
): Rooms<number> {
  const bot = telegram.createBot({ name: "MateBot", username: `${name}_${Date.now()}_bot`, privacy: false });
  const speakers = ["Ana", "Bento", "Clara", "Davi"].slice(0, people);
  const users = speakers.map((firstName) => telegram.createUser({ firstName }).id);
  const ids = Array.from({ length: count }, (_, room) => {
    const chat = telegram.createChat({ title: `${name} ${room}`, type: "supergroup" }).id;
    // The people first: who comes when the bot is there is announced, and that crosses too.
    for (const user of users) telegram.join(chat, user);
    telegram.join(chat, bot.id, "administrator");
    return chat;
  });
  const roomOf = new Map(ids.map((id, room) => [id, room]));
  return {
    token: bot.token,
    ids,
    say(room, number) {
      const text = `m${number} ${words}`;
      const offset = text.indexOf("reunião");
      const entities = isPlain(number) ? {} : { entities: [{ type: "bold", offset, length: 7 }] };
      telegram.say(ids[room] ?? 0, users[number % people] ?? 0, { text, ...entities });
    },
    send(room, { number, claimedBytes: size, ...file }) {
      const sent = { ...file, ...(size !== undefined && { size }) };
      telegram.sendFile(ids[room] ?? 0, users[0] ?? 0, sent, captionOf(number));
    },
    onCrossing: (listener) =>
      telegram.onChange((change) => {
        if (change.kind !== "created" || change.message.from?.id !== bot.id) return;
        const { text, caption } = change.message;
        tell(listener, "discord", roomOf.get(change.chatId), text ?? caption);
      }),
  };
}

function captionOf(number: number | undefined): { readonly caption?: string } {
  return number === undefined ? {} : { caption: `m${number} ${words}` };
}

/** `people` talk in each of `count` channels, whose guilds are boosted or not. */
export function openChannels(
  discord: DiscordSandbox,
  name: string,
  count: number,
  people: number,
  boostTier: 0 | 2 = 0,
): Rooms<string> {
  const bot = discord.createBot({ name: "MateBot" });
  const speakers = ["Carla", "Edu", "Flor", "Gil"].slice(0, people);
  const users = speakers.map(
    (globalName) => discord.createUser({ username: `${globalName}_${name}`.toLowerCase(), globalName }).id,
  );
  const ids: string[] = [];
  while (ids.length < count) {
    const guild = discord.createGuild({ name }).id;
    discord.setBoostTier(guild, boostTier);
    const end = Math.min(count, ids.length + CHANNELS_OF_A_GUILD);
    while (ids.length < end) ids.push(discord.createChannel(guild, { name: `room${ids.length}` }).id);
    discord.addBot(guild, bot.id);
    for (const user of users) discord.addMember(guild, user);
  }
  const roomOf = new Map(ids.map((id, room) => [id, room]));
  return {
    token: bot.token,
    ids,
    say(room, number) {
      const said = isPlain(number) ? words : words.replace("reunião", "**reunião**");
      discord.say(ids[room] ?? "", users[number % people] ?? "", { content: `m${number} ${said}` });
    },
    send(room, { number, bytes, name: filename, mime: contentType, claimedBytes: size }) {
      const attachment = { filename, contentType, bytes, ...(size !== undefined && { size }) };
      const content = captionOf(number).caption ?? "";
      discord.say(ids[room] ?? "", users[0] ?? "", { content, attachments: [attachment] });
    },
    onCrossing: (listener) =>
      discord.onChange((dispatch) => {
        if (dispatch.type !== "MESSAGE_CREATE") return;
        const { webhook_id, content } = seen(dispatch);
        if (webhook_id === undefined) return;
        tell(listener, "telegram", roomOf.get(dispatch.channel?.id ?? ""), content);
      }),
  };
}

/** One call for each original that the message holds, in the order in which it holds them. */
function tell(listener: Listener, from: Side, room: number | undefined, text = ""): void {
  if (room === undefined) return;
  const at = performance.now();
  const numbers = [...text.matchAll(/\bm(\d+) /g)].map(([, digits]) => Number(digits));
  for (const number of numbers) listener({ from, room, number, at, joined: numbers.length });
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
