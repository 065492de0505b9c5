// Files of every kind cross in both directions, and what arrives is opened and looked at.

import { afterEach, describe, expect, it } from "vitest";
import type { SentFile } from "../../src/sandbox/telegram/people/media.ts";
import { needs } from "../support/needs.ts";
import { hasFfmpeg, lookAtFilm, lookAtPicture, NO_FFMPEG, samples } from "../support/sample-files.ts";
import { eventually, makeWorld, type World, type WorldOptions } from "../support/world.ts";

let world: World | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

async function open(options: WorldOptions = {}): Promise<World> {
  world = await makeWorld(options);
  await world.start();
  return world;
}

const patience = 30_000;

/** The files of the first message on Discord that has as many, with their bytes. */
async function onDiscord({ discord, channel }: World, count = 1) {
  const message = await eventually(
    () => discord.messages(channel).find(({ attachments }) => attachments.length >= count),
    patience,
  );
  const files = await Promise.all(
    message.attachments.map(async (file) => ({
      ...file,
      bytes: Buffer.from(await (await fetch(file.url)).arrayBuffer()),
    })),
  );
  return { message, files, file: files[0] as (typeof files)[number] };
}

type Shown = ReturnType<World["telegram"]["messages"]>[number];

/** The first message of the bot on Telegram that has this field. */
function onTelegram({ telegram, telegramBot, chat }: World, field: keyof Shown): Promise<Shown> {
  return eventually(
    () =>
      telegram
        .messages(chat)
        .find((message) => message.from?.id === telegramBot.id && message[field] !== undefined),
    patience,
  );
}

function bytesOf({ telegram }: World, file: unknown): Buffer {
  return telegram.file((file as { readonly file_id: string }).file_id).bytes;
}

