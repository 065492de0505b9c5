// Opens an archived thread again for an edit or a delete, which do not open it by themselves; `api.ts` sends through it.

import { archivedThread, DiscordError } from "../errors.ts";
import type { DiscordRest } from "../rest/rest.ts";

/**
 * Does the work, once more when the thread was archived and could be opened. A locked one is left alone: its
 * moderators have ended the talk. @throws DiscordError
 */
export async function inOpenThread<T>(
  rest: Pick<DiscordRest, "request">,
  thread: string | undefined,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const archived = error instanceof DiscordError && error.json === archivedThread;
    if (!archived || thread === undefined || !(await reopen(rest, thread, signal))) throw error;
    return await work();
  }
}

/** False when the bot may not. */
async function reopen(
  rest: Pick<DiscordRest, "request">,
  thread: string,
  signal: AbortSignal,
): Promise<boolean> {
  const route = `/channels/${thread}` as const;
  try {
    const { thread_metadata: state } = (await rest.request({ method: "GET", route, signal })) as {
      readonly thread_metadata?: { readonly locked?: boolean };
    };
    if (state?.locked) return false;
    await rest.request({ method: "PATCH", route, body: { archived: false }, signal });
    return true;
  } catch (error) {
    if (error instanceof DiscordError && error.fate.kind === "blocked") return false;
    throw error;
  }
}
