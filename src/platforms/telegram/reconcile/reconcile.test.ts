// Creates whose answer was lost, against the simulator: found, absent or unknown, and never somebody else's.

import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FileShelf, SHELVED } from "../../../../test/support/file-shelf.ts";
import { recordContext } from "../../../../test/support/platform-context.ts";
import type { Doubt, Platform } from "../../../bridge/platform.ts";
import type { FileAttachment } from "../../../model/attachment.ts";
import type { Call, RawUpdate, Sent } from "../../../model/delivery.ts";
import { PlatformError } from "../../../model/errors.ts";
import type { Message } from "../../../model/message.ts";
import type { ConversationRef, MessageRef } from "../../../model/refs.ts";
import { text } from "../../../model/rich-text.ts";
import { ManualClock } from "../../../sandbox/manual-clock.ts";
import { startTelegramSandbox, type TelegramSandbox } from "../../../sandbox/telegram/index.ts";
import { telegramSchema } from "../config.ts";
import { createTelegram } from "../index.ts";

const signal = new AbortController().signal;

interface Process {
  readonly platform: Platform;
  readonly recoveries: readonly (ConversationRef | undefined)[];
  start(): Promise<void>;
}

/** A world, and what outlives a process in it: the journal, the state and the message map. */
class Stage {
  readonly clock = new ManualClock();
  readonly stored: RawUpdate[] = [];
  readonly state = new Map<string, string>();
  readonly known = new Set<string>();
  readonly shelf = new FileShelf();
  readonly #running: Platform[] = [];
  readonly sandbox: TelegramSandbox;
  readonly bot: { readonly token: string; readonly id: number };
  readonly ana: number;
  readonly chat: number;
  /** Topics of the chat that are bridged, beside it. */
  topics: readonly string[] = [];

  private constructor(
    sandbox: TelegramSandbox,
    clock: ManualClock,
    type: "group" | "supergroup" | "channel",
  ) {
    this.clock = clock;
    this.sandbox = sandbox;
    this.bot = sandbox.createBot({ name: "Ponte", username: "ponte_bot", privacy: false });
    this.ana = sandbox.createUser({ firstName: "Ana" }).id;
    this.chat = sandbox.createChat({ title: "Praça", type }).id;
    const status = type === "channel" ? "administrator" : "member";
    sandbox.join(this.chat, this.ana, status);
    sandbox.join(this.chat, this.bot.id, status);
  }

  static async open(type: "group" | "supergroup" | "channel" = "supergroup", limits = false): Promise<Stage> {
    const clock = new ManualClock();
    const sandbox = await startTelegramSandbox({ clock, random: () => 0.5, local: true, limits });
    const stage = new Stage(sandbox, clock, type);
    await fetch(`${sandbox.url}/bot${stage.bot.token}/deleteWebhook?drop_pending_updates=true`);
    return stage;
  }

  get to(): ConversationRef {
    return { account: "telegram", id: String(this.chat) };
  }

  /** A moment later, so that what it does is not of the moment of its start. */
  async begun(): Promise<Process> {
    const process = this.process();
    await this.clock.advance(1);
    return process;
  }

  process(): Process {
    const record = recordContext({ clock: this.clock, media: this.shelf });
    const context = {
      ...record.context,
      state: {
        get: (name: string) => Promise.resolve(this.state.get(name)),
        set: (name: string, value: string) => Promise.resolve(void this.state.set(name, value)),
      },
      received: (prefix: string, since: number) =>
        Promise.resolve(
          this.stored
            .filter((raw) => raw.key.startsWith(prefix) && raw.receivedAt >= since)
            .map(({ key }) => key),
        ),
      conversations: () => [this.to, ...this.topics.map((thread) => ({ ...this.to, thread }))],
    };
    const config = telegramSchema.parse({
      platform: "telegram",
      token: this.bot.token,
      api: this.sandbox.url,
    });
    const platform = createTelegram(context, config);
    this.#running.push(platform);
    const start = () =>
      platform.start((raw) => {
        this.stored.push(raw);
        if (raw.position) this.state.set(raw.position.name, raw.position.value);
        return Promise.resolve();
      });
    return { platform, recoveries: record.recoveries, start };
  }

