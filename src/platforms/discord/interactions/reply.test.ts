import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type DiscordRig, openDiscordRig } from "../../../../test/support/discord-rig.ts";
import { recordContext } from "../../../../test/support/platform-context.ts";
import { createRest, type DiscordRest } from "../rest.ts";
import type { Answering } from "./answer.ts";
import { type Interaction, interactionIn } from "./interaction.ts";
import { createReplies, type Replies } from "./reply.ts";

let rig: DiscordRig;
let rest: DiscordRest;
beforeEach(async () => {
  rig = await openDiscordRig();
  rest = createRest({ api: rig.sandbox.url, token: rig.bot.token, clock: rig.clock });
});
afterEach(async () => {
  await rest.close();
  await rig.close();
});

const FAILED = { type: 4, data: { content: "failed", flags: 64 } };

function open(answerInteraction: Answering): Replies & { readonly lines: readonly string[] } {
  const { context, lines } = recordContext({ account: "discord", clock: rig.clock });
  return { ...createReplies({ context, rest, answers: { answerInteraction, failed: () => FAILED } }), lines };
}

/** Somebody uses the bot; the interaction as the Gateway would tell it. */
async function used(type: 2 | 3 | 4 | 5 = 2): Promise<Interaction> {
  let seen: Interaction | undefined;
  const stop = rig.sandbox.onChange((dispatch) => {
    if (dispatch.type !== "INTERACTION_CREATE") return;
    seen = interactionIn(dispatch.data({ bot: undefined as never, readsContent: true }));
  });
  await rig.sandbox.use({ botId: rig.bot.id, userId: rig.ana, channelId: rig.channel, type });
  stop();
  if (!seen) throw new Error("nobody heard of the interaction");
  return seen;
}

const later = (ms: number, answer: Awaited<ReturnType<Answering>>): Answering => {
  return () => new Promise((resolve) => rig.clock.after(ms, () => resolve(answer)));
};

async function turnTo(ms: number): Promise<void> {
  for (let at = 0; at < ms; at += 100) {
    await rig.clock.advance(100);
    for (let i = 0; i < 10; i++) await turn();
  }
}

const hello = { type: 4, data: { content: "pronto", flags: 64 } };

describe("an answer that is slow", () => {
  it("is announced within Discord's three seconds and told when it is there", async () => {
    const replies = open(later(10_000, hello));
    const interaction = await used();
    const done = replies.byCallback(interaction);
    await turnTo(2_100);
    await rig.until(() => rig.sandbox.interaction(interaction.id).answer !== undefined);
    expect(rig.sandbox.interaction(interaction.id).answer).toEqual({ type: 5, data: { flags: 64 } });
    expect(rig.sandbox.interaction(interaction.id).original).toBeUndefined();
    await turnTo(8_000);
    await done;
    expect(rig.sandbox.interaction(interaction.id).original).toMatchObject({ content: "pronto" });
    expect(replies.lines).toEqual([]);
  });

  it("to a button leaves the button's message alone and says what it says beside it", async () => {
    const replies = open(later(5_000, hello));
    const interaction = await used(3);
    const done = replies.byCallback(interaction);
    await turnTo(2_100);
    await rig.until(() => rig.sandbox.interaction(interaction.id).answer !== undefined);
    await turnTo(3_000);
    await done;
    const { answer, original, followUps } = rig.sandbox.interaction(interaction.id);
    expect(answer?.type).toBe(6);
    expect(original).toBeUndefined();
    expect(followUps).toEqual([expect.objectContaining({ content: "pronto" })]);
  });

  it("that changes the button's message changes it", async () => {
    const replies = open(later(5_000, { type: 7, data: { content: "mudado" } }));
    const interaction = await used(3);
    const done = replies.byCallback(interaction);
    await turnTo(2_100);
    await rig.until(() => rig.sandbox.interaction(interaction.id).answer !== undefined);
    await turnTo(3_000);
    await done;
    expect(rig.sandbox.interaction(interaction.id).original).toMatchObject({ content: "mudado" });
  });

  it("to a question for suggestions is none", async () => {
    const replies = open(later(5_000, { type: 8, data: { choices: [{ name: "a", value: "a" }] } }));
    const interaction = await used(4);
    const now = replies.inTime(interaction);
    await turnTo(2_100);
    expect(await now).toEqual({ type: 8, data: { choices: [] } });
  });

  it("over HTTPS is announced in the answer, and told a moment after that has arrived", async () => {
    const replies = open(later(2_500, hello));
    const interaction = await used();
    const now = replies.inTime(interaction);
    await turnTo(2_100);
    expect((await now)?.type).toBe(5);
    await turnTo(800);
    expect(rig.sandbox.requests.filter(({ path }) => path.includes("@original"))).toEqual([]);
    await turnTo(500);
    await rig.until(() => rig.sandbox.requests.some(({ path }) => path.includes("@original")), 10);
    await replies.settle();
  });
});

describe("an answer that fails", () => {
  it("is said to the asker, and the log names no words", async () => {
    const replies = open(() => {
      throw new TypeError("secret words");
    });
    expect(await replies.inTime(await used())).toEqual(FAILED);
    expect(replies.lines.join()).toContain("TypeError");
    expect(replies.lines.join()).not.toContain("secret words");
  });
});

describe("an answer that Discord does not take any more", () => {
  it.each([10062, 40060])("(%i) leaves no line in the log", async (code) => {
    const replies = open(() => hello);
    const match = ({ path }: { readonly path: string }) => path.endsWith("/callback");
    rig.sandbox.faults.add({
      match,
      times: 1,
      fault: { kind: "status", status: 400, body: { message: "", code } },
    });
    await replies.byCallback(await used());
    expect(rig.sandbox.faults.left).toBe(0);
    expect(replies.lines).toEqual([]);
  });

  it("for another reason leaves one", async () => {
    const replies = open(() => hello);
    const match = ({ path }: { readonly path: string }) => path.endsWith("/callback");
    const body = { message: "Invalid Form Body", code: 50035 };
    rig.sandbox.faults.add({ match, times: 1, fault: { kind: "status", status: 400, body } });
    await replies.byCallback(await used());
    expect(replies.lines).toHaveLength(1);
  });
});
