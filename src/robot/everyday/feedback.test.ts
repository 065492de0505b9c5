// Feedback on its way to those who run MateBot, and their answers on the way back.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  ana,
  carla,
  channel,
  group,
  type RobotBench,
  robotBench,
  wordsOf,
} from "../../../test/support/robot-world.ts";
import type { BridgeEvent } from "../../model/event.ts";
import type { ConversationRef, MessageRef } from "../../model/refs.ts";
import { plainText } from "../../model/rich-text.ts";
import type { Answer } from "../command.ts";
import { createEveryday } from "./everyday.ts";
import { feedbackCommand } from "./feedback.ts";
import { feedbackBy, forgetFeedback } from "./feedback-records.ts";

const desk: ConversationRef = { account: "discord", id: "900" };
const message: MessageRef = { conversation: group, id: "77" };
const boss = `discord:${carla.user.id} discord:900`;

let bench: RobotBench;
beforeEach(async () => {
  bench = await robotBench({ config: { feedbackRoom: desk } });
  bench.standings.set(boss, "admin");
});
afterEach(() => bench.close());

const give = (text: string, more: Parameters<RobotBench["command"]>[2] = {}) =>
  bench.command(feedbackCommand, { text }, more);

const asMessage = { asked: { kind: "command", name: "feedback", words: "", files: [], message } } as const;

/** What was said elsewhere by an answer, in plain words. */
function alsoOf({ also = [] }: Answer) {
  return also.map(({ to, saying, reply }) => ({ to, words: plainText(saying.body), reply }));
}

function reply(to: MessageRef, text: string, author = carla): BridgeEvent {
  return {
    kind: "message.created",
    message: {
      ref: { conversation: desk, id: "950" },
      ...{ author, at: 1, body: [{ kind: "text", text }], attachments: [], reply: { ref: to } },
    },
  };
}

/** As the robot would do it for a message in the feedback room. */
async function hear(event: BridgeEvent): Promise<Answer | undefined> {
  const area = createEveryday(bench.world.config);
  if (!area.wants?.(event, bench.world)) return undefined;
  return area.hear?.(event, bench.world, new AbortController().signal);
}

describe("feedback", () => {
  it("is brought to the room for it, with who and where, and the person is thanked", async () => {
    bench.facts.set("telegram:-1001", {
      name: "Horta",
      kind: "group",
      isOpen: true,
      href: "https://t.me/horta",
    });
    const answer = await give("Adorei os <b>dados</b>", asMessage);
    expect(wordsOf(answer)).toContain("Recado entregue");
    expect(alsoOf(answer)).toEqual([
      {
        to: desk,
        words: "📬 Recado de Ana (@ana), de Horta (telegram): abrir\nAdorei os <b>dados</b>",
        reply: undefined,
      },
    ]);
    expect(JSON.stringify(answer.also)).toContain('"href":"https://t.me/horta"');
  });

  it("shows no way into a room that is not open to everybody", async () => {
    bench.facts.set("telegram:-1001", {
      name: "Horta",
      kind: "group",
      isOpen: false,
      href: "https://t.me/c/1/1",
    });
    expect(JSON.stringify((await give("oi", asMessage)).also)).not.toContain("https://");
  });

  it("says nothing of the room when it was given in private", async () => {
    const answer = await give("oi", { isPrivate: true });
    expect(alsoOf(answer)[0]?.words).toMatch(/em conversa privada \(telegram\):\noi$/);
  });

  it("is explained when there is no text, and when nobody has said where it goes", async () => {
    await expect(give(" ")).rejects.toMatchObject({ key: "robot-everyday.feedback.usage" });
    const bare = await robotBench();
    await expect(bare.command(feedbackCommand, { text: "oi" })).rejects.toMatchObject({
      key: "robot-everyday.feedback.unset",
    });
    await bare.close();
  });

  it("is taken three times an hour from one person, and again later", async () => {
    for (const text of ["1", "2", "3"]) await give(text);
    await expect(give("4")).rejects.toMatchObject({ key: "robot-everyday.feedback.often" });
    await expect(give("mine", { by: carla })).resolves.toBeDefined();
    await bench.clock.advance(3_600_001);
    await expect(give("5")).resolves.toBeDefined();
  });
});

