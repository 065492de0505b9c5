// What a command is: written once, answered on every platform; `registry.ts` collects them, `commands/*` define them.

import type { Line } from "../bridge/social.ts";
import type { StoreTx } from "../bridge/store-port.ts";
import type { Ask, Choice, PerLanguage, Reply } from "../model/ask.ts";
import type { RichText } from "../model/rich-text.ts";
import type { Language, Texts } from "../model/texts.ts";
import type { RobotWorld } from "./world.ts";

/** Ordered: who may do more may do less. */
export const ROLES = ["everyone", "trusted", "admin", "owner"] as const;
/** `admin`: of the room it is said in, by the platform's word; `owner`: of this MateBot, by its configuration. */
export type Role = (typeof ROLES)[number];

interface Named {
  /** The definition's own word for it; people read `<texts>.arg.<key>.name` and `.about`. */
  readonly key: string;
  readonly isRequired?: boolean;
}

/** `rest`: all that is left of the words; only the last one may be. */
export type Argument =
  | (Named & {
      readonly type: "text";
      readonly rest?: boolean;
      readonly most?: number;
      readonly completes?: boolean;
    })
  | (Named & { readonly type: "integer" | "number"; readonly min?: number; readonly max?: number })
  | (Named & { readonly type: "boolean" | "user" | "file" })
  /** People write any of `<texts>.arg.<key>.<choice>` in any language, or the choice itself. */
  | (Named & { readonly type: "choice"; readonly choices: readonly string[] });

/** Checked and typed; absent where nothing was said. A `user` is what was written: a mention, a name or an id. */
export type Arguments = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Answer extends Reply {
  /** Said elsewhere. */
  readonly also?: readonly Line[];
  /** Written in the transaction that stores the answer. May run twice; touches nothing but `tx`. */
  readonly keep?: (tx: StoreTx) => Promise<void>;
  /** Runs once that is on disk. What it throws is logged. */
  readonly after?: () => unknown;
}

/** One question, with all that is needed to answer it. */
export interface Question {
  readonly ask: Ask;
  readonly args: Arguments;
  /** In the language of the room, else of the person, else the default. */
  readonly texts: Texts;
  readonly language: Language;
  readonly role: Role;
  readonly world: RobotWorld;
  /** Aborted when the answer takes too long, and at a stop. */
  readonly signal: AbortSignal;
}

export interface CommandWords {
  readonly names: PerLanguage<string>;
  readonly aliases: PerLanguage<readonly string[]>;
  readonly about: PerLanguage<string>;
  /** As one would type it, without the slash. */
  readonly example?: PerLanguage<string>;
  readonly args?: Readonly<
    Record<string, { readonly name: PerLanguage<string>; readonly about: PerLanguage<string> }>
  >;
}

export interface Command {
  /** Canonical, lower case; nobody else's. Actions of buttons and forms begin with it: `name:…`. */
  readonly name: string;
  /**
   * The prefix of its texts, for example `robot-everyday.dice`, with `.name` (the word in this language), `.aliases`
   * (further words, with spaces between; may be empty), `.about` (one line, at most 100 characters) and, when it has
   * arguments, `.example` (as one would type it, without the slash).
   */
  readonly texts: string;
  /** Said in the place of `texts`: commands of plugins bring their own. */
  readonly words?: CommandWords;
  readonly args?: readonly Argument[];
  /** `everyone`, unless told. */
  readonly who?: Role;
  /** Who may press its buttons and send its forms; as `who`, unless told. */
  readonly pressedBy?: Role;
  /** `anywhere`, unless told. */
  readonly where?: "anywhere" | "rooms" | "private";
  /** For each person and room. */
  readonly cooldownMs?: number;
  /** False: neither the question nor the answer ever crosses a bridge. True, unless told. */
  readonly isCarried?: boolean;
  /** The answer is for the eyes of the person, where the platform can. */
  readonly isPrivate?: boolean;
  /** It is about another message: that which it answers, or in whose menu it stands. */
  readonly onMessage?: boolean;
  /** It is in no menu and no list. */
  readonly isHidden?: boolean;
  /** How long it may take; 20 s unless told. */
  readonly timeoutMs?: number;
  answer(question: Question): Promise<Answer> | Answer;
  /** A button of its own was pressed; `words` is the action behind `name:`. */
  press?(question: Question, words: string): Promise<Answer> | Answer;
  /** A form of its own was sent. */
  submit?(
    question: Question,
    words: string,
    fields: Readonly<Record<string, string>>,
  ): Promise<Answer> | Answer;
  complete?(question: Question, key: string, typed: string): Promise<readonly Choice[]> | readonly Choice[];
}

/**
 * Wrong use, said to the person with the cure: thrown by a command it becomes the answer. `key` is of the texts, or the
 * words stand ready in `body`.
 */
export class Refusal extends Error {
  readonly key: string;
  readonly values: Readonly<Record<string, string | number>>;
  readonly body: RichText | undefined;

  constructor(key: string, values: Readonly<Record<string, string | number>> = {}, body?: RichText) {
    super(key);
    this.name = "Refusal";
    this.key = key;
    this.values = values;
    this.body = body;
  }
}

/** Says that a command is for the private talk, with the way there; `/start` goes on with `payload` (`robot-areas.ts`). */
export function inPrivate(
  key: string,
  payload: string,
  { ask, texts, world }: Pick<Question, "ask" | "texts" | "world">,
): Answer {
  const href = world.social(ask.account)?.privateLink?.(payload);
  const body = [{ kind: "text", text: texts(key) }] as const;
  const buttons = href === undefined ? {} : { buttons: [[{ label: texts("robot.open-private"), href }]] };
  return { say: { body, ...buttons }, isPrivate: true };
}

/** An answer in plain words. */
export function said(words: string, more: Omit<Answer, "say"> = {}): Answer {
  return { ...more, say: { body: [{ kind: "text", text: words }] } };
}
