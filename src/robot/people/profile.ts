// The name and the picture under which a person is carried: the command `/perfil`.

import type { PersonWishes } from "../../model/room.ts";
import { type Command, Refusal, said } from "../command.ts";
import { accountsOf, checkPerson, wish } from "./accounts.ts";
import { checkedName } from "./names.ts";
import type { Portraits } from "./portraits.ts";

/** Takes the chosen name back. */
const NO_NAME = "-";

type Face = NonNullable<PersonWishes["face"]>;

export function profileCommand(portraits: Portraits): Command {
  return {
    name: "profile",
    texts: "robot-people.profile",
    isCarried: false,
    isPrivate: true,
    args: [
      { key: "face", type: "choice", choices: ["own", "other", "none"] },
      { key: "name", type: "text", rest: true, most: 200 },
    ],
    async answer(question) {
      checkPerson(question);
      const { ask, args, texts, world } = question;
      const accounts = await accountsOf(world, ask.by.user);
      const typed = args.name === undefined ? undefined : String(args.name).trim();
      const face = args.face as Face | undefined;
      if (face === "other" && accounts.length < 2) throw new Refusal("robot-people.profile.unlinked");
      const name =
        typed === undefined || typed === NO_NAME ? undefined : await checkedName(typed, accounts, world);
      if (typed !== undefined) await wish(world, accounts, { name });
      if (face !== undefined) {
        await world.people.set(ask.by.user, { face: face === "own" ? undefined : face });
        await portraits.refresh(world, [ask.by.user]);
      }
      const now = world.people.get(ask.by.user);
      const values = {
        name: now.name ?? ask.by.name,
        face: now.face === "other" ? "linked" : (now.face ?? "own"),
      };
      const isChange = typed !== undefined || face !== undefined;
      const key = isChange ? "robot-people.profile.done" : "robot-people.profile.shown";
      return said(texts(key, values), { isPrivate: true });
    },
  };
}
