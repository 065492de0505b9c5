// Sends what the demo's people pick from the menu on the Telegram side; `telegram-side.ts` calls it.

import { randomInt } from "node:crypto";
import type { Texts } from "../model/texts.ts";
import type { TelegramSandbox } from "../sandbox/telegram/index.ts";
import type { Samples } from "./samples.ts";
import type { Sample } from "./view.ts";

export interface TelegramStage {
  readonly sandbox: TelegramSandbox;
  readonly samples: Samples;
  readonly texts: Texts;
  readonly chat: number;
  readonly person: number;
  readonly reply: { readonly replyTo?: number };
  /** Not once the demo has ended. */
  later(ms: number, work: () => void): void;
}

type Send = (stage: TelegramStage) => unknown;

const START = { latitude: -30.0331, longitude: -51.23 };
const STEPS = 5;
const STEP_MS = 2_000;

/** What Telegram's apps can send. */
export const TELEGRAM_SAMPLES: Partial<Readonly<Record<Sample, Send>>> = {
  photo: async (stage) =>
    sendFile(stage, { kind: "photo", bytes: await stage.samples.photo(0) }, words(stage, "photo")),
  spoiler: async (stage) =>
    sendFile(
      stage,
      { kind: "photo", bytes: await stage.samples.photo(2), spoiler: true },
      words(stage, "spoiler"),
    ),
  async album(stage) {
    const photos = await Promise.all([0, 1, 2].map((number) => stage.samples.photo(number)));
    const files = photos.map((bytes) => ({ kind: "photo" as const, bytes }));
    stage.sandbox.sendAlbum(stage.chat, stage.person, files, { ...stage.reply, ...words(stage, "album") });
  },
  async video(stage) {
    const size = { width: 480, height: 320, duration: 3, name: "video.mp4" };
    sendFile(
      stage,
      { kind: "video", bytes: await stage.samples.film("video"), ...size },
      words(stage, "video"),
    );
  },
  async "video-note"(stage) {
    const size = { width: 240, height: 240, duration: 3 };
    sendFile(stage, { kind: "video_note", bytes: await stage.samples.film("round"), ...size });
  },
  async gif(stage) {
    const gif = { mime: "image/gif", name: "mate.gif", width: 240, height: 240, duration: 1 };
    sendFile(stage, { kind: "animation", bytes: await stage.samples.gif(), ...gif });
  },
  voice: async (stage) =>
    sendFile(stage, { kind: "voice", bytes: await stage.samples.film("voice"), duration: 3 }),
  music(stage) {
    const song = { title: stage.texts("demo.sample.song"), performer: "MateBot", name: "mate.wav" };
    sendFile(stage, { kind: "audio", bytes: stage.samples.tune(), mime: "audio/wav", duration: 2, ...song });
  },
  document(stage) {
    const name = stage.texts("demo.sample.paper");
    const file = { name: `${name}.pdf`, mime: "application/pdf" };
    sendFile(stage, { kind: "document", bytes: stage.samples.paper(name), ...file });
  },
  sticker: async (stage) =>
    sendFile(stage, { kind: "sticker", bytes: await stage.samples.sticker("webp"), ...STICKER, emoji: "🧉" }),
  "moving-sticker": (stage) =>
    sendFile(stage, { kind: "sticker", bytes: stage.samples.tgs(), ...STICKER, emoji: "🌞" }),
  "video-sticker": async (stage) =>
    sendFile(stage, { kind: "sticker", bytes: await stage.samples.film("sticker"), ...STICKER, emoji: "🌀" }),
  poll({ sandbox, chat, person, texts, reply }) {
    const options = ["one", "two", "three"].map((key) => ({ text: texts(`demo.sample.poll-${key}`) }));
    sandbox.sendPoll(chat, person, { question: texts("demo.sample.poll"), options, anonymous: false }, reply);
  },
  place: ({ sandbox, chat, person, texts, reply }) =>
    sandbox.say(chat, person, {
      ...reply,
      venue: { location: START, title: texts("demo.sample.place"), address: "Porto Alegre" },
    }),
  "live-place": sendLivePlace,
  contact: ({ sandbox, chat, person, reply }) =>
    sandbox.say(chat, person, {
      ...reply,
      contact: { first_name: "Duda", phone_number: "+55 51 5555-0142" },
    }),
  dice: ({ sandbox, chat, person, reply }) =>
    sandbox.say(chat, person, { ...reply, dice: { emoji: "🎲", value: randomInt(1, 7) } }),
  checklist({ sandbox, chat, person, texts, reply }) {
    const tasks = ["one", "two", "three"].map((key) => texts(`demo.sample.task-${key}`));
    sandbox.sendChecklist(chat, person, { title: texts("demo.sample.checklist"), tasks }, reply);
  },
  topic({ sandbox, chat, person, texts }) {
    const name = texts("demo.sample.topic-telegram");
    const known = sandbox.topics(chat).find((topic) => topic.name === name);
    const thread = known?.id ?? sandbox.createTopic(chat, name, person);
    sandbox.say(chat, person, { text: texts("demo.sample.topic-line"), thread });
  },
  forward({ sandbox, chat, person, texts }) {
    const channel = sandbox.createChat({
      title: texts("demo.sample.news"),
      type: "channel",
      ownerId: person,
    });
    const post = sandbox.say(channel.id, person, { text: texts("demo.sample.news-line") });
    sandbox.forward(chat, person, { chatId: channel.id, messageId: post.message_id });
  },
};

const STICKER = { width: 512, height: 512, setName: "MateBot" };

type SentFile = Parameters<TelegramSandbox["sendFile"]>[2];

function sendFile(stage: TelegramStage, file: SentFile, caption: { readonly caption?: string } = {}): void {
  stage.sandbox.sendFile(stage.chat, stage.person, file, { ...stage.reply, ...caption });
}

function words({ texts }: TelegramStage, sample: "photo" | "spoiler" | "album" | "video") {
  return { caption: texts(`demo.sample.${sample}`) };
}

/** Somebody walks for ten seconds. */
function sendLivePlace({ sandbox, chat, person, reply, later }: TelegramStage): void {
  const { message_id: id } = sandbox.sendLocation(chat, person, { ...START, livePeriod: 900 }, reply);
  for (let step = 1; step <= STEPS; step += 1) {
    const place = { latitude: START.latitude - step * 0.001, longitude: START.longitude + step * 0.0015 };
    later(step * STEP_MS, () => void sandbox.moveLocation(chat, id, place));
  }
  later((STEPS + 1) * STEP_MS, () => void sandbox.stopLocation(chat, id));
}
