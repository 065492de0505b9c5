// Receives by asking (getUpdates, long polling): needs no address of its own; `index.ts` starts it.

import type { Update } from "@grammyjs/types";
import type { PlatformContext } from "../../../bridge/platform.ts";
import { sleep, type Timer } from "../../../model/clock.ts";
import { PlatformError } from "../../../model/errors.ts";
import type { TelegramApi } from "../api/api.ts";
import { conflictPolling, conflictWebhook } from "../errors.ts";
import { type Allowance, backoffMs, createAllowance } from "./backoff.ts";
import type { Receiver } from "./receiver.ts";
import { Rivalry } from "./rivalry.ts";
import type { Take } from "./sightings.ts";
import { giveWay, noteRival, reportTrouble } from "./trouble.ts";
import { allowedUpdates } from "./updates.ts";

// Bot API, getUpdates: at most 100 updates, at most 50 s.
const limit = 100;
const timeoutSeconds = 50;
// A poll ends after 50 s or with an error after 65 s; whoever hears nothing for longer hears nothing any more.
const silenceMs = 3 * 60_000;
// A webhook that comes back again and again is set by another installation with the same token.
const removals = { times: 3, periodMs: 24 * 60 * 60 * 1000 };

export function createPollingReceiver(context: PlatformContext, api: TelegramApi, take: Take): Receiver {
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  return {
    async begin(signal) {
      await removeWebhook(context, api, signal);
      running = poll({ context, api, take, signal: stopping.signal });
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

interface PollParts {
  readonly context: PlatformContext;
  readonly api: TelegramApi;
  readonly take: Take;
  readonly signal: AbortSignal;
}

async function poll(parts: PollParts): Promise<void> {
  const { context, signal } = parts;
  const watchdog = watchSilence(context);
  try {
    await pollOn(parts, () => {
      context.health.up(context.account);
      watchdog.heard();
    });
  } finally {
    watchdog.stop();
  }
  if (!signal.aborted) context.log.error({ account: context.account }, "no updates are asked for any more");
}

/** Ends when it is stopped, or the account was halted. */
async function pollOn(parts: PollParts, heard: () => void): Promise<void> {
  const { context, signal } = parts;
  const rivals = {
    webhook: createAllowance(context.clock, removals.times, removals.periodMs),
    polling: new Rivalry(context.clock),
  };
  let offset: number | undefined;
  let failures = 0;
  while (!signal.aborted) {
    try {
      offset = await pollOnce(parts, offset);
      failures = 0;
      heard();
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      const inMs = await recover(parts, error, failures, rivals);
      if (inMs === undefined) return;
      await sleep(context.clock, inMs, signal);
    }
  }
}

/** Says on health that no question was answered for too long, whatever hangs: the network, the disk, a limit. */
function watchSilence({ account, clock, health, log, texts }: PlatformContext) {
  let since = clock.now();
  let timer: Timer | undefined;
  const wait = (ms: number) => {
    timer = clock.after(ms, () => {
      const left = since + silenceMs - clock.now();
      if (left > 0) return wait(left);
      const minutes = Math.round((clock.now() - since) / 60_000);
      log.error({ account, since: new Date(since).toISOString() }, "Telegram has not answered for long");
      health.down(account, texts("telegram-account.health.silent", { account, minutes }));
      wait(silenceMs);
    });
  };
  wait(silenceMs);
  return {
    heard: () => {
      since = clock.now();
    },
    stop: () => timer?.cancel(),
  };
}

/**
 * One question. Answers the offset to ask with next, which confirms the updates before it: only when all of them are
 * on disk. They are handed on together, so that they share a commit.
 */
async function pollOnce(parts: PollParts, offset: number | undefined): Promise<number | undefined> {
  const { api, take, signal } = parts;
  const updates: readonly Update[] = await api.call(
    "getUpdates",
    {
      limit,
      timeout: timeoutSeconds,
      allowed_updates: allowedUpdates,
      ...(offset === undefined ? {} : { offset }),
    },
    signal,
  );
  const stored = await Promise.allSettled(updates.map((update) => take(update, JSON.stringify(update))));
  for (const result of stored) if (result.status === "rejected") throw new NotStored(result.reason);
  return updates.length === 0 ? offset : Math.max(...updates.map((update) => update.update_id)) + 1;
}

/** Milliseconds to wait; undefined when the account was halted. */
async function recover(
  { context, api, signal }: PollParts,
  error: unknown,
  failures: number,
  rivals: { readonly webhook: Allowance; readonly polling: Rivalry },
): Promise<number | undefined> {
  const { account, health, log, random, texts } = context;
  if (error instanceof NotStored) {
    log.error({ account, err: error.cause }, "updates could not be stored; they will be asked for again");
    health.down(account, texts("telegram-account.health.not-stored", { account }));
    return backoffMs(failures, random);
  }
  const code = error instanceof PlatformError ? error.code : undefined;
  if (code === conflictPolling || code === conflictWebhook) await noteRival(context);
  if (code === conflictPolling && rivals.polling.persists()) return giveWay(context, "polling");
  const inMs = reportTrouble(context, error, failures);
  if (inMs === undefined || code !== conflictWebhook) return inMs;
  if (!rivals.webhook.take()) return giveWay(context, "webhook");
  try {
    await removeWebhook(context, api, signal);
    return inMs;
  } catch (second) {
    return signal.aborted ? inMs : reportTrouble(context, second, failures);
  }
}

/** getUpdates is refused while a webhook is set. What waits at Telegram stays. */
async function removeWebhook(
  { account, log }: PlatformContext,
  api: TelegramApi,
  signal: AbortSignal,
): Promise<void> {
  const { url } = await api.call("getWebhookInfo", {}, signal);
  if (!url) return;
  await api.call("deleteWebhook", { drop_pending_updates: false }, signal);
  log.warn(
    { account },
    "a webhook was set for this bot; it was removed, because updates are received by polling",
  );
}

class NotStored extends Error {
  constructor(cause: unknown) {
    super("an update could not be stored", { cause });
  }
}
