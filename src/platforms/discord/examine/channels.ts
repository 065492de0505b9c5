// Looks at each bridged channel: is it seen, of the right kind, with all rights and room for a webhook? `examine.ts` asks.

import type { Diagnosis } from "../../../model/diagnosis.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import { createGuildDirectory, type GuildDirectory, type Self } from "../account/guild-directory.ts";
import { refreshGuild } from "../account/guild-refresh.ts";
import { isThread } from "../account/guild-store.ts";
import { installLink, NEEDED_RIGHTS } from "../account/install-link.ts";
import { missingRights } from "../account/permissions.ts";
import { DiscordError } from "../errors.ts";
import { type Examining, finding } from "./finding.ts";

interface Looking extends Examining {
  readonly directory: GuildDirectory;
  readonly guilds: Set<string>;
}

// Discord, resources/channel, channel types: text, voice, announcement, stage, forum, media.
const bridgeable: ReadonlySet<number> = new Set([0, 2, 5, 13, 15, 16]);
const mostWebhooks = 15;
const manageWebhooks = 1n << 29n;

export async function examineChannels(examining: Examining, self: Self): Promise<readonly Diagnosis[]> {
  const directory = createGuildDirectory();
  directory.introduce(self);
  const looking: Looking = { ...examining, directory, guilds: new Set() };
  const found: Diagnosis[] = [];
  for (const conversation of examining.context.conversations)
    found.push(...(await examineChannel(looking, conversation)));
  return found;
}

async function examineChannel(
  looking: Looking,
  { id, thread }: ConversationRef,
): Promise<readonly Diagnosis[]> {
  const subject = thread === undefined ? id : `${id}/${thread}`;
  const { directory } = looking;
  try {
    await learn(looking, id);
    if (thread !== undefined) await learn(looking, thread);
  } catch (error) {
    if (!(error instanceof DiscordError)) throw error;
    return [invisible(looking, subject, error)];
  }
  const entry = directory.channel(id);
  const name = entry?.name || id;
  const kind = kindFault(looking, subject, { id, ...(thread !== undefined && { thread }) });
  const seen = finding(looking, "channel-visible", "ok", "ok", { channel: name }, subject);
  if (kind.level !== "ok") return [seen, kind];
  return [seen, kind, rightsFinding(looking, subject, id, thread), await webhooks(looking, subject, id)];
}

async function learn({ rest, context, directory, guilds }: Looking, channel: string): Promise<void> {
  const { signal } = context;
  const get = (route: `/${string}`) => rest.request({ method: "GET", route, signal });
  directory.noteChannel(await get(`/channels/${channel}`));
  const guild = directory.channel(channel)?.guild;
  if (guild === undefined || guilds.has(guild)) return;
  await refreshGuild({ rest, directory }, guild, signal);
  directory.noteOwnMember(guild, await get(`/guilds/${guild}/members/${directory.self.userId}`));
  guilds.add(guild);
}

function invisible(looking: Looking, subject: string, error: DiscordError): Diagnosis {
  const refused = error.fate.kind === "refused" || error.fate.kind === "blocked";
  const link = installLink(looking.directory.self.applicationId);
  const values = { channel: subject, link, reason: error.message };
  return finding(
    looking,
    "channel-visible",
    refused ? "fault" : "skipped",
    refused ? "hidden" : "unknown",
    values,
    subject,
  );
}

function kindFault(
  looking: Looking,
  subject: string,
  { id, thread }: Omit<ConversationRef, "account">,
): Diagnosis {
  const { directory } = looking;
  const [entry, inside] = [
    directory.channel(id),
    thread === undefined ? undefined : directory.channel(thread),
  ];
  const say = (level: "ok" | "fault", what: string, values = {}) =>
    finding(looking, "channel-kind", level, what, { channel: subject, ...values }, subject);
  if (!entry) return say("fault", "unfit");
  if (isThread(entry)) return say("fault", "thread", { parent: entry.parent ?? "?", thread: id });
  if (!bridgeable.has(entry.type)) return say("fault", "unfit");
  if (thread !== undefined && (!inside || !isThread(inside) || inside.parent !== id))
    return say("fault", "no-thread");
  return say("ok", "ok");
}

function rightsFinding(looking: Looking, subject: string, id: string, thread?: string): Diagnosis {
  const { directory, context } = looking;
  const bits = directory.permissions(id) ?? 0n;
  const missing = NEEDED_RIGHTS.filter(
    ([name, bit]) => !(bits & bit) && (name !== "MANAGE_CHANNELS" || makesChannel(looking)),
  );
  const channel = directory.channel(id)?.name || id;
  if (missing.length === 0) return finding(looking, "channel-permissions", "ok", "ok", { channel }, subject);
  const vital = missingRights(bits, thread !== undefined).length > 0;
  const rights = missing.map(([name]) => context.texts(`discord-doctor.right.${name}`)).join(", ");
  const link = installLink(directory.self.applicationId);
  const values = { channel, rights, link };
  return finding(
    looking,
    "channel-permissions",
    vital ? "fault" : "warning",
    vital ? "vital" : "lacking",
    values,
    subject,
  );
}

/** Where nobody outside can fetch pictures from us, they lie in a private channel that the bot makes. */
function makesChannel({ config, context }: Looking): boolean {
  return config.avatars.show && config.avatars.channel === undefined && context.publicUrl === undefined;
}

async function webhooks(looking: Looking, subject: string, id: string): Promise<Diagnosis> {
  const { rest, context, directory } = looking;
  const channel = directory.channel(id)?.name || id;
  const say = (level: "ok" | "warning" | "skipped", what: string, count = 0) =>
    finding(looking, "webhook-count", level, what, { channel, count }, subject);
  if (!((directory.permissions(id) ?? 0n) & manageWebhooks)) return say("skipped", "not-allowed");
  try {
    const route = `/channels/${id}/webhooks` as const;
    const hooks = (await rest.request({ method: "GET", route, signal: context.signal })) as readonly {
      readonly application_id?: string | null;
    }[];
    const { applicationId } = directory.self;
    if (hooks.some(({ application_id: owner }) => owner === applicationId))
      return say("ok", "ours", hooks.length);
    return hooks.length < mostWebhooks
      ? say("ok", "room", hooks.length)
      : say("warning", "full", hooks.length);
  } catch (error) {
    if (!(error instanceof DiscordError)) throw error;
    return say("skipped", "not-allowed");
  }
}