describe("from Telegram to Discord", () => {
  needs(hasFfmpeg, NO_FFMPEG);

  async function send(file: SentFile, saying: { readonly caption?: string } = {}) {
    const scene = await open();
    scene.telegram.sendFile(scene.chat, scene.ana, file, saying);
    return onDiscord(scene);
  }

  it("a photo is a picture with its caption, under the name of who sent it", async () => {
    const bytes = await samples.jpeg(640, 400);
    const { message, file } = await send(
      { kind: "photo", bytes, mime: "image/jpeg" },
      { caption: "olha *isto*" },
    );
    expect(message).toMatchObject({ content: "olha \\*isto\\*", author: { username: "Ana" } });
    expect(file.content_type).toBe("image/jpeg");
    expect(await lookAtPicture(file.bytes)).toMatchObject({ format: "jpeg", width: 640, height: 400 });
  });

  it("a spoiler stays one", async () => {
    const bytes = await samples.jpeg();
    const { file } = await send({ kind: "photo", bytes, mime: "image/jpeg", spoiler: true });
    expect(file.flags ?? 0).toBe(8);
  });

  it("a video plays, and keeps sound and length", async () => {
    const { file } = await send({
      kind: "video",
      bytes: samples.mp4(),
      mime: "video/mp4",
      duration: 2,
      name: "a.mp4",
    });
    expect(lookAtFilm(file.bytes)).toMatchObject({ codecs: ["h264", "aac"], seconds: 2, width: 320 });
  });

  it("a GIF of Telegram, which is a film without sound, plays", async () => {
    const { file } = await send({ kind: "animation", bytes: samples.silentMp4(), mime: "video/mp4" });
    expect(file.filename).toMatch(/\.(mp4|gif)$/);
  });

  it("a round video is a plain one", async () => {
    const { file } = await send({
      kind: "video_note",
      bytes: samples.mp4(),
      mime: "video/mp4",
      duration: 2,
      width: 240,
    });
    expect(lookAtFilm(file.bytes)).toMatchObject({ seconds: 2 });
  });

  it("a voice message is a sound that can be played", async () => {
    const { file } = await send({ kind: "voice", bytes: samples.ogg(), mime: "audio/ogg", duration: 2 });
    expect(lookAtFilm(file.bytes)).toMatchObject({ codecs: ["opus"], seconds: 2 });
  });

  it("music keeps its name", async () => {
    const bytes = samples.mp3();
    const { file } = await send({
      ...{ kind: "audio", bytes, mime: "audio/mpeg", duration: 2, name: "faixa.mp3" },
      ...{ title: "Chimarrão", performer: "Os Gaúchos" },
    });
    expect(file.bytes.equals(bytes)).toBe(true);
    expect(file.filename).toMatch(/\.mp3$/);
  });

  it("a document keeps its name and type", async () => {
    const bytes = samples.pdf();
    const { file } = await send({
      kind: "document",
      bytes,
      mime: "application/pdf",
      name: "ata da reunião.pdf",
    });
    expect(file.bytes.equals(bytes)).toBe(true);
    expect(file.filename).toMatch(/^ata.da.reunião\.pdf$/);
  });

  it("a name that climbs out of its folder, turns around or never ends does no harm", async () => {
    const name = `../../\u202Egnp.exe${"x".repeat(4000)}`;
    const { file } = await send({ kind: "document", bytes: samples.pdf(), mime: "application/pdf", name });
    expect(file.filename).not.toMatch(/\.\.|\/|\u202e/);
    expect([...file.filename].length).toBeLessThanOrEqual(120);
  });

  it("a static sticker is a picture with its transparency", async () => {
    const { file } = await send({
      kind: "sticker",
      bytes: await samples.webp(),
      name: "s.webp",
      emoji: "🧉",
    });
    expect(await lookAtPicture(file.bytes)).toMatchObject({ width: 512, height: 512 });
  });

  it("an animated sticker (TGS) moves", async () => {
    const { file } = await send({ kind: "sticker", bytes: samples.tgs(), name: "s.tgs", emoji: "🧉" });
    const seen = await lookAtPicture(file.bytes);
    expect(seen.frames).toBeGreaterThan(10);
  });

  it("a video sticker (WebM) moves", async () => {
    const { file } = await send({ kind: "sticker", bytes: samples.webm(), name: "s.webm", emoji: "🧉" });
    const seen = await lookAtPicture(file.bytes);
    expect(seen.frames).toBeGreaterThan(5);
  });

  it("an album is one message with its files in order, and what follows comes after it", async () => {
    const scene = await open();
    const files: SentFile[] = await Promise.all(
      [101, 102, 103].map(async (width): Promise<SentFile> => {
        return { kind: "photo", bytes: await samples.jpeg(width), mime: "image/jpeg" };
      }),
    );
    scene.telegram.sendAlbum(scene.chat, scene.ana, files, { caption: "férias" });
    scene.telegram.say(scene.chat, scene.ana, { text: "depois" });
    const { message, files: arrived } = await onDiscord(scene, 3);
    expect(message.content).toBe("férias");
    expect(await Promise.all(arrived.map(async ({ bytes }) => (await lookAtPicture(bytes)).width))).toEqual([
      101, 102, 103,
    ]);
    await eventually(() => scene.discordTexts().includes("depois"));
    expect(scene.discordTexts()).toEqual(["férias", "depois"]);
  });

  it("a caption is edited without sending the file again", async () => {
    const scene = await open();
    const { telegram, discord, chat, ana, channel } = scene;
    const sent = telegram.sendFile(
      chat,
      ana,
      { kind: "photo", bytes: await samples.jpeg() },
      { caption: "um" },
    );
    const { message } = await onDiscord(scene);
    telegram.edit(chat, sent.message_id, { caption: "dois" });
    await eventually(() => discord.messages(channel)[0]?.content === "dois");
    const now = discord.messages(channel)[0];
    expect(now?.id).toBe(message.id);
    expect(now?.attachments.map(({ id }) => id)).toEqual(message.attachments.map(({ id }) => id));
  });

  it("a file that Telegram does not hand out is named, with its size and why", async () => {
    const scene = await open({ telegram: { local: false }, updates: "polling" });
    const { telegram, chat, ana } = scene;
    const size = 60 << 20;
    telegram.sendFile(chat, ana, {
      kind: "video",
      bytes: samples.mp4(),
      size,
      name: "longo.mp4",
      duration: 900,
    });
    telegram.say(chat, ana, { text: "viu?" });
    await eventually(() => scene.discordTexts().includes("viu?"), patience);
    expect(scene.discordTexts()[0]).toMatch(/longo\.mp4.*15:00.*62[.,]9 MB/s);
  });
});

