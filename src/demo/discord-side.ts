// The Discord half of the demo: a simulated channel with two people in it, seen as the page shows it.

import type { RichText } from "../model/rich-text.ts";
import { parseMarkdown } from "../platforms/discord/markdown-parse.ts";
import { startDiscordSandbox } from "../sandbox/discord/index.ts";
import type { DiscordSandbox } from "../sandbox/discord/sandbox.ts";
import { discordActs } from "./discord-acts.ts";
import { createDiscordCommands } from "./discord-commands.ts";
import { DISCORD_SAMPLES } from "./discord-samples.ts";
import { type DiscordEyes, type Shown, showDiscord, standing } from "./discord-view.ts";
import { drawFace, type Face } from "./drawings.ts";
import { createMarks } from "./marks.ts";
import { needsFilm } from "./samples.ts";
import { type DemoSide, SHOWN, type SideParts } from "./side.ts";
import { createTimers } from "./timers.ts";
import { SAMPLES } from "./view.ts";

export interface DiscordSide extends DemoSide {
  /** For matebot.yaml. */
  readonly settings: {
    readonly api: string;
    readonly cdn: string;
    readonly media: string;
    readonly token: string;
    readonly conversation: string;
  };
}

const PEOPLE: readonly { readonly username: string; readonly globalName: string; readonly face: Face }[] = [
  {
    ...{ username: "carla", globalName: "Carla" },
    face: { skin: "#f1c27d", hair: "#a63d2f", shirt: "#6a4c93", ground: "#ffe5d9", long: true },
  },
  {
    ...{ username: "davi", globalName: "Davi" },
    face: { skin: "#c68642", hair: "#4a2c17", shirt: "#1982c4", ground: "#fff3b0", long: false },
  },
];
/** What the invitation in the README gives the bot. */
const INVITED = 2885445466057808n;
const ADMINISTRATOR = 8n;
const EMOJI = ["👍", "❤️", "🔥", "🎉", "😂", "🧉"];

export async function startDiscordSide(
  guildName: string,
  title: string,
  parts: SideParts,
): Promise<DiscordSide> {
  const { clock, samples, shelf, texts } = parts;
  const sandbox = await startDiscordSandbox();
  const timers = createTimers(clock);
  const bot = sandbox.createBot({ name: "MateBot" });
  const waiter = sandbox.createBot({ name: texts("demo.waiter") });
  const { id: guild } = sandbox.createGuild({ name: guildName });
  const { id: channel } = sandbox.createChannel(guild, { name: title });
  sandbox.addBot(guild, bot.id, { permissions: INVITED });
  sandbox.addBot(guild, waiter.id);
  // The first of them runs the server.
  const { id: admins } = sandbox.createRole(guild, {
    name: texts("demo.admins"),
    permissions: ADMINISTRATOR,
  });
  const people = await Promise.all(
    PEOPLE.map((person, index) => join(sandbox, guild, person, index === 0 ? [admins] : [])),
  );
  const kept = new Map<string, Buffer>();
  const reactions = createMarks<string>();
  const votes = createMarks<number>();
  const known = new Map(
    people.map(({ id, name, face }) => {
      const { url } = shelf.put(`discord face ${id}`, () => face);
      return [id, { id, name, ...(url !== undefined && { face: url }) }];
    }),
  );
  const eyes: DiscordEyes = {
    ...{ sandbox, channel, shelf, botId: bot.id },
    person: (id) => known.get(id),
    read: (content) => read(content, known, channel, title),
    bytesOf: (key) => kept.get(key),
    reactedWith: reactions.by,
    votersOf: votes.by,
  };
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };
  const commands = createDiscordCommands({ sandbox, bot, guild, channel, changed, later: timers.later });
  const privately = (person: string) => {
    const said = sandbox.privateMessages(bot.id, person) as unknown as readonly Shown[];
    return showDiscord(eyes, said, commands.whispers(sandbox.createDm(bot.id, person).id), SHOWN);
  };
  const formNow = () => {
    const form = commands.form();
    return form ? { form } : {};
  };
  return {
    settings: {
      api: sandbox.url,
      cdn: sandbox.cdnUrl,
      media: sandbox.mediaUrl,
      token: bot.token,
      conversation: channel,
    },
    view: () => ({
      title: `#${title}`,
      people: [...known.values()],
      messages: showDiscord(eyes, standing(eyes), commands.whispers(channel), SHOWN),
      // Telegram tells bots nothing of who is writing.
      typing: false,
      samples: SAMPLES.filter((kind) => DISCORD_SAMPLES[kind]).map((kind) => ({
        ...{ kind, ready: samples.films || !(needsFilm(kind) || kind === "gif") },
      })),
      emoji: EMOJI,
      privately: Object.fromEntries([...known.keys()].map((id) => [id, privately(id)])),
      ...formNow(),
    }),
    ...discordActs({
      ...{ ...parts, eyes, guild, waiter: waiter.id, kept, reactions, votes, later: timers.later },
      ...{ commands, botId: bot.id },
    }),
    onChange(listener) {
      listeners.add(listener);
      const stop = sandbox.onChange(listener);
      return () => {
        listeners.delete(listener);
        stop();
      };
    },
    close() {
      timers.stop();
      return sandbox.close();
    },
  };
}

async function join(
  sandbox: DiscordSandbox,
  guild: string,
  { username, globalName, face: features }: (typeof PEOPLE)[number],
  roles: readonly string[],
) {
  const { id } = sandbox.createUser({ username, globalName });
  const face = await drawFace(features);
  sandbox.addMember(guild, id, { roles });
  sandbox.setAvatar(id, { bytes: face, contentType: "image/jpeg" });
  return { id, name: globalName, face };
}

function read(
  content: string,
  people: ReadonlyMap<string, { readonly name: string }>,
  channel: string,
  title: string,
): RichText {
  return parseMarkdown(content, {
    account: "discord",
    mentionUser: (id) => people.get(id)?.name,
    role: () => undefined,
    channel: (id) => (id === channel ? { name: title } : undefined),
  });
}
