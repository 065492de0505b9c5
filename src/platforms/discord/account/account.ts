// Learns over REST who the bot is and where it stands, before any event is parsed; `index.ts` owns one per account.

import type { PlatformContext } from "../../../bridge/platform.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import { DiscordError } from "../errors.ts";
import type { DiscordRest } from "../rest/rest.ts";
import {
  type Application,
  askApplication,
  knowsMembers,
  readsContent,
  switchOnContent,
  switchOnMembers,
} from "./application.ts";
import { intentsFault, inWords } from "./faults.ts";
import type { GuildDirectory } from "./guild-directory.ts";
import { refreshGuild } from "./guild-refresh.ts";
import { reportNoGuild, reportRights } from "./rights-report.ts";

export interface AccountParts {
  readonly context: PlatformContext;
  readonly rest: DiscordRest;
  readonly directory: GuildDirectory;
  /** Switches on that it is told who comes and goes, where Discord lets it. */
  readonly wantsMembers?: boolean;
}

export interface Account {
  /** Discord tells it who comes and goes; false before `prepare`. */
  knowsMembers(): boolean;
  /** Fills the directory for every bridged channel; cheap once that is done. @throws UserError | DiscordError */
  prepare(signal: AbortSignal): Promise<void>;
  /** Removes the cause of a Gateway close code, if the bot may; false when nothing was changed. @throws DiscordError */
  mend(code: number, signal: AbortSignal): Promise<boolean>;
  /** Fills it for one channel. @throws DiscordError when the bot cannot see it */
  learn(channel: string, signal: AbortSignal): Promise<void>;
}

export function createAccount(parts: AccountParts): Account {
  const { context, rest, directory } = parts;
  const guilds = new Set<string>();
  const looked = new Set<string>();
  const granted: Granted = { members: false };

  const get = (route: `/${string}`, signal: AbortSignal) => rest.request({ method: "GET", route, signal });

  async function learn(channel: string, signal: AbortSignal): Promise<void> {
    await introduce(parts, granted, signal);
    if (directory.channel(channel) === undefined) {
      directory.noteChannel(await get(`/channels/${channel}`, signal));
    }
    const guild = directory.channel(channel)?.guild;
    if (guild === undefined || guilds.has(guild)) return;
    // After a RESUME the Gateway sends no GUILD_CREATE.
    await refreshGuild(parts, guild, signal);
    await learnOwnRoles(parts, guild, signal);
    guilds.add(guild);
  }

  /** Looks at a bridged conversation once and says what is wrong with it. */
  async function look({ id, thread }: ConversationRef, signal: AbortSignal): Promise<void> {
    const place = thread ?? id;
    if (looked.has(place)) return;
    try {
      await learn(id, signal);
      if (thread !== undefined) await learn(thread, signal);
      reportRights({ context, directory }, id, thread !== undefined);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      context.log.warn(
        { channel: place },
        context.texts("discord-account.channel.invisible", { channel: place }),
      );
    }
    looked.add(place);
  }

  return {
    learn,
    knowsMembers: () => granted.members,
    mend: (code, signal) => mend(parts, granted, code, signal),
    async prepare(signal) {
      try {
        await introduce(parts, granted, signal);
        for (const conversation of context.conversations()) await look(conversation, signal);
      } catch (error) {
        throw inWords(error, context.texts);
      }
    },
  };
}

interface Granted {
  members: boolean;
}

/** As `Account.mend`. */
async function mend(
  parts: AccountParts,
  granted: Granted,
  code: number,
  signal: AbortSignal,
): Promise<boolean> {
  // Discord, Gateway close event codes: disallowed intents.
  if (code !== 4014) return false;
  const application = await askApplication(parts.rest, signal);
  // Somebody has switched it off: the next session goes without.
  const isLess = granted.members && !knowsMembers(application);
  granted.members = knowsMembers(application);
  return readsContent(application) ? isLess : letRead(parts, application, signal);
}

/** Only the advice about missing rights needs them. */
async function learnOwnRoles(
  { rest, directory }: AccountParts,
  guild: string,
  signal: AbortSignal,
): Promise<void> {
  const route = `/guilds/${guild}/members/${directory.self.userId}` as const;
  try {
    directory.noteOwnMember(guild, await rest.request({ method: "GET", route, signal }));
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
}

/** Who the account is; asked once. @throws UserError when the bot may not read the text of messages */
async function introduce(
  { context, rest, directory, wantsMembers = false }: AccountParts,
  granted: Granted,
  signal: AbortSignal,
): Promise<void> {
  if (directory.self.userId !== "") return;
  const application = await askApplication(rest, signal);
  if (!readsContent(application) && !(await letRead({ context, rest }, application, signal)))
    throw intentsFault(context.texts);
  granted.members =
    knowsMembers(application) || (wantsMembers && (await switchOnMembers(rest, application, signal)));
  if (wantsMembers && !granted.members)
    context.log.warn({ account: context.account }, context.texts("discord-account.members-refused"));
  const user = (await rest.request({ method: "GET", route: "/users/@me", signal })) as {
    readonly id: string;
  };
  directory.introduce({ userId: user.id, applicationId: application.id });
  if (application.approximate_guild_count === 0) reportNoGuild({ context, directory });
}

async function letRead(
  { context, rest }: Pick<AccountParts, "context" | "rest">,
  application: Application,
  signal: AbortSignal,
): Promise<boolean> {
  const done = await switchOnContent(rest, application, signal);
  if (done)
    context.log.info({ account: context.account }, context.texts("discord-account.intents-switched-on"));
  return done;
}

/** Discord's own no, which a later attempt will hear again until somebody changes something. */
function isRefusal(error: unknown): boolean {
  return error instanceof DiscordError && (error.fate.kind === "refused" || error.fate.kind === "blocked");
}
