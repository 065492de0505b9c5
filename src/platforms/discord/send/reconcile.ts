// Looks in the channel for a message whose sending got no answer, before it is sent again; `index.ts` offers it.

import type { Doubt, Platform, PlatformContext } from "../../../bridge/platform.ts";
import { sleep } from "../../../model/clock.ts";
import type { Sent } from "../../../model/delivery.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import type { Texts } from "../../../model/texts.ts";
import type { Account } from "../account/account.ts";
import type { GuildDirectory } from "../account/guild-directory.ts";
import { mayReadHistory } from "../account/permissions.ts";
import { canRead, createHistory, walkBack } from "../backfill/history.ts";
import type { Patience } from "../backfill/patience.ts";
import { DiscordError } from "../errors.ts";
import type { MessagePayload } from "../parse/payload.ts";
import type { CreateRequest, DiscordRequest } from "../request.ts";
import type { DiscordRest } from "../rest/rest.ts";
import { idAt, isAfter } from "../snowflake.ts";
import { isAlike, type Standing, sameSizes, standingHash } from "./lookalike.ts";

export interface ReconcileParts {
  readonly context: Pick<PlatformContext, "clock" | "texts">;
  readonly rest: DiscordRest;
  readonly directory: GuildDirectory;
  readonly account: Pick<Account, "learn">;
}

/** Our clock may have been this wrong when the call was frozen; the ids it is compared with are of Discord's. */
const marginMs = 60 * 60_000;
/** What is farther back is not looked for: after a flood like this nobody can tell. */
const maxMessages = 10_000;

/**
 * As `Platform.reconcile`. One call is in doubt at a time in a conversation, so a message of ours that is not known
 * and says the same is the lost one. @throws DiscordError
 */
export function createReconcile(parts: ReconcileParts): NonNullable<Platform["reconcile"]> {
  const { rest, directory, account } = parts;
  const history = createHistory(rest, patienceWithLimits(parts));

  return async (call, to, doubt, signal) => {
    const request = call.request as unknown as DiscordRequest;
    if (request.kind !== "create") return "unknown";
    if (directory.channel(to.id) === undefined) await account.learn(to.id, signal);
    const place = to.thread ?? to.id;
    // Discord, resources/message: without the right to read the history the answer is an empty list, no error.
    if (!mayRead(directory, to)) return "unknown";
    const readTo = async (floor: string) => {
      const ours: MessagePayload[] = [];
      let read = 0;
      const take = (message: MessagePayload) => {
        read += 1;
        if (isOurs(message, directory)) ours.push(message);
        return read < maxMessages;
      };
      await walkBack(history, place, { floor }, take, signal);
      return { floor, ours, read };
    };
    const first = await readTo(floorOf(doubt, parts));
    // These answers may be the first to tell that our clock is ahead.
    const farther = floorOf(doubt, parts);
    const { floor, ours, read } = isAfter(first.floor, farther) ? await readTo(farther) : first;
    const found = await lostAmong(ours, request, to, { doubt, texts: parts.context.texts });
    if (found) return found;
    if (read >= maxMessages) return "unknown";
    if (read === 0 && !(await canRead(rest, place, doubt.newest ?? floor, signal))) return "unknown";
    return "absent";
  };
}

/** A limit on reading is waited out here: a question asked anew from its begin might never end. */
function patienceWithLimits({ context }: ReconcileParts): Patience {
  return {
    async ask(request, signal) {
      for (;;) {
        try {
          return await request(signal);
        } catch (error) {
          if (!(error instanceof DiscordError) || error.fate.kind !== "wait" || signal.aborted) throw error;
          await sleep(context.clock, error.fate.ms, signal);
        }
      }
    },
  };
}

function mayRead(directory: GuildDirectory, to: ConversationRef): boolean {
  const place = to.thread !== undefined && directory.channel(to.thread) ? to.thread : to.id;
  const bits = directory.permissions(place);
  return bits === undefined || mayReadHistory(bits, directory.channel(to.id)?.type);
}

/** Everything of ours up to the newest that is recorded is known; the time bounds what is read where little was sent. */
function floorOf({ since, newest }: Doubt, { context, rest }: ReconcileParts): string {
  // A clock that is behind only makes us read more; nobody's date may make us read less.
  const aheadMs = Math.max(0, rest.skewMs());
  const floor = idAt(Math.min(since, context.clock.now()) - aheadMs - marginMs);
  return newest !== undefined && isAfter(newest, floor) ? newest : floor;
}

function isOurs(message: MessagePayload, { self, isOwnWebhook }: GuildDirectory): boolean {
  if (message.webhook_id === undefined) return message.author?.id === self.userId;
  return message.application_id === self.applicationId || isOwnWebhook(message.webhook_id);
}

/** `ours`: newest first. What says something else is left alone: taking it for the lost one would lose a message. */
async function lostAmong(
  ours: readonly Standing[],
  request: CreateRequest,
  to: ConversationRef,
  { doubt, texts }: { readonly doubt: Doubt; readonly texts: Texts },
): Promise<Sent | undefined> {
  const alike = ours.filter((message) => isAlike(message, request, texts));
  if (alike.length === 0) return undefined;
  const known = await doubt.known(alike.map(({ id }) => ({ conversation: to, id })));
  const lost = alike.filter((_, index) => known[index] !== true);
  const most = Math.max(0, ...lost.map((message) => sameSizes(message, request)));
  const likeliest = lost.filter((message) => sameSizes(message, request) === most);
  const found =
    likeliest.findLast(({ author }) => author?.username === request.puppet?.name) ?? likeliest.at(-1);
  if (found === undefined) return undefined;
  const hash = standingHash(found, request);
  return {
    ref: { conversation: to, id: found.id },
    ...(found.webhook_id !== undefined && { via: found.webhook_id }),
    ...(hash !== undefined && { hash }),
  };
}
