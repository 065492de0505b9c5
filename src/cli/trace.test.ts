// `matebot trace`: the story of a message at every stage of its way, found from its original and from its copies.

import { afterEach, describe, expect, it } from "vitest";
import { openTestDesk, type TestDesk, type TestDeskOptions } from "../../test/support/desk.ts";
import { channel, created, edited, group, message, topic } from "../../test/support/store-samples.ts";
import type { MapRow, StoreTx } from "../bridge/store-port.ts";
import type { RawUpdate } from "../model/delivery.ts";
import { asideOf, futureThread, type MessageRef } from "../model/refs.ts";
import { trace } from "./trace.ts";

let desk: TestDesk | undefined;
afterEach(async () => {
  await desk?.close();
  desk = undefined;
});

const source = message(group, "7");
const copy = message(channel, "900");
const link = "https://t.me/c/1234567890/7";
const guildLink = "https://discord.com/channels/11/123456789012345678/900";

function update(field: string, id: number, more: object = {}): RawUpdate {
  const chat = { id: Number(group.id), type: "supergroup", username: "Meu_Grupo" };
  const body = JSON.stringify({ update_id: id, [field]: { message_id: 7, chat, ...more } });
  return { account: "telegram", key: `u${id}`, body, receivedAt: 1_000 * id };
}

function dispatch(t: string, key: string, d: object): RawUpdate {
  const body = JSON.stringify({ t, d: { guild_id: "11", channel_id: channel.id, ...d } });
  return { account: "discord", key, body, receivedAt: 2_000 };
}

const row = (from: MessageRef, to: MessageRef, more: Partial<MapRow> = {}): MapRow => ({
  ...{ source: from, copy: to, part: 0, hash: "h", at: 3_000 },
  ...more,
});

async function open(
  prepare: (tx: StoreTx) => Promise<void>,
  options: TestDeskOptions = {},
): Promise<TestDesk> {
  desk = await openTestDesk(options);
  await desk.store.transaction(prepare);
  return desk;
}

async function told(
  prepare: (tx: StoreTx) => Promise<void>,
  name: string,
  options: TestDeskOptions = {},
): Promise<{ readonly code: number; readonly words: string }> {
  const opened = await open(prepare, options);
  const code = await trace(opened, name);
  return { code, words: opened.printed.join("\n") };
}

