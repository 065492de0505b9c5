// The robot seen from the rooms: commands on both platforms, in the lanes, through crashes; both simulators and the real app.

import { afterEach, describe, expect, it } from "vitest";
import { eventually, makeWorld, type World } from "../support/world.ts";

const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

async function world(...given: Parameters<typeof makeWorld>): Promise<World> {
  const made = await makeWorld(...given);
  worlds.push(made);
  return made;
}

describe("a command on Telegram", () => {
  it("is answered where it was asked, and question and answer cross the bridge", async () => {
    const { telegram, chat, ana, start, discordTexts, discord, channel } = await world();
    await start();
    const question = telegram.say(chat, ana, { text: "/dado 2d6" });
    const answer = await eventually(() =>
      telegram.messages(chat).find(({ text, from }) => from?.is_bot && text?.includes("2d6")),
    );
    expect(answer.reply_to_message?.message_id).toBe(question.message_id);
    await eventually(() => discordTexts().length === 2);
    expect(discordTexts()[0]).toContain("/dado 2d6");
    const [asked, answered] = discord.messages(channel);
    expect(asked?.author.username).toContain("Ana");
    // The robot speaks as itself.
    expect(answered?.content).toContain("2d6");
    expect(answered?.webhook_id).toBeUndefined();
  });

  it("does not cross when the bridge shows no commands", async () => {
    const made = await world();
    made.configure(({ bridges }) => ({
      bridges: bridges.map((bridge) => ({ ...bridge, show: { commands: false } })),
    }));
    await made.start();
    const { telegram, chat, ana, discordTexts } = made;
    telegram.say(chat, ana, { text: "/dado 2d6" });
    telegram.say(chat, ana, { text: "e agora?" });
    await eventually(() => discordTexts().some((text) => text.includes("e agora?")));
    await eventually(() => telegram.messages(chat).filter(({ from }) => from?.is_bot).length === 1);
    expect(discordTexts()).toHaveLength(1);
  });

  it("is answered once, and in its place, although the process dies while it is asked", async () => {
    const { telegram, chat, ana, start, telegramTexts } = await world();
    const first = await start();
    await first.stop();
    telegram.say(chat, ana, { text: "/dado 2d6" });
    telegram.say(chat, ana, { text: "depois" });
    await start();
    await eventually(() => telegramTexts().length === 3);
    expect(telegram.messages(chat).filter(({ from }) => from?.is_bot)).toHaveLength(1);
  });
});
