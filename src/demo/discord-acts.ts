// What the demo's people do on the Discord side: write, send, react, vote, pin; `discord-side.ts` offers it to the page.

import type { DiscordCommands } from "./discord-commands.ts";
import { DISCORD_SAMPLES } from "./discord-samples.ts";
import { type DiscordEyes, type Shown, standing } from "./discord-view.ts";
import { type Marks, toggled } from "./marks.ts";
import type { Doings, SideParts } from "./side.ts";

export interface DiscordHands extends Pick<SideParts, "shelf" | "samples" | "texts"> {
  readonly eyes: DiscordEyes;
  readonly guild: string;
  /** Another bot of the guild. */
  readonly waiter: string;
  /** What the sandbox does not give back. */
  readonly kept: Map<string, Buffer>;
  readonly reactions: Marks<string>;
  readonly votes: Marks<number>;
  readonly commands: DiscordCommands;
  readonly botId: string;
  later(ms: number, work: () => void): void;
}

export function discordActs(hands: DiscordHands): Doings {
  const { press, submit } = hands.commands;
  return { ...words(hands), ...sending(hands), ...gestures(hands), press, submit };
}

/** Wherever it stands: in the channel, or in one of its threads. */
function find(eyes: DiscordEyes, id: string): Shown {
  const found = standing(eyes).find((message) => message.id === id);
  if (!found) throw new Error(`no message ${id}`);
  return found;
}

/** An answer stands where the answered message does. */
function replying(eyes: DiscordEyes, replyTo: string | undefined) {
  if (replyTo === undefined) return { place: eyes.channel, reply: {} };
  return { place: find(eyes, replyTo).channel_id, reply: { replyTo } };
}

function words({ eyes, commands, botId }: DiscordHands): Pick<Doings, "say" | "edit" | "remove"> {
  const { sandbox } = eyes;
  return {
    async say({ person, text, replyTo, privately = false }) {
      if (text.startsWith("/") && (await commands.use(person, text, privately))) return;
      if (privately) return void sandbox.sayPrivately(botId, person, { content: text });
      const { place, reply } = replying(eyes, replyTo);
      sandbox.say(place, person, { content: text, ...reply });
    },
    edit: (message, content) => void sandbox.edit(find(eyes, message).channel_id, message, { content }),
    remove: (message) => sandbox.remove(find(eyes, message).channel_id, message),
  };
}

function sending(hands: DiscordHands): Pick<Doings, "send" | "upload"> {
  const { eyes, samples, texts, shelf, guild, waiter, kept, later } = hands;
  const { sandbox, channel } = eyes;
  return {
    async send({ sample, person, replyTo }) {
      const send = DISCORD_SAMPLES[sample];
      if (!send) throw new Error(`Discord has no ${sample}`);
      const keep = (key: string, bytes: Buffer) => void kept.set(key, bytes);
      const stage = { sandbox, samples, texts, guild, channel, person, waiter, keep, later };
      await send({ ...stage, ...replying(eyes, replyTo) });
    },
    async upload({ person, name, replyTo }, bytes) {
      const { mime, width, height } = await shelf.probe(bytes);
      // Discord puts an underscore for what it does not like in names.
      const file = { filename: name.replace(/[^\p{L}\p{N}._-]+/gu, "_"), contentType: mime, bytes };
      const { place, reply } = replying(eyes, replyTo);
      sandbox.say(place, person, {
        attachments: [{ ...file, ...(width && height && { width, height }) }],
        ...reply,
      });
    },
  };
}

function gestures({
  eyes,
  reactions,
  votes,
}: DiscordHands): Omit<Doings, "say" | "edit" | "remove" | "send" | "upload" | "press" | "submit"> {
  const { sandbox } = eyes;
  return {
    react({ person, message, emoji }) {
      const { channel_id: place } = find(eyes, message);
      const mine = reactions.of(message, person);
      if (mine.includes(emoji)) sandbox.unreact(place, message, person, emoji);
      else sandbox.react(place, message, person, emoji);
      reactions.set(message, person, toggled(mine, emoji));
    },
    vote({ person, message, option }) {
      const { channel_id: place, poll } = find(eyes, message);
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
      const { channel_id: place, pinned } = find(eyes, message);
      if (pinned) sandbox.unpin(place, message);
      else sandbox.pin(place, message, person);
    },
    closePoll: ({ message }) => sandbox.endPoll(find(eyes, message).channel_id, message),
    tick() {
      throw new Error("Discord has no checklists");
    },
  };
}
