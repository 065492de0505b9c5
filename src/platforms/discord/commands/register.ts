// Registers MateBot's commands at Discord, once and again whenever they change; the account calls it when it starts.

import type { PlatformContext } from "../../../bridge/platform.ts";
import type { CommandSheet } from "../../../model/ask.ts";
import type { DiscordRest } from "../rest/rest.ts";
import { sameCommands, strangers } from "./compare.ts";
import { commandsPayload } from "./payload.ts";

export interface RegisterParts {
  readonly rest: DiscordRest;
  /** Id of the application, which is not always that of its bot. */
  readonly application: string;
  readonly sheets: readonly CommandSheet[];
  readonly context: Pick<PlatformContext, "account" | "log">;
}

export type Registered = "same" | "changed" | "nothing";

/** What of an answer can be a command. */
function commandsIn(answer: unknown): readonly object[] {
  const list: readonly unknown[] = Array.isArray(answer) ? answer : [];
  return list.filter((each): each is object => typeof each === "object" && each !== null);
}

/**
 * Makes the commands of the application, in all servers, those of `sheets`; without sheets nothing is touched. Those
 * that another program registered for the same application go, and the log names them.
 * @throws DiscordError
 */
export async function registerCommands(
  { rest, application, sheets, context }: RegisterParts,
  signal: AbortSignal,
): Promise<Registered> {
  const { account, log } = context;
  const wanted = commandsPayload(sheets);
  if (wanted.length === 0) {
    log.warn({ account }, "there are no commands to register: those at Discord stay as they are");
    return "nothing";
  }
  const route = `/applications/${application}/commands` as const;
  // Without this the names in other languages are left out, and everything would look changed.
  const query = { with_localizations: "true" };
  const standing = commandsIn(await rest.request({ method: "GET", route, query, signal }));
  if (sameCommands(standing, wanted)) return "same";
  const foreign = strangers(standing, wanted);
  if (foreign.length > 0)
    log.warn(
      { account, commands: foreign },
      "commands that MateBot does not know were at Discord: they are replaced",
    );
  await rest.request({ method: "PUT", route, body: wanted, signal });
  log.info({ account, commands: wanted.length }, "the commands were registered at Discord");
  return "changed";
}
