// The shape of each part of `matebot.yaml`, and what zod has to say about it as findings; `loadConfig` calls it.

import { z } from "zod";
import { ATTRIBUTIONS } from "../model/bridge.ts";
import { SHOWN, SHOWN_IF_ASKED, type Shown } from "../model/event.ts";
import { LANGUAGES } from "../texts.ts";
import type { Finding, Path } from "./finding.ts";
import { nearest } from "./suggest.ts";

/** What the configuration needs to know of a platform; `platforms/index.ts` provides it by the platform's name. */
export interface PlatformSchema {
  /** Of everything under `accounts.<name>`. */
  readonly schema: z.ZodType;
  /** Why this is no conversation of the platform (a key of the texts, or a sentence); undefined when it may be one. */
  conversationIdFault(id: string, thread?: string): string | undefined;
}

export type PlatformSchemas = Readonly<Record<string, PlatformSchema>>;

const DATA_DEFAULT = "./data";

/** Telegram sends an update again for 24 hours, and Discord's history is read for up to 48: what is forgotten sooner would be taken for new. */
const JOURNAL_HOURS_MIN = 48;

const retentionSchema = z.strictObject({
  journal_hours: z.number().min(JOURNAL_HOURS_MIN).default(48),
  joined_days: z.number().min(1).default(90),
  dead_letter_days: z.number().min(1).default(90),
});

export const topSchema = z.strictObject({
  language: z.enum(LANGUAGES).optional(),
  accounts: z.record(z.string(), z.unknown()),
  /** Empty stands for all defaults. */
  web: z
    .unknown()
    .transform((web) => (web === null ? {} : web))
    .optional(),
  data: z.string().min(1).default(DATA_DEFAULT),
  storage: z
    .string()
    .regex(/^(sqlite:.|postgres(ql)?:\/\/.)/s, { error: "storage" })
    .optional(),
  retention: retentionSchema.default(retentionSchema.parse({})),
  /** Their shape is in `robot-schema.ts`. */
  robot: z
    .unknown()
    .transform((robot) => robot ?? {})
    .optional(),
  plugins: z.array(z.unknown()).default([]),
  /** Bridges can be made in the chats, too. */
  bridges: z.array(z.unknown()).default([]),
});

const showSchema = z.strictObject(
  Object.fromEntries(SHOWN.map((what) => [what, z.boolean().default(!SHOWN_IF_ASKED.has(what))])) as Readonly<
    Record<Shown, z.ZodDefault<z.ZodBoolean>>
  >,
);

export const bridgeSchema = z.strictObject({
  name: z.string().min(1),
  members: z.array(z.unknown()),
  /** Of members that do not both: `account:id: speaks` or `hears`. */
  ways: z.record(z.string(), z.enum(["speaks", "hears"])).default({}),
  language: z.enum(LANGUAGES).optional(),
  attribution: z.enum(ATTRIBUTIONS).default("name"),
  show: showSchema.default(showSchema.parse({})),
});

/** What `schema` says against `value`, which stands at `base`. */
export function inspect(schema: z.ZodType, value: unknown, base: Path): readonly Finding[] {
  const result = schema.safeParse(value);
  return result.success ? [] : result.error.issues.flatMap((issue) => fromIssue(issue, schema, value, base));
}

type Issue = z.core.$ZodIssue;

function fromIssue(issue: Issue, schema: z.ZodType, root: unknown, base: Path): readonly Finding[] {
  const inner = issue.path.map((step) => (typeof step === "number" ? step : String(step)));
  const path = [...base, ...inner];
  const value = valueAt(root, inner);
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(schema, inner);
    return issue.keys.map((key) => unknownKey([...path, key], known));
  }
  if (value === undefined || value === null) return [missing(path)];
  // zod's own messages are sentences; ours are codes or keys of the texts.
  if (!issue.message.includes(" ")) return [{ path, code: issue.message }];
  switch (issue.code) {
    case "invalid_type":
      return [wrongType(path, issue.expected, value)];
    case "invalid_value":
      return [unknownChoice(path, value, issue.values.map(String))];
    case "invalid_format":
      if (issue.format === "url") return [{ path, code: "url-shape" }];
      break;
    case "too_small":
      if (value === "") return [{ path, code: "empty" }];
      return [{ path, code: "too-few", values: { minimum: Number(issue.minimum) } }];
  }
  return [{ path, code: "type", values: { kind: "other" } }];
}

export function missing(path: Path): Finding {
  return { path, code: "missing", values: { key: String(path.at(-1)) } };
}

function unknownKey(path: Path, known: readonly string[]): Finding {
  const key = String(path.at(-1));
  const values = { key, known: known.join(", "), suggestion: nearest(key, known) ?? "none" };
  return { path, atKey: true, code: "unknown-key", values };
}

function unknownChoice(path: Path, value: unknown, choices: readonly string[]): Finding {
  const suggestion = (typeof value === "string" ? nearest(value, choices) : undefined) ?? "none";
  return { path, code: "choice", values: { choices: choices.join(", "), suggestion } };
}

/** YAML reads an unquoted 123 as a number and `yes: no` in its own way; the cure is a pair of quotes. */
function wrongType(path: Path, expected: string, value: unknown): Finding {
  const scalar = typeof value === "number" || typeof value === "boolean";
  if (expected === "string" && scalar) return { path, code: "needs-quotes", values: { found: typeof value } };
  const kind = ["string", "object", "record", "array", "number", "boolean"].includes(expected)
    ? expected
    : "other";
  return { path, code: "type", values: { kind } };
}

function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string, unknown>)[String(step)];
  }
  return value;
}

/** The keys a schema allows at `path`. JSON Schema is the one form of it that is easy to walk. */
export function knownKeys(schema: z.ZodType, path: Path): readonly string[] {
  type Shape = { properties?: Record<string, Shape>; items?: Shape };
  let shape = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Shape | undefined;
  for (const step of path) shape = typeof step === "number" ? shape?.items : shape?.properties?.[step];
  return Object.keys(shape?.properties ?? {});
}
