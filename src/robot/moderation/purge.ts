// Takes the last messages of a room, or of one person in it, away on all sides: the command `/limpar`.

import { type ConversationRef, isCoined, isSamePlace, type UserRef } from "../../model/refs.ts";
import { type Argument, type Command, type Question, Refusal, said } from "../command.ts";
import { accountsOf, isSameUser } from "../people/accounts.ts";
import { isAdmin } from "../people/delete.ts";
import type { Original } from "../people/originals.ts";
import { removeCopies, removeHere } from "../people/removing.ts";
import { accountIn, moderatedRooms } from "./acting.ts";
import { targetOf } from "./targets.ts";

const MOST = 100;
/** So many removals take their time, and platforms slow them down. */
const TIMEOUT_MS = 120_000;

const COUNT: Argument = { key: "count", type: "integer", isRequired: true, min: 1, max: MOST };

export const purgeCommand: Command = {
  ...{ name: "purge", texts: "robot-moderation.purge", who: "admin", where: "rooms" },
  ...{ isCarried: false, isPrivate: true, timeoutMs: TIMEOUT_MS },
  args: [COUNT, { key: "person", type: "user" }],
  async answer(question) {
    const { ask, args, texts, world, signal } = question;
    if (moderatedRooms(ask.room, world).length === 0) throw new Refusal("robot-moderation.off-here");
    if (!(await isAdmin(question))) throw new Refusal("robot-moderation.not-admin");
    const authors = await authorsIn(question);
    const refs = await world.store.transaction((tx) => tx.latest(ask.room, Number(args.count), authors));
    if (refs.length === 0) throw new Refusal("robot-moderation.purge.nothing");
    const all = refs.map((ref): Original => ({ ref, isOurs: isCoined(ref) }));
    const rooms = await purgedRooms(question);
    const isPurged = ({ ref }: Original) => rooms.some((room) => isSamePlace(room, ref.conversation));
    const originals = all.filter(isPurged);
    const others = all.filter((one) => !isPurged(one));
    let stay = 0;
    for (const { ref, isOurs } of originals)
      if (!isOurs && !(await removeHere(ref, world, signal))) stay += 1;
    const lanes: ConversationRef[] = [];
    const words = [
      ...(originals.length > 0
        ? [texts("robot-moderation.purge.done", { count: originals.length, stay })]
        : []),
      ...(others.length > 0 ? [texts("robot-moderation.purge.here-only", { count: others.length })] : []),
    ];
    return said(words.join("\n"), {
      isPrivate: true,
      async keep(tx) {
        const now = world.clock.now();
        lanes.push(...(await removeCopies(tx, originals, now)));
        lanes.push(...(await removeCopies(tx, others, now, ask.room)));
      },
      after() {
        for (const lane of lanes) world.wake(lane);
      },
    });
  },
};

/** The room itself, and those in which who asks is an admin as well. */
async function purgedRooms({ ask, world, signal }: Question): Promise<readonly ConversationRef[]> {
  const rooms = [ask.room];
  for (const room of moderatedRooms(ask.room, world)) {
    if (isSamePlace(room, ask.room)) continue;
    const actor = await accountIn(room, ask.by.user, world);
    const standing = actor ? await world.standingOf(actor, room, signal) : "none";
    if (standing === "owner" || standing === "admin") rooms.push(room);
  }
  return rooms;
}

/** Of whom; undefined: of everybody. @throws Refusal for what an admin wrote, unless that is oneself */
async function authorsIn(question: Question): Promise<readonly UserRef[] | undefined> {
  const { ask, args, world, signal } = question;
  const isAbout = ask.asked.kind === "command" && ask.asked.about !== undefined;
  if (args.person === undefined && !isAbout) return undefined;
  const { user } = await targetOf(question);
  const accounts = await accountsOf(world, user);
  if (accounts.some((one) => isSameUser(one, ask.by.user))) return accounts;
  const there = accounts.find(({ account }) => account === ask.room.account);
  const standing = there ? await world.standingOf(there, ask.room, signal) : "none";
  if (standing === "owner" || standing === "admin") throw new Refusal("robot-moderation.admin");
  return accounts;
}
