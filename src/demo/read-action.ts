// Checks what the page posts before anything is done with it; `page-server.ts` calls it.

import { z } from "zod";
import { type DemoAction, SAMPLES, type UploadView } from "./view.ts";

/** The apps let nobody write more: 4096 on Telegram, 2000 on Discord. The page stops there, too. */
const MOST_TEXT = { telegram: 4096, discord: 2000 } as const;
const MOST_NAME = 200;

const id = z.string().min(1).max(40);
const text = z.string().regex(/\S/);
const side = z.enum(["telegram", "discord"]);
const sample = z.enum(SAMPLES);
const gesture = { side, person: id, message: id };

const schema = z
  .discriminatedUnion("do", [
    z.strictObject({
      ...{ do: z.literal("say"), side, person: id, text, replyTo: id.optional() },
      privately: z.boolean().optional(),
    }),
    z.strictObject({
      ...{ do: z.literal("press"), ...gesture, button: z.string().min(1).max(100) },
      privately: z.boolean().optional(),
    }),
    z.strictObject({
      ...{ do: z.literal("submit"), side, person: id, form: id },
      fields: z.record(z.string().max(100), z.string().max(4000)).optional(),
    }),
    z.strictObject({ do: z.literal("edit"), side, message: id, text }),
    z.strictObject({ do: z.literal("delete"), side, message: id }),
    z.strictObject({ do: z.literal("send"), side, person: id, sample, replyTo: id.optional() }),
    z.strictObject({ do: z.literal("react"), ...gesture, emoji: z.string().min(1).max(32) }),
    z.strictObject({ do: z.literal("vote"), ...gesture, option: z.int().min(0).max(20) }),
    z.strictObject({ do: z.literal("pin"), ...gesture }),
    z.strictObject({ do: z.literal("close-poll"), ...gesture }),
    z.strictObject({ do: z.literal("tick"), ...gesture, task: z.int().min(1).max(30) }),
  ])
  .refine((action) => !("text" in action) || action.text.length <= MOST_TEXT[action.side]);

const uploadSchema = z.strictObject({
  side,
  person: id,
  name: z.string().min(1).max(MOST_NAME),
  replyTo: id.optional(),
});

/** Undefined for anything that is no action. */
export function readAction(body: unknown): DemoAction | undefined {
  const { data } = schema.safeParse(body);
  // What is not there must not be there as undefined either.
  return data && (JSON.parse(JSON.stringify(data)) as DemoAction);
}

/** The words that go with a file, from the query. Undefined when they are others. */
export function readUpload(query: unknown): UploadView | undefined {
  const { data } = uploadSchema.safeParse(query);
  if (!data) return undefined;
  const { replyTo, ...file } = data;
  return { ...file, ...(replyTo !== undefined && { replyTo }) };
}
