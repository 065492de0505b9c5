// What was said while no session listened, against the simulator: all of it, in order, once, before what comes after.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type DiscordAccount,
  type DiscordRig,
  openDiscordRig,
} from "../../../../test/support/discord-rig.ts";
import type { RawUpdate } from "../../../model/delivery.ts";

let rig: DiscordRig;
beforeEach(async () => {
  rig = await openDiscordRig();
});
afterEach(async () => {
  await rig.close();
  expect(rig.sandbox.unexpected).toEqual([]);
});

type Options = Parameters<DiscordRig["account"]>[0];

async function started(options: Options = {}): Promise<DiscordAccount> {
  const account = rig.account(options);
  const starting = account.start();
  await rig.until(() => account.health.includes("up"), 100);
  await starting;
  return account;
}

/** A process that ran, heard `words`, and was killed or stopped; Discord then forgot its session. */
async function ran(...words: readonly string[]): Promise<DiscordAccount> {
  const account = await started();
  for (const word of words) rig.say(word);
  await rig.until(() => account.stored.length === words.length);
  await account.platform.stop();
  await rig.clock.advance(200_000);
  return account;
}

const next = (before: DiscordAccount, options: Options = {}) =>
  started({ state: before.state, journal: before.stored, ...options });

const numbered = (letter: string, from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `${letter}${from + i}`);
const sayAll = (words: readonly string[]) => words.map((word) => rig.say(word).id);
const has = (account: DiscordAccount, word: string) =>
  rig.until(() => account.contents().includes(word), 100);
const told = (account: DiscordAccount) => account.lines.filter((line) => line.includes("the history told"));
const kinds = (raws: readonly RawUpdate[]) => raws.map(({ body }) => JSON.parse(body).t);
const pages = () => rig.asked("GET", `/channels/${rig.channel}/messages`);
const notices = (account: DiscordAccount) =>
  account.stored
    .flatMap((raw) => account.platform.parse(raw))
    .flatMap((event) => (event.kind === "notice" ? [event.notice] : []));

