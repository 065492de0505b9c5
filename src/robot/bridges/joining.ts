// Two rooms become one talk: a code is made in one, entered in the other, and confirmed with both names in sight.

import type { Line } from "../../bridge/social.ts";
import type { Saying } from "../../model/ask.ts";
import type { Bridge } from "../../model/bridge.ts";
import { type ConversationRef, conversationKey, isSamePlace, sameConversation } from "../../model/refs.ts";
import { type Answer, type Question, Refusal } from "../command.ts";
import {
  codeIn,
  endPending,
  guess,
  keepPending,
  type Opening,
  type Pending,
  pendingId,
  pendingOf,
  spend,
  userKey,
} from "./codes.ts";
import {
  cannotWrite,
  checkMayJoin,
  isAdmin,
  isAllowed,
  isOpen,
  label,
  nameOf,
  type Place,
  placesOf,
} from "./places.ts";
import { type JoinWay, joined, type Plan, planJoin } from "./plan.ts";
import { cleanName, install, keepBridge, Overtaken, ROOM_NAME, type Roster, uniqueName } from "./roster.ts";

interface Both {
  readonly here: Place;
  readonly there: Place;
}

/** The answer to a code that was entered: the question for the last yes. @throws Refusal */
export async function enterCode(question: Question, roster: Roster, words: string): Promise<Answer> {
  const { ask, world } = question;
  await checkMayJoin(question);
  const code = codeIn(words);
  if (!code) throw new Refusal("robot-bridge.refused.no-code");
  const now = world.clock.now();
  const guessed = await guess(world.store, code, { by: ask.by.user, room: ask.room, now });
  if (guessed.kind === "blocked") throw new Refusal("robot-bridge.refused.blocked");
  if (guessed.kind !== "right") throw new Refusal("robot-bridge.refused.wrong-code");
  const pending: Pending = {
    ...{ opening: guessed.opening, room: ask.room, by: ask.by.user },
    // Buttons are pressed by people, whatever name they write under.
    isAnonymous: ask.by.kind === "anonymous" || ask.by.kind === "channel",
  };
  const both = await checked(pending, question, roster);
  const id = pendingId(ask.id);
  return {
    say: await lastQuestion(pending, id, both, question, roster),
    async keep(tx) {
      if (!(await spend(tx, code))) throw new Overtaken();
      await keepPending(tx, id, pending, now);
    },
  };
}

/** Everything that must hold before two rooms are joined, asked anew. @throws Refusal */
async function checked({ opening, room }: Pending, question: Question, roster: Roster): Promise<Both> {
  const { world } = question;
  planJoin(roster, opening.room, room);
  const [here, there] = await placesOf([room, opening.room], question);
  if (!here || !there) throw new Refusal("robot-bridge.refused.over");
  const isStill = await isAdmin(opening.by, opening.room, question);
  if (!isStill || !isAllowed(opening.by, world))
    throw new Refusal("robot-bridge.refused.not-admin-there", { name: opening.name, room: nameOf(there) });
  for (const place of [here, there]) if (cannotWrite(place)) throw unwritable(place, question);
  return { here, there };
}

function unwritable(place: Place, { texts, world }: Question): Refusal {
  const room = label(place, texts, world);
  if (!place.facts) return new Refusal("robot-bridge.refused.unseen", { room });
  return new Refusal("robot-bridge.refused.cannot-write", { room, lacks: lacking(place, texts) });
}

function lacking({ lacks }: Place, texts: Question["texts"]): string {
  return lacks.map((key) => texts(key)).join("\n");
}

/** Private rooms that an open one will hear from now on, each with an open one. */
async function exposed({ here, there }: Both, { bridge }: Plan, question: Question) {
  const members = bridge?.members ?? [];
  const isNew = ({ ref }: Place) => !members.some((member) => sameConversation(member, ref));
  const fresh = [here, there].filter(isNew);
  const old = await placesOf(members, question);
  const open = [...fresh, ...old].find(isOpen);
  const closed = [...(old.some(isOpen) ? [] : old), ...fresh].filter((place) => !isOpen(place));
  return open ? closed.map((place) => ({ open: nameOf(open), closed: nameOf(place) })) : [];
}

