// The Telegram half of the demo: a simulated group with two people in it, seen as the page shows it.

import type { Clock } from "../model/clock.ts";
import { startTelegramSandbox, type TelegramSandbox } from "../sandbox/telegram/index.ts";
import { drawFace, type Face } from "./drawings.ts";
import { createListeners } from "./listeners.ts";
import { createMarks } from "./marks.ts";
import { needsFilm } from "./samples.ts";
import { type DemoSide, SHOWN, type SideParts } from "./side.ts";
import { telegramActs } from "./telegram-acts.ts";
import { TELEGRAM_SAMPLES } from "./telegram-samples.ts";
import { showPrivate, showTelegram } from "./telegram-view.ts";
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
/** As long as the apps show it. */
const TOAST_MS = 4_000;
/** A press is answered soon, and the answer passes. */
const ANSWERED_MS = [50, 300, 1_500, TOAST_MS];

export async function startTelegramSide(title: string, parts: SideParts): Promise<TelegramSide> {
  const { clock, samples, shelf, texts } = parts;
  const sandbox = await startTelegramSandbox({ local: true });
  const timers = createTimers(clock);
  const bot = sandbox.createBot({ name: "MateBot", username: "mate_bot", privacy: false });
  const { id: chat } = sandbox.createChat({ title, type: "supergroup", forum: true });
  const people = await joinAll(sandbox, chat);
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

  const { add: listen, changed } = createListeners();
  const presses = createPresses(sandbox, clock, (ms) => timers.later(ms, changed));

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
      privately: Object.fromEntries(
        people.map(({ id }) => [
          String(id),
          showPrivate(eyes, sandbox.privateMessages(bot.token, id), SHOWN),
        ]),
      ),
      ...presses.toast(),
    }),
    knowsCommands: () => true,
    ...telegramActs({
      ...{ sandbox, shelf, samples, texts, chat, typed, votes, later: timers.later },
      ...{ token: bot.token, pressed: presses.note },
    }),
    onChange: (listener) => listen(listener, (told) => sandbox.onChange(told)),
    close() {
      timers.stop();
      return sandbox.close();
    },
  };
}

/** The last button that was pressed, and the line that passes with which the bot answered. */
function createPresses(sandbox: TelegramSandbox, clock: Clock, later: (ms: number) => void) {
  let last: { readonly person: string; readonly id: string; readonly at: number } | undefined;
  return {
    note(person: string, id: string) {
      last = { person, id, at: clock.now() };
      for (const ms of ANSWERED_MS) later(ms);
    },
    toast() {
      if (!last || clock.now() - last.at >= TOAST_MS) return {};
      const text = sandbox.pressAnswer(last.id)?.text;
      return text ? { toast: { person: last.person, text } } : {};
    },
  };
}

/** The first of them runs the group. */
function joinAll(sandbox: TelegramSandbox, chat: number) {
  return Promise.all(
    PEOPLE.map((person, index) => join(sandbox, chat, person, index === 0 ? "administrator" : "member")),
  );
}

async function join(
  sandbox: TelegramSandbox,
  chat: number,
  { firstName, face }: (typeof PEOPLE)[number],
  status: "administrator" | "member",
) {
  const { id } = sandbox.createUser({ firstName });
  const picture = await drawFace(face);
  sandbox.setUserPhoto(id, picture);
  sandbox.join(chat, id, status);
  return { id, name: firstName, face: picture };
}
