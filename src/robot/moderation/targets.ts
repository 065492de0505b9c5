// Who is meant by a moderating command: the author of the message it answers, or somebody who is named; asked before every act.

import type { UserRef } from "../../model/refs.ts";
import { type Question, Refusal } from "../command.ts";
import { originalsOf } from "../people/originals.ts";

export interface Target {
  readonly user: UserRef;
  readonly name: string;
}

const MENTION = /^<@!?(\d+)>$/;

/** @throws Refusal */
export async function targetOf(question: Question): Promise<Target> {
  const { ask, args, texts } = question;
  const about = ask.asked.kind === "command" ? ask.asked.about : undefined;
  if (typeof args.person === "string") return named(args.person.trim(), question);
  if (!about) throw new Refusal("robot-moderation.who");
  const user = await writerOf(question);
  if (!user) throw new Refusal("robot-moderation.unknown");
  return { user, name: texts("robot-moderation.author") };
}

/** Who wrote the message the command answers: by the map, where it is a copy. */
async function writerOf({ ask, world }: Question): Promise<UserRef | undefined> {
  const about = ask.asked.kind === "command" ? ask.asked.about : undefined;
  if (!about) return undefined;
  const originals = await world.store.transaction((tx) => originalsOf(tx, about.ref));
  const [first] = originals;
  if (originals.length > 1) throw new Refusal("robot-moderation.joined");
  if (first?.isOurs) throw new Refusal("robot-moderation.robot");
  return first?.author ?? (originals.length === 0 ? about.user : undefined);
}

function named(typed: string, { ask, world }: Question): Target {
  // Numbers in a mention are Discord's own.
  const mentioned = world.platformOf(ask.account) === "discord" ? MENTION.exec(typed)?.[1] : undefined;
  const id = mentioned ?? (/^\d{5,20}$/.test(typed) ? typed : undefined);
  const members = world.table.bridgeOf(ask.room)?.members ?? [];
  for (const room of [ask.room, ...members]) {
    const seen = world.people.seen(room, id ?? typed);
    if (seen?.user) return { user: seen.user, name: seen.name };
  }
  if (id === undefined) throw new Refusal("robot-moderation.not-seen", { name: typed.slice(0, 40) });
  return { user: { account: ask.account, id }, name: typed };
}
