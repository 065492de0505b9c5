// Every row of the table of formatted texts crosses both ways, and stands there exactly as it was sent: nothing for the
// platform to trim, repair or refuse.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RICH_TEXT, type RichTextRow } from "../corpus/rich-text.ts";
import { eventually, makeWorld, type World } from "../support/world.ts";

let world: World;
beforeAll(async () => {
  world = await makeWorld();
  await world.start();
});
afterAll(() => world.close());

/** What a platform adds by itself to any text. */
const DETECTED = new Set(["mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number"]);

interface Sent {
  readonly text: string;
  /** As the Bot API keeps it: JSON text. */
  readonly entities?: string;
}

function lastSent(): Sent {
  const request = world.telegram.requests.filter(({ path }) => path.endsWith("/sendMessage")).at(-1);
  return request?.body as Sent;
}

describe("written on Discord", () => {
  it.each(RICH_TEXT.map((row) => [row.name, row] as const))("%s", async (_name, row: RichTextRow) => {
    const { telegram, discord, chat, channel, carla } = world;
    const before = telegram.messages(chat).length;
    discord.say(channel, carla, { content: row.discord });
    const message = await eventually(() => telegram.messages(chat)[before]);
    const sent = lastSent();
    expect(message.text).toBe(sent.text);
    const shown = (message.entities ?? []).filter(({ type }) => !DETECTED.has(type));
    // Of styles over the same words, the server keeps its own order.
    expect(new Set(shown)).toEqual(new Set(JSON.parse(sent.entities ?? "[]")));
    expect(shown.length).toBe(JSON.parse(sent.entities ?? "[]").length);
  });
});

describe("written on Telegram", () => {
  it.each(RICH_TEXT.map((row) => [row.name, row] as const))("%s", async (_name, row: RichTextRow) => {
    const { telegram, discord, chat, channel, ana } = world;
    const before = discord.messages(channel).length;
    const [text, ...marks] = row.telegram;
    const entities = marks.map(([type, offset, length, more]) => ({
      type: String(type),
      offset: Number(offset),
      length: Number(length),
      ...(type === "text_link" && { url: String(more) }),
      ...(type === "pre" && more !== undefined && { language: String(more) }),
      ...(type === "date_time" && { unix_time: Number(more), date_time_format: "r" }),
    }));
    telegram.say(chat, ana, { text, entities });
    const message = await eventually(() => discord.messages(channel)[before]);
    const request = world.discord.requests
      .filter(({ method, path }) => method === "POST" && path.startsWith("/webhooks/"))
      .at(-1);
    expect(request?.body).toMatchObject({ content: message.content });
    expect(message.pinged).toEqual({ everyone: false, users: [], roles: [] });
  });
});
