// Checks what the page posts before anything is done with it; `page-server.ts` calls it.

import { z } from "zod";
import type { DemoAction } from "./view.ts";

/** The apps let nobody write more: 4096 on Telegram, 2000 on Discord. The page stops there, too. */
const MOST_TEXT = { telegram: 4096, discord: 2000 } as const;

const id = z.string().min(1).max(40);
const text = z.string().regex(/\S/);
const side = z.enum(["telegram", "discord"]);

const schema = z
  .discriminatedUnion("do", [
    z.strictObject({ do: z.literal("say"), side, person: id, text, replyTo: id.optional() }),
    z.strictObject({ do: z.literal("edit"), side, message: id, text }),
    z.strictObject({ do: z.literal("delete"), side, message: id }),
  ])
  .refine((action) => action.do === "delete" || action.text.length <= MOST_TEXT[action.side]);

/** Undefined for anything that is no action. */
export function readAction(body: unknown): DemoAction | undefined {
  const { data } = schema.safeParse(body);
  if (data?.do !== "say") return data;
  const { replyTo, ...said } = data;
  return { ...said, ...(replyTo !== undefined && { replyTo }) };
}
