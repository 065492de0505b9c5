// Deletes a message everywhere, for who wrote it or an admin of the room: the command `/apagar`.

import type { About } from "../../model/ask.ts";
import { type ConversationRef, isSamePlace, type UserRef } from "../../model/refs.ts";
import { type Command, type Question, Refusal, said } from "../command.ts";
import { accountsIn, isSameUser } from "./accounts.ts";
import { type Original, originalsOf } from "./originals.ts";
import { removeCopies, removeHere } from "./removing.ts";

export const deleteCommand: Command = {
  name: "delete",
  texts: "robot-people.delete",
  isCarried: false,
  isPrivate: true,
  onMessage: true,
  async answer(question) {
    const { ask, texts, world, signal } = question;
    const about = ask.asked.kind === "command" ? ask.asked.about : undefined;
    if (!about) throw new Refusal("robot-people.delete.usage");
    // Telegram lets people answer what stands in another chat: being an admin here says nothing there.
    if (!isSamePlace(about.ref.conversation, ask.room)) throw new Refusal("robot-people.delete.elsewhere");
    const { originals, accounts } = await world.store.transaction(async (tx) => ({
      originals: await originalsOf(tx, about.ref),
      accounts: await accountsIn(tx, ask.by.user, world.accounts),
    }));
    const chosen = await choose(about, originals, accounts, question);
    const isGone = await removeOriginal(about, chosen, question);
    if (!chosen && !isGone) throw new Refusal("robot-people.delete.cannot");
    const asking = ask.asked.kind === "command" ? ask.asked.message : undefined;
    let lanes: readonly ConversationRef[] = [];
    return said(texts(isGone ? "robot-people.delete.done" : "robot-people.delete.copies"), {
      isPrivate: true,
      async keep(tx) {
        if (chosen) lanes = await removeCopies(tx, [chosen], world.clock.now());
      },
      async after() {
        for (const lane of lanes) world.wake(lane);
        if (asking) await removeHere(asking, world, signal);
      },
    });
  },
};

/** Which message is meant, if that may be; undefined for what was never carried. @throws Refusal */
async function choose(
  about: About,
  originals: readonly Original[],
  accounts: readonly UserRef[],
  question: Question,
): Promise<Original | undefined> {
  const isOwn = (user: UserRef | undefined) => accounts.some((one) => isSameUser(one, user));
  // Of a joined message it is the last of one's own that is meant.
  const own = originals.findLast((one) => isOwn(one.author ?? writerOf(about, one)));
  if (own) return own;
  if (originals.length === 0 && isOwn(about.user)) return undefined;
  if (!(await isAdmin(question))) {
    const isKnown = originals.some(({ author, isOurs }) => author || isOurs) || about.user;
    throw new Refusal(isKnown ? "robot-people.delete.not-yours" : "robot-people.delete.unknown");
  }
  // An admin has to say whose words: the original says it.
  if (originals.length > 1) throw new Refusal("robot-people.delete.joined");
  return originals[0];
}

/** What the platform says of the original itself; of a copy it only says that it is the bridge's. */
function writerOf({ ref, user }: About, original: Original): UserRef | undefined {
  const isItself = ref.id === original.ref.id && isSamePlace(ref.conversation, original.ref.conversation);
  return isItself ? user : undefined;
}

/** By the platform's word, now; who writes as the group is one of its admins. */
export async function isAdmin({ ask, world, signal }: Question): Promise<boolean> {
  if (ask.by.kind === "anonymous") return ask.by.user.id === ask.room.id;
  const standing = await world.standingOf(ask.by.user, ask.room, signal);
  return standing === "owner" || standing === "admin";
}

async function removeOriginal(
  about: About,
  chosen: Original | undefined,
  { world, signal }: Question,
): Promise<boolean> {
  if (!chosen) return removeHere(about.ref, world, signal);
  return chosen.isOurs || removeHere(chosen.ref, world, signal);
}
