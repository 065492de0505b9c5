// What Telegram takes of a bot, as far as it tells; the account hands it to the bridge's budgets.

import type { Rate, Share } from "../../bridge/platform.ts";
import type { ConversationRef } from "../../model/refs.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

// FAQ, "My bot is hitting limits": about 30 messages a second in all, about one a second in a chat with short bursts,
// 20 a minute in a group. The 20 count what is sent and what is edited together (TDLib's author in tdlib/td#2592 and
// #3034), so the two shares divide them; text has the larger part. Reactions, pins and names are changes, too: nobody
// says whether they count. An album is one call here, however many messages it makes. A Bot API server of one's own
// hands the same limits on.
const account: Rate = { limit: 30, windowMs: SECOND };
const chat: Rate = { limit: 5, windowMs: 5 * SECOND };
const group: Readonly<Record<Exclude<Share, "delete">, Rate>> = {
  text: { limit: 15, windowMs: MINUTE },
  change: { limit: 5, windowMs: MINUTE },
};

/** The ids of groups and channels are negative. Deletes are no messages: they count with the bot's calls alone. */
export function rates(share: Share, to?: ConversationRef): readonly Rate[] {
  if (!to) return [account];
  if (share === "delete") return [];
  return to.id.startsWith("-") ? [group[share], chat] : [chat];
}
