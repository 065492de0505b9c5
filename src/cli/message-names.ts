// How people name a message on the command line, and how the commands name it for them; trace and dead-letters call it.

import { conversationKey, type MessageRef, parseConversation } from "../model/refs.ts";
import { platforms } from "../platforms/index.ts";
import { type Desk, platformOf } from "./desk.ts";

/** `account:conversation/message` or `account:conversation/thread/message`: what `readName` reads. */
export function messageName({ conversation, id }: MessageRef): string {
  return `${conversationKey(conversation)}/${id}`;
}

/** A link that opens the message; undefined when its platform has none, or what is on disk does not tell enough. */
export async function linkOf(
  desk: Pick<Desk, "config" | "archive">,
  ref: MessageRef,
): Promise<string | undefined> {
  const { account, id, thread } = ref.conversation;
  const links = platformOf(account, desk.config)?.links;
  if (!links) return undefined;
  const direct = links.linkTo(ref, []);
  if (direct !== undefined) return direct;
  for (const place of thread === undefined ? [id] : [thread, id]) {
    const seen = await desk.archive.lastHolding(account, `"${place}"`);
    if (seen) return links.linkTo(ref, [seen.body]);
  }
  return undefined;
}

export type Named =
  /** The messages it may be, the likeliest first. */
  | { readonly kind: "messages"; readonly refs: readonly MessageRef[] }
  /** A link to a conversation by its public name, which nothing on disk bears. */
  | { readonly kind: "unknown-name"; readonly name: string }
  /** A link of a platform for which there is no account. */
  | { readonly kind: "no-account"; readonly platform: string }
  | { readonly kind: "nonsense" };

/** What a link or an id names. */
export async function readName(desk: Pick<Desk, "config" | "archive">, text: string): Promise<Named> {
  const ref = readId(text.trim());
  if (ref && desk.config.accounts.some(({ name }) => name === ref.conversation.account))
    return { kind: "messages", refs: candidates(desk, ref) };
  return (await readLink(desk, text)) ?? { kind: "nonsense" };
}

/** Also in the form of the log, `account:conversation#message`. */
function readId(text: string): MessageRef | undefined {
  const [, place = "", id = ""] = /^(.+?)[/#](\d+)$/.exec(text) ?? [];
  const conversation = parseConversation(place);
  return conversation && { conversation, id };
}

async function readLink(desk: Pick<Desk, "config" | "archive">, text: string): Promise<Named | undefined> {
  for (const [platform, { links }] of Object.entries(platforms)) {
    const link = links.messageLink(text);
    if (!link) continue;
    const accounts = desk.config.accounts.filter((account) => account.platform === platform);
    if (accounts.length === 0) return { kind: "no-account", platform };
    const refs: MessageRef[] = [];
    for (const { name: account } of accounts) {
      const id = await conversationId(desk, account, link.conversation);
      if (id !== undefined)
        refs.push(...candidates(desk, { conversation: { account, id }, id: link.message }));
    }
    if (refs.length > 0) return { kind: "messages", refs };
    return { kind: "unknown-name", name: link.conversation };
  }
  return undefined;
}

/** The id of a conversation, which a link may name in public words (`@name`). */
async function conversationId(
  { config, archive }: Pick<Desk, "config" | "archive">,
  account: string,
  named: string,
): Promise<string | undefined> {
  if (!named.startsWith("@")) return named;
  const name = named.slice(1);
  const namedIn = platformOf(account, config)?.links.namedIn;
  for (const { body } of namedIn ? await archive.holding(account, `"${name}"`) : []) {
    const id = namedIn?.(body, name);
    if (id !== undefined) return id;
  }
  return undefined;
}

/**
 * Where ids are unique on the whole platform, a link may name a thread alone: then the message is looked for in every
 * bridged conversation of the account.
 */
function candidates({ config }: Pick<Desk, "config">, ref: MessageRef): readonly MessageRef[] {
  const { account } = ref.conversation;
  if (!platformOf(account, config)?.uniqueMessageIds) return [ref];
  const bridged = config.bridges.flatMap(({ members }) => members).filter((one) => one.account === account);
  return [ref, ...bridged.map(({ id }) => ({ conversation: { account, id }, id: ref.id }))];
}
