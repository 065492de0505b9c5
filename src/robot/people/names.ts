// Whether somebody may be carried under a name: short, visible, and nobody else's; `profile.ts` asks.

import type { ConversationRef, UserRef } from "../../model/refs.ts";
import type { PersonWishes } from "../../model/room.ts";
import { Refusal } from "../command.ts";
import { PERSON } from "../rooms.ts";
import { folded } from "../words.ts";
import type { RobotWorld } from "../world.ts";
import { isSameUser, userKey } from "./accounts.ts";

const MOST = 32;
/** What looks like this looks like the robot. */
const ROBOT = "matebot";
/** Letters of other alphabets and digits that are taken for these. */
const LOOKALIKES: Readonly<Record<string, string>> = {
  ...{ "0": "o", "4": "a", "3": "e", "7": "t", "8": "b", м: "m", а: "a", т: "t", е: "e", в: "b", о: "o" },
  ...{ μ: "m", α: "a", τ: "t", ε: "e", β: "b", ο: "o" },
};

/** The name as it will be shown. @throws Refusal */
export async function checkedName(
  typed: string,
  accounts: readonly UserRef[],
  world: RobotWorld,
): Promise<string> {
  const name = typed
    .normalize("NFC")
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu, "")
    .replace(/\s+/gu, " ")
    .trim();
  const length = [...new Intl.Segmenter().segment(name)].length;
  // One sign may be made of any number of marks, so the code points count as well.
  const isLong = length > MOST || [...name].length > 2 * MOST;
  if (isLong || !/[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(name))
    throw new Refusal("robot-people.profile.bad-name", { most: MOST });
  if (skeleton(name).includes(ROBOT)) throw new Refusal("robot-people.profile.robot-name");
  if ((await isChosen(name, accounts, world)) || isSeen(name, accounts, world))
    throw new Refusal("robot-people.profile.taken", { name });
  return name;
}

/** The name without what the eye passes over. */
function skeleton(name: string): string {
  const plain = folded(name.normalize("NFKC")).replace(/[^\p{L}\p{N}]/gu, "");
  return [...plain].map((sign) => LOOKALIKES[sign] ?? sign).join("");
}

function isSame(one: string, other: string): boolean {
  return one.normalize("NFKC").toLowerCase() === other.normalize("NFKC").toLowerCase();
}

async function isChosen(name: string, own: readonly UserRef[], world: RobotWorld): Promise<boolean> {
  const all = await world.store.transaction((tx) => tx.records.list(PERSON));
  const mine = new Set(own.map(userKey));
  return all.some(({ key, value }) => {
    const { name: theirs } = value as PersonWishes;
    return theirs !== undefined && !mine.has(key) && isSame(theirs, name);
  });
}

/** Somebody writes under it, in any bridged room. */
function isSeen(name: string, own: readonly UserRef[], world: RobotWorld): boolean {
  const rooms: readonly ConversationRef[] = world.table.all().flatMap(({ members }) => members);
  return rooms.some((room) => {
    const other = world.people.seen(room, name);
    return other !== undefined && !own.some((one) => isSameUser(one, other.user));
  });
}
