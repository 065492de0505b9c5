// Bans, mutes and their way back in all rooms of a bridge that carry moderation: the commands of `moderation.ts`.

import type { StoreTx } from "../../bridge/store-port.ts";
import type { Act } from "../../model/event.ts";
import { type ConversationRef, isSamePlace } from "../../model/refs.ts";
import type { Texts } from "../../model/texts.ts";
import { type Answer, type Argument, type Command, type Question, Refusal, said } from "../command.ts";
import { accountsOf, isSameUser } from "../people/accounts.ts";
import type { RobotWorld } from "../world.ts";
import { actIn, moderatedRooms, type Result, tellOthers } from "./acting.ts";
import type { OwnActs } from "./own-acts.ts";
import { targetOf } from "./targets.ts";
import type { Terms } from "./terms.ts";

const MINUTE_MS = 60_000;
const MOST_MINUTES = 28 * 24 * 60;

type OwnActsOf = (world: RobotWorld) => OwnActs;

const PERSON: Argument = { key: "person", type: "user" };
const MINUTES: Argument = { key: "minutes", type: "integer", min: 1, max: MOST_MINUTES };

export function actCommands(own: OwnActsOf, terms: Terms): readonly Command[] {
  return [
    actCommand("ban", "robot-moderation.ban", { own, terms }),
    actCommand("unban", "robot-moderation.unban", { own, terms }),
    actCommand("mute", "robot-moderation.mute", { own, terms }),
    actCommand("unmute", "robot-moderation.unmute", { own, terms }),
  ];
}

interface Parts {
  readonly own: OwnActsOf;
  readonly terms: Terms;
}

function actCommand(act: Act, texts: string, parts: Parts): Command {
  return {
    ...{ name: act, texts, who: "admin", where: "rooms", isCarried: false, isPrivate: true },
    args: act === "mute" ? [MINUTES, PERSON] : [PERSON],
    answer: (question) => perform(act, question, parts),
  };
}

async function perform(act: Act, question: Question, { own: ownOf, terms }: Parts): Promise<Answer> {
  const { ask, args, texts, world, signal } = question;
  const rooms = moderatedRooms(ask.room, world);
  if (rooms.length === 0) throw new Refusal("robot-moderation.off-here");
  const target = await targetOf(question);
  const mine = await accountsOf(world, ask.by.user);
  if (mine.some((one) => isSameUser(one, target.user))) throw new Refusal("robot-moderation.self");
  const minutes = typeof args.minutes === "number" ? args.minutes : undefined;
  const until = minutes === undefined ? {} : { until: ask.at + minutes * MINUTE_MS };
  const deed = { act, target: target.user, name: target.name, by: ask.by.user, ...until };
  const acting = { world, own: ownOf(world), signal };
  const isHere = (room: ConversationRef) => isSamePlace(room, ask.room);
  const results: Result[] = [];
  for (const room of [...rooms.filter(isHere), ...rooms.filter((one) => !isHere(one))]) {
    const result = await actIn(room, deed, acting);
    // Who is no admin where they ask decides nothing for others either.
    if (isHere(room) && result.outcome === "not-admin") throw new Refusal("robot-moderation.not-admin");
    results.push(result);
  }
  const isDone = results.some(({ outcome }) => outcome === "done");
  if (!isDone && results.some(({ outcome }) => outcome === "admin"))
    throw new Refusal("robot-moderation.admin");
  const telling = await tellOthers(results, deed, ask.id, world);
  const words = await reportOf(results, texts, question);
  const keepTerms = await terms.keep(results, deed, world);
  const keep = async (tx: StoreTx) => {
    await keepTerms(tx);
    await telling.keep(tx);
  };
  return said(words, { isPrivate: true, also: telling.lines, keep });
}

/** What was done where, and what not and why; one line for each room. */
export async function reportOf(
  results: readonly Result[],
  texts: Texts,
  { world, signal }: Pick<Question, "world" | "signal">,
): Promise<string> {
  const lines = results.map(async ({ room, outcome }) => {
    const facts = await world
      .social(room.account)
      ?.room(room, signal)
      .catch(() => undefined);
    const name = facts?.name ?? world.platformOf(room.account);
    return texts(`robot-moderation.outcome.${outcome}`, { room: name });
  });
  return (await Promise.all(lines)).join("\n");
}