describe("from Discord to Telegram", () => {
  needs(hasFfmpeg, NO_FFMPEG);

  type Upload = NonNullable<Parameters<World["discord"]["say"]>[2]["attachments"]>[number];

  async function send(file: Upload, field: keyof Shown, more: object = {}) {
    const scene = await open();
    scene.discord.say(scene.channel, scene.carla, { ...more, attachments: [file] });
    const message = await onTelegram(scene, field);
    return { scene, message };
  }

  it("an image is a photo with its text and its description", async () => {
    const file = {
      filename: "a.png",
      contentType: "image/png",
      bytes: await samples.png(),
      description: "um morro",
    };
    const { scene, message } = await send(file, "photo", { content: "olha **isto**" });
    expect(message.caption).toContain("Carla: olha isto");
    expect(message.caption).toContain("um morro");
    const photo = (message.photo as readonly unknown[]).at(-1);
    expect(await lookAtPicture(bytesOf(scene, photo))).toMatchObject({ width: 320, height: 200 });
  });

  it("a spoiler stays one", async () => {
    const file = { filename: "a.png", contentType: "image/png", bytes: await samples.png(), spoiler: true };
    expect((await send(file, "photo")).message.has_media_spoiler).toBe(true);
  });

  it("several files are one album in order", async () => {
    const scene = await open();
    const attachments = await Promise.all(
      [101, 102, 103].map(async (width) => ({
        ...{ filename: `${width}.png`, contentType: "image/png" },
        bytes: await samples.png(width),
      })),
    );
    scene.discord.say(scene.channel, scene.carla, { content: "férias", attachments });
    scene.discord.say(scene.channel, scene.carla, { content: "depois" });
    await eventually(() => scene.telegramTexts().some((text) => text.includes("depois")), patience);
    const photos = scene.telegram.messages(scene.chat).filter(({ photo }) => photo);
    expect(photos.map(({ photo }) => (photo as readonly { width: number }[]).at(-1)?.width)).toEqual([
      101, 102, 103,
    ]);
    expect(new Set(photos.map(({ media_group_id }) => media_group_id)).size).toBe(1);
    expect(photos[0]?.caption).toBe("Carla: férias");
  });

  it("a video plays", async () => {
    const file = { filename: "a.mp4", contentType: "video/mp4", bytes: samples.mp4() };
    const { scene, message } = await send(file, "video");
    expect(lookAtFilm(bytesOf(scene, message.video))).toMatchObject({ codecs: ["h264", "aac"], seconds: 2 });
  });

  it("a GIF moves", async () => {
    const file = { filename: "a.gif", contentType: "image/gif", bytes: samples.gif() };
    await send(file, "animation");
  });

  it("a GIF that was picked from a service is the film, not the link", async () => {
    const scene = await open();
    const { discord, channel, carla } = scene;
    const page = "https://tenor.com/view/mate-123";
    const gif = discord.gifEmbed({
      page,
      video: "https://media.tenor.com/a.mp4",
      bytes: samples.silentMp4(),
    });
    discord.say(channel, carla, { content: page, embeds: [gif] });
    const message = await onTelegram(scene, "animation");
    expect(message.caption ?? "").not.toContain("tenor");
  });

  it("a voice message is one on Telegram, too", async () => {
    const file = {
      ...{ filename: "voice-message.ogg", contentType: "audio/ogg", bytes: samples.ogg() },
      ...{ durationSecs: 2, waveform: Buffer.alloc(32, 128).toString("base64") },
    };
    const { scene, message } = await send(file, "voice", { flags: 1 << 13 });
    expect(lookAtFilm(bytesOf(scene, message.voice))).toMatchObject({ codecs: ["opus"], seconds: 2 });
  });

  it("music and documents keep their names", async () => {
    const scene = await open();
    const { discord, channel, carla } = scene;
    const music = { filename: "faixa.mp3", contentType: "audio/mpeg", bytes: samples.mp3() };
    discord.say(channel, carla, { attachments: [music] });
    discord.say(channel, carla, {
      attachments: [{ filename: "ata.pdf", contentType: "application/pdf", bytes: samples.pdf() }],
    });
    expect((await onTelegram(scene, "audio")).audio).toMatchObject({ file_name: "faixa.mp3" });
    expect((await onTelegram(scene, "document")).document).toMatchObject({ file_name: "ata.pdf" });
  });

  it.each([
    { name: "PNG", format: 1, make: () => samples.png(320, 320) },
    { name: "APNG", format: 2, make: () => samples.apng() },
    { name: "Lottie", format: 3, make: () => samples.lottie() },
    { name: "GIF", format: 4, make: () => samples.gif() },
  ] as const)("a sticker ($name) is one on Telegram, or moves", async ({ format, make }) => {
    const scene = await open();
    const { discord, guild, channel, carla, telegram, telegramBot, chat } = scene;
    const sticker = discord.createSticker(guild, { name: "mate", format, bytes: await make() });
    discord.say(channel, carla, { stickers: [sticker] });
    const message = await eventually(
      () =>
        telegram
          .messages(chat)
          .find(
            ({ from, ...one }) => from?.id === telegramBot.id && (one.sticker ?? one.animation ?? one.photo),
          ),
      patience,
    );
    const file = (message.sticker ??
      message.animation ??
      (message.photo as readonly unknown[]).at(-1)) as object;
    const bytes = bytesOf(scene, file);
    if (format === 1) expect(await lookAtPicture(bytes)).toMatchObject({ format: "webp", width: 512 });
    else expect(lookAtFilm(bytes).codecs?.[0]).toMatch(/vp9|h264|gif/);
  });

  it("a text is edited below its file, which is not sent again", async () => {
    const scene = await open();
    const { discord, channel, carla, telegram, chat } = scene;
    const file = { filename: "a.png", contentType: "image/png", bytes: await samples.png() };
    const said = discord.say(channel, carla, { content: "um", attachments: [file] });
    const before = await onTelegram(scene, "photo");
    discord.edit(channel, said.id, { content: "dois" });
    await eventually(() => telegram.messages(chat).some(({ caption }) => caption === "Carla: dois"));
    const after = await onTelegram(scene, "photo");
    expect([after.message_id, after.photo]).toEqual([before.message_id, before.photo]);
  });

  it("a message with files is deleted whole", async () => {
    const scene = await open();
    const { discord, channel, carla, telegram, chat } = scene;
    const attachments = await Promise.all(
      [1, 2].map(async (n) => ({
        filename: `${n}.png`,
        contentType: "image/png",
        bytes: await samples.png(),
      })),
    );
    const said = discord.say(channel, carla, { attachments });
    await eventually(() => telegram.messages(chat).filter(({ photo }) => photo).length === 2, patience);
    discord.remove(channel, said.id);
    await eventually(() => telegram.messages(chat).filter(({ photo }) => photo).length === 0);
  });

  it("a picture too large for a photo of Telegram arrives all the same", async () => {
    const file = { filename: "a.png", contentType: "image/png", bytes: await samples.png(9000, 200) };
    const scene = await open();
    scene.discord.say(scene.channel, scene.carla, { attachments: [file] });
    const message = await eventually(
      () => scene.telegram.messages(scene.chat).find(({ photo, document }) => photo ?? document),
      patience,
    );
    expect(message.photo ?? message.document).toBeDefined();
  });
});