describe("after a stop that outlived the session", () => {
  it("all that was said is brought in order, over several pages, once", async () => {
    const before = await ran("antes");
    sayAll(numbered("n", 0, 250));
    const after = await next(before);
    await has(after, "n249");
    expect(after.contents()).toEqual(["antes", ...numbered("n", 0, 250)]);
    expect(pages()).toHaveLength(3);
    rig.say("ao vivo");
    await has(after, "ao vivo");
    expect(after.offered.filter(({ key }) => key.startsWith("create:"))).toHaveLength(251);
  });

  it("nothing is read at the very first start", async () => {
    sayAll(["velha"]);
    const account = await started();
    rig.say("nova");
    await has(account, "nova");
    expect(account.contents()).toEqual(["nova"]);
    expect(pages()).toEqual([]);
  });

  it("a first session that heard nothing is reason enough", async () => {
    rig.say("velha");
    const before = await ran();
    rig.say("perdida");
    const after = await next(before);
    await has(after, "perdida");
    expect(after.contents()).toEqual(["perdida"]);
  });

  it("a first session in a channel where nobody had said anything is reason enough, too", async () => {
    const before = await ran();
    rig.say("perdida");
    const after = await next(before);
    await has(after, "perdida");
    expect(after.contents()).toEqual(["perdida"]);
  });

  it("a session in between that heard nothing does not bring anything twice", async () => {
    const before = await ran("antes");
    rig.say("um");
    const second = await next(before);
    await has(second, "um");
    await second.platform.stop();
    await rig.clock.advance(200_000);
    rig.say("dois");
    const third = await next(second);
    await has(third, "dois");
    expect(third.contents()).toEqual(["antes", "um", "dois"]);
  });

  it("edits, deletions and bulk deletions of what was known are brought", async () => {
    const before = await ran(...numbered("n", 0, 6));
    const [first = "", second = "", third = "", fourth = ""] = before.stored.map(
      ({ body }) => JSON.parse(body).d.id,
    );
    rig.say("mais uma");
    rig.sandbox.edit(rig.channel, first, { content: "editada" });
    rig.sandbox.remove(rig.channel, second);
    rig.sandbox.bulkRemove(rig.channel, [third, fourth]);
    const after = await next(before);
    await has(after, "mais uma");
    const events = after.stored.slice(6).map(({ key }) => key);
    expect(events).toEqual([
      expect.stringMatching(new RegExp(`^update:${first}:`)),
      `delete:${second}`,
      `delete:${third}`,
      `delete:${fourth}`,
      expect.stringMatching(/^create:/),
    ]);
    expect(
      after.stored
        .slice(6)
        .flatMap((raw) => after.platform.parse(raw))
        .map(({ kind }) => kind),
    ).toEqual(["message.edited", "message.deleted", "message.deleted", "message.deleted", "message.created"]);
  });

  it("threads are read: known ones, new ones, and those archived meanwhile; not those of other channels", async () => {
    const thread = rig.sandbox.createThread(rig.channel, { name: "fio", ownerId: rig.ana }).id;
    const before = await ran("antes");
    const other = rig.sandbox.createChannel(rig.guild, { name: "outro" }).id;
    const foreign = rig.sandbox.createThread(other, { name: "longe", ownerId: rig.ana }).id;
    const fresh = rig.sandbox.createThread(rig.channel, { name: "novo", ownerId: rig.ana }).id;
    const archived = rig.sandbox.createThread(rig.channel, { name: "arquivo", ownerId: rig.ana }).id;
    for (const [place, content] of [
      [thread, "no fio"],
      [fresh, "no novo"],
      [archived, "no arquivo"],
      [foreign, "longe"],
      [other, "fora"],
    ] as const)
      rig.sandbox.say(place, rig.ana, { content });
    rig.sandbox.archiveThread(archived, { archived: true });
    const after = await next(before);
    await rig.until(() => after.stored.length === 4, 100);
    await rig.until(() => told(after).length === 3);
    expect(after.contents().toSorted()).toEqual(["antes", "no arquivo", "no fio", "no novo"]);
    const places = after.stored.slice(1).flatMap((raw) => after.platform.parse(raw));
    expect(places).toHaveLength(3);
    for (const event of places)
      expect(event).toMatchObject({ message: { ref: { conversation: { id: rig.channel } } } });
  });

  it("what was said in a channel before it was bridged stays there", async () => {
    const before = await ran("antes");
    const other = rig.sandbox.createChannel(rig.guild, { name: "outro" }).id;
    rig.sandbox.say(other, rig.ana, { content: "segredo" });
    rig.say("aqui");
    const bridged = [rig.at(), { account: "discord", id: other }];
    const after = await next(before, { bridged });
    await has(after, "aqui");
    rig.sandbox.say(other, rig.ana, { content: "agora" });
    await has(after, "agora");
    expect(after.contents()).toEqual(["antes", "aqui", "agora"]);
  });

  it("people have the names they have in the guild, in mentions too", async () => {
    const before = await ran("antes");
    const rui = rig.sandbox.createUser({ username: "rui", globalName: "Rui" }).id;
    rig.sandbox.addMember(rig.guild, rui, { nick: "Ruizinho" });
    for (const content of ["oi", `sou eu <@${rui}>`]) rig.sandbox.say(rig.channel, rui, { content });
    const after = await next(before);
    await rig.until(() => after.stored.length === 3, 100);
    const events = after.stored.slice(1).flatMap((raw) => after.platform.parse(raw));
    expect(events).toMatchObject([
      { message: { author: { name: "Ruizinho" } } },
      { message: { author: { name: "Ruizinho" }, body: [{}, { kind: "mention", label: "@Ruizinho" }] } },
    ]);
    expect(rig.asked("GET", `/guilds/${rig.guild}/members/${rui}`)).toHaveLength(1);
  });

  it("our own words are left out, another bridge's are a bot's, and a file crosses like one said now", async () => {
    const before = await ran("antes");
    const asWebhook = { name: "Rui", applicationId: rig.bot.applicationId };
    rig.sandbox.say(rig.channel, rig.ana, { content: "eco", asWebhook });
    rig.sandbox.say(rig.channel, rig.ana, { content: "outra ponte", asWebhook: { name: "Zé" } });
    const bytes = Buffer.from("x");
    rig.sandbox.say(rig.channel, rig.ana, {
      content: "foto",
      attachments: [{ filename: "a.png", contentType: "image/png", bytes }],
    });
    const after = await next(before);
    await has(after, "foto");
    expect(after.contents()).toEqual(["antes", "outra ponte", "foto"]);
    const [foreign, event] = after.stored.slice(1).flatMap((raw) => after.platform.parse(raw));
    expect(foreign).toMatchObject({ message: { author: { kind: "relay" } } });
    expect(event).toMatchObject({ message: { attachments: [{ kind: "photo", name: "a.png" }] } });
  });
});

