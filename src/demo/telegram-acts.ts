// What the demo's people do on the Telegram side: write, send, react, vote, pin; `telegram-side.ts` offers it to the page.

import type { TelegramSandbox } from "../sandbox/telegram/index.ts";
import { type Marks, toggled } from "./marks.ts";
import type { Doings, SideParts } from "./side.ts";
import { readTelegramMarkup } from "./telegram-markup.ts";
import { TELEGRAM_SAMPLES } from "./telegram-samples.ts";

export interface TelegramHands extends Pick<SideParts, "shelf" | "samples" | "texts"> {
  readonly sandbox: TelegramSandbox;
  readonly chat: number;
  readonly token: string;
  /** A button was pressed, which the bot may answer with a line that passes. */
  readonly pressed: (person: string, press: string) => void;
  /** What was typed, for the box when it is edited. */
  readonly typed: Map<number, string>;
  readonly votes: Marks<number>;
  later(ms: number, work: () => void): void;
}

export function telegramActs(hands: TelegramHands): Doings {
  return { ...words(hands), ...sending(hands), ...gestures(hands) };
}

function words({
  sandbox,
  chat,
  typed,
  token,
}: TelegramHands): Pick<Doings, "say" | "edit" | "remove" | "submit"> {
  return {
    submit() {
      throw new Error("Telegram has no forms");
    },
    say({ person, text, replyTo, privately }) {
      if (privately) return void sandbox.sayPrivately(token, Number(person), readTelegramMarkup(text));
      const saying = { ...readTelegramMarkup(text), ...(replyTo && { replyTo: Number(replyTo) }) };
      typed.set(sandbox.say(chat, Number(person), saying).message_id, text);
    },
    edit(message, text) {
      const { text: words, entities } = readTelegramMarkup(text);
      const standing = sandbox.messages(chat).find(({ message_id: id }) => id === Number(message));
      const captioned = standing?.caption !== undefined;
      sandbox.edit(
        chat,
        Number(message),
        captioned ? { caption: words, caption_entities: entities } : { text: words, entities },
      );
      typed.set(Number(message), text);
    },
    remove(message) {
      for (const id of albumOf(sandbox, chat, Number(message))) sandbox.remove(chat, id);
    },
  };
}

function sending({
  sandbox,
  chat,
  samples,
  texts,
  shelf,
  later,
}: TelegramHands): Pick<Doings, "send" | "upload"> {
  return {
    async send({ sample, person, replyTo }) {
      const send = TELEGRAM_SAMPLES[sample];
      if (!send) throw new Error(`Telegram has no ${sample}`);
      const reply = replyTo === undefined ? {} : { replyTo: Number(replyTo) };
      await send({ sandbox, samples, texts, chat, person: Number(person), reply, later });
    },
    async upload({ person, name, replyTo }, bytes) {
      const { mime, kind, seconds, width, height, hasAudio } = await shelf.probe(bytes);
      const measured = {
        ...(width && height && { width, height }),
        ...(seconds && { duration: Math.round(seconds) }),
      };
      const as = sentAs(mime, kind, hasAudio);
      const reply = replyTo === undefined ? {} : { replyTo: Number(replyTo) };
      sandbox.sendFile(chat, Number(person), { kind: as, bytes, name, mime, ...measured }, reply);
    },
  };
}

function gestures({
  sandbox,
  chat,
  votes,
  pressed,
}: TelegramHands): Omit<Doings, "say" | "edit" | "remove" | "submit" | "send" | "upload"> {
  return {
    press({ person, message, button, privately }) {
      const place = privately ? Number(person) : chat;
      pressed(person, sandbox.press(place, Number(message), Number(person), button));
    },
    react({ person, message, emoji }) {
      const mine = sandbox.reactions(chat, Number(message)).get(Number(person)) ?? [];
      // Without Premium one may have one reaction.
      sandbox.react(chat, Number(message), Number(person), mine.includes(emoji) ? [] : [emoji]);
    },
    vote({ person, message, option }) {
      const poll = sandbox.messages(chat).find(({ message_id: id }) => id === Number(message))?.poll;
      const several = (poll as { allows_multiple_answers?: boolean } | undefined)?.allows_multiple_answers;
      const mine = votes.of(message, person);
      const chosen = several || mine.includes(option) ? toggled(mine, option) : [option];
      const before = mine;
      votes.set(message, person, chosen);
      try {
        sandbox.vote(chat, Number(message), Number(person), chosen);
      } catch (error) {
        votes.set(message, person, before);
        throw error;
      }
    },
    pin({ person, message }) {
      const id = Number(message);
      if (sandbox.pins(chat).includes(id)) sandbox.unpin(chat, id);
      else sandbox.pin(chat, id, Number(person));
    },
    closePoll: ({ message }) => sandbox.closePoll(chat, Number(message)),
    tick({ person, message, task }) {
      const list = sandbox.messages(chat).find(({ message_id: id }) => id === Number(message))?.checklist;
      const { tasks = [] } = (list ?? {}) as { tasks?: { id: number; completion_date?: number }[] };
      const done = tasks.some(({ id, completion_date: at }) => id === task && at);
      sandbox.tickTasks(chat, Number(message), Number(person), done ? { undone: [task] } : { done: [task] });
    },
  };
}

/** The ids of an album are shown as one message. */
function albumOf(sandbox: TelegramSandbox, chat: number, message: number): readonly number[] {
  const messages = sandbox.messages(chat);
  const group = messages.find(({ message_id: id }) => id === message)?.media_group_id;
  if (group === undefined) return [message];
  return messages.filter((each) => each.media_group_id === group).map(({ message_id: id }) => id);
}

type SentAs = Parameters<TelegramSandbox["sendFile"]>[2]["kind"];

/** What Telegram's apps make of a file that is dropped into them. */
function sentAs(mime: string, kind: string, hasAudio: boolean | undefined): SentAs {
  if (mime === "image/jpeg" || mime === "image/png") return "photo";
  if (mime === "image/gif") return "animation";
  if (mime === "video/mp4") return hasAudio === false ? "animation" : "video";
  return kind === "audio" ? "audio" : "document";
}
