// What a failure of the account's own connection means for its health; the start, the poll and the watch ask here.

import type { PlatformContext } from "../../../bridge/platform.ts";
import { PlatformError } from "../../../model/errors.ts";
import { conflictPolling, conflictWebhook } from "../errors.ts";
import { WebhookRefused } from "../webhook/register.ts";
import { backoffMs } from "./backoff.ts";

/** Failures that pass by themselves: the network, a limit, a server that restarts, a rival that goes away. */
export function isPassing(error: unknown): boolean {
  return error instanceof PlatformError && (error.fate.kind === "retry" || error.fate.kind === "wait");
}

/**
 * Says in words what is wrong and answers how many milliseconds to wait before trying again; undefined when trying
 * is of no use, because the account was halted. `failures` counts those in a row, this one included.
 */
export function reportTrouble(
  context: PlatformContext,
  error: unknown,
  failures: number,
): number | undefined {
  const { account, health, log, random } = context;
  if (!(error instanceof PlatformError)) {
    log.error({ account, err: error }, "the connection failed in an unforeseen way");
    health.down(account, context.texts("telegram-account.health.unforeseen", { account }));
    return backoffMs(failures, random);
  }
  const reason = troubleText(context, error);
  if (error.fate.kind === "wait") return error.fate.ms + Math.round(random() * 250);
  log.warn({ account, code: error.code, failures }, error.message);
  health.down(account, reason);
  if (error.fate.kind !== "halt") return backoffMs(failures, random);
  context.halt(reason);
  return undefined;
}

/** One sentence of what is wrong and one of the cure, in the user's language. */
export function troubleText(
  { account, texts }: Pick<PlatformContext, "account" | "texts">,
  error: PlatformError,
): string {
  if (error instanceof WebhookRefused && error.words !== undefined)
    return texts(error.words, { account, ...error.values });
  if (error.fate.kind === "halt") return texts("telegram-account.health.bad-token", { account });
  if (error.code === conflictWebhook) return texts("telegram-account.health.conflict-webhook", { account });
  if (error.code === conflictPolling) return texts("telegram-account.health.conflict-polling", { account });
  if (isPassing(error))
    return texts("telegram-account.health.unreachable", { account, reason: error.message });
  return texts("telegram-account.health.refused", { account, reason: error.message });
}

/** The name under which the account keeps when it last met another program with its token; milliseconds since 1970. */
export const rivalName = "rival-met";

/** For the doctor, who cannot ask for updates itself without being a rival. */
export async function noteRival({ account, clock, log, state }: PlatformContext): Promise<void> {
  try {
    await state.set(rivalName, String(clock.now()));
  } catch (error) {
    log.warn({ account, err: error }, "that another program was met could not be noted");
  }
}

/** Two programs with one token would take each other's updates for ever: this one stops, and says why. */
export function giveWay({ account, halt, health, log, texts }: PlatformContext, key: string): undefined {
  const reason = texts(`telegram-account.rival.${key}`, { account });
  log.error({ account }, "another program keeps using the same bot; this account stops");
  health.down(account, reason);
  halt(reason);
  return undefined;
}