  say(words = "oi"): number {
    return this.sandbox.say(this.chat, this.ana, { text: words }).message_id;
  }

  probes(): number {
    return this.sandbox.requests.filter(({ path }) => path.endsWith("/editMessageReplyMarkup")).length;
  }

  /** What stands in the chat, and that no edit ever touched it. */
  texts(): readonly unknown[] {
    expect(this.sandbox.everSent(this.chat).flatMap(({ earlier }) => earlier)).toEqual([]);
    return this.sandbox.messages(this.chat).flatMap((message) => message.text ?? []);
  }

  /** Turns the clock until the work is done. */
  async meanwhile<T>(work: Promise<T>): Promise<T> {
    let over = false;
    const ended = work.finally(() => {
      over = true;
    });
    ended.catch(() => undefined);
    while (!over) {
      for (let i = 0; i < 20 && !over; i++) await turn();
      if (!over) await this.clock.advance(250);
    }
    return await ended;
  }

  async close(): Promise<void> {
    for (const platform of this.#running) await platform.stop();
    await this.sandbox.close();
  }
}

let stage: Stage;
const open = async (...options: Parameters<typeof Stage.open>) => {
  await stage.close();
  stage = await Stage.open(...options);
};
beforeEach(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.close());

function callOf(platform: Platform, words: string, to = stage.to): Call {
  const [part] = platform.renderNotice([text(words)], to, { prepared: null, now: 0, texts: (key) => key });
  if (!part) throw new Error("nothing was rendered");
  return { op: "create", part: 0, ...part };
}

interface Frozen {
  readonly call: Call;
  readonly to: ConversationRef;
  readonly doubt: Doubt;
}

/** What the lane keeps of a call before it is sent. */
function freeze({ platform }: Process, words: string, newest?: string, to = stage.to): Frozen {
  const mark = platform.mark?.(to);
  const doubt: Doubt = {
    since: stage.clock.now(),
    ...(mark !== undefined && { mark }),
    ...(newest !== undefined && { newest }),
    known: (refs: readonly MessageRef[]) => Promise.resolve(refs.map(({ id }) => stage.known.has(id))),
  };
  return { call: callOf(platform, words, to), to, doubt };
}

/** The answer is lost, after or before the message was made. */
async function lose({ platform }: Process, { call, to }: Frozen, when: "before" | "after"): Promise<void> {
  stage.sandbox.faults.add({
    match: ({ path }) => path.endsWith("/sendMessage"),
    times: 1,
    fault: { kind: "cut", when },
  });
  await expect(platform.send(call, to, signal)).rejects.toMatchObject({
    fate: { kind: "retry", maybeDelivered: true },
  });
}

function ask({ platform }: Process, { call, to, doubt }: Frozen): Promise<Sent | "absent" | "unknown"> {
  if (!platform.reconcile) throw new Error("it cannot");
  return platform.reconcile(call, to, doubt, signal);
}

/** As the lane does: it asks again after every wait. */
async function askOn(process: Process, frozen: Frozen): Promise<Sent | "absent" | "unknown"> {
  for (;;) {
    try {
      return await stage.meanwhile(ask(process, frozen));
    } catch (error) {
      if (!(error instanceof PlatformError) || error.fate.kind !== "wait") throw error;
      await stage.clock.advance(error.fate.ms);
    }
  }
}

/** An ordinary message of ours, answered. */
async function sent({ platform }: Process, words: string, to = stage.to): Promise<string> {
  const answer = await platform.send(callOf(platform, words, to), to, signal);
  if (!answer) throw new Error("not sent");
  return answer.ref.id;
}

const ids = () => stage.sandbox.messages(stage.chat).map(({ message_id }) => String(message_id));
const refOf = (id: string | undefined) => ({ ref: { conversation: stage.to, id } });

describe("a create without an answer in a group", () => {
  it("is found with one question when it took effect", async () => {
    const process = await stage.begun();
    await sent(process, "um");
    const frozen = freeze(process, "dois");
    await lose(process, frozen, "after");
    expect(await ask(process, frozen)).toEqual(refOf(ids().at(-1)));
    expect(stage.probes()).toBe(1);
    expect(stage.texts()).toEqual(["um", "dois"]);
  });

  it("is absent when it did not, after five ids that nobody has", async () => {
    const process = await stage.begun();
    await sent(process, "um");
    const frozen = freeze(process, "dois");
    await lose(process, frozen, "before");
    expect(await ask(process, frozen)).toBe("absent");
    expect(stage.probes()).toBe(5);
    expect(stage.texts()).toEqual(["um"]);
  });

  it("is told apart from what others said and from what was deleted around it", async () => {
    const process = await stage.begun();
    await sent(process, "um");
    const frozen = freeze(process, "dois");
    const doomed = [stage.say(), stage.say(), stage.say()];
    stage.say("antes");
    await lose(process, frozen, "after");
    const id = ids().at(-1);
    doomed.push(stage.say());
    stage.say("depois");
    for (const each of doomed) stage.sandbox.remove(stage.chat, each);
    expect(await ask(process, frozen)).toEqual(refOf(id));
    expect(stage.texts()).toEqual(["um", "antes", "dois", "depois"]);
  });

  it("is absent though others spoke, and though their words are still on their way to us", async () => {
    const process = await stage.begun();
    await sent(process, "um");
    const frozen = freeze(process, "dois");
    for (let i = 0; i < 12; i++) stage.say();
    expect(await ask(process, frozen)).toBe("absent");
  });

  it("does not ask for what passed by or is in the map", async () => {
    const process = await stage.begun();
    await process.start();
    const newest = await sent(process, "um");
    const frozen = freeze(process, "dois", newest);
    for (let i = 0; i < 30; i++) stage.say();
    await stage.meanwhile(until(() => stage.stored.length === 30));
    await lose(process, frozen, "after");
    expect(await ask(process, frozen)).toEqual(refOf(ids().at(-1)));
    expect(stage.probes()).toBe(1);
    const reborn = await stage.begun();
    for (const id of ids().slice(0, -1)) stage.known.add(id);
    expect(await ask(reborn, frozen)).toEqual(refOf(ids().at(-1)));
    expect(stage.probes()).toBe(2);
  });

  it("is found by the process after the one that died", async () => {
    const first = await stage.begun();
    const newest = await sent(first, "um");
    const frozen = freeze(first, "dois", newest);
    await lose(first, frozen, "after");
    await stage.clock.advance(5_000);
    expect(await ask(stage.process(), frozen)).toEqual(refOf(ids().at(-1)));
  });

  it("is looked for twice as far after a restart, when nothing of what was said meanwhile came in yet", async () => {
    const first = await stage.begun();
    await sent(first, "um");
    const frozen = freeze(first, "dois");
    for (const id of Array.from({ length: 9 }, () => stage.say())) stage.sandbox.remove(stage.chat, id);
    await lose(first, frozen, "after");
    await stage.clock.advance(5_000);
    expect(await ask(stage.process(), frozen)).toEqual(refOf(ids().at(-1)));
  });

  it("is unknown when nothing is known to begin from", async () => {
    const process = await stage.begun();
    const frozen = freeze(process, "um");
    await lose(process, frozen, "after");
    expect(await ask(process, frozen)).toBe("unknown");
    expect(stage.probes()).toBe(0);
  });

  it("is unknown when too many would have to be asked for, and Telegram tells nothing of them", async () => {
    const process = await stage.begun();
    await sent(process, "um");
    const frozen = freeze(process, "dois");
    for (let i = 0; i < 350; i++) stage.say();
    await lose(process, frozen, "after");
    expect(await askOn(process, frozen)).toBe("unknown");
    expect(stage.probes()).toBe(300);
  });

  it("is found behind hundreds of others with few questions, once Telegram has told of them", async () => {
    const process = await stage.begun();
    await sent(process, "um");
    const frozen = freeze(process, "dois");
    for (let i = 0; i < 350; i++) stage.say();
    await lose(process, frozen, "after");
    await expect(ask(process, frozen)).rejects.toMatchObject({ code: "telegram.untold" });
    await process.start();
    expect(await askOn(process, frozen)).toEqual(refOf(ids().at(-1)));
    expect(stage.probes()).toBeLessThan(60);
  });

  it("goes on where a limit stopped it", async () => {
    await open("supergroup", true);
    const process = await stage.begun();
    await sent(process, "um");
    const frozen = freeze(process, "dois");
    for (let i = 0; i < 12; i++) stage.say();
    await lose(process, frozen, "after");
    await expect(ask(process, frozen)).rejects.toMatchObject({ fate: { kind: "wait" } });
    expect(await askOn(process, frozen)).toEqual(refOf(ids().at(-1)));
    const asked = stage.sandbox.requests.filter(({ path }) => path.endsWith("/editMessageReplyMarkup"));
    expect(asked.filter(({ status }) => status === 400)).toHaveLength(13);
  });

  it("is asked for again when our own disk does not answer, and stays in doubt", async () => {
    const process = await stage.begun();
    await sent(process, "um");
    const frozen = freeze(process, "dois");
    await lose(process, frozen, "after");
    const known = () => Promise.reject(new Error("disk full"));
    const failing = ask(process, { ...frozen, doubt: { ...frozen.doubt, known } });
    await expect(failing).rejects.toMatchObject({
      fate: { kind: "retry" },
      message: expect.not.stringMatching(/full/),
    });
    expect(await ask(process, frozen)).toEqual(refOf(ids().at(-1)));
  });

  it("waits for the right to look when the bot was thrown out", async () => {
    const process = await stage.begun();
    await sent(process, "um");
    const frozen = freeze(process, "dois");
    await lose(process, frozen, "after");
    stage.sandbox.kick(stage.chat, stage.bot.id);
    await expect(ask(process, frozen)).rejects.toMatchObject({ fate: { kind: "blocked" } });
    stage.sandbox.join(stage.chat, stage.bot.id);
    expect(await ask(process, frozen)).toMatchObject({ ref: { conversation: stage.to } });
  });
});

/** The same for an album of three. */
function freezeAlbum(process: Process): Frozen {
  const files = Array.from(
    { length: 3 },
    (_, index): FileAttachment => ({ kind: "photo", account: "discord", source: `${index}` }),
  );
  const frozen = freeze(process, "fotos");
  const message: Message = {
    ref: { conversation: { account: "discord", id: "1" }, id: "1" },
    author: { kind: "person", name: "Bia" },
    ...{ at: 0, body: [], attachments: files },
  };
  const known = { prepared: null, now: 0, texts: (key: string) => key };
  const [part] = process.platform.renderMessage(message, stage.to, known);
  if (!part) throw new Error("nothing was rendered");
  return { ...frozen, call: { op: "create", part: 0, ...part } };
}

describe("an album without an answer", () => {
  const refs = (found: readonly string[]) => found.map((id) => ({ conversation: stage.to, id }));

  beforeEach(() => {
    for (const name of ["0", "1", "2"]) stage.shelf.put("photo", name, SHELVED.png);
  });

  async function loseAlbum({ platform }: Process, { call, to }: Frozen, when: "before" | "after") {
    stage.sandbox.faults.add({
      match: ({ path }) => path.endsWith("/sendMediaGroup"),
      times: 1,
      fault: { kind: "cut", when },
    });
    await expect(platform.send(call, to, signal)).rejects.toMatchObject({
      fate: { kind: "retry", maybeDelivered: true },
    });
  }

  it("is found with all of its messages, also between those of others", async () => {
    const process = await stage.begun();
    await sent(process, "um");
    const frozen = freezeAlbum(process);
    stage.say();
    await loseAlbum(process, frozen, "after");
    const album = ids().slice(-3);
    stage.say();
    const [ref, ...more] = refs(album);
    expect(await ask(process, frozen)).toEqual({ ref, more });
    expect(stage.sandbox.messages(stage.chat).filter((message) => "photo" in message)).toHaveLength(3);
  });

  it("is absent when it did not take effect", async () => {
    const process = await stage.begun();
    await sent(process, "um");
    const frozen = freezeAlbum(process);
    await loseAlbum(process, frozen, "before");
    expect(await ask(process, frozen)).toBe("absent");
  });

  it("that lacks a file is found, and what it lacks is told", async () => {
    stage.shelf.files.delete("1");
    const process = await stage.begun();
    await sent(process, "um");
    const frozen = freezeAlbum(process);
    await loseAlbum(process, frozen, "after");
    const [ref, ...more] = refs(ids().slice(-2));
    expect(await ask(process, frozen)).toEqual({ ref, more, hash: "partial::" });
  });

  it("is found in a channel where the bot may edit the posts of others", async () => {
    await open("channel");
    for (const name of ["0", "1", "2"]) stage.shelf.put("photo", name, SHELVED.png);
    const process = await stage.begun();
    await process.start();
    await sent(process, "um");
    const frozen = freezeAlbum(process);
    await loseAlbum(process, frozen, "after");
    stage.say();
    const album = ids().slice(1, 4);
    const [ref, ...more] = refs(album);
    expect(await askOn(process, frozen)).toEqual({ ref, more });
  });
});

describe("a create without an answer in a basic group", () => {
  it("is found across the gaps that other groups make in its ids", async () => {
    await open("group");
    const other = stage.sandbox.createChat({ title: "Outro", type: "group", ownerId: stage.ana }).id;
    const process = await stage.begun();
    await sent(process, "um");
    const frozen = freeze(process, "dois");
    for (let i = 0; i < 15; i++) stage.sandbox.say(other, stage.ana, { text: "longe" });
    await lose(process, frozen, "after");
    expect(await ask(process, frozen)).toEqual(refOf(ids().at(-1)));
    const next = freeze(process, "três");
    expect(await ask(process, next)).toBe("absent");
    expect(stage.texts()).toEqual(["um", "dois"]);
  });
});

describe("a create without an answer in a forum with several topics", () => {
  const topic = (thread: string): ConversationRef => ({ ...stage.to, thread });
  beforeEach(async () => {
    const chat = stage.sandbox.createChat({ title: "Fórum", type: "supergroup", forum: true }).id;
    stage.sandbox.join(chat, stage.ana);
    stage.sandbox.join(chat, stage.bot.id);
    Object.assign(stage, { chat });
    stage.topics = ["A", "B"].map((name) => String(stage.sandbox.createTopic(chat, name)));
  });

  it("is found beside the messages of the other topics", async () => {
    const [a = "", b = ""] = stage.topics;
    const process = await stage.begun();
    await sent(process, "um", topic(a));
    const frozen = freeze(process, "dois", undefined, topic(a));
    await sent(process, "outra", topic(b));
    await lose(process, frozen, "after");
    expect(await ask(process, frozen)).toMatchObject({ ref: { id: ids().at(-1) } });
  });
});

describe("a create without an answer in a channel where the bot may edit the posts of others", () => {
  beforeEach(() => open("channel"));

  it("is found when nobody else posted", async () => {
    const process = await stage.begun();
    await process.start();
    await sent(process, "um");
    const frozen = freeze(process, "dois");
    await lose(process, frozen, "after");
    expect(await askOn(process, frozen)).toEqual(refOf(ids().at(-1)));
    expect(stage.texts()).toEqual(["um", "dois"]);
  });

  it("is never another admin's post, before, between or after", async () => {
    const process = await stage.begun();
    await process.start();
    await sent(process, "um");
    const frozen = freeze(process, "dois");
    stage.say("antes");
    await lose(process, frozen, "after");
    const id = ids().at(-1);
    stage.say("depois");
    expect(await askOn(process, frozen)).toEqual(refOf(id));
    const absent = freeze(process, "três");
    stage.say("sozinha");
    expect(await askOn(process, absent)).toBe("absent");
  });

  it("is never another's post that came in before the process died, or while none ran", async () => {
    const first = await stage.begun();
    await first.start();
    await sent(first, "um");
    const frozen = freeze(first, "dois");
    stage.say("antes");
    await stage.meanwhile(until(() => stage.stored.length === 1));
    await stage.meanwhile(first.platform.stop());
    stage.say("entre");
    const reborn = await stage.begun();
    await reborn.start();
    expect(await askOn(reborn, frozen)).toBe("absent");
    await lose(reborn, frozen, "after");
    expect(await askOn(stage.process(), frozen)).toEqual(refOf(ids().at(-1)));
  });

  it("leaves the keyboard of another's post alone", async () => {
    const process = await stage.begun();
    await process.start();
    await sent(process, "um");
    const other = stage.sandbox.createBot({ name: "Outro", username: "outro_bot" });
    stage.sandbox.join(stage.chat, other.id, "administrator");
    const frozen = freeze(process, "dois");
    await fetch(`${stage.sandbox.url}/bot${other.token}/sendMessage`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        chat_id: stage.chat,
        text: "botões",
        reply_markup: { inline_keyboard: [[{ text: "a", callback_data: "b" }]] },
      }),
    });
    expect(await askOn(process, frozen)).toBe("absent");
    expect(stage.sandbox.messages(stage.chat).at(-1)).toHaveProperty("reply_markup");
  });

  it("is unknown when Telegram cannot tell what others posted", async () => {
    // Nobody receives: the post waits at Telegram, and could as well be ours.
    const process = await stage.begun();
    await sent(process, "um");
    const frozen = freeze(process, "dois");
    stage.say("nunca recebida");
    await expect(ask(process, frozen)).rejects.toMatchObject({ fate: { kind: "wait" } });
    expect(await askOn(process, frozen)).toBe("unknown");
    expect(stage.probes()).toBe(0);
  });

  it("is unknown after a time without seeing, and after a day", async () => {
    const process = await stage.begun();
    await process.start();
    await sent(process, "um");
    stage.sandbox.kick(stage.chat, stage.bot.id);
    stage.say("não contada");
    stage.sandbox.join(stage.chat, stage.bot.id, "administrator");
    await stage.meanwhile(until(() => stage.state.get(`gap:${stage.chat}`) === "open"));
    const frozen = freeze(process, "dois");
    expect(await askOn(process, frozen)).toBe("unknown");
    expect(process.recoveries).toEqual([stage.to]);
    stage.say("contada");
    await stage.meanwhile(until(() => stage.state.get(`gap:${stage.chat}`) !== "open"));
    expect(await askOn(process, frozen)).toBe("unknown");
    const again = freeze(process, "três");
    expect(await askOn(process, again)).toBe("absent");
    await stage.clock.advance(24 * 60 * 60_000);
    expect(await askOn(process, again)).toBe("unknown");
  });

  it("needs none of that when the bot may only post", async () => {
    stage.sandbox.join(stage.chat, stage.bot.id, "administrator", { can_edit_messages: false });
    const process = await stage.begun();
    await sent(process, "um");
    const frozen = freeze(process, "dois");
    stage.say("outra");
    await lose(process, frozen, "after");
    expect(await ask(process, frozen)).toEqual(refOf(ids().at(-1)));
  });
});