describe("the cap", () => {
  it("carries the newest, behind a line that counts and links the others, once", async () => {
    const before = await ran("antes");
    const [first = ""] = sayAll(numbered("n", 0, 130));
    const after = await next(before, { backfill: { messages: 20 } });
    await has(after, "n129");
    expect(kinds(after.stored).slice(1, 3)).toEqual(["GAP", "MESSAGE_CREATE"]);
    expect(after.contents().slice(2)).toEqual(numbered("n", 110, 130));
    const link = `https://discord.com/channels/${rig.guild}/${rig.channel}/${first}`;
    expect(notices(after)).toEqual([{ key: "discord.notice.left", values: { count: 110, link } }]);
    expect(after.context.texts("discord.notice.left", { count: 110, link, name: "" })).toBe(
      `110 earlier messages were not carried: ${link}`,
    );
    await after.platform.stop();
    await rig.clock.advance(200_000);
    rig.say("depois");
    const third = await next(after, { backfill: { messages: 20 } });
    await has(third, "depois");
    expect(third.contents().slice(2)).toEqual([...numbered("n", 110, 130), "depois"]);
    expect(notices(third)).toHaveLength(1);
  });

  it("says 'more than' when counting would cost too many pages", async () => {
    const before = await ran("antes");
    const [first = ""] = sayAll(numbered("n", 0, 1_300));
    const after = await next(before, { backfill: { messages: 10 } });
    await has(after, "n1299");
    const [notice] = notices(after);
    expect(notice?.key).toBe("discord.notice.left-more");
    expect(Number(notice?.values?.count)).toBeGreaterThanOrEqual(900);
    expect(notice?.values?.link).toContain(`/${first}`);
    expect(pages().length).toBeLessThan(14);
  });

  it("leaves behind what is too old", async () => {
    const before = await ran("antes");
    rig.say("velha");
    await rig.clock.advance(25 * 3_600_000);
    rig.say("nova");
    const after = await next(before);
    await has(after, "nova");
    expect(kinds(after.stored)).toEqual(["MESSAGE_CREATE", "GAP", "MESSAGE_CREATE"]);
    expect(notices(after)).toMatchObject([{ values: { count: 1 } }]);
  });
});

describe("without Read Message History", () => {
  const deny = () => rig.sandbox.setPermissions(rig.channel, [{ id: rig.guild, type: 0, deny: 1n << 16n }]);

  it("it is said in the log and, when something was missed, in the conversation; nothing counts as deleted", async () => {
    const before = await ran("antes");
    deny();
    rig.say("perdida");
    const after = await next(before);
    await rig.until(() => after.stored.length === 2, 100);
    expect(notices(after)).toEqual([{ key: "discord.notice.unread" }]);
    expect(after.lines.filter((line) => line.includes("may not read earlier messages"))).toHaveLength(1);
    expect(pages()).toEqual([]);
    rig.say("ao vivo");
    await has(after, "ao vivo");
  });

  it("nothing is said in the conversation when nothing was missed", async () => {
    const before = await ran("antes");
    deny();
    const after = await next(before);
    await rig.until(() => after.everything().includes("may not read earlier messages"));
    rig.say("ao vivo");
    await has(after, "ao vivo");
    expect(after.contents()).toEqual(["antes", "ao vivo"]);
    expect(notices(after)).toEqual([]);
  });
});

