// The Discord half of the demo: a simulated channel with two people in it, seen as the page shows it.

import type { RichText } from "../model/rich-text.ts";
import { parseMarkdown } from "../platforms/discord/markdown-parse.ts";
import { startDiscordSandbox } from "../sandbox/discord/index.ts";
import type { DiscordSandbox } from "../sandbox/discord/sandbox.ts";
import { DISCORD_SAMPLES } from "./discord-samples.ts";
import { type DiscordEyes, type Shown, showDiscord, standing } from "./discord-view.ts";
import { drawFace, type Face } from "./drawings.ts";
import { createMarks, toggled } from "./marks.ts";
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
  for (const { id } of [bot, waiter]) sandbox.addBot(guild, id);
  const people = await Promise.all(PEOPLE.map((person) => join(sandbox, guild, person)));
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
  /** Where a message stands: in the channel, or in one of its threads. */
  const find = (id: string): Shown => {
    const found = standing(eyes).find((message) => message.id === id);
    if (!found) throw new Error(`no message ${id}`);
    return found;
  };
  const replying = (replyTo: string | undefined) => {
    const place = replyTo === undefined ? channel : find(replyTo).channel_id;
    return { place, reply: replyTo === undefined ? {} : { replyTo } };
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
      messages: showDiscord(eyes, SHOWN),
      // Telegram tells bots nothing of who is writing.
      typing: false,
      samples: SAMPLES.filter((kind) => DISCORD_SAMPLES[kind]).map((kind) => ({
        ...{ kind, ready: samples.films || !(needsFilm(kind) || kind === "gif") },
      })),
      emoji: EMOJI,
    }),
    say({ person, text, replyTo }) {
      const { place, reply } = replying(replyTo);
      sandbox.say(place, person, { content: text, ...reply });
    },
    edit: (message, content) => void sandbox.edit(find(message).channel_id, message, { content }),
    remove: (message) => sandbox.remove(find(message).channel_id, message),
    async send({ sample, person, replyTo }) {
      const send = DISCORD_SAMPLES[sample];
      if (!send) throw new Error(`Discord has no ${sample}`);
      const { later } = timers;
      const keep = (key: string, bytes: Buffer) => void kept.set(key, bytes);
      const stage = { sandbox, samples, texts, guild, channel, person, waiter: waiter.id, keep, later };
      await send({ ...stage, ...replying(replyTo) });
    },
    async upload({ person, name, replyTo }, bytes) {
      const { mime, width, height } = await shelf.probe(bytes);
      // Discord puts an underscore for what it does not like in names.
      const file = { filename: name.replace(/[^\p{L}\p{N}._-]+/gu, "_"), contentType: mime, bytes };
      const { place, reply } = replying(replyTo);
      sandbox.say(place, person, {
        attachments: [{ ...file, ...(width && height && { width, height }) }],
        ...reply,
      });
    },
    react({ person, message, emoji }) {
      const { channel_id: place } = find(message);
      const mine = reactions.of(message, person);
      if (mine.includes(emoji)) sandbox.unreact(place, message, person, emoji);
      else sandbox.react(place, message, person, emoji);
      reactions.set(message, person, toggled(mine, emoji));
    },
    vote({ person, message, option }) {
      const { channel_id: place, poll } = find(message);
      const mine = votes.of(message, person);
      if (mine.includes(option)) sandbox.unvote(place, message, person, option);
      else sandbox.vote(place, message, person, option);
      votes.set(
        message,
        person,
        poll?.allow_multiselect || mine.includes(option) ? toggled(mine, option) : [option],
      );
    },
    pin({ person, message }) {
      const { channel_id: place, pinned } = find(message);
      if (pinned) sandbox.unpin(place, message);
      else sandbox.pin(place, message, person);
    },
    closePoll: ({ message }) => sandbox.endPoll(find(message).channel_id, message),
    tick() {
      throw new Error("Discord has no checklists");
    },
    onChange: (listener) => sandbox.onChange(listener),
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
) {
  const { id } = sandbox.createUser({ username, globalName });
  const face = await drawFace(features);
  sandbox.addMember(guild, id);
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