async function lastQuestion(
  { opening, room }: Pending,
  id: string,
  { here, there }: Both,
  question: Question,
  roster: Roster,
): Promise<Saying> {
  const { texts, world, ask } = question;
  const plan = planJoin(roster, opening.room, room);
  const lines = [
    texts("robot-bridge.confirm.head"),
    `• ${label(there, texts, world)}`,
    `• ${label(here, texts, world)}`,
    texts("robot-bridge.confirm.by", { name: opening.name }),
  ];
  if (plan.bridge) {
    const values = { bridge: plan.bridge.name, count: plan.bridge.members.length };
    lines.push(texts("robot-bridge.confirm.bridge", values));
  }
  for (const names of await exposed({ here, there }, plan, question))
    lines.push(texts("robot-bridge.confirm.open", names));
  for (const place of [here, there])
    if (place.lacks.length > 0)
      lines.push(`${texts("robot-bridge.confirm.lacks", { room: nameOf(place) })}\n${lacking(place, texts)}`);
  const values = { here: nameOf(here), there: nameOf(there) };
  const scope = room.thread === undefined ? "topic" : "whole";
  const yes = (way: JoinWay) => `bridge:yes:${id}:${way}`;
  return {
    body: [{ kind: "text", text: lines.join("\n") }],
    buttons: [
      [{ label: texts("robot-bridge.confirm.both"), action: yes("both"), style: "good" }],
      [{ label: texts("robot-bridge.confirm.out", values), action: yes("out") }],
      [{ label: texts("robot-bridge.confirm.in", values), action: yes("in") }],
      ...(ask.room.thread === undefined
        ? []
        : [[{ label: texts(`robot-bridge.confirm.${scope}`), action: `bridge:scope:${id}` }]]),
      [{ label: texts("robot-bridge.confirm.no"), action: `bridge:no:${id}`, style: "danger" }],
    ],
  };
}

/** Only who entered the code may answer, in the same room. @throws Refusal */
async function mine(question: Question, id: string): Promise<Pending> {
  const { ask, world } = question;
  const pending = await pendingOf(world.store, id);
  if (!pending || !isSamePlace(pending.room, ask.room)) throw new Refusal("robot-bridge.refused.over");
  if (!pending.isAnonymous && userKey(pending.by) !== userKey(ask.by.user))
    throw new Refusal("robot-bridge.refused.not-yours");
  await checkMayJoin(question);
  return pending;
}

/** The whole chat in the place of one topic, and back. */
export async function changeScope(question: Question, roster: Roster, id: string): Promise<Answer> {
  const { ask, world } = question;
  const was = await mine(question, id);
  const chat = { account: ask.room.account, id: ask.room.id };
  const pending = { ...was, room: was.room.thread === undefined ? ask.room : chat };
  const both = await checked(pending, question, roster);
  return {
    change: await lastQuestion(pending, id, both, question, roster),
    keep: (tx) => keepPending(tx, id, pending, world.clock.now()),
  };
}

export async function refuseJoin(question: Question, id: string): Promise<Answer> {
  await mine(question, id);
  return {
    change: { body: [{ kind: "text", text: question.texts("robot-bridge.confirm.refused") }] },
    keep: async (tx) => void (await endPending(tx, id)),
  };
}

/** The last yes. @throws Refusal */
export async function join(
  question: Question,
  roster: Roster,
  { id, way }: { readonly id: string; readonly way: JoinWay },
): Promise<Answer> {
  const { ask, world } = question;
  const pending = await mine(question, id);
  const { here, there } = await checked(pending, question, roster);
  const plan = planJoin(roster, pending.opening.room, pending.room);
  const fresh = cleanName(`${nameOf(there)} + ${nameOf(here)}`);
  const name = plan.bridge?.name ?? uniqueName(roster, fresh);
  const { show } = world.config;
  const bridge: Bridge = {
    ...(show && { show }),
    ...joined(plan, { here: here.ref, there: there.ref, way, name }),
  };
  const { say, also } = announced(bridge, { here, there }, pending.opening, question);
  return {
    ...{ change: say, also },
    async keep(tx) {
      if (!(await endPending(tx, id))) throw new Overtaken();
      await keepBridge(tx, bridge, plan.bridge, roster.leftOut);
      for (const place of [here, there])
        await tx.records.put(ROOM_NAME, conversationKey(place.ref), nameOf(place));
    },
    after() {
      install(roster, world, bridge);
      world.log.info({ bridge: bridge.name, by: userKey(ask.by.user) }, "rooms were joined in the chats");
      world.report("info", "robot-bridge.report.joined", { bridge: bridge.name });
    },
  };
}

/** Everywhere who joined what to what, in the language of each room. */
function announced(
  bridge: Bridge,
  { here, there }: Both,
  opening: Opening,
  { ask, world }: Question,
): { readonly say: Saying; readonly also: readonly Line[] } {
  const sayingFor = (room: ConversationRef): Saying => {
    const texts = world.texts(world.rooms.language(room));
    const rooms = [there, here].map((place) => `• ${label(place, texts, world)}`).join("\n");
    const way = wayFor(bridge, room);
    const values = { rooms, by: ask.by.name, from: opening.name, bridge: bridge.name };
    const words = `${texts("robot-bridge.joined.all", values)}\n${texts(`robot-bridge.way.${way}`)}`;
    return { body: [{ kind: "text", text: words }] };
  };
  // What changes for one person's eyes alone, nobody else in the room would read.
  const others = bridge.members.filter((member) => ask.can.whispers || !sameConversation(member, here.ref));
  return { say: sayingFor(here.ref), also: others.map((to) => ({ to, saying: sayingFor(to) })) };
}

function wayFor({ ways }: Bridge, room: ConversationRef): "both" | "speaks" | "hears" {
  return ways?.[conversationKey(room)] ?? "both";
}
