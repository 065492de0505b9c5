import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type DiscordRig, openDiscordRig } from "../../../../test/support/discord-rig.ts";
import { recordContext } from "../../../../test/support/platform-context.ts";
import type { MediaPort, ReadyFile } from "../../../bridge/media-port.ts";
import { createRest, type DiscordRest } from "../rest/rest.ts";
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

interface Options {
  readonly media?: MediaPort;
  readonly isPrivate?: boolean;
}

function open(
  answerInteraction: Answering,
  { media, isPrivate = true }: Options = {},
): Replies & { readonly lines: readonly string[] } {
  const { context, lines } = recordContext({ account: "discord", clock: rig.clock, ...(media && { media }) });
  const answers = { answerInteraction, failed: () => FAILED, isPrivate: () => isPrivate };
  return { ...createReplies({ context, rest, answers }), lines };
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

describe("an answer that is for all", () => {
  it("is announced to all when it is slow", async () => {
    const replies = open(later(5_000, { type: 4, data: { content: "pronto" } }), { isPrivate: false });
    const interaction = await used();
    const done = replies.byCallback(interaction);
    await turnTo(2_100);
    await rig.until(() => rig.sandbox.interaction(interaction.id).answer !== undefined);
    expect(rig.sandbox.interaction(interaction.id).answer).toEqual({ type: 5 });
    await turnTo(3_000);
    await done;
    expect(rig.sandbox.interaction(interaction.id).original).toMatchObject({ content: "pronto" });
  });

  it("and turns out to be for one alone takes the announcement away first", async () => {
    const replies = open(later(5_000, hello), { isPrivate: false });
    const interaction = await used();
    const done = replies.byCallback(interaction);
    await turnTo(2_100);
    await rig.until(() => rig.sandbox.interaction(interaction.id).answer !== undefined);
    await turnTo(3_000);
    await done;
    const asked = rig.sandbox.requests.filter(({ path }) => path.startsWith("/webhooks/"));
    expect(asked.map(({ method }) => method)).toEqual(["DELETE", "POST"]);
    expect(asked[1]?.body).toMatchObject({ content: "pronto", flags: 64 });
  });
});

describe("an answer that is more than one message", () => {
  it("goes on in order behind the first", async () => {
    const more = ["dois", "três"].map((content) => ({ data: { content, flags: 64 } }));
    const replies = open(() => ({ ...hello, more }));
    const interaction = await used();
    await replies.byCallback(interaction);
    const { answer, followUps } = rig.sandbox.interaction(interaction.id);
    expect(answer).toEqual(hello);
    expect(followUps).toMatchObject([{ content: "dois" }, { content: "três" }]);
  });

  it("is tried again where Discord is busy, and said once", async () => {
    const replies = open(() => ({ ...hello, more: [{ data: { content: "dois", flags: 64 } }] }));
    const interaction = await used();
    const match = ({ path }: { readonly path: string }) => path.startsWith("/webhooks/");
    rig.sandbox.faults.add({ match, times: 1, fault: { kind: "limit", retryAfter: 1 } });
    const done = replies.byCallback(interaction);
    await rig.until(() => rig.sandbox.faults.left === 0);
    await turnTo(5_000);
    await done;
    expect(rig.sandbox.interaction(interaction.id).followUps).toMatchObject([{ content: "dois" }]);
    expect(replies.lines).toEqual([]);
  });
});

describe("an answer of which copies cross", () => {
  const visible = { type: 4, data: { content: "um" } };
  const whispered = { data: { content: "só para você", flags: 64 } };
  const told: (readonly string[])[] = [];
  const stands = async (ids: readonly string[]) => void told.push(ids);
  beforeEach(() => void told.splice(0));
  const idsOf = (interaction: Interaction) => {
    const { original, followUps } = rig.sandbox.interaction(interaction.id);
    return [original, ...followUps].flatMap((each) => (each && !(each.flags & 64) ? [each.id] : []));
  };

  it("by the callback is told which messages it became; whispers are none of them", async () => {
    const replies = open(() => ({ ...visible, stands, more: [{ data: { content: "dois" } }, whispered] }));
    const interaction = await used();
    await replies.byCallback(interaction);
    expect(idsOf(interaction)).toHaveLength(2);
    expect(told).toEqual([idsOf(interaction)]);
  });

  it("is told the first one, too, when the rest cannot be said", async () => {
    const replies = open(() => ({ ...visible, stands, more: [{ data: { content: "dois" } }] }));
    const interaction = await used();
    const match = ({ path }: { readonly path: string }) => path.startsWith("/webhooks/");
    const body = { message: "Invalid Form Body", code: 50035 };
    rig.sandbox.faults.add({ match, times: 1, fault: { kind: "status", status: 400, body } });
    await replies.byCallback(interaction);
    expect(told).toEqual([idsOf(interaction)]);
    expect(replies.lines).toHaveLength(1);
  });

  it("in the answer to a request asks which message that was", async () => {
    const replies = open(() => ({ ...visible, stands }));
    const interaction = await used();
    const now = await replies.inTime(interaction);
    expect(now).toEqual(visible);
    // It has arrived.
    const route = `/interactions/${interaction.id}/${interaction.token}/callback` as const;
    await rest.request({ method: "POST", route, body: { ...now }, auth: false });
    await turnTo(1_100);
    await replies.settle();
    expect(told).toEqual([idsOf(interaction)]);
  });

  it.each([false, true])("is told them when it was slow (%s: announced as a whisper)", async (isPrivate) => {
    const replies = open(later(5_000, { ...visible, stands }), { isPrivate });
    const interaction = await used();
    const done = replies.byCallback(interaction);
    await turnTo(2_100);
    await rig.until(() => rig.sandbox.interaction(interaction.id).answer !== undefined);
    await turnTo(3_000);
    await done;
    expect(told).toEqual(isPrivate ? [] : [idsOf(interaction)]);
  });
});

describe("a form that comes late", () => {
  it("can be shown no more, and the person is told", async () => {
    const replies = open(later(5_000, { type: 9, data: { custom_id: "x", title: "t", components: [] } }));
    const interaction = await used();
    const done = replies.byCallback(interaction);
    await turnTo(2_100);
    await rig.until(() => rig.sandbox.interaction(interaction.id).answer !== undefined);
    await turnTo(3_000);
    await done;
    expect(rig.sandbox.interaction(interaction.id).original).toMatchObject({ content: "failed" });
  });
});

describe("an answer with files", () => {
  const bytes = Buffer.from("a picture");
  const ready: ReadyFile = {
    kind: "photo",
    name: "a.png",
    mime: "image/png",
    bytes: bytes.length,
    release: () => undefined,
    async *open() {
      yield bytes;
    },
  };
  const file = { kind: "photo", account: "robot", source: "a" } as const;
  const files = [{ file, wants: [{ kind: "photo", maxBytes: 100 }] }] as const;

  it("is announced, and the files are uploaded behind that", async () => {
    const media: MediaPort = { fit: async () => ready, face: never, publish: () => undefined };
    const replies = open(() => ({ type: 4, data: { content: "veja" }, files }), { media, isPrivate: true });
    const interaction = await used();
    await replies.byCallback(interaction);
    expect(rig.sandbox.interaction(interaction.id).answer).toEqual({ type: 5 });
    const upload = rig.sandbox.requests.find(({ path }) => path.endsWith("/messages/@original"));
    expect(upload).toMatchObject({
      method: "PATCH",
      body: { content: "veja", attachments: [{ id: "0", filename: "a.png" }] },
    });
    expect(replies.lines).toEqual([]);
  });

  it("says in words what cannot be had", async () => {
    const replies = open(() => ({ type: 4, data: { content: "veja" }, files }));
    const interaction = await used();
    await replies.byCallback(interaction);
    const { original } = rig.sandbox.interaction(interaction.id);
    expect(original).toMatchObject({ content: expect.stringMatching(/^veja\n.+/s) });
  });
});

const never = () => Promise.reject(new Error("nobody asks for it"));