describe("the mark of a chat", () => {
  it("is the highest id that passed by or was answered, and of channels it outlives the process", async () => {
    await open("channel");
    const first = await stage.begun();
    expect(first.platform.mark?.(stage.to)).toBeUndefined();
    await first.start();
    const id = stage.say();
    await stage.meanwhile(until(() => stage.stored.length === 1));
    expect(first.platform.mark?.(stage.to)).toBe(String(id));
    const own = await sent(first, "um");
    expect(first.platform.mark?.(stage.to)).toBe(own);
    const reborn = await stage.begun();
    await reborn.platform.prepare(stage.to, signal);
    expect(reborn.platform.mark?.(stage.to)).toBe(String(id));
  });

  it("closes the gap of a channel with the first message of ours", async () => {
    await open("channel");
    stage.state.set(`gap:${stage.chat}`, "open");
    const process = await stage.begun();
    await process.start();
    await process.platform.prepare(stage.to, signal);
    await sent(process, "um");
    const frozen = freeze(process, "dois");
    await lose(process, frozen, "after");
    expect(await askOn(process, frozen)).toEqual(refOf(ids().at(-1)));
  });

  it("is one for all private chats and basic groups, which share their numbers", async () => {
    await open("group");
    const process = await stage.begun();
    const id = await sent(process, "um");
    expect(process.platform.mark?.({ account: "telegram", id: "-4711" })).toBe(id);
    expect(process.platform.mark?.({ account: "telegram", id: "-1001234567890" })).toBeUndefined();
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}
