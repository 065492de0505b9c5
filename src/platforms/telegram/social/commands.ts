// Shows the robot's commands in Telegram's menus, for each kind of chat and language; the account and `social.ts` call it.

import { createHash } from "node:crypto";
import type { BotCommand, BotCommandScope, LanguageCode } from "@grammyjs/types";
import type { PlatformContext } from "../../../bridge/platform.ts";
import type { Social } from "../../../bridge/social.ts";
import type { CommandSheet } from "../../../model/ask.ts";
import { sleep } from "../../../model/clock.ts";
import { PlatformError } from "../../../model/errors.ts";
import type { Language } from "../../../model/texts.ts";
import type { TelegramApi } from "../api/api.ts";
import { fromDisk } from "../errors.ts";
import { backoffMs } from "../receive/backoff.ts";
import { isPassing } from "../receive/trouble.ts";
import type { TelegramSelf } from "../request.ts";

// Bot API 10.1, setMyCommands and BotCommand.
const MOST = 100;
const NAME = /^[a-z0-9_]{1,32}$/;
const LONGEST = 256;

type ScopeName = "default" | "all_private_chats" | "all_group_chats" | "all_chat_administrators";

/** Which commands stand in which menu. Roles of private talks are not of a room: no command for admins is shown there. */
const SCOPES: Readonly<Record<ScopeName, (sheet: CommandSheet) => boolean>> = {
  default: ({ forAdmins, where }) => !forAdmins && where === "anywhere",
  all_private_chats: ({ forAdmins, where }) => !forAdmins && where !== "rooms",
  all_group_chats: ({ forAdmins, where }) => !forAdmins && where !== "private",
  all_chat_administrators: ({ where }) => where !== "private",
};

/** Who reads none of the three reads English. */
const LANGUAGES: readonly (readonly [code: LanguageCode | undefined, language: Language])[] = [
  [undefined, "en"],
  ["en", "en"],
  ["pt", "pt-BR"],
  ["es", "es"],
];

export interface CommandList {
  readonly scope: BotCommandScope & { readonly type: ScopeName };
  readonly code?: LanguageCode;
  readonly commands: readonly BotCommand[];
}

/** Pure. All lists; commands whose names Telegram does not take are left out. */
export function commandLists(sheets: readonly CommandSheet[]): readonly CommandList[] {
  return (Object.keys(SCOPES) as ScopeName[]).flatMap((type) =>
    LANGUAGES.map(([code, language]): CommandList => {
      const commands = listOf(sheets.filter(SCOPES[type]), language);
      return { scope: { type }, ...(code && { code }), commands };
    }),
  );
}

function listOf(sheets: readonly CommandSheet[], language: Language): readonly BotCommand[] {
  const commands = new Map<string, BotCommand>();
  for (const { names, about } of sheets) {
    const command = plainName(names[language]);
    const description = [...about[language].replace(/\s+/g, " ").trim()].slice(0, LONGEST).join("");
    if (!NAME.test(command) || description === "" || commands.has(command)) continue;
    commands.set(command, { command, description });
  }
  return [...commands.values()].slice(0, MOST);
}

/** Without accents and capitals: "Tradução" is `traducao`, as people type it. */
function plainName(name: string): string {
  return name
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[\s-]+/g, "_");
}

interface Announcing {
  readonly api: Pick<TelegramApi, "call">;
  readonly context: Pick<PlatformContext, "state">;
  readonly self: () => TelegramSelf;
}

/** Sends the lists that are not there yet, as far as this account knows. @throws PlatformError */
export async function announceCommands(
  { api, context: { state }, self }: Announcing,
  sheets: readonly CommandSheet[],
  signal: AbortSignal,
): Promise<void> {
  for (const { scope, code, commands } of commandLists(sheets)) {
    const name = `commands-${scope.type}-${code ?? ""}`;
    const hash = createHash("sha256")
      .update(JSON.stringify([self().id, commands]))
      .digest("hex")
      .slice(0, 32);
    if ((await fromDisk(state.get(name))) === hash) continue;
    await api.call("setMyCommands", { commands, scope, ...(code && { language_code: code }) }, signal);
    await fromDisk(state.set(name, hash));
  }
}

/** Announces what the robot answers to, until that is done or cannot be. Never rejects. */
export async function keepAnnouncing(
  { account, clock, log, random, robot }: PlatformContext,
  social: Pick<Social, "announce">,
  signal: AbortSignal,
): Promise<void> {
  if (!robot) return;
  for (let failures = 1; !signal.aborted; failures += 1) {
    try {
      return await social.announce(robot.commands(account), signal);
    } catch (error) {
      if (signal.aborted) return;
      log.warn({ account, failures, err: error }, "the commands could not be shown in Telegram's menus");
      if (!isPassing(error)) return;
      await sleep(clock, waitMs(error, failures, random), signal);
    }
  }
}

function waitMs(error: unknown, failures: number, random: () => number): number {
  const isTold = error instanceof PlatformError && error.fate.kind === "wait";
  return isTold && error.fate.kind === "wait" ? error.fate.ms : backoffMs(failures, random);
}
