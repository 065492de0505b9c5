// Finds what was missed in one channel or thread, with the rights, the journal and the names it takes; `backfill.ts` asks.

import type { PlatformContext } from "../../../bridge/platform.ts";
import type { GuildDirectory } from "../account/guild-directory.ts";
import { rights } from "../account/permissions.ts";
import { createKey, journalKey } from "../gateway/dispatch.ts";
import { conversationOf, isForeignWebhook } from "../parse/names.ts";
import type { MessagePayload } from "../parse/payload.ts";
import type { DiscordRest } from "../rest/rest.ts";
import { idAt, isAfter, newest } from "../snowflake.ts";
import { createHistory } from "./history.ts";
import { createMembers } from "./members.ts";
import type { Patience } from "./patience.ts";
import { type Caps, findMissed, type Missed, placeOf, type Since, startOf } from "./place.ts";

export interface ReaderParts {
  readonly context: PlatformContext;
  readonly rest: DiscordRest;
  readonly directory: GuildDirectory;
  readonly caps: Caps;
  readonly patience: Patience;
  /** Channels of which it was said that their history may not be read. */
  readonly closed: Set<string>;
  /** Keys in the journal, however long the disk takes. */
  readonly received: (prefix: string, since: number) => Promise<readonly string[]>;
}

export interface Reader {
  /**
   * What was missed there, in order; `again`: it is read once more, for events that found no room in memory. A place
   * that cannot be read is said in the log and gives nothing. @throws the reason of `signal`
   */
  read(channel: string, since: Since, again: boolean, signal: AbortSignal): Promise<readonly Missed[]>;
}

export function createReader(parts: ReaderParts): Reader {
  const { context, directory, rest, patience } = parts;
  const history = createHistory(rest, patience);
  const members = createMembers(rest, patience);
  const crosses = (message: MessagePayload) => wouldCross(message, parts);

  async function find(channel: string, since: Since, again: boolean, signal: AbortSignal) {
    const now = context.clock.now();
    const oldest = now - parts.caps.hours * 3_600_000;
    const prefix = createKey(channel, "");
    const keys = await parts.received(prefix, oldest);
    const known = keys.map((key) => key.slice(prefix.length)).filter((id) => isAfter(id, idAt(oldest)));
    const last = directory.lastMessage(channel);
    const quiet = last === undefined || !isAfter(last, startOf(since, known, idAt(oldest)));
    if (!again && quiet && known.length === 0) return [];
    const guild = directory.channel(channel)?.guild;
    const readable = () => mayRead(channel, directory);
    if (!readable()) {
      tellClosed(channel, parts);
      return closedGap(channel, guild, since, last);
    }
    const caps = again ? { ...parts.caps, messages: Number.POSITIVE_INFINITY } : parts.caps;
    const place = { history, channel, guild, since, caps, now, known, crosses, readable };
    return members.complete(guild, await findMissed(place, signal), signal);
  }

  return {
    async read(channel, since, again, signal) {
      try {
        const missed = await find(channel, since, again, signal);
        if (missed.length > 0)
          context.log.info({ channel, ...countsOf(missed) }, "the history told what was missed");
        return missed;
      } catch (error) {
        signal.throwIfAborted();
        const reason = error instanceof Error ? error.message : "unknown";
        context.log.warn({ channel, reason }, "what was missed in a channel cannot be read");
        return [];
      }
    },
  };
}

function wouldCross(message: MessagePayload, { context, directory }: ReaderParts): boolean {
  const scene = { account: context.account, directory };
  if (isForeignWebhook(message) && !context.shows(conversationOf(message.channel_id, scene), "relays"))
    return false;
  const event = { t: "MESSAGE_CREATE", s: 0, d: message };
  return journalKey(event, "", context.conversations(), directory) !== undefined;
}

/** Discord, resources/message: without READ_MESSAGE_HISTORY the answer is an empty list. */
function mayRead(channel: string, directory: GuildDirectory): boolean {
  const bits = directory.permissions(channel);
  return bits === undefined || (bits & rights.history) !== 0n;
}

/** A line that says that messages may be missing, where the last one was not heard. */
function closedGap(
  channel: string,
  guild: string | undefined,
  { seen, floor }: Since,
  last: string | undefined,
): readonly Missed[] {
  const heard = newest([seen, floor]) ?? "0";
  if (last === undefined || !isAfter(last, heard)) return [];
  return [{ key: `gap:${channel}/closed/${heard}`, t: "GAP", d: placeOf(channel, guild) }];
}

/** Says once for each channel that its history may not be read. */
function tellClosed(channel: string, { context, directory, closed }: ReaderParts): void {
  const place = directory.channel(channel)?.parent ?? channel;
  if (closed.has(place)) return;
  closed.add(place);
  const name = directory.channel(place)?.name ?? place;
  context.log.warn({ channel: place }, context.texts("discord-account.channel.closed", { channel: name }));
}

function countsOf(missed: readonly Missed[]) {
  const count = (t: Missed["t"]) => missed.filter((each) => each.t === t).length;
  return {
    created: count("MESSAGE_CREATE"),
    edited: count("MESSAGE_UPDATE"),
    deleted: count("MESSAGE_DELETE"),
  };
}