describe("what is kept of feedback", () => {
  it("can be shown to the person, and forgotten, and only theirs", async () => {
    await give("uma coisa");
    await give("outra", { by: carla, room: channel });
    const of = (user: typeof ana.user) => bench.store.transaction((tx) => feedbackBy(tx, user));
    expect(await of(ana.user)).toEqual(["uma coisa"]);
    await bench.store.transaction((tx) => forgetFeedback(tx, ana.user));
    expect(await of(ana.user)).toEqual([]);
    expect(await of(carla.user)).toEqual(["outra"]);
    expect(await hear(reply({ conversation: desk, id: "!ask0.0" }, "oi"))).toEqual({});
    const kept = await bench.store.transaction(async (tx) => [
      ...(await tx.records.list("everyday.feedback-rate")),
      ...(await tx.records.list("everyday.feedback-message")),
    ]);
    expect(JSON.stringify(kept)).not.toContain("telegram:11");
    expect(kept).toHaveLength(2);
  });

  it("is no more after ninety days", async () => {
    await give("uma coisa");
    await bench.clock.advance(91 * 24 * 3_600_000);
    expect(await hear(reply({ conversation: desk, id: "!ask0.0" }, "oi"))).toEqual({});
  });
});

describe("an answer", () => {
  const virtual: MessageRef = { conversation: desk, id: "!ask0.0" };
  const copy: MessageRef = { conversation: desk, id: "940" };

  beforeEach(async () => {
    await give("Quero um baralho", asMessage);
    await bench.store.transaction((tx) =>
      tx.map.record([{ source: virtual, copy, part: 0, hash: "", at: 1, section: 0 }]),
    );
  });

  it("of an admin comes back as a reply to the person's message", async () => {
    const answer = await hear(reply(copy, "Vem aí!"));
    expect(wordsOf(answer ?? {})).toBe("Resposta a caminho de Ana.");
    expect(alsoOf(answer ?? {})).toEqual([
      { to: group, words: "💬 Resposta ao seu recado “Quero um baralho”:\nVem aí!", reply: message },
    ]);
  });

  it("to feedback without a message names the person instead", async () => {
    await give("de novo", { by: carla, room: channel });
    const answer = await hear(reply({ conversation: desk, id: "!ask1.0" }, "sim"));
    expect(answer?.also?.[0]).toMatchObject({
      to: channel,
      saying: { body: [{ kind: "mention", user: carla.user, label: "Carla" }, {}, {}, {}] },
    });
    expect(answer?.also?.[0]?.reply).toBeUndefined();
  });

  it("of somebody who is no admin there goes nowhere, and they are told", async () => {
    bench.standings.set(boss, "member");
    const answer = await hear(reply(copy, "Vem aí!"));
    expect(answer?.also).toBeUndefined();
    expect(wordsOf(answer ?? {})).toContain("Só a administração");
  });

  it("is only what answers feedback, in the room for it", async () => {
    expect(await hear(reply({ conversation: desk, id: "1" }, "Vem aí!"))).toEqual({});
    const elsewhere = reply(copy, "oi") as Extract<BridgeEvent, { kind: "message.created" }>;
    const moved = { ...elsewhere.message, ref: { conversation: group, id: "5" } };
    expect(await hear({ ...elsewhere, message: moved })).toBeUndefined();
    const bot = reply(copy, "oi", { ...carla, kind: "bot" });
    expect(await hear(bot)).toBeUndefined();
  });

  it("is written in a form where there are forms, and explained where there are none", async () => {
    const [[button] = []] = (await give("três")).also?.[0]?.saying.buttons ?? [];
    const action = button && "action" in button ? button.action : "";
    expect(Buffer.byteLength(action)).toBeLessThanOrEqual(64);
    const toast = await bench.press(feedbackCommand, action, { room: desk });
    expect(toast.toast).toContain("Responda a esta mensagem");
    const can = { forms: true, whispers: true };
    const { form } = await bench.press(feedbackCommand, action, { room: desk, can });
    expect(form?.action).toBe(action);
    const submitted = await feedbackCommand.submit?.(
      await questionIn(desk),
      action.slice("feedback:".length),
      { words: "pronto" },
    );
    expect(alsoOf(submitted ?? {})[0]?.words).toContain("pronto");
  });

  it("is not taken from another room, whoever has the button's words", async () => {
    const press = bench.press(feedbackCommand, "feedback:answer:00", { room: group });
    await expect(press).rejects.toMatchObject({ key: "robot-everyday.feedback.gone" });
  });
});

/** A question as it is put in that room. */
async function questionIn(room: ConversationRef) {
  let seen: Parameters<typeof feedbackCommand.answer>[0] | undefined;
  const spy = {
    ...feedbackCommand,
    answer: (question: Parameters<typeof feedbackCommand.answer>[0]) => {
      seen = question;
      return {};
    },
  };
  await bench.command(spy, {}, { room, by: ana });
  if (!seen) throw new Error("nothing was asked");
  return seen;
}
