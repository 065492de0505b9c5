// Adds to messages of the history what only the Gateway tells: who their people are in the guild; `backfill.ts` calls it.

import type { MemberPayload, MessagePayload, UserPayload } from "../parse/payload.ts";
import type { DiscordRest } from "../rest/rest.ts";
import type { Patience } from "./patience.ts";
import type { Missed } from "./place.ts";

export interface Members {
  /** The same events with `member` where it could be found: the guild's nickname is the name that is shown. */
  complete(
    guild: string | undefined,
    missed: readonly Missed[],
    signal: AbortSignal,
  ): Promise<readonly Missed[]>;
}

/** Names are no reason to keep a whole channel waiting: beyond so many people the user's own name must do. */
const mostPeople = 100;

/** Remembers whom it asked for: one for each gap. */
export function createMembers(rest: DiscordRest, patience: Patience): Members {
  const asked = new Map<string, Promise<MemberPayload | undefined>>();

  async function ask(guild: string, user: string, signal: AbortSignal): Promise<MemberPayload | undefined> {
    const route = `/guilds/${guild}/members/${user}` as const;
    const get = (during: AbortSignal) => rest.request({ method: "GET", route, signal: during });
    try {
      const { user: _user, ...member } = Object(await patience.ask(get, signal));
      return member;
    } catch {
      // Whoever has left has no nickname any more.
      signal.throwIfAborted();
      return undefined;
    }
  }

  function memberOf(guild: string, user: string, signal: AbortSignal): Promise<MemberPayload | undefined> {
    const key = `${guild}/${user}`;
    const known = asked.get(key) ?? ask(guild, user, signal);
    asked.set(key, known);
    return known;
  }

  return {
    async complete(guild, missed, signal) {
      if (guild === undefined) return missed;
      const people = [...new Set(missed.flatMap(({ d }) => peopleIn(d)))].slice(0, mostPeople);
      const entries = people.map(async (user) => [user, await memberOf(guild, user, signal)] as const);
      const members = new Map(await Promise.all(entries));
      return missed.map((each) => ({ ...each, d: withMembers(each.d, members) }));
    },
  };
}

function peopleIn(message: Partial<MessagePayload>): readonly string[] {
  const author = message.webhook_id === undefined ? (message.author?.id ?? []) : [];
  return [author, (message.mentions ?? []).map(({ id }) => id)].flat();
}

function withMembers(
  message: Partial<MessagePayload>,
  members: ReadonlyMap<string, MemberPayload | undefined>,
): Partial<MessagePayload> {
  const of = ({ id }: UserPayload) => {
    const member = members.get(id);
    return member === undefined ? {} : { member };
  };
  const author = message.author && message.webhook_id === undefined ? of(message.author) : {};
  const mentions = message.mentions && {
    mentions: message.mentions.map((user) => ({ ...user, ...of(user) })),
  };
  return { ...message, ...author, ...mentions };
}
