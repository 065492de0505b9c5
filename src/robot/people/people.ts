// People and their accounts: joining two, what of them is carried and how, deleting and being forgotten.

import type { UserRef } from "../../model/refs.ts";
import type { Texts } from "../../model/texts.ts";
import type { Area } from "../area.ts";
import type { Answer, Question } from "../command.ts";
import { carried } from "./carrying.ts";
import { deleteCommand } from "./delete.ts";
import { forgetCommand } from "./forget.ts";
import { linkCommand, showCode, unlinkCommand } from "./link.ts";
import { optInCommand, optOutCommand } from "./opting.ts";
import { createPortraits } from "./portraits.ts";
import { profileCommand } from "./profile.ts";

export interface PeopleArea extends Area {
  /** The answer to what a deep link handed over (`/start link` in private); undefined when it is nothing of ours. */
  onStart(question: Question, payload: string): Answer | undefined;
}

export interface PeopleOptions {
  /** A person was erased: pictures of theirs that are kept outside the store shall go as well. */
  readonly onErased?: (accounts: readonly UserRef[]) => unknown;
}

/** What `carries` answers is known from `prepare` on. */
export function createPeople(options: PeopleOptions = {}): PeopleArea {
  const portraits = createPortraits();
  return {
    name: "people",
    commands: [
      linkCommand(portraits),
      unlinkCommand(portraits),
      profileCommand(portraits),
      deleteCommand,
      optOutCommand,
      optInCommand,
      forgetCommand({ portraits, ...options }),
    ],
    prepare: portraits.load,
    carries: (event, world) => carried(event, world, portraits),
    onStart: (question, payload) => (payload === "link" ? showCode(question) : undefined),
  };
}

/** What is stored about people, in one short text; `/info` says it. */
export function privacyNote(texts: Texts): string {
  return texts("robot-people.privacy");
}