describe("a message that crossed", () => {
  const crossed = async (tx: StoreTx) => {
    await tx.journal.insert([update("message", 1), update("edited_message", 5)]);
    await tx.journal.insert([dispatch("MESSAGE_CREATE", "create:3", { id: "3" })]);
    await tx.map.record([row(source, copy)]);
  };

  it.each([
    ["its link", link],
    ["its link with a topic", "https://t.me/c/1234567890/42/7"],
    ["the public link of its chat", "https://t.me/meu_grupo/7"],
    ["its id", "telegram:-1001234567890/7"],
    ["its id as the log writes it", "telegram:-1001234567890#7"],
    ["the link of its copy", guildLink],
    ["the link of its copy in a thread of the channel", "https://discord.com/channels/11/555/900"],
    ["the id of its copy", "discord:123456789012345678/900"],
  ])("is told whole from %s", async (_, name) => {
    const { code, words } = await told(crossed, name);
    expect(code).toBe(0);
    const steps = [
      /^Message telegram:-1001234567890\/7 {2}https:\/\/t\.me\/c\/1234567890\/7\n/,
      /\n {2}\S+ \S+ {2}received and on disk \(u1\)\n/,
      /\n {2}\S+ \S+ {2}sent to discord:123456789012345678\n/,
      /\n {2}\S+ \S+ {2}edit received and on disk \(u5\)\n/,
      /\n {2}→ discord:123456789012345678\n {6}stands at https:\S+\/11\/123456789012345678\/900$/,
    ];
    for (const step of steps) expect(words).toMatch(step);
    const places = steps.map((step) => words.search(step));
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  it("is told in the language of the configuration", async () => {
    const { words } = await told(crossed, link, { language: "pt-BR" });
    expect(words).toContain("recebida e gravada (u1)");
    expect(words).toMatch(/está em https:/);
  });

  it("in several parts is told part by part, by id where no link can be made", async () => {
    const parts = async (tx: StoreTx) =>
      tx.map.record([
        row(source, message(channel, "901"), { part: 1 }),
        row(source, message(channel, "900"), { part: 0 }),
      ]);
    const { words } = await told(parts, link);
    expect(words).toMatch(/part 1 of 2[\s\S]+part 2 of 2/);
    expect(words).toMatch(/stands at discord:123456789012345678\/900\n +stands at \S+\/901$/);
  });

  it("joined with others is told alone from its original, and with all of them from the copy", async () => {
    const other = message(group, "8");
    const joined = async (tx: StoreTx) =>
      tx.map.record([row(source, copy, { section: 0 }), row(other, copy, { section: 1 })]);
    const opened = await open(joined);
    await trace(opened, link);
    const alone = opened.printed.join("\n");
    expect(alone).toMatch(/together with others, as item 1\n/);
    expect(alone).toMatch(/item 1 of a message that joins several$/);
    expect(alone).not.toContain("item 2");
    await trace(opened, "discord:123456789012345678/900");
    const both = opened.printed.join("\n").slice(alone.length);
    expect(both).toMatch(/joins 2 messages[\s\S]+-1001234567890\/7 [\s\S]+-1001234567890\/8 /);
  });

  it("from Discord is told with what Discord sent of it", async () => {
    const back = message(channel, "3");
    const crossedBack = async (tx: StoreTx) => {
      await tx.journal.insert([dispatch("MESSAGE_CREATE", "create:3", { id: "3" })]);
      await tx.journal.insert([dispatch("MESSAGE_DELETE", "delete:3", { id: "3" })]);
      await tx.map.record([row(back, source)]);
    };
    const { words } = await told(crossedBack, "https://discord.com/channels/11/123456789012345678/3");
    expect(words).toMatch(/received and on disk \(create:3\)/);
    expect(words).toMatch(/deletion received and on disk \(delete:3\)/);
    expect(words).toMatch(/stands at https:\/\/t\.me\/c\/1234567890\/7$/);
  });
});

describe("a message on its way", () => {
  const queued = async (tx: StoreTx) => {
    await tx.outbox.append([
      { event: created(message(group, "6")), to: channel },
      { event: created(source), to: channel },
      { event: edited(source), to: channel },
    ]);
  };

  it("is told with its place in the lane", async () => {
    const { code, words } = await told(queued, link);
    expect(code).toBe(0);
    expect(words).toMatch(/ message: put into the lane to discord:123456789012345678\n/);
    expect(words).toMatch(/ message: waits in the lane, place 2 of 3\n/);
    expect(words).toMatch(/ edit: waits in the lane, place 3 of 3$/);
  });

  it("is told with its failures and what was done about a lost answer", async () => {
    const failing = async (tx: StoreTx) => {
      await queued(tx);
      await tx.outbox.finish(1);
      await tx.outbox.freeze(2, [], { at: 6_000 });
      await tx.outbox.failed(2, 3, 7_000);
      await tx.trace.note([
        { about: source, to: channel, at: 7_000, step: "failed", detail: "discord.500" },
        { about: source, to: channel, at: 8_000, step: "doubt.absent" },
        { about: source, to: channel, at: 9_000, step: "a-step-of-the-future" },
      ]);
    };
    const { words } = await told(failing, link);
    expect(words).toMatch(/discord:\d+: the attempt failed; another follows \(discord\.500\)\n/);
    expect(words).toMatch(/the answer was lost and the message had not arrived: it was sent again\n/);
    expect(words).toMatch(/a-step-of-the-future\n/);
    expect(words).toMatch(/ message: is being sent\n {6}3 attempts failed, the first at /);
  });

  it("that travels with another is told so", async () => {
    const { words } = await told(async (tx) => {
      await queued(tx);
      await tx.outbox.freeze(1, [], { at: 6_000, joined: [2] });
    }, link);
    expect(words).toMatch(/ message: travels with another that is being sent\n/);
  });

  it("whose deletion waits is told so", async () => {
    const { words } = await told(async (tx) => {
      await tx.map.record([row(source, copy)]);
      const event = { kind: "message.deleted", conversation: group, refs: [source] } as const;
      await tx.outbox.append([{ event, to: channel }]);
    }, link);
    expect(words).toMatch(/ deletion: waits in the lane, place 1 of 1$/);
  });

  it("whose edit overtook it is told so", async () => {
    const { words } = await told(async (tx) => {
      const delivery = { event: edited(source), to: channel };
      await tx.held.hold([{ waitsFor: source, delivery, until: 15_000 }]);
    }, link);
    expect(words).toMatch(/ edit: came before its message and waits for it until /);
  });
});

describe("what belongs to a message", () => {
  const thread = { ...channel, thread: "555" };
  const inTopic = message(topic, "7");

  it("is told where its thread is still to be opened, and not of the chat around it", async () => {
    const { code, words } = await told(
      (tx) => tx.outbox.append([{ event: created(inTopic), to: futureThread(channel, topic) }]),
      "telegram:-1001234567890/7",
    );
    expect(code).toBe(0);
    expect(words).toMatch(/ message: put into the lane to discord:\d+, new thread for telegram:-\d+\/42\n/);
    expect(words).toMatch(/→ discord:\d+, new thread for telegram:-\d+\/42\n +message: waits in the lane/);
    expect(words.match(/→/g)).toHaveLength(1);
  });

  it("is told where it stands in a thread, with its line of reactions and what waits for it", async () => {
    const aside = message(thread, "901");
    const { words } = await told(async (tx) => {
      await tx.map.record([
        row(inTopic, message(thread, "900")),
        row(asideOf(inTopic), aside),
        row(asideOf(inTopic), message(topic, "8")),
      ]);
      await tx.outbox.append([
        { event: { kind: "marks.changed", about: inTopic }, to: thread },
        { event: { kind: "pin.changed", target: inTopic, pinned: true }, to: thread },
      ]);
    }, link);
    expect(words).toMatch(
      /→ discord:123456789012345678\/555\n +stands at \S+900\n +the line of \S.* at \S+901\n/,
    );
    expect(words).toMatch(/→ telegram:-1001234567890\/42\n +the line of its reactions and votes stands at /);
    expect(words).toMatch(/ reactions and votes: waits in the lane, place 1 of 2\n/);
    expect(words).toMatch(/ pinned message: waits in the lane, place 2 of 2(\n|$)/);
    expect(words).not.toMatch(/→ discord:123456789012345678\n/);
  });

  it("leads from the line below a message to the message", async () => {
    const { words } = await told(async (tx) => {
      await tx.map.record([row(source, copy), row(asideOf(source), message(channel, "901"))]);
    }, "discord:123456789012345678/901");
    expect(words).toMatch(/^Message telegram:-1001234567890\/7 /);
    expect(words).toMatch(/stands at discord:\S+900\n/);
  });
});

describe("a message that did not get through", () => {
  it("is told with the reason and the way to send it again", async () => {
    const { words } = await told(async (tx) => {
      await tx.outbox.append([{ event: created(source), to: channel }]);
      await tx.outbox.bury(1, "Missing Access");
    }, link);
    expect(words).toMatch(/could not be delivered: Missing Access\. .*show d1” .*retry d1”/);
  });

  it("because it was not understood is told with the reason", async () => {
    const { words } = await told(async (tx) => {
      await tx.journal.insert([update("message", 1)]);
      await tx.journal.bury(update("message", 1), "ParseError: no chat");
    }, link);
    expect(words).toMatch(/was not understood: ParseError: no chat; .*show u[0-9a-f]{8}”/);
    expect(words).toMatch(/nothing was planned, because it was not understood$/);
  });

  it("because its conversation is in no bridge is told so", async () => {
    const stranger = update("message", 1, { chat: { id: -1009, type: "supergroup" } });
    const { code, words } = await told(async (tx) => {
      await tx.journal.insert([stranger]);
    }, "https://t.me/c/9/7");
    expect(code).toBe(0);
    expect(words).toMatch(/received and on disk \(u1\)\n {2}The conversation is in no bridge\.$/);
  });

  it("because it was deleted is told so", async () => {
    const { words } = await told(async (tx) => {
      await tx.journal.insert([dispatch("MESSAGE_CREATE", "create:3", { id: "3" })]);
      await tx.journal.insert([dispatch("MESSAGE_DELETE", "delete:3", { id: "3" })]);
    }, "discord:123456789012345678/3");
    expect(words).toMatch(/nothing stands there: it was deleted$/);
  });

  it("follows its group to the new id", async () => {
    const old = { account: "telegram", id: "-45" };
    const { words } = await told(async (tx) => {
      await tx.moves.add(group, old);
      await tx.journal.insert([update("message", 1, { chat: { id: -45, type: "group" } })]);
    }, "telegram:-45/7");
    expect(words).toMatch(/→ discord:123456789012345678\n +nothing waits/);
  });
});

describe("a message nobody knows", () => {
  const nothing = async () => {};

  it("is answered with what was looked at and why it may hold nothing, exit code 1", async () => {
    const { code, words } = await told(nothing, link);
    expect(code).toBe(1);
    expect(words).toMatch(/^Nothing is known of this message\. Looked at: .* last 48 hours/);
    expect(words).toMatch(/• It came in more than 48 hours ago/);
    expect(words).toMatch(/• MateBot was not running/);
    expect(words).not.toContain("is in no bridge");
  });

  it("in a conversation that is in no bridge is answered with those that are", async () => {
    const { words } = await told(nothing, "https://t.me/c/9/7");
    expect(words).toContain(
      "telegram:-1009 is in no bridge; these are: telegram:-1001234567890, discord:123456789012345678.",
    );
  });

  it("by a public name that is nowhere is answered with another way", async () => {
    await expect(told(nothing, "https://t.me/outro_grupo/7")).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringMatching(/which conversation is called @outro_grupo: .*account:conversation/),
    });
  });
});

it.each(["7", "hello", "https://example.org/1/2", "nobody:1/2", ""])(
  "%j names no message: that is bad usage, with the forms that do",
  async (name) => {
    await expect(told(async () => {}, name)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(/t\.me.*discord\.com.*account:conversation\/message/),
    });
  },
);
