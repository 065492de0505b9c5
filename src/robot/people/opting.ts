// Whether what a person writes is carried at all: the commands `/sairdaponte` and its way back.

import { type Command, Refusal, said } from "../command.ts";
import { accountsOf, checkPerson, wish } from "./accounts.ts";

const shared = { isCarried: false, isPrivate: true } as const;

export const optOutCommand: Command = {
  ...{ name: "optout", texts: "robot-people.optout", ...shared },
  async answer(question) {
    checkPerson(question);
    const { ask, texts, world } = question;
    if (world.people.get(ask.by.user).optedOut) throw new Refusal("robot-people.optout.already");
    const accounts = await accountsOf(world, ask.by.user);
    await wish(world, accounts, { optedOut: true });
    return said(texts("robot-people.optout.done", { count: accounts.length }), { isPrivate: true });
  },
};

export const optInCommand: Command = {
  ...{ name: "optin", texts: "robot-people.optin", ...shared },
  async answer(question) {
    checkPerson(question);
    const { ask, texts, world } = question;
    if (!world.people.get(ask.by.user).optedOut) throw new Refusal("robot-people.optin.already");
    const accounts = await accountsOf(world, ask.by.user);
    await wish(world, accounts, { optedOut: undefined });
    return said(texts("robot-people.optin.done", { count: accounts.length }), { isPrivate: true });
  },
};
