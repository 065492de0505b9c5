// Makes one person of two accounts by a code, and two of one again: the commands `/vincular` and `/desvincular`.

import { CODE_MS, codeIn, newCode, spoken } from "../bridges/codes.ts";
import type { Question } from "../command.ts";
import { type Answer, type Command, inPrivate, Refusal, said } from "../command.ts";
import { accountsIn, accountsOf, checkPerson, isSameUser, wish } from "./accounts.ts";
import { guessLink, keepLinkCode, type Maker, spendLink } from "./link-codes.ts";
import type { Portraits } from "./portraits.ts";

const MINUTE_MS = 60_000;

export function linkCommand(portraits: Portraits): Command {
  return {
    name: "link",
    texts: "robot-people.link",
    isCarried: false,
    isPrivate: true,
    args: [{ key: "code", type: "text", rest: true, most: 40 }],
    answer(question) {
      const typed = String(question.args.code ?? "").trim();
      return typed === "" ? showCode(question) : enter(question, typed, portraits);
    },
  };
}

/** A code for the person's eyes alone; where everybody would see it, the way to a private talk. */
export function showCode({ ask, texts, world }: Question): Answer {
  if (!ask.isPrivate && !ask.can.whispers) {
    return inPrivate("robot-people.link.only-private", "link", { ask, texts, world });
  }
  const code = newCode();
  const { user, name, username } = ask.by;
  const maker: Maker = { user, name, ...(username !== undefined && { username }) };
  const values = { code: spoken(code), minutes: CODE_MS / MINUTE_MS };
  return said(texts("robot-people.link.code", values), {
    isPrivate: true,
    keep: (tx) => keepLinkCode(tx, code, maker, world.clock.now()),
  });
}

async function enter(question: Question, typed: string, portraits: Portraits): Promise<Answer> {
  checkPerson(question);
  const { ask, texts, world } = question;
  const user = ask.by.user;
  const code = codeIn(typed);
  const guess = await guessLink(world.store, code, user, world.clock.now());
  if (guess.kind !== "right" || !code) throw new Refusal(`robot-people.link.${guess.kind}`);
  const { maker } = guess;
  const names = {
    name: ask.by.name,
    other: maker.name,
    platform: world.platformOf(ask.account),
    elsewhere: world.platformOf(maker.user.account),
  };
  const outcome = await world.store.transaction(async (tx) => {
    const there = await tx.people.find(user, maker.user.account);
    const here = await tx.people.find(maker.user, user.account);
    if (isSameUser(there, maker.user)) return (await spendLink(tx, code, maker)) ? "already" : "wrong";
    // Whoever is linked to somebody else there leaves them first: nobody is joined to a stranger unseen.
    if (there ?? here) return "taken";
    if (!(await spendLink(tx, code, maker))) return "wrong";
    await tx.people.link(user, maker.user);
    return "done";
  });
  if (outcome === "wrong" || outcome === "taken") throw new Refusal(`robot-people.link.${outcome}`, names);
  const accounts = await accountsOf(world, user);
  await unite(accounts, world);
  await world.people.set(user, { handle: ask.by.username });
  await world.people.set(maker.user, { handle: maker.username });
  await portraits.refresh(world, accounts);
  return said(texts(outcome === "done" ? "robot-people.link.done" : "robot-people.link.already", names), {
    isPrivate: true,
  });
}

/** Who does not want to be carried with one account does not with the other; a name holds for both. */
async function unite(
  accounts: Awaited<ReturnType<typeof accountsOf>>,
  world: Question["world"],
): Promise<void> {
  const wishes = accounts.map((one) => world.people.get(one));
  const name = wishes.find((one) => one.name !== undefined)?.name;
  const optedOut = wishes.some((one) => one.optedOut);
  if (name !== undefined || optedOut)
    await wish(world, accounts, { ...(name !== undefined && { name }), ...(optedOut && { optedOut }) });
}

export function unlinkCommand(portraits: Portraits): Command {
  return {
    name: "unlink",
    texts: "robot-people.unlink",
    isCarried: false,
    isPrivate: true,
    async answer(question) {
      checkPerson(question);
      const { ask, texts, world } = question;
      const accounts = await world.store.transaction((tx) => accountsIn(tx, ask.by.user, world.accounts));
      if (accounts.length < 2) throw new Refusal("robot-people.unlink.none");
      await world.store.transaction((tx) => tx.people.unlink(ask.by.user));
      for (const one of accounts) await world.people.set(one, { handle: undefined });
      await portraits.refresh(world, accounts);
      return said(texts("robot-people.unlink.done"), { isPrivate: true });
    },
  };
}
