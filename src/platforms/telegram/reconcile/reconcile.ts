// Finds out whether a message whose answer was lost stands in its chat, by asking for ids one by one; the bridge calls it.
//
// Nothing visible happens: editMessageReplyMarkup without a markup changes nothing on a message without a keyboard,
// and its answer tells whose the message is (TDLib, edit_message_reply_markup and can_edit_message, 022d602):
//   "message is not modified"     ours; in a channel also another's, when the bot may edit the posts of others
//   "message can't be edited"     another's, or a service message
//   "message to edit not found"   none: deleted, of another chat, or beyond the end
// What only a real token can confirm: that Telegram itself answers MESSAGE_NOT_MODIFIED there for texts without a
// keyboard, that a bot that sees all messages finds others' by their ids, and that a channel's post is queued as an
// update within `settleMs`. A request that the server still holds back (short flood waits) may take effect afterwards.

import type { Doubt, PlatformContext } from "../../../bridge/platform.ts";
import type { Call, Sent } from "../../../model/delivery.ts";
import { PlatformError } from "../../../model/errors.ts";
import { type ConversationRef, conversationKey } from "../../../model/refs.ts";
import type { TelegramApi } from "../api/api.ts";
import { cannotEdit, fromDisk, messageGone, notModified } from "../errors.ts";
import { partialHash } from "../render/form-hash.ts";
import { ChannelPosts, untold } from "./channel-posts.ts";
import type { Gaps } from "./gaps.ts";
import { hasOwnCounter, type Seen } from "./seen.ts";

/**
 * So many ids in a row that nobody has, beyond the highest that was seen, are the end of the chat. In a supergroup
 * they could only be messages of other bots (of which a bot is not told) that were deleted within the seconds of one
 * request; twice as many after a restart, when what was said meanwhile has not come in yet. In a basic group the
 * messages of all other basic groups and private chats lie between.
 */
const emptyRun = { own: 5, shared: 20, restartFactor: 2 };
/** After so many questions Telegram is first let tell what it has to tell: what came as an update need not be asked for. */
const fewProbes = 30;
/** How often that is waited for (2 s each), and up to how many updates the queue counts as told: a busy chat has always some. */
const mostLooks = 150;
/** More questions are not worth it: to send again is what "unknown" means. */
const mostProbes = 300;
/** Nor is a look at more ids than this, most of which the message map knows. */
const mostIds = 5_000;
/** Asked of the message map at once. */
const batch = 50;

type Answer = "ours" | "others" | "none";

/** What was found out about one doubt; a limit in between must not begin it anew. */
interface Inquiry {
  readonly about: string;
  /** Everything of ours up to this id is known. */
  readonly after: number;
  readonly answers: Map<number, Answer>;
  readonly known: Map<number, boolean>;
  readonly posts: ChannelPosts;
  /** How often Telegram's queue was looked at; enough of it is empty now, or never will be, when it is `mostLooks`. */
  looks: number;
}

interface Parts {
  readonly context: PlatformContext;
  readonly api: TelegramApi;
  readonly seen: Seen;
  readonly gaps: Gaps;
  /** The bot's own user id. */
  readonly self: () => string;
}

