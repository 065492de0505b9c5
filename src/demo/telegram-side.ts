// The Telegram half of the demo: a simulated group with two people in it, seen as the page shows it.

import { startTelegramSandbox, type TelegramSandbox } from "../sandbox/telegram/index.ts";
import { drawFace, type Face } from "./drawings.ts";
import { createMarks, toggled } from "./marks.ts";
import { needsFilm } from "./samples.ts";
import { type DemoSide, SHOWN, type SideParts } from "./side.ts";
import { readTelegramMarkup } from "./telegram-markup.ts";
import { TELEGRAM_SAMPLES } from "./telegram-samples.ts";
import { showTelegram } from "./telegram-view.ts";
import { createTimers } from "./timers.ts";
import { SAMPLES } from "./view.ts";

export interface TelegramSide extends DemoSide {
  /** For matebot.yaml. */
  readonly settings: { readonly api: string; readonly token: string; readonly conversation: string };
}

const PEOPLE: readonly { readonly firstName: string; readonly face: Face }[] = [
  {
    firstName: "Ana",
    face: { skin: "#e0ac69", hair: "#3b2417", shirt: "#2a9d8f", ground: "#cde7ff", long: true },
  },
  {
    firstName: "Bento",
    face: { skin: "#8d5524", hair: "#1c1c1c", shirt: "#e9c46a", ground: "#d8f3dc", long: false },
  },
];
const EMOJI = ["👍", "❤", "🔥", "🎉", "😁", "🤔"];
/** Bot API, sendChatAction: "5 seconds or less". */
const TYPING_MS = 5_000;

export async function startTelegramSide(title: string, parts: SideParts): Promise<TelegramSide> {
  const { clock, samples, shelf, texts } = parts;
  const sandbox = await startTelegramSandbox({ local: true });
  const timers = createTimers(clock);
  const bot = sandbox.createBot({ name: "MateBot", username: "mate_bot", privacy: false });
  const { id: chat } = sandbox.createChat({ title, type: "supergroup", forum: true });
  const people = await Promise.all(PEOPLE.map((person) => join(sandbox, chat, person)));
  // The bot comes last, so that the arrival of the others is no news to it.
  sandbox.join(chat, bot.id, "administrator");
  /** What was typed, for the box when it is edited. */
  const typed = new Map<number, string>();
  const votes = createMarks<number>();
  const faces = new Map(
    people.map(({ id, face }) => [id, { face: shelf.put(`telegram face ${id}`, () => face).url ?? "" }]),
  );
  const eyes = {
    ...{ sandbox, chat, shelf, botId: bot.id },
    person: (id: number | undefined) => faces.get(id ?? 0),
    typed: (id: number) => typed.get(id),
    votersOf: votes.by,
  };
  const isTyping = () =>
    sandbox.requests
      .slice(-20)
      .some(({ path, at }) => path.endsWith("/sendChatAction") && clock.now() - at < TYPING_MS);

  return {
    settings: { api: sandbox.url, token: bot.token, conversation: String(chat) },
    view: () => ({
      title,
      people: people.map(({ id, name }) => ({ id: String(id), name, ...faces.get(id) })),
      messages: showTelegram(eyes, SHOWN),
      typing: isTyping(),
      samples: SAMPLES.filter((kind) => TELEGRAM_SAMPLES[kind]).map((kind) => ({
        ...{ kind, ready: samples.films || !needsFilm(kind) },
      })),
      emoji: EMOJI,
    }),
    say({ person, text, replyTo }) {
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
    async send({ sample, person, replyTo }) {
      const send = TELEGRAM_SAMPLES[sample];
      if (!send) throw new Error(`Telegram has no ${sample}`);
      const reply = replyTo === undefined ? {} : { replyTo: Number(replyTo) };
      const { later } = timers;
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
    onChange: (listener) => sandbox.onChange(listener),
    close() {
      timers.stop();
      return sandbox.close();
    },
  };
}

async function join(sandbox: TelegramSandbox, chat: number, { firstName, face }: (typeof PEOPLE)[number]) {
  const { id } = sandbox.createUser({ firstName });
  const picture = await drawFace(face);
  sandbox.setUserPhoto(id, picture);
  sandbox.join(chat, id);
  return { id, name: firstName, face: picture };
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
