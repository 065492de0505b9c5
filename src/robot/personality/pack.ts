// A personality as its file has it: YAML, checked; a fault says where it stands and of which kind it is. `packs.ts` reads it.

import { isMap, isScalar, LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import type { Language } from "../../model/texts.ts";
import { folded } from "../words.ts";
import { PLACEHOLDERS, placeholdersIn, TRIGGER_PLACEHOLDERS } from "./phrase-keys.ts";

/** A text `robot-personality.broken.<kind>` names the cure of each. */
export const FAULTS = [
  "unreadable",
  "size",
  "yaml",
  "missing",
  "unknown",
  "placeholder",
  "letters",
  "matchless",
  "wordless",
  "value",
] as const;
export type FaultKind = (typeof FAULTS)[number];

/** What is wrong with a pack: `path` as in `phrases.en.done.0`, `detail` what stands there or should. */
export class PackFault extends Error {
  readonly kind: FaultKind;
  readonly path: string;
  readonly detail: string;

  constructor(kind: FaultKind, path: string, detail: string) {
    super(`${path || "."}: ${kind} ${detail}`.trim());
    this.name = "PackFault";
    this.kind = kind;
    this.path = path;
    this.detail = detail;
  }
}

/** The texts know by it that there is nothing more to say. */
const NO_DETAIL = "none";

const MOST_LENGTH = 1000;
const MOST_VARIANTS = 100;

function perLanguage<T extends z.ZodType>(each: T) {
  return z
    .strictObject({ "pt-BR": each.optional(), en: each.optional(), es: each.optional() })
    .refine((all) => Object.keys(all).length > 0, { params: { kind: "wordless" } });
}

const line = z.string().trim().min(1).max(MOST_LENGTH);

function variants(allowed: readonly string[]) {
  return z
    .array(
      line.superRefine((phrase, context) => {
        const wrong = placeholdersIn(phrase).find((name) => !allowed.includes(name));
        if (wrong !== undefined)
          context.addIssue({ code: "custom", params: { kind: "placeholder", detail: `{${wrong}}` } });
      }),
    )
    .min(1)
    .max(MOST_VARIANTS);
}

/** Words as they are looked for: without accents, case and marks, one space between them. */
export function simplified(text: string): string {
  return folded(text)
    .replace(/[^\p{L}\p{N}\p{Extended_Pictographic}]+/gu, " ")
    .trim();
}

const looked = z
  .array(z.string().refine((text) => simplified(text) !== "", { params: { kind: "letters" } }))
  .min(1)
  .max(MOST_VARIANTS)
  .transform((all) => all.map(simplified));

const trigger = z
  .strictObject({
    words: looked.optional(),
    starts: looked.optional(),
    contains: looked.optional(),
    ends: looked.optional(),
    says: perLanguage(variants(TRIGGER_PLACEHOLDERS)),
    chance: z.number().min(0).max(1).default(1),
    /** Seconds. */
    cooldown: z.number().min(0).default(60),
    only: z.enum(["any", "mention"]).default("any"),
  })
  .refine(({ words, starts, contains, ends }) => words ?? starts ?? contains ?? ends, {
    params: { kind: "matchless" },
  });

const phrases = z.strictObject({
  start: variants(PLACEHOLDERS.start).optional(),
  help: variants(PLACEHOLDERS.help).optional(),
  "welcome-one": variants(PLACEHOLDERS["welcome-one"]).optional(),
  "welcome-many": variants(PLACEHOLDERS["welcome-many"]).optional(),
  goodbye: variants(PLACEHOLDERS.goodbye).optional(),
  thanks: variants(PLACEHOLDERS.thanks).optional(),
  greeting: variants(PLACEHOLDERS.greeting).optional(),
  "wrong-use": variants(PLACEHOLDERS["wrong-use"]).optional(),
  done: variants(PLACEHOLDERS.done).optional(),
});

const schema = z.strictObject({
  title: perLanguage(line),
  about: perLanguage(line),
  rough: z.boolean().default(false),
  phrases: perLanguage(phrases),
  triggers: z.array(trigger).default([]),
  /** What is answered with the phrases for `thanks` and `greeting`. */
  politeness: z.strictObject({ thanks: looked.optional(), greeting: looked.optional() }).default({}),
});

export type Trigger = Readonly<z.output<typeof trigger>>;
export interface Pack extends Readonly<z.output<typeof schema>> {
  readonly name: string;
}

/** The pack in the words of a file. @throws PackFault */
export function parsePack(name: string, text: string): Pack {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [error] = document.errors;
  if (error) throw new PackFault("yaml", "", String(lines.linePos(error.pos[0]).line));
  if (!isMap(document.contents) && !isScalar(document.contents)) throw new PackFault("missing", "title", "");
  const checked = schema.safeParse(contentOf(document));
  if (checked.success) return { name, ...checked.data };
  const [issue] = checked.error.issues;
  throw issue ? faultOf(issue) : new PackFault("value", ".", NO_DETAIL);
}

/** Anchors may multiply without end; a bomb is no value. */
function contentOf(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    throw new PackFault("value", ".", NO_DETAIL);
  }
}

function faultOf(issue: z.core.$ZodIssue): PackFault {
  const path = issue.path.map(String).join(".");
  switch (issue.code) {
    case "custom": {
      const { kind = "value", detail = "" } = (issue.params ?? {}) as { kind?: FaultKind; detail?: string };
      return new PackFault(kind, path, detail);
    }
    case "unrecognized_keys":
      return new PackFault("unknown", [...issue.path, issue.keys[0]].map(String).join("."), "");
    case "invalid_type":
      return issue.message.endsWith("received undefined")
        ? new PackFault("missing", path, issue.expected)
        : new PackFault("value", path, issue.expected);
    case "too_small":
      return new PackFault("value", path, `>= ${issue.minimum}`);
    case "too_big":
      return new PackFault("value", path, `<= ${issue.maximum}`);
    case "invalid_value":
      return new PackFault("value", path, issue.values.map(String).join(", "));
    default:
      return new PackFault("value", path, NO_DETAIL);
  }
}

/** In that language, else in the first there is. */
export function inWords(
  words: Readonly<Partial<Record<Language, string | undefined>>>,
  language: Language,
): string {
  return words[language] ?? words["pt-BR"] ?? words.en ?? words.es ?? "";
}
