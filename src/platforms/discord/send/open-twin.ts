// Opens the thread or post that answers to a topic elsewhere; `index.ts` offers it as `openThread`.

import type { PlatformContext } from "../../../bridge/platform.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import type { Account } from "../account/account.ts";
import type { GuildDirectory } from "../account/guild-directory.ts";
import { DiscordError } from "../errors.ts";
import { threadName } from "../render/thread-name.ts";
import type { DiscordRest } from "../rest/rest.ts";
import { compareIds } from "../snowflake.ts";

export interface TwinParts {
  readonly context: Pick<PlatformContext, "log" | "texts">;
  readonly rest: Pick<DiscordRest, "request">;
  readonly directory: GuildDirectory;
  readonly account: Pick<Account, "learn">;
}

// Discord, resources/channel: channel types, flags, auto archive durations.
const TEXT = 0;
const ANNOUNCEMENT = 5;
const FORUM_TYPES: ReadonlySet<number> = new Set([15, 16]);
const ANNOUNCEMENT_THREAD = 10;
const PUBLIC_THREAD = 11;
const REQUIRES_TAG = 1 << 4;
const WEEK_MINUTES = 10_080;

interface ForumData {
  readonly flags?: number;
  readonly available_tags?: readonly { readonly id: string; readonly moderated?: boolean }[];
}

/** As `Platform.openThread`. @throws DiscordError for trouble that may pass */
export function createOpenTwin(parts: TwinParts) {
  const { context, rest, directory } = parts;
  const told = new Set<string>();
  /** What was asked for and got no answer: it may be there. */
  const doubtful = new Set<string>();

  async function open(
    chat: ConversationRef,
    wanted: string,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const name = threadName(wanted);
    const body = await bodyFor(parts, chat, name, signal);
    if (body === undefined) return undefined;
    const key = `${chat.id} ${name}`;
    const found = doubtful.delete(key) ? await findOpened(parts, chat, name, signal) : undefined;
    if (found !== undefined) return found;
    try {
      const made = await rest.request({
        method: "POST",
        route: `/channels/${chat.id}/threads`,
        body,
        signal,
      });
      directory.noteChannel(made);
      return (made as { readonly id: string }).id;
    } catch (error) {
      if (error instanceof DiscordError && error.fate.kind === "retry" && error.fate.maybeDelivered) {
        doubtful.add(key);
      }
      throw error;
    }
  }

  return async (chat: ConversationRef, name: string, signal: AbortSignal): Promise<ConversationRef> => {
    try {
      const thread = await open(chat, name, signal);
      return thread === undefined ? chat : { ...chat, thread };
    } catch (error) {
      if (!(error instanceof DiscordError) || !/^(?:refused|blocked)$/.test(error.fate.kind)) throw error;
      const channel = directory.channel(chat.id)?.name || chat.id;
      const line = context.texts("discord-account.thread.refused", { channel });
      if (!told.has(chat.id)) context.log.warn({ channel: chat.id, code: error.code }, line);
      told.add(chat.id);
      return chat;
    }
  };
}

/** Undefined where there can be no thread. */
async function bodyFor(
  { context, rest, directory, account }: TwinParts,
  chat: ConversationRef,
  name: string,
  signal: AbortSignal,
): Promise<object | undefined> {
  if (directory.channel(chat.id) === undefined) await account.learn(chat.id, signal);
  const type = directory.channel(chat.id)?.type;
  const body = { name, auto_archive_duration: WEEK_MINUTES };
  if (type === TEXT) return { ...body, type: PUBLIC_THREAD };
  if (type === ANNOUNCEMENT) return { ...body, type: ANNOUNCEMENT_THREAD };
  if (type === undefined || !FORUM_TYPES.has(type)) return undefined;
  const forum = Object(
    await rest.request({ method: "GET", route: `/channels/${chat.id}`, signal }),
  ) as ForumData;
  const isTagged = ((forum.flags ?? 0) & REQUIRES_TAG) !== 0;
  const tag = isTagged ? forum.available_tags?.find(({ moderated }) => moderated !== true) : undefined;
  const content = context.texts("discord-account.thread.starter");
  const message = { content, allowed_mentions: { parse: [] } };
  return { ...body, message, ...(tag && { applied_tags: [tag.id] }) };
}

/** The newest thread of ours with that name, after a request that got no answer. */
async function findOpened(
  { rest, directory }: TwinParts,
  chat: ConversationRef,
  name: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const guild = directory.channel(chat.id)?.guild;
  if (guild === undefined) return undefined;
  const { threads = [] } = Object(
    await rest.request({ method: "GET", route: `/guilds/${guild}/threads/active`, signal }),
  ) as { readonly threads?: readonly ThreadData[] };
  const own = threads.filter(
    (each) => each.parent_id === chat.id && each.name === name && each.owner_id === directory.self.userId,
  );
  const thread = own.toSorted((a, b) => compareIds(a.id, b.id)).at(-1);
  if (thread) directory.noteChannel({ guild_id: guild, ...thread });
  return thread?.id;
}

interface ThreadData {
  readonly id: string;
  readonly name?: string;
  readonly parent_id?: string;
  readonly owner_id?: string;
}
