// What `/ponte` shows: the bridge of the room with its buttons, a code for another room, or the way from a private talk.

import type { Saying } from "../../model/ask.ts";
import type { Bridge } from "../../model/bridge.ts";
import type { Button } from "../../model/buttons.ts";
import { type ConversationRef, conversationKey } from "../../model/refs.ts";
import type { RichText } from "../../model/rich-text.ts";
import { type Answer, type Question, Refusal } from "../command.ts";
import { keepCode, newCode, spoken } from "./codes.ts";
import { checkMayJoin, isAdmin, label, nameOf, placeOf, placesOf, platformName } from "./places.ts";
import { bridgeAt, bridgesOf, isCutOff, isOfFile, memberAt, type Roster } from "./roster.ts";

/** What a link from a private talk hands over in the room: there it asks for a code. */
export const START = "bridge";

/** What stands there; a room without a bridge gets its code at once. */
export async function overview(question: Question, roster: Roster): Promise<Answer> {
  const { ask } = question;
  if (ask.isPrivate) return { say: fromPrivate(question) };
  const bridge = bridgeAt(roster, ask.room);
  if (!bridge) return invite(question, roster, "here");
  const isTheirs = await isAdmin(ask.by.user, ask.room, question);
  return { say: await panel(bridge, question, roster, isTheirs) };
}

/** In private nothing can be joined: where it is done, and links that bring the robot there. */
function fromPrivate({ texts, world }: Question): Saying {
  return {
    body: [{ kind: "text", text: texts("robot-bridge.private") }],
    buttons: linksFor(START, world, texts),
  };
}

function linksFor(code: string, world: Question["world"], texts: Question["texts"]): readonly Button[][] {
  return world.accounts.flatMap((account) => {
    const href = world.social(account)?.invitation(code);
    const platform = platformName({ account, id: "" }, world);
    return href ? [[{ label: texts("robot-bridge.invite.link", { platform }), href }]] : [];
  });
}

/** The bridge in words, with buttons for who may press them. */
export async function panel(
  bridge: Bridge,
  question: Question,
  roster: Roster,
  hasButtons = true,
): Promise<Saying> {
  const { texts, world, ask } = question;
  const places = await placesOf(bridge.members, question);
  const rooms = places.map((place) => {
    const key = conversationKey(place.ref);
    const way = bridge.ways?.[key];
    const out = roster.out.get(key);
    const notes = [...(way ? [texts(`robot-bridge.way.${way}`)] : [])];
    if (out) notes.push(texts(`robot-bridge.out.${out}`));
    return `• ${label(place, texts, world)}${notes.map((note) => ` — ${note}`).join("")}`;
  });
  const lines = [texts("robot-bridge.panel.head", { bridge: bridge.name }), ...rooms];
  if (bridge.paused) lines.push(texts("robot-bridge.panel.paused"));
  else if (isCutOff(bridge, roster)) lines.push(texts("robot-bridge.panel.cut-off"));
  if (isOfFile(bridge)) lines.push(texts("robot-bridge.panel.file"));
  const member = memberAt(bridge, ask.room);
  if (member && member.thread === undefined && ask.room.thread !== undefined)
    lines.push(texts("robot-bridge.panel.of-chat"));
  const body: RichText = [{ kind: "text", text: lines.join("\n") }];
  const buttons = hasButtons && !isOfFile(bridge) ? buttonsOf(bridge, texts) : undefined;
  return { body, ...(buttons && { buttons }) };
}

function buttonsOf({ paused }: Bridge, texts: Question["texts"]): readonly Button[][] {
  const pause = paused ? "resume" : "pause";
  return [
    [
      { label: texts("robot-bridge.button.invite"), action: "bridge:invite:here" },
      { label: texts("robot-bridge.button.code"), action: "bridge:code" },
    ],
    [
      { label: texts("robot-bridge.button.options"), action: "bridge:options" },
      { label: texts(`robot-bridge.button.${pause}`), action: `bridge:${pause}` },
    ],
    [
      { label: texts("robot-bridge.button.rename"), action: "bridge:rename" },
      { label: texts("robot-bridge.button.leave"), action: "bridge:leave", style: "danger" },
    ],
  ];
}

/** A code for another room; `whole`: of the chat that the topic or thread is in. @throws Refusal */
export async function invite(question: Question, roster: Roster, scope: "here" | "whole"): Promise<Answer> {
  const { ask, texts, world } = question;
  await checkMayJoin(question);
  const chat: ConversationRef = { account: ask.room.account, id: ask.room.id };
  const bridge = bridgeAt(roster, ask.room);
  if (bridge && isOfFile(bridge)) throw new Refusal("robot-bridge.refused.file", { bridge: bridge.name });
  // Of a bridged chat the chat is what another room is joined to.
  const room = scope === "whole" ? chat : ((bridge && memberAt(bridge, ask.room)) ?? ask.room);
  const place = await placeOf(room, question);
  const code = newCode();
  const opening = { room, by: ask.by.user, name: ask.by.name };
  const lines = [
    texts("robot-bridge.invite.head", { room: nameOf(place) }),
    "",
    ...world.accounts.map((account) => howIn(account, code, question)),
    "",
    texts("robot-bridge.invite.note"),
  ];
  const topic: Button[][] =
    room.thread === undefined
      ? []
      : [[{ label: texts("robot-bridge.invite.whole"), action: "bridge:invite:whole" }]];
  const enter: Button[] = [{ label: texts("robot-bridge.button.code"), action: "bridge:code" }];
  return {
    say: {
      body: [
        { kind: "bold", children: [{ kind: "code", text: spoken(code) }] },
        { kind: "text", text: `\n${lines.join("\n")}` },
      ],
      buttons: [...linksFor(code, world, texts).slice(0, 3), enter, ...topic],
    },
    isPrivate: true,
    keep: (tx) => keepCode(tx, code, opening, world.clock.now()),
  };
}

function howIn(account: string, code: string, { texts, world }: Question): string {
  const platform = platformName({ account, id: "" }, world);
  const href = world.social(account)?.invitation(code);
  // A link that hands over the code spares who follows it the typing.
  const how = href?.includes(code) ? "follow" : "type";
  return `• ${texts(`robot-bridge.invite.${how}`, { platform, code: spoken(code) })}`;
}

/** This room's bridge in a line, or all of them for who runs this MateBot. */
export function list({ ask, role, texts, world }: Question, roster: Roster): Answer {
  const here = bridgeAt(roster, ask.room);
  const names = role === "owner" ? bridgesOf(world).map(({ name }) => name) : here ? [here.name] : [];
  const lines = names.flatMap((name) => {
    const bridge = roster.chosen.get(name);
    if (!bridge) return [];
    const state = bridge.paused ? "paused" : isCutOff(bridge, roster) ? "cut" : "on";
    const from = isOfFile(bridge) ? "file" : "chats";
    return [texts("robot-bridge.list.line", { bridge: name, count: bridge.members.length, state, from })];
  });
  const words = lines.length === 0 ? texts("robot-bridge.list.none") : lines.join("\n");
  return { say: { body: [{ kind: "text", text: words }] }, isPrivate: true };
}