/** Owns the inquiries that are under way: one for each conversation at most. */
export class Reconciler {
  readonly #parts: Parts;
  readonly #startedAt: number;
  readonly #inquiries = new Map<string, Inquiry>();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#startedAt = parts.context.clock.now();
  }

  /** As `Platform.reconcile` promises. @throws PlatformError */
  async reconcile(
    call: Call,
    to: ConversationRef,
    doubt: Doubt,
    signal: AbortSignal,
  ): Promise<Sent | "absent" | "unknown"> {
    const after = Math.max(Number(doubt.mark ?? 0), Number(doubt.newest ?? 0));
    if (!Number.isSafeInteger(after) || after <= 0) return "unknown";
    const inquiry = this.#inquiry(call, to, doubt, after);
    const verdict = await this.#ask(inquiry, call, to, doubt, signal);
    this.#inquiries.delete(conversationKey(to));
    if (typeof verdict === "string") return verdict;
    for (const id of verdict) this.#parts.seen.note(to.id, id);
    return foundAs(verdict, call, to);
  }

  #inquiry(call: Call, to: ConversationRef, { since }: Doubt, after: number): Inquiry {
    const about = `${since} ${after} ${call.part} ${call.hash}`;
    const open = this.#inquiries.get(conversationKey(to));
    if (open?.about === about) return open;
    const posts = new ChannelPosts(this.#parts, to.id, since, after);
    const inquiry = { about, after, answers: new Map(), known: new Map(), posts, looks: 0 };
    this.#inquiries.set(conversationKey(to), inquiry);
    return inquiry;
  }

  /** The ids of what the call made. */
  async #ask(
    inquiry: Inquiry,
    call: Call,
    to: ConversationRef,
    doubt: Doubt,
    signal: AbortSignal,
  ): Promise<readonly number[] | "absent" | "unknown"> {
    const { posts } = inquiry;
    const size = sizeOf(call);
    const decisive = !hasOwnCounter(to.id) || !(await this.#mayEditOthers(to, posts, signal));
    // A probe would take the keyboard off another's post: those that are there already must be known first.
    if (!decisive && !(await posts.allTold(signal))) return "unknown";
    const found = await this.#scan(inquiry, to, doubt, decisive ? size : Number.POSITIVE_INFINITY, signal);
    if (typeof found === "string") return found;
    if (!decisive && found.length > 0 && !(await posts.settled(signal))) return "unknown";
    const left = found.filter((id) => !posts.has(id) && !this.#parts.seen.has(to.id, id));
    if (left.length === 0) return "absent";
    // One lane at a time has a call under way in a chat, topics or not (`threadsShareIds`): it can be no other's. But
    // where a probe is no proof, one more or less than the call makes may be another's, and must not be taken for ours.
    return decisive || left.length === size ? left : "unknown";
  }

  async #mayEditOthers(to: ConversationRef, posts: ChannelPosts, signal: AbortSignal): Promise<boolean> {
    return this.#parts.seen.isChannel(to.id) === false ? false : await posts.mayEditOthers(signal);
  }

  /** The ids that answer as ours and that nobody knows, `most` of them. */
  async #scan(
    inquiry: Inquiry,
    to: ConversationRef,
    doubt: Doubt,
    most: number,
    signal: AbortSignal,
  ): Promise<readonly number[] | "unknown"> {
    const { seen } = this.#parts;
    const { after } = inquiry;
    const run = hasOwnCounter(to.id) ? emptyRun.own : emptyRun.shared;
    const enough = doubt.since <= this.#startedAt ? run * emptyRun.restartFactor : run;
    const found: number[] = [];
    let empty = 0;
    for (let id = after + 1; empty < enough; id++) {
      const told = seen.has(to.id, id) || inquiry.posts.has(id) || (await isKnown(inquiry, to, doubt, id));
      const answer = told ? "others" : await this.#answer(inquiry, to, id, signal);
      if (answer === undefined || id - after > mostIds) return "unknown";
      if (answer === "ours") found.push(id);
      if (found.length >= most) return found;
      empty = answer === "none" && id > (seen.highest(to.id) ?? 0) ? empty + 1 : 0;
    }
    return found;
  }

  /** Begins anew once Telegram has told what it had to tell: what the message map knows then is more. @throws PlatformError */
  async #untilTold(inquiry: Inquiry, signal: AbortSignal): Promise<void> {
    const { pending_update_count: pending } = await this.#parts.api.call("getWebhookInfo", {}, signal);
    inquiry.looks = pending > fewProbes ? inquiry.looks + 1 : mostLooks;
    inquiry.known.clear();
    if (inquiry.looks >= mostLooks) return;
    throw untold();
  }

  /** Undefined when enough was asked. */
  async #answer(
    inquiry: Inquiry,
    to: ConversationRef,
    id: number,
    signal: AbortSignal,
  ): Promise<Answer | undefined> {
    const { answers, posts } = inquiry;
    const before = answers.get(id);
    if (before !== undefined) return before;
    if (answers.size >= mostProbes) return undefined;
    if (answers.size >= fewProbes && inquiry.looks < mostLooks) {
      await this.#untilTold(inquiry, signal);
      // Told meanwhile, perhaps, together with much that comes after it.
      if (this.#parts.seen.has(to.id, id)) return "others";
    }
    const answer = await probe(this.#parts.api, to, id, signal);
    answers.set(id, answer);
    if (answer === "ours") posts.doubt();
    return answer;
  }
}

/** How many messages it makes. */
function sizeOf({ more = [] }: Call): number {
  return 1 + more.length;
}

/** The messages of an album follow each other. Some of its files may have become words: no edit turns those into all. */
function foundAs(ids: readonly number[], call: Call, to: ConversationRef): Sent | "unknown" {
  const [ref, ...more] = ids.map((id) => ({ conversation: to, id: String(id) }));
  if (!ref) return "unknown";
  const isPartial = ids.length < sizeOf(call);
  return { ref, ...(more.length > 0 && { more }), ...(isPartial && { hash: partialHash }) };
}

async function isKnown({ known }: Inquiry, to: ConversationRef, doubt: Doubt, id: number): Promise<boolean> {
  const before = known.get(id);
  if (before !== undefined) return before;
  const ids = Array.from({ length: batch }, (_, i) => id + i);
  const told = await fromDisk(doubt.known(ids.map((each) => ({ conversation: to, id: String(each) }))));
  for (const [i, each] of ids.entries()) known.set(each, told[i] === true);
  return known.get(id) === true;
}

/** @throws PlatformError */
async function probe(
  api: TelegramApi,
  to: ConversationRef,
  id: number,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    await api.call("editMessageReplyMarkup", { chat_id: Number(to.id), message_id: id }, signal);
    return "ours";
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    if (error.code === notModified) return "ours";
    if (error.code === cannotEdit) return "others";
    if (error.code === messageGone) return "none";
    throw error;
  }
}
