// Pause, resume, rename, leave and options of a bridge that was made in the chats; commands and buttons come here alike.

import type { Line } from "../../bridge/social.ts";
import type { Bridge } from "../../model/bridge.ts";
import type { Json } from "../../model/delivery.ts";
import { type ConversationRef, conversationKey, sameConversation } from "../../model/refs.ts";
import type { Values } from "../../model/texts.ts";
import { type Answer, type Question, Refusal } from "../command.ts";
import { remember } from "./access.ts";
import { optionsOf, toggled } from "./options.ts";
import { panel } from "./panel.ts";
import { checkAdmin, label, placeOf } from "./places.ts";
import { without } from "./plan.ts";
import {
  bridgeAt,
  cleanName,
  install,
  isOfFile,
  keepBridge,
  memberAt,
  OUT,
  ROOM_NAME,
  type Roster,
  removeBridge,
  TOLD,
  uninstall,
} from "./roster.ts";

/** The bridge that the person may change from here. @throws Refusal */
export async function changeable(question: Question, roster: Roster): Promise<Bridge> {
  await checkAdmin(question);
  const bridge = bridgeAt(roster, question.ask.room);
  if (!bridge) throw new Refusal("robot-bridge.refused.none");
  if (isOfFile(bridge)) throw new Refusal("robot-bridge.refused.file", { bridge: bridge.name });
  return bridge;
}

/** `next` in the place of `was`, on disk and then in memory. */
function becoming(
  next: Bridge,
  was: Bridge,
  { world }: Question,
  roster: Roster,
): Pick<Answer, "keep" | "after"> {
  return {
    keep: (tx) => keepBridge(tx, next, was, roster.leftOut),
    after: () => install(roster, world, next, was.name),
  };
}

/** Says it in the other rooms that can be reached, each in its language; in this one too when the answer is whispered. */
function toOthers(
  bridge: Bridge,
  question: Question,
  roster: Roster,
  words: (texts: Question["texts"]) => string,
): readonly Line[] {
  const { ask, world } = question;
  const here = memberAt(bridge, ask.room);
  return bridge.members
    .filter((member) => ask.can.whispers || !here || !sameConversation(member, here))
    .filter((member) => !roster.out.has(conversationKey(member)))
    .map((to) => ({
      to,
      saying: { body: [{ kind: "text", text: words(world.texts(world.rooms.language(to))) }] },
    }));
}

/** A press changes the message with the buttons, a word is answered. */
function shownAs({ ask }: Question, saying: NonNullable<Answer["say"]>): Answer {
  return ask.asked.kind === "press" ? { change: saying } : { say: saying };
}

export async function pauseOrResume(
  question: Question,
  roster: Roster,
  what: "pause" | "resume",
): Promise<Answer> {
  const was = await changeable(question, roster);
  const isPaused = was.paused === true;
  if (isPaused === (what === "pause"))
    throw new Refusal(`robot-bridge.refused.${what}`, { bridge: was.name });
  const { paused: _, ...running } = was;
  const next: Bridge = what === "pause" ? { ...was, paused: true } : running;
  const values = { by: question.ask.by.name, bridge: was.name };
  return {
    ...shownAs(question, await panel(next, question, roster)),
    ...becoming(next, was, question, roster),
    also: toOthers(was, question, roster, (texts) => texts(`robot-bridge.told.${what}`, values)),
  };
}

/** @throws Refusal for a name that is none or taken */
export async function rename(question: Question, roster: Roster, words: string): Promise<Answer> {
  const was = await changeable(question, roster);
  const name = cleanName(words);
  if (name === "") throw new Refusal("robot-bridge.refused.no-name");
  if (name === was.name) throw new Refusal("robot-bridge.refused.same-name", { bridge: name });
  if (roster.chosen.has(name) || roster.leftOut.has(name))
    throw new Refusal("robot-bridge.refused.name-taken", { bridge: name });
  const next = { ...was, name };
  const values = { by: question.ask.by.name, was: was.name, bridge: name };
  const change = becoming(next, was, question, roster);
  const told = roster.told.get(was.name);
  return {
    say: { body: [{ kind: "text", text: question.texts("robot-bridge.renamed", values) }] },
    async keep(tx) {
      await change.keep?.(tx);
      await tx.records.delete(TOLD, was.name);
      if (told) await tx.records.put(TOLD, name, told as unknown as Json);
    },
    after() {
      roster.told.delete(was.name);
      if (told) roster.told.set(name, told);
      return change.after?.();
    },
    also: toOthers(was, question, roster, (texts) => texts("robot-bridge.told.renamed", values)),
  };
}

/** Asks first. */
export async function askToLeave(question: Question, roster: Roster): Promise<Answer> {
  const bridge = await changeable(question, roster);
  const { texts } = question;
  const values: Values = { bridge: bridge.name, count: bridge.members.length - 1 };
  return shownAs(question, {
    body: [{ kind: "text", text: texts("robot-bridge.leave.ask", values) }],
    buttons: [
      [
        { label: texts("robot-bridge.leave.yes"), action: "bridge:leave-yes", style: "danger" },
        { label: texts("robot-bridge.leave.no"), action: "bridge:panel" },
      ],
    ],
  });
}

/** With two rooms the bridge ends; a larger one goes on without this room. */
export async function leave(question: Question, roster: Roster): Promise<Answer> {
  const was = await changeable(question, roster);
  const { ask, texts, world } = question;
  const room: ConversationRef = memberAt(was, ask.room) ?? ask.room;
  const next = without(was, room);
  const end = next ? "left" : "ended";
  const place = await placeOf(room, question);
  const change: Pick<Answer, "keep" | "after"> = next
    ? becoming(next, was, question, roster)
    : { keep: (tx) => removeBridge(tx, was), after: () => uninstall(roster, world, was.name) };
  const gone = (next ? [room] : was.members).map(conversationKey);
  return {
    ...shownAs(question, {
      body: [{ kind: "text", text: texts(`robot-bridge.leave.${end}`, { bridge: was.name }) }],
    }),
    also: toOthers(was, question, roster, (theirs) =>
      theirs(`robot-bridge.told.${end}`, {
        ...{ by: ask.by.name, bridge: was.name },
        room: label(place, theirs, world),
      }),
    ),
    async keep(tx) {
      await change.keep?.(tx);
      for (const key of gone) for (const kind of [OUT, ROOM_NAME]) await tx.records.delete(kind, key);
      if (!next) await tx.records.delete(TOLD, was.name);
    },
    after() {
      for (const key of gone) remember(roster, key, undefined, 0);
      if (!next) roster.told.delete(was.name);
      return change.after?.();
    },
  };
}

export async function showOptions(question: Question, roster: Roster): Promise<Answer> {
  return shownAs(question, optionsOf(await changeable(question, roster), question));
}

export async function showPanel(question: Question, roster: Roster): Promise<Answer> {
  return shownAs(question, await panel(await changeable(question, roster), question, roster));
}

export async function toggle(question: Question, roster: Roster, words: string): Promise<Answer> {
  const was = await changeable(question, roster);
  const next = toggled(was, words, question);
  return { change: optionsOf(next, question), ...becoming(next, was, question, roster) };
}
