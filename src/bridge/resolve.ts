// Looks up what an event speaks of as it is known in the destination: copies, joined messages, the answered message.

import type { Copy, JoinedSection } from "../model/delivery.ts";
import type { BridgeEvent } from "../model/event.ts";
import type { Reply } from "../model/message.ts";
import { type ConversationRef, type MessageRef, messageKey } from "../model/refs.ts";
import { plainText } from "../model/rich-text.ts";
import type { Standing } from "./compose.ts";
import type { Resolved } from "./platform.ts";
import type { StoreTx } from "./store-port.ts";

export interface Resolution {
  readonly standing: Standing;
  readonly reply: Pick<Resolved, "replyTo" | "replyIsJoined">;
}

const nothing: Standing = { copies: [], joined: new Map() };

export async function resolve(tx: StoreTx, event: BridgeEvent, to: ConversationRef): Promise<Resolution> {
  switch (event.kind) {
    case "message.created":
      return { standing: nothing, reply: await answered(tx, event.message.reply, to) };
    case "message.edited": {
      const { ref, reply } = event.message;
      const standing = await standingOf(tx, [ref], to);
      const [copy] = standing.copies;
      return { standing, reply: copy ? await answered(tx, reply, to, copy.at) : {} };
    }
    case "message.deleted":
      return { standing: await standingOf(tx, event.refs, to), reply: {} };
    default:
      return { standing: nothing, reply: {} };
  }
}

async function standingOf(tx: StoreTx, refs: readonly MessageRef[], to: ConversationRef): Promise<Standing> {
  const copies: Copy[] = [];
  for (const ref of refs) copies.push(...(await tx.map.copies(ref, to)));
  const joined = new Map<string, readonly JoinedSection[]>();
  for (const copy of copies) {
    const key = messageKey(copy.ref);
    if (copy.joined && !joined.has(key)) joined.set(key, (await tx.joined.load(copy.ref)) ?? []);
  }
  return { copies, joined };
}

/** The answered message, as it was known at `sentAt`. */
async function answered(
  tx: StoreTx,
  reply: Reply | undefined,
  to: ConversationRef,
  sentAt = Number.POSITIVE_INFINITY,
): Promise<Resolution["reply"]> {
  if (!reply?.ref) return {};
  const found = await tx.map.find(reply.ref, to);
  // What was not known when the answer was sent was told in words, and an edit cannot make it a native reply.
  if (!found || (found.since ?? 0) > sentAt) return {};
  if (!found.joined) return { replyTo: found.ref };
  const section = await quotedSection(tx, reply.ref, reply);
  const exact = section && (await tx.map.find(section, to));
  return { replyTo: exact?.ref ?? found.ref, replyIsJoined: exact === undefined || exact.joined };
}

/** Whose line of a joined message is quoted; undefined when nothing is quoted that only one of them said. */
async function quotedSection(
  tx: StoreTx,
  ref: MessageRef,
  { quote }: Reply,
): Promise<MessageRef | undefined> {
  const words = plainText(quote ?? []).trim();
  if (words === "") return undefined;
  const sections = (await tx.joined.load(ref)) ?? [];
  const said = sections.filter(
    ({ section }) => section.kind === "message" && plainText(section.message.body).includes(words),
  );
  return said.length === 1 ? said[0]?.source : undefined;
}
