// What a plugin declares of itself, checked: its commands, triggers, jobs and hooks; the robot's objects are made from it.

import { z } from "zod";
import { type checked as Checked, checked } from "./wire.ts";

const name = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, "lower case letters, digits and hyphens, at most 32");
/** As it is typed: what Telegram and Discord take, with accents. */
const typed = z
  .string()
  .regex(/^[\p{Ll}\p{Lo}\p{M}\p{N}_-]{1,32}$/u, "a word in lower case, at most 32 letters");
const eachOf = <T extends z.ZodType>(one: T) => z.object({ "pt-BR": one, en: one, es: one });
const line = eachOf(z.string().min(1).max(100));
const ms = z
  .number()
  .min(0)
  .max(366 * 86_400_000);

const argument = z
  .object({
    key: z.string().regex(/^[a-z][a-z0-9_-]{0,31}$/),
    type: z.enum(["text", "rest", "integer", "number", "boolean", "user", "choice"]),
    name: eachOf(typed),
    about: line,
    isRequired: z.boolean(),
    min: z.number().optional(),
    max: z.number().optional(),
    choices: z.array(z.string().min(1).max(100)).min(1).max(25).optional(),
  })
  .refine(({ type, choices }) => (type === "choice") === (choices !== undefined), {
    message: "`choices` belong to the type `choice`",
  });

const command = z.object({
  name,
  names: eachOf(typed),
  aliases: eachOf(z.array(typed).max(10)),
  about: line,
  example: line.optional(),
  args: z
    .array(argument)
    .max(10)
    .refine((args) => args.every(({ type }, i) => type !== "rest" || i === args.length - 1), {
      message: "only the last argument may take the rest",
    }),
  who: z.enum(["everyone", "trusted", "admin", "owner"]),
  where: z.enum(["anywhere", "rooms", "private"]),
  cooldownMs: ms.optional(),
  presses: z.boolean(),
});

const trigger = z
  .object({
    words: z.array(z.string().min(1).max(100)).min(1).max(100).optional(),
    hasPattern: z.boolean(),
    chance: z.number().min(0).max(1),
    cooldownMs: ms.optional(),
  })
  .refine(({ words, hasPattern }) => words !== undefined || hasPattern, {
    message: "a trigger has `words` or a `pattern`",
  });

const job = z.union([
  z.object({ everyMs: ms.min(1_000, "at least 1s") }),
  z.object({ at: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of the day is like "09:00"') }),
]);

const sheet = z.object({
  name,
  commands: z
    .array(command)
    .max(20)
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, { message: "twice the same" }),
  triggers: z.array(trigger).max(50),
  jobs: z.array(job).max(20),
  before: z.boolean(),
  after: z.boolean(),
});

export type Sheet = z.infer<typeof sheet>;
export type CommandDeclared = z.infer<typeof command>;
export type JobDeclared = z.infer<typeof job>;

/** The sheet, or what is wrong with it (`commands.0.about.en: …`). */
export function checkedSheet(value: unknown): ReturnType<typeof Checked<Sheet>> {
  return checked(sheet, value);
}
