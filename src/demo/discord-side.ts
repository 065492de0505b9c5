// The Discord half of the demo: a simulated channel with two people in it, seen as the page shows it.

import type { RichText } from "../model/rich-text.ts";
import { parseMarkdown } from "../platforms/discord/markdown/parse.ts";
import { startDiscordSandbox } from "../sandbox/discord/index.ts";
import type { DiscordSandbox } from "../sandbox/discord/sandbox.ts";
import { discordActs } from "./discord-acts.ts";
import { createDiscordCommands, type DiscordCommands } from "./discord-commands.ts";
import { DISCORD_SAMPLES } from "./discord-samples.ts";
import { type DiscordEyes, type Shown, showDiscord, standing } from "./discord-view.ts";
import { drawFace, type Face } from "./drawings.ts";
import type { FileShelf } from "./file-shelf.ts";
import { createListeners } from "./listeners.ts";
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
  const { guild, channel } = build(sandbox, guildName, title, { bot: bot.id, waiter: waiter.id });
  const people = await joinAll(sandbox, guild, texts("demo.admins"));
  const kept = new Map<string, Buffer>();
  const reactions = createMarks<string>();
  const votes = createMarks<number>();
  const known = knownBy(people, shelf);
  const eyes: DiscordEyes = {
    ...{ sandbox, channel, shelf, botId: bot.id },
    person: (id) => known.get(id),
    read: (content) => read(content, known, channel, title),
    bytesOf: (key) => kept.get(key),
    reactedWith: reactions.by,
    votersOf: votes.by,
  };
  const { add: listen, changed } = createListeners();
  const commands = createDiscordCommands({ sandbox, bot, guild, channel, changed, later: timers.later });
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
      ...alone(eyes, [...known.keys()], commands),
    }),
    knowsCommands: () => sandbox.commands(bot.id, guild).length > 0,
    ...discordActs({
      ...{ ...parts, eyes, guild, waiter: waiter.id, kept, reactions, votes, later: timers.later },
      ...{ commands, botId: bot.id },
    }),
    onChange: (listener) => listen(listener, (told) => sandbox.onChange(told)),
    close() {
      timers.stop();
      return sandbox.close();
    },
  };
}

function build(
  sandbox: DiscordSandbox,
  name: string,
  title: string,
  { bot, waiter }: { readonly bot: string; readonly waiter: string },
) {
  const { id: guild } = sandbox.createGuild({ name });
  const { id: channel } = sandbox.createChannel(guild, { name: title });
  sandbox.addBot(guild, bot, { permissions: INVITED });
  sandbox.addBot(guild, waiter);
  return { guild, channel };
}

/** What one person alone sees: the talk with the robot, and a form. */
function alone(eyes: DiscordEyes, people: readonly string[], commands: DiscordCommands) {
  const { sandbox, botId } = eyes;
  const talk = (person: string) => {
    const said = sandbox.privateMessages(botId, person) as unknown as readonly Shown[];
    return showDiscord(eyes, said, commands.whispers(sandbox.createDm(botId, person).id), SHOWN);
  };
  const form = commands.form();
  return { privately: Object.fromEntries(people.map((id) => [id, talk(id)])), ...(form && { form }) };
}

interface Joined {
  readonly id: string;
  readonly name: string;
  readonly face: Buffer;
}

function knownBy(people: readonly Joined[], shelf: FileShelf) {
  return new Map(
    people.map(({ id, name, face }) => {
      const { url } = shelf.put(`discord face ${id}`, () => face);
      return [id, { id, name, ...(url !== undefined && { face: url }) }];
    }),
  );
}

/** The first of them runs the server. */
function joinAll(sandbox: DiscordSandbox, guild: string, role: string): Promise<readonly Joined[]> {
  const { id: admins } = sandbox.createRole(guild, { name: role, permissions: ADMINISTRATOR });
  return Promise.all(
    PEOPLE.map((person, index) => join(sandbox, guild, person, index === 0 ? [admins] : [])),
  );
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