/** Holds back the answers of the history until it is let go. */
function slowHistory(ms: number, times = 1) {
  const match = ({ method, path }: { readonly method: string; readonly path: string }) =>
    method === "GET" && path.includes("/messages");
  rig.sandbox.faults.add({ match, times, fault: { kind: "slow", ms } });
}

describe("while the history is read", () => {
  it("what is said waits its turn behind it, edits and deletions too; other channels go on", async () => {
    const other = rig.sandbox.createChannel(rig.guild, { name: "outro" }).id;
    const bridged = [rig.at(), { account: "discord", id: other }];
    const first = await started({ bridged });
    rig.say("antes");
    await has(first, "antes");
    await first.platform.stop();
    await rig.clock.advance(200_000);
    const [id = ""] = sayAll(["um", "dois"]);
    slowHistory(10_000);
    const after = await next(first, { bridged });
    await rig.until(() => pages().length === 1, 10);
    const live = rig.say("três").id;
    rig.sandbox.edit(rig.channel, id, { content: "um!" });
    rig.sandbox.remove(rig.channel, live);
    rig.sandbox.say(other, rig.ana, { content: "ao lado" });
    await rig.until(() => after.contents().includes("ao lado"));
    expect(after.contents()).toEqual(["antes", "ao lado"]);
    rig.say("quatro");
    await has(after, "quatro");
    expect(after.contents()).toEqual([
      "antes",
      "ao lado",
      "um",
      "dois",
      "três",
      "um!",
      "undefined",
      "quatro",
    ]);
  });

  it("the new session is kept only when all is on disk: a kill begins again, and nothing comes twice", async () => {
    const before = await ran("antes");
    sayAll(numbered("n", 0, 250));
    let full = false;
    const second = await next(before, {
      disk: async () => {
        full ||= second.stored.length >= 101;
        if (full) throw new Error("killed");
      },
    });
    await rig.until(() => full, 100);
    expect(JSON.parse(second.state.get("gateway-session") ?? "{}").id).toBeUndefined();
    // What the killed process leaves is its disk as it is now.
    const [state, journal] = [new Map(second.state), [...second.stored]];
    await second.platform.stop();
    rig.say("depois");
    const third = await next(second, { state, journal });
    await has(third, "depois");
    expect(third.contents()).toEqual(["antes", ...numbered("n", 0, 250), "depois"]);
  });

  it("a kill between the line of the cap and the last message repeats neither", async () => {
    const before = await ran("antes");
    sayAll(numbered("n", 0, 300));
    const backfill = { messages: 250 };
    let killed = false;
    const second = await next(before, {
      backfill,
      disk: async () => {
        killed ||= second.stored.length >= 150;
        if (killed) throw new Error("killed");
      },
    });
    await rig.until(() => killed, 100);
    const [state, journal] = [new Map(second.state), [...second.stored]];
    await second.platform.stop();
    const third = await next(second, { state, journal, backfill });
    await has(third, "n299");
    expect(third.contents()).toEqual(["antes", "undefined", ...numbered("n", 50, 300)]);
    expect(notices(third)).toMatchObject([{ values: { count: 50 } }]);
  });

  it("limits, trouble and cuts are waited out, and nothing is skipped", async () => {
    const before = await ran("antes");
    sayAll(numbered("n", 0, 250));
    const match = ({ path }: { readonly path: string }) => path.includes("/messages");
    rig.sandbox.faults.add({ match, times: 1, fault: { kind: "limit", retryAfter: 3 } });
    rig.sandbox.faults.add({ match, times: 2, fault: { kind: "status", status: 503 } });
    rig.sandbox.faults.add({ match, times: 1, fault: { kind: "cut", when: "after" } });
    const after = await next(before);
    await has(after, "n249");
    expect(after.contents()).toEqual(["antes", ...numbered("n", 0, 250)]);
    expect(rig.sandbox.faults.left).toBe(0);
  });

  it("a session that is lost again begins it again, and what it had told is in the history", async () => {
    const before = await ran("antes");
    sayAll(["um", "dois"]);
    slowHistory(20_000);
    const after = await next(before);
    await rig.until(() => pages().length === 1, 10);
    rig.say("três");
    rig.sandbox.gateway.forgetSessions();
    rig.say("quatro");
    await has(after, "quatro");
    expect(after.contents()).toEqual(["antes", "um", "dois", "três", "quatro"]);
    rig.say("cinco");
    await has(after, "cinco");
  });

  it("a connection that breaks is resumed, and the order holds", async () => {
    const before = await ran("antes");
    sayAll(["um", "dois"]);
    slowHistory(20_000);
    const after = await next(before);
    await rig.until(() => pages().length === 1, 10);
    rig.say("três");
    rig.sandbox.gateway.kickOffAll("cut");
    rig.say("quatro");
    await has(after, "quatro");
    expect(after.contents()).toEqual(["antes", "um", "dois", "três", "quatro"]);
  });

  it("more events than there is room for are read from the history, too", async () => {
    const before = await ran("antes");
    sayAll(["um"]);
    slowHistory(20_000);
    const after = await next(before, { backfill: { messages: 5 } });
    await rig.until(() => pages().length === 1, 10);
    sayAll(numbered("n", 0, 1_100));
    await has(after, "n1099");
    expect(after.contents()).toEqual(["antes", "um", ...numbered("n", 0, 1_100)]);
  }, 20_000);

  it("a stop ends it at once", async () => {
    const before = await ran("antes");
    rig.say("um");
    slowHistory(3_600_000);
    const after = await next(before);
    await rig.until(() => pages().length === 1, 10);
    rig.say("dois");
    await after.platform.stop();
    rig.sandbox.faults.clear();
    const last = await next(after);
    await has(last, "dois");
    expect(last.contents()).toEqual(["antes", "um", "dois"]);
  });
});

