// Which conversations share one talk; `plan` asks it for the other members, `app.ts` fills it from the configuration.

import type { Bridge, Way } from "../model/bridge.ts";
import { SHOWN_IF_ASKED, type Shown } from "../model/event.ts";
import type { AccountId, ConversationRef } from "../model/refs.ts";
import { conversationKey, parseConversation, sameConversation } from "../model/refs.ts";

export interface BridgeTable {
  /** It is a member itself, not only a thread of one. */
  isMember(ref: ConversationRef): boolean;
  /** Does its bridge show this? */
  shows(ref: ConversationRef, what: Shown): boolean;
  /** Where what is said in `ref` is carried: the other members of its bridge that hear; [] when it belongs to none, only hears, or is paused. */
  others(ref: ConversationRef): readonly ConversationRef[];
  /** The bridge that `ref` (or the chat it is a thread of) belongs to, paused or not. */
  bridgeOf(ref: ConversationRef): Bridge | undefined;
  all(): readonly Bridge[];
  /** A bridge with this name comes, or becomes this. A member of another bridge stays with the other. */
  put(bridge: Bridge): void;
  drop(name: string): void;
  /** Every bridged conversation of an account; the same list until something changes. */
  conversations(account: AccountId): readonly ConversationRef[];
  /** From now on `from` is called `to`. Doing it twice changes nothing. */
  move(from: ConversationRef, to: ConversationRef): void;
}

/**
 * A topic or thread that is no member itself belongs to its chat: what is said there must not vanish.
 */
export function createBridgeTable(bridges: readonly Bridge[]): BridgeTable {
  const memberships = new Map<string, Bridge>();
  const byAccount = new Map<AccountId, ConversationRef[]>();
  let current = bridges;

  const index = () => {
    memberships.clear();
    byAccount.clear();
    for (const bridge of current) {
      for (const member of bridge.members) {
        const key = conversationKey(member);
        if (memberships.has(key)) continue;
        memberships.set(key, bridge);
        const known = byAccount.get(member.account);
        if (known) known.push(member);
        else byAccount.set(member.account, [member]);
      }
    }
  };
  index();

  const memberOf = (ref: ConversationRef): ConversationRef => {
    if (ref.thread === undefined || memberships.has(conversationKey(ref))) return ref;
    return { account: ref.account, id: ref.id };
  };
  const bridgeOf = (ref: ConversationRef) => memberships.get(conversationKey(memberOf(ref)));
  const replace = (bridges: readonly Bridge[]) => {
    current = bridges;
    index();
  };

  return {
    isMember: (ref) => memberships.has(conversationKey(ref)),
    shows: (ref, what) => bridgeOf(ref)?.show?.[what] ?? !SHOWN_IF_ASKED.has(what),
    others(ref) {
      const member = memberOf(ref);
      const bridge = bridgeOf(ref);
      if (!bridge || bridge.paused || wayOf(bridge, member) === "hears") return [];
      return bridge.members.filter(
        (other) => !sameConversation(other, member) && wayOf(bridge, other) !== "speaks",
      );
    },
    bridgeOf,
    all: () => current,
    put(bridge) {
      const isThere = current.some(({ name }) => name === bridge.name);
      replace(
        isThere ? current.map((one) => (one.name === bridge.name ? bridge : one)) : [...current, bridge],
      );
    },
    drop: (name) => replace(current.filter((bridge) => bridge.name !== name)),
    conversations: (account) => byAccount.get(account) ?? [],
    move: (from, to) => replace(current.map((bridge) => moved(bridge, from, to))),
  };
}

function wayOf({ ways }: Bridge, member: ConversationRef): Way | undefined {
  return ways?.[conversationKey(member)];
}

function moved(bridge: Bridge, from: ConversationRef, to: ConversationRef): Bridge {
  const renamed = (member: ConversationRef): ConversationRef =>
    member.account === from.account && member.id === from.id ? { ...member, id: to.id } : member;
  const ways = Object.entries(bridge.ways ?? {}).map(([key, way]) => {
    const ref = parseConversation(key);
    return [ref ? conversationKey(renamed(ref)) : key, way] as const;
  });
  return {
    ...bridge,
    members: bridge.members.map(renamed),
    ...(bridge.ways && { ways: Object.fromEntries(ways) }),
  };
}
