// Sends what the demo's people pick from the menu on the Discord side; `discord-side.ts` calls it.

import type { Texts } from "../model/texts.ts";
import type { DiscordSandbox } from "../sandbox/discord/sandbox.ts";
import type { Samples } from "./samples.ts";
import type { Sample } from "./view.ts";

export interface DiscordStage {
  readonly sandbox: DiscordSandbox;
  readonly samples: Samples;
  readonly texts: Texts;
  readonly guild: string;
  /** The channel, or the thread of the answered message. */
  readonly place: string;
  readonly channel: string;
  readonly person: string;
  /** Another bot of the guild. */
  readonly waiter: string;
  readonly reply: { readonly replyTo?: string };
  /** Keeps what the sandbox does not give back. */
  keep(key: string, bytes: Buffer): void;
  later(ms: number, work: () => void): void;
}

type Send = (stage: DiscordStage) => unknown;
type SentFile = NonNullable<Parameters<DiscordSandbox["say"]>[2]["attachments"]>[number];

const THINKING_MS = 1_500;
const VOICE = 8192;
const GIF_PAGE = "https://tenor.com/view/mate-gif-4242";
const GIF_VIDEO = "https://media.tenor.com/mate/mate.mp4";
const PHOTO = { contentType: "image/jpeg", width: 960, height: 640 };

/** What Discord's apps can send. */
export const DISCORD_SAMPLES: Partial<Readonly<Record<Sample, Send>>> = {
  photo: async (stage) =>
    sendFiles(stage, [{ ...PHOTO, ...(await photo(stage, 1)) }], stage.texts("demo.sample.photo")),
  spoiler: async (stage) =>
    sendFiles(
      stage,
      [{ ...PHOTO, ...(await photo(stage, 2)), filename: "SPOILER_mate.jpg", spoiler: true }],
      stage.texts("demo.sample.spoiler"),
    ),
  async album(stage) {
    const files = await Promise.all([0, 1, 2].map((number) => photo(stage, number)));
    sendFiles(
      stage,
      files.map((file) => ({ ...PHOTO, ...file })),
      stage.texts("demo.sample.album"),
    );
  },
  async video(stage) {
    const file = { filename: "video.mp4", contentType: "video/mp4", width: 480, height: 320 };
    sendFiles(
      stage,
      [{ ...file, bytes: await stage.samples.film("video") }],
      stage.texts("demo.sample.video"),
    );
  },
  async gif({ sandbox, place, person, samples, reply, keep }) {
    const bytes = await samples.film("silent");
    keep(GIF_VIDEO, bytes);
    const embed = sandbox.gifEmbed({ page: GIF_PAGE, video: GIF_VIDEO, bytes });
    sandbox.say(place, person, { ...reply, content: GIF_PAGE, embeds: [embed] });
  },
  async voice({ sandbox, place, person, samples, reply }) {
    const waveform = Buffer.from(Array.from({ length: 64 }, (_, at) => 128 + 120 * Math.sin(at / 2)));
    const file = { filename: "voice-message.ogg", contentType: "audio/ogg", durationSecs: 3 };
    const bytes = await samples.film("voice");
    const attachments = [{ ...file, bytes, waveform: waveform.toString("base64") }];
    sandbox.say(place, person, { ...reply, attachments, flags: VOICE });
  },
  music(stage) {
    const bytes = stage.samples.tune();
    sendFiles(stage, [{ filename: "mate.wav", contentType: "audio/wav", bytes }]);
  },
  document(stage) {
    const name = stage.texts("demo.sample.paper");
    const filename = `${name.replace(/[^\w-]+/g, "_")}.pdf`;
    sendFiles(stage, [{ filename, contentType: "application/pdf", bytes: stage.samples.paper(name) }]);
  },
  sticker: async (stage) => sendSticker(stage, "mate", 1, await stage.samples.sticker("png")),
  "moving-sticker": (stage) => sendSticker(stage, "sol", 3, stage.samples.lottie()),
  poll({ sandbox, place, person, texts, reply }) {
    const answers = ["one", "two", "three"].map((key) => ({
      poll_media: { text: texts(`demo.sample.poll-${key}`) },
    }));
    sandbox.say(place, person, {
      ...reply,
      poll: { question: { text: texts("demo.sample.poll") }, answers },
    });
  },
  embed: ({ sandbox, place, waiter, texts }) => sandbox.say(place, waiter, { embeds: [card(texts)] }),
  command({ sandbox, place, person, waiter, texts, later }) {
    const { id } = sandbox.useCommand(place, person, { botId: waiter, name: "mate" });
    const content = texts("demo.sample.command");
    later(THINKING_MS, () => void sandbox.answerCommand(place, id, { content }));
  },
  topic({ sandbox, channel, person, texts }) {
    const name = texts("demo.sample.topic-discord");
    const known = sandbox.threads(channel).find((thread) => thread.name === name);
    const thread = known ?? sandbox.createThread(channel, { name, ownerId: person, announced: true });
    sandbox.say(thread.id, person, { content: texts("demo.sample.topic-line") });
  },
  forward({ sandbox, guild, place, person, texts }) {
    const news = sandbox.createChannel(guild, { name: texts("demo.sample.news-channel") });
    const post = sandbox.say(news.id, person, { content: texts("demo.sample.news-line") });
    sandbox.forward(place, person, { channelId: news.id, messageId: post.id });
  },
  typing: ({ sandbox, place, person }) => sandbox.type(place, person),
};

async function photo({ samples, texts }: DiscordStage, number: number) {
  const bytes = await samples.photo(number);
  return { filename: `mate-${number + 1}.jpg`, bytes, description: texts("demo.sample.photo-alt") };
}

function sendFiles(stage: DiscordStage, attachments: readonly SentFile[], content?: string): void {
  const { sandbox, place, person, reply } = stage;
  sandbox.say(place, person, { ...reply, attachments, ...(content !== undefined && { content }) });
}

function sendSticker(stage: DiscordStage, name: string, format: 1 | 3, bytes: Buffer): void {
  const { sandbox, guild, place, person, reply, keep } = stage;
  const sticker = sandbox.createSticker(guild, { name, format, bytes });
  keep(sticker.id, bytes);
  sandbox.say(place, person, { ...reply, stickers: [sticker] });
}

function card(texts: Texts) {
  return {
    type: "rich",
    title: texts("demo.sample.card"),
    description: texts("demo.sample.card-body"),
    color: 0x79b85f,
    fields: ["one", "two"].map((key) => ({
      ...{
        name: texts(`demo.sample.card-${key}`),
        value: texts(`demo.sample.card-${key}-value`),
        inline: true,
      },
    })),
    footer: { text: texts("demo.sample.card-foot") },
  };
}
