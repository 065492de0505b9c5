// What MateBot and a plugin's process say to each other; what comes from the plugin is checked here before anybody uses it.

import { z } from "zod";
import type { PluginMessage, PluginNode, PluginQuestion } from "./api.ts";

/** The longest message with all its formatting is far below this. */
export const MOST_JSON = 512 * 1024;
export const MOST_FILE_BYTES = 8 * 1024 * 1024;
/** Of what is said by a plugin, and of a message that it changed: longer than any platform has. */
export const MOST_TEXT = 8_000;
/** Of the JSON; a tree of nodes takes two levels for each of its own. */
export const MOST_JSON_DEPTH = 40;
const MOST_NODES = 2_000;
const MOST_DEPTH = 12;

/** To the plugin's process. */
export type ToPlugin =
  | { readonly kind: "load"; readonly path: string; readonly config: unknown }
  | { readonly kind: "ping"; readonly n: number }
  | { readonly kind: "call"; readonly id: number; readonly call: Call }
  | { readonly kind: "reply"; readonly id: number; readonly value?: unknown; readonly error?: string };

export type Call =
  | { readonly to: "start"; readonly refused: readonly string[] }
  | { readonly to: "stop" }
  | { readonly to: "command"; readonly command: string; readonly question: PluginQuestion }
  | {
      readonly to: "press";
      readonly command: string;
      readonly question: PluginQuestion;
      readonly words: string;
    }
  /** Which triggers fit: their places in the list. */
  | { readonly to: "match"; readonly message: PluginMessage; readonly of: readonly number[] }
  | { readonly to: "trigger"; readonly place: number; readonly message: PluginMessage }
  | { readonly to: "before"; readonly message: PluginMessage }
  | { readonly to: "after"; readonly message: PluginMessage; readonly room: string }
  | { readonly to: "job"; readonly place: number };

const words = (most: number) => z.string().min(1).max(most);
const line = (most: number) => z.string().max(most);

const node: z.ZodType<PluginNode> = z.lazy(() =>
  z.discriminatedUnion("kind", [
    z.object({ kind: z.enum(["text", "code"]), text: line(MOST_TEXT) }),
    z.object({ kind: z.literal("pre"), text: line(MOST_TEXT), language: line(32).optional() }),
    z.object({
      kind: z.enum(["bold", "italic", "underline", "strike", "spoiler", "quote"]),
      children: z.array(node).max(MOST_NODES),
    }),
    z.object({ kind: z.literal("link"), href: href(), children: z.array(node).max(MOST_NODES) }),
    z.object({ kind: z.literal("mention"), label: words(100), user: words(100).optional() }),
  ]),
);

/** Before the tree itself is looked at: a pit has a bottom, and a forest an end. */
const nodes = z
  .unknown()
  .refine((tree) => measure(tree) !== undefined, { message: "too deep, too many or too long", abort: true })
  .pipe(z.array(node));

function href() {
  return z
    .string()
    .max(2_000)
    .refine((given) => /^(https?:\/\/|mailto:)[^\s<>]+$/i.test(given) && URL.canParse(given), {
      message: "a link begins with https://, http:// or mailto:",
    });
}