describe("a session that is lost while running", () => {
  it.each([
    ["opcode 9", { op9: false }],
    ["4007", { close: 4007 }],
    ["4009", { close: 4009 }],
  ] as const)("%s: what was said in between is brought", async (_name, kick) => {
    const account = await started();
    rig.say("antes");
    await has(account, "antes");
    rig.sandbox.gateway.kickOffAll(kick);
    sayAll(["um", "dois"]);
    await has(account, "dois");
    rig.say("três");
    await has(account, "três");
    expect(account.contents()).toEqual(["antes", "um", "dois", "três"]);
  });

  it("events of it that could not be stored are brought, though another session has begun", async () => {
    const account = await started({ disk: () => disk() });
    let disk = (): Promise<void> => Promise.resolve();
    rig.say("antes");
    await has(account, "antes");
    const verdicts: ((error: Error) => void)[] = [];
    disk = () => new Promise<void>((_, reject) => void verdicts.push(reject));
    rig.say("um");
    await rig.until(() => verdicts.length === 1);
    rig.say("dois");
    rig.sandbox.gateway.forgetSessions();
    const begun = () => account.lines.filter((line) => line.includes("session begun")).length === 2;
    await rig.until(begun, 100);
    disk = async () => undefined;
    for (const refuse of verdicts) refuse(new Error("disk full"));
    rig.say("três");
    await has(account, "três");
    expect(account.contents()).toEqual(["antes", "um", "dois", "três"]);
    await rig.until(() => account.health.at(-1) === "up", 100);
  });
});
