// Who asks too much: one notice and then silence on Telegram, whispers on Discord, and everybody else is answered as before.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LeapClock } from "../support/leap-clock.ts";
import { type RobotScene, robotScene, texts } from "../support/robot-scene.ts";
import { eventually } from "../support/world.ts";

const PERSON = 3;
const ROOM = 8;
const MINUTE_MS = 60_000;
const notice = texts["pt-BR"]("robot.flood");

const clock = new LeapClock();
let scene: RobotScene;
/** A question whose answer has buttons. */
let board: number;
beforeAll(async () => {
  scene = await robotScene({ clock, robot: () => ({ flood: { person: PERSON, room: ROOM } }) });
  await scene.start();
  await eventually(() => scene.discord.commands(scene.discordBot.id, scene.guild).length > 0);
  const { telegram, chat, somebody } = scene;
  board = telegram.say(chat, somebody("Olga"), { text: "/ajuda" }).message_id;
  await eventually(() => scene.answersTo(board).at(0));
});
afterAll(() => scene?.close());

/**
 * Presses a button of the board; what is said about it. A press is confirmed even in silence, and what one person asks is
 * taken in its order: all they asked before has been answered then, or never will be.
 */
async function press(by: number): Promise<string | undefined> {
  const { telegram, chat } = scene;
  const [{ id, buttons } = { id: 0, buttons: [] }] = scene.answersTo(board);
  const data = buttons.find(({ callback_data: found }) => found !== undefined)?.callback_data ?? "";
  const query = telegram.press(chat, id, by, data);
  return (await eventually(() => telegram.pressAnswer(query))).text;
}

/** All of it at once; the ids of the questions. */
function flood(by: number, count: number): readonly number[] {
  const { telegram, chat } = scene;
  return Array.from({ length: count }, () => telegram.say(chat, by, { text: "/dado" }).message_id);
}

const wordsTo = (questions: readonly number[]) =>
  questions.flatMap((id) => scene.answersTo(id).map(({ text }) => text));

describe("on Telegram", () => {
  it("who asks too much is told so once, others are answered, and after a minute so is everybody", async () => {
    clock.leap(MINUTE_MS);
    const [ana, bia] = [scene.somebody("Ana"), scene.somebody("Bia")];
    const asked = flood(ana, PERSON + 4);
    expect((await scene.ask("/dado", bia)).text).toContain("🎲");
    await press(ana);
    clock.leap(MINUTE_MS);
    expect((await scene.ask("/dado", ana)).text).toContain("🎲");
    const words = wordsTo(asked);
    expect(words.slice(0, PERSON).every((text) => text.includes("🎲"))).toBe(true);
    expect(words.slice(PERSON)).toEqual([notice]);
  });

  it("a room that asks too much is told so once, whoever asks, and other rooms are answered", async () => {
    clock.leap(MINUTE_MS);
    const crowd = Array.from({ length: ROOM + 4 }, (_, n) => scene.somebody(`Pessoa ${n}`));
    const asked = crowd.flatMap((by) => flood(by, 1));
    await eventually(() => wordsTo(asked).length > ROOM);
    await Promise.all(crowd.map(press));
    const { telegram, telegramBot } = scene;
    const other = telegram.createChat({ title: "Outra sala", type: "supergroup" }).id;
    const [first = 0] = crowd;
    telegram.join(other, telegramBot.id, "administrator");
    telegram.join(other, first);
    expect((await scene.ask("/dado", first, { chat: other })).text).toContain("🎲");
    expect((await scene.askPrivately("/dado", first)).text).toContain("🎲");
    clock.leap(MINUTE_MS);
    for (const by of crowd.slice(-4)) expect((await scene.ask("/dado", by)).text).toContain("🎲");
    expect(wordsTo(asked).filter((text) => text === notice)).toHaveLength(1);
    expect(wordsTo(asked)).toHaveLength(ROOM + 1);
  });
});

describe("on Discord", () => {
  it("everybody who asks too much is told so for their eyes alone, and others are answered", async () => {
    clock.leap(MINUTE_MS);
    const { discord, guild, channel } = scene;
    const { id: dora } = discord.createUser({ username: "dora" });
    discord.addMember(guild, dora);
    const roll = () => scene.use({ name: "dado", locale: "pt-BR" });
    for (let n = 0; n < PERSON; n++) expect((await roll()).text).toContain("🎲");
    const before = discord.messages(channel).length;
    for (let n = 0; n < 3; n++) expect(await roll()).toMatchObject({ text: notice, isWhispered: true });
    expect(discord.messages(channel)).toHaveLength(before);
    expect(await scene.use({ name: "dado", locale: "pt-BR", userId: dora })).toMatchObject({
      isWhispered: false,
    });
    clock.leap(MINUTE_MS);
    expect((await roll()).text).toContain("🎲");
  });
});

it("a button may be pressed more often than a command said, and is stopped as well", async () => {
  clock.leap(MINUTE_MS);
  const ana = scene.somebody("Ana");
  // A press weighs a fifth of a command.
  const free = PERSON * 5;
  const told: (string | undefined)[] = [];
  for (let n = 0; n < free + 2; n++) told.push(await press(ana));
  expect(told.slice(0, free)).not.toContain(notice);
  expect(told.slice(free)).toEqual([notice, undefined]);
});