/** Nodes and characters of a tree; undefined when it is beyond what a message can hold. */
function measure(tree: unknown): number | undefined {
  let characters = 0;
  let count = 0;
  const open: { readonly at: unknown; readonly depth: number }[] = [{ at: tree, depth: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { at, depth } = next;
    if (depth > MOST_DEPTH) return undefined;
    if (Array.isArray(at)) for (const each of at) open.push({ at: each, depth });
    else if (typeof at === "object" && at !== null) {
      if ("text" in at && typeof at.text === "string") characters += at.text.length;
      if ("label" in at && typeof at.label === "string") characters += at.label.length;
      if ("children" in at) open.push({ at: at.children, depth: depth + 1 });
      count++;
    }
    if (count > MOST_NODES || characters > MOST_TEXT || open.length > 2 * MOST_NODES) return undefined;
  }
  return characters;
}

const action = words(64)
  .regex(/^[a-z][a-z0-9-]{0,31}:/, "an action is `command:words`")
  .refine((given) => Buffer.byteLength(given) <= 64, { message: "at most 64 bytes" });

const button = z.union([
  z.object({ label: words(80), action, style: z.enum(["good", "danger"]).optional() }),
  z.object({ label: words(80), href: href() }),
]);

const answer = z.object({
  nodes: nodes.optional(),
  buttons: z.array(z.array(button).min(1).max(5)).max(5).optional(),
  files: z
    .array(
      z.object({
        name: words(200),
        mime: z
          .string()
          .max(100)
          .regex(/^[a-z]+\/[\w.+-]+$/i, "a type is like image/png"),
        bytes: z.int().min(1).max(MOST_FILE_BYTES),
      }),
    )
    .max(4)
    .optional(),
  isSilent: z.boolean().optional(),
  isPrivate: z.boolean().optional(),
  isChange: z.boolean().optional(),
  toast: words(200).optional(),
});
/** An answer, checked; `files` stand for the bytes behind the frame, in order. */
export type WireAnswer = z.infer<typeof answer>;

const verdict = z.union([
  z.object({ drop: z.literal(true) }),
  z.object({ text: line(MOST_TEXT).optional(), nodes: nodes.optional(), add: answer.optional() }),
]);
export type WireVerdict = z.infer<typeof verdict>;

/** What each call is answered with; `null` stands for nothing said. */
export const ANSWERS = {
  start: z.null(),
  stop: z.null(),
  command: answer.nullable(),
  press: answer.nullable(),
  match: z.array(z.int().min(0).max(49)).max(50),
  trigger: answer.nullable(),
  before: verdict.nullable(),
  after: z.null(),
  job: z.null(),
} satisfies Readonly<Record<Call["to"], z.ZodType>>;
export type CallAnswer<T extends Call["to"]> = z.infer<(typeof ANSWERS)[T]>;

const key = words(200);
const request = z.discriminatedUnion("what", [
  z.object({ what: z.enum(["get", "delete"]), key }),
  /** `json`: as text, because nobody but the plugin has to understand it. */
  z.object({ what: z.literal("set"), key, json: z.string().min(1).max(65_536) }),
  z.object({ what: z.literal("list"), prefix: line(200) }),
  /** `answer` is looked at once it may be said: `checkedAnswer`. */
  z.object({ what: z.literal("say"), room: words(300), answer: z.unknown() }),
  z.object({ what: z.enum(["rooms", "bridges"]) }),
]);
/** What a plugin asks of MateBot. */
export type Request = z.infer<typeof request>;

const id = z.int().min(0);
const fromPlugin = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("ready") }),
  z.object({ kind: z.literal("loaded"), sheet: z.unknown() }),
  z.object({
    kind: z.literal("failed"),
    why: z.enum(["load", "no-plugin", "config"]),
    message: line(2_000),
  }),
  z.object({ kind: z.literal("crash"), message: line(2_000) }),
  z.object({ kind: z.literal("pong"), n: id, rss: z.number().min(0) }),
  z.object({ kind: z.literal("answer"), id, result: z.unknown() }),
  z.object({ kind: z.literal("threw"), id, message: line(2_000) }),
  z.object({ kind: z.literal("request"), id, request }),
  z.object({
    kind: z.literal("log"),
    level: z.enum(["debug", "info", "warn", "error"]),
    line: line(2_000),
  }),
]);
/** From the plugin's process. */
export type FromPlugin = z.infer<typeof fromPlugin>;

/** What a schema makes of it, or what is wrong, in words: `commands.cafe.about: …`. Never throws. */
export function checked<T>(
  schema: z.ZodType<T>,
  value: unknown,
): { readonly ok: T } | { readonly wrong: string } {
  try {
    const { success, data, error } = schema.safeParse(value);
    if (success) return { ok: data };
    const issue = error.issues[0];
    return { wrong: `${issue?.path.join(".") || "it"}: ${issue?.message ?? "wrong"}`.slice(0, 300) };
  } catch {
    // Deeper than the stack.
    return { wrong: "it: too deep" };
  }
}

export function checkedAnswer(value: unknown): ReturnType<typeof checked<WireAnswer>> {
  return checked(answer, value);
}

export function checkedFrame(value: unknown): ReturnType<typeof checked<FromPlugin>> {
  return checked(fromPlugin, value);
}
