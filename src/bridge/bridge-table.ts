// Which conversations share one talk; `plan` asks it for the other members, `app.ts` fills it from the configuration.

import { SHOWN_IF_ASKED, type Shown } from "../model/event.ts";
import type { AccountId, ConversationRef } from "../model/refs.ts";
import { conversationKey, sameConversation } from "../model/refs.ts";

export interface Bridge {
  readonly name: string;
  readonly members: readonly ConversationRef[];
  /** All is shown where nothing is said, but typing and phone numbers. */
  readonly show?: Readonly<Partial<Record<Shown, boolean>>>;
}

export interface BridgeTable {
  /** It is a member itself, not only a thread of one. */
  isMember(ref: ConversationRef): boolean;
  /** Does its bridge show this? */
  shows(ref: ConversationRef, what: Shown): boolean;
  /** The other members of the bridge that `ref` belongs to; [] when it belongs to none. */
  others(ref: ConversationRef): readonly ConversationRef[];
  /** Every bridged conversation of an account; the same list until something moves. */
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
        memberships.set(conversationKey(member), bridge);
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

  return {
    isMember: (ref) => memberships.has(conversationKey(ref)),
    shows(ref, what) {
      const show = memberships.get(conversationKey(memberOf(ref)))?.show;
      return show?.[what] ?? !SHOWN_IF_ASKED.has(what);
    },
    others(ref) {
      const member = memberOf(ref);
      const bridge = memberships.get(conversationKey(member));
      return bridge ? bridge.members.filter((other) => !sameConversation(other, member)) : [];
    },
    conversations: (account) => byAccount.get(account) ?? [],
    move(from, to) {
      const renamed = (member: ConversationRef): ConversationRef =>
        member.account === from.account && member.id === from.id ? { ...member, id: to.id } : member;
      current = current.map((bridge) => ({ ...bridge, members: bridge.members.map(renamed) }));
      index();
    },
  };
}
