// Shows a person what is stored about them, hands it over and erases it: the command `/esquecer`.

import type { StoreTx } from "../../bridge/store-port.ts";
import type { Json } from "../../model/delivery.ts";
import type { UserRef } from "../../model/refs.ts";
import { type Answer, type Command, type Question, Refusal } from "../command.ts";
import { feedbackBy, forgetFeedback } from "../everyday/feedback-records.ts";
import { PERSON } from "../rooms.ts";
import type { RobotWorld } from "../world.ts";
import { accountsIn, accountsOf, userKey, wish } from "./accounts.ts";
import { forgetLinkCodes } from "./link-codes.ts";
import type { Portraits } from "./portraits.ts";

export interface ForgetParts {
  readonly portraits: Portraits;
  /** A person was erased: what is kept of their accounts outside the store shall go as well. */
  readonly onErased?: (accounts: readonly UserRef[]) => unknown;
}

export function forgetCommand(parts: ForgetParts): Command {
  return {
    name: "forget",
    texts: "robot-people.forget",
    isCarried: false,
    isPrivate: true,
    where: "private",
    async answer({ ask, texts, world }) {
      const known = await knownOf(world, ask.by.user);
      const button = (label: string, action: string) => ({ label: texts(label), action: `forget:${action}` });
      const { messages, marks, updates, others } = countsOf(known);
      return {
        say: {
          body: [
            {
              kind: "text",
              text: texts("robot-people.forget.shown", {
                ...{ accounts: known.length, messages, marks, updates, others },
              }),
            },
          ],
          buttons: [
            [button("robot-people.forget.export", "export")],
            [{ ...button("robot-people.forget.yes", "yes"), style: "danger" }],
            [{ ...button("robot-people.forget.stay-out", "out"), style: "danger" }],
            [button("robot-people.forget.no", "no")],
          ],
        },
        isPrivate: true,
      };
    },
    press(question, words) {
      if (words === "export") return exported(question);
      if (words === "yes" || words === "out") return erased(question, words === "out", parts);
      const text = question.texts("robot-people.forget.kept");
      return { change: { body: [{ kind: "text", text }] } };
    },
  };
}

interface Known {
  readonly [table: string]: Json | undefined;
}

/** For each account of the person: what the store knows, what they wished, and their feedback. */
function knownOf(world: RobotWorld, user: UserRef): Promise<readonly Known[]> {
  return world.store.transaction(async (tx) => {
    const accounts = await accountsIn(tx, user, world.accounts);
    const all: Known[] = [];
    for (const one of accounts) {
      const about = (await tx.privacy.about(one)) as Known;
      const wishes = world.people.get(one) as unknown as Json;
      all.push({ ...about, wishes, feedback: await feedbackBy(tx, one) });
    }
    return all;
  });
}

function countsOf(known: readonly Known[]) {
  const count = (table: string) =>
    known.reduce((sum, one) => sum + (Array.isArray(one[table]) ? one[table].length : 0), 0);
  return {
    ...{ messages: count("messages"), marks: count("marks"), updates: count("updates") },
    others: count("joined") + count("undelivered") + count("feedback"),
  };
}

async function exported({ ask, texts, world }: Question): Promise<Answer> {
  const known = await knownOf(world, ask.by.user);
  const bytes = new TextEncoder().encode(JSON.stringify(known, undefined, 2));
  const as = { name: "matebot.json", mime: "application/json", kind: "document" } as const;
  const file = await world.files.put(bytes, as);
  return {
    say: { body: [{ kind: "text", text: texts("robot-people.forget.exported") }], files: [file] },
    isPrivate: true,
  };
}

async function erased(question: Question, staysOut: boolean, parts: ForgetParts): Promise<Answer> {
  const { ask, texts, world } = question;
  if (!ask.isPrivate && !ask.can.whispers) throw new Refusal("robot.only-in-private");
  const accounts = await accountsOf(world, ask.by.user);
  const key = staysOut ? "robot-people.forget.done-out" : "robot-people.forget.done";
  return {
    isPrivate: true,
    change: { body: [{ kind: "text", text: texts(key) }] },
    async keep(tx) {
      for (const one of accounts) await erase(tx, one, staysOut);
    },
    async after() {
      const nothing = { name: undefined, face: undefined, language: undefined, handle: undefined };
      await wish(world, accounts, { ...nothing, optedOut: staysOut ? true : undefined });
      await parts.portraits.refresh(world, accounts);
      await parts.onErased?.(accounts);
    },
  };
}

async function erase(tx: StoreTx, user: UserRef, staysOut: boolean): Promise<void> {
  await tx.privacy.erase(user);
  // In the same transaction: memory follows, and a crash in between brings nothing of it back.
  if (staysOut) await tx.records.put(PERSON, userKey(user), { optedOut: true });
  else await tx.records.delete(PERSON, userKey(user));
  await forgetLinkCodes(tx, user);
  await forgetFeedback(tx, user);
}
