// Notes what an event tells the robot beside the words: where the account may speak, who was moderated; `receive.ts` asks.

import type { Act } from "../../../model/event.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import type { GuildDirectory } from "../account/guild-directory.ts";
import { rights } from "../account/permissions.ts";
import type { UserPayload } from "../parse/payload.ts";
import type { Deeds } from "../social/deeds.ts";
import type { Dispatch } from "./dispatch.ts";

export type Access = "full" | "mute" | "none";

/** Stored beside the event, for `parse/heard.ts`. */
export interface Heard {
  readonly access?: readonly (Place & { readonly access: Access })[];
  /** The bridged conversations of the server in which somebody was moderated. */
  readonly rooms?: readonly Place[];
  readonly deed?: Deed;
  /** Somebody left the server, or was put out of it. */
  readonly left?: UserPayload;
}

interface Place {
  readonly id: string;
  readonly thread?: string;
}

export interface Deed {
  readonly act: Act;
  readonly user: UserPayload;
  readonly by?: UserPayload;
  /** Milliseconds since 1970. */
  readonly until?: number;
}

export interface HearingParts {
  readonly directory: Pick<GuildDirectory, "channel" | "permissions" | "self">;
  readonly deeds: Deeds;
}

interface EventData {
  readonly id?: string;
  readonly guild_id?: string;
  readonly unavailable?: boolean;
  readonly user?: UserPayload;
  readonly author?: UserPayload;
  readonly webhook_id?: string;
  readonly user_id?: string | null;
  readonly target_id?: string | null;
  readonly action_type?: number;
  readonly changes?: readonly { readonly key?: string; readonly new_value?: unknown }[];
}

/** After which of them the account may do more or less than before. */
const MAY_CHANGE: ReadonlySet<string> = new Set([
  "GUILD_CREATE",
  "GUILD_UPDATE",
  "GUILD_DELETE",
  "GUILD_MEMBER_UPDATE",
  "GUILD_ROLE_UPDATE",
  "GUILD_ROLE_DELETE",
  "CHANNEL_CREATE",
  "CHANNEL_UPDATE",
  "CHANNEL_DELETE",
  "THREAD_DELETE",
]);
// Discord, resources/audit-log, audit log events.
const MEMBER_UPDATE = 24;
const ACTS: ReadonlyMap<number | undefined, Act> = new Map([
  [20, "kick"],
  [22, "ban"],
  [23, "unban"],
]);
const VIEW_AUDIT_LOG = 1n << 7n;
/** More people than these are forgotten, oldest first. */
const REMEMBERED = 5_000;

/** Asked before the directory takes the event in; what it gives is asked behind that. */
export type Hearing = (event: Dispatch, bridged: readonly ConversationRef[]) => () => Heard | undefined;

export function createHearing({ directory, deeds }: HearingParts): Hearing {
  const people = new Map<string, UserPayload>();

  function meet(user: UserPayload | undefined): void {
    if (user?.id === undefined) return;
    people.delete(user.id);
    people.set(user.id, user);
    const [oldest] = people.keys();
    if (people.size > REMEMBERED && oldest !== undefined) people.delete(oldest);
  }

  const known = (id: string) => people.get(id) ?? { id };
  const inGuild = (guild: string | undefined, bridged: readonly ConversationRef[]) =>
    bridged.filter(({ id }) => guild !== undefined && directory.channel(id)?.guild === guild);

  /** Without the audit log only bans are told, and not by whom. */
  function deedIn({ t, d }: Dispatch, rooms: readonly ConversationRef[]): Deed | undefined {
    const data = d as EventData;
    const readsLog = rooms.some(({ id }) => ((directory.permissions(id) ?? 0n) & VIEW_AUDIT_LOG) !== 0n);
    if (t === "GUILD_AUDIT_LOG_ENTRY_CREATE") return loggedDeed(data, directory.self.userId, known);
    const act = t === "GUILD_BAN_ADD" ? "ban" : t === "GUILD_BAN_REMOVE" ? "unban" : undefined;
    if (!act || readsLog || !data.user) return undefined;
    return deeds.isOurs(act, String(data.guild_id), data.user.id) ? undefined : { act, user: data.user };
  }

  return (event, bridged) => {
    const data = Object(event.d) as EventData;
    if (event.t === "MESSAGE_CREATE" && data.webhook_id === undefined) meet(data.author);
    if (event.t.startsWith("GUILD_BAN_")) meet(data.user);
    const before = MAY_CHANGE.has(event.t) ? levels(bridged, directory) : undefined;
    return () => {
      const access = before ? changes(event, before, levels(bridged, directory)) : [];
      if (access.length > 0) return { access };
      const rooms = inGuild(data.guild_id, bridged);
      if (rooms.length === 0) return undefined;
      if (event.t === "GUILD_MEMBER_REMOVE") {
        const left = leaverIn(data, deeds);
        return left && { rooms: rooms.map(placeOf), left };
      }
      const deed = deedIn(event, rooms);
      return deed && { rooms: rooms.map(placeOf), deed };
    };
  };
}

/** Nobody whom the robot itself put out. */
function leaverIn({ user, guild_id: guild }: EventData, deeds: Deeds): UserPayload | undefined {
  if (!user) return undefined;
  const isOurs = (["ban", "kick"] as const).some((act) => deeds.isOurs(act, String(guild), user.id));
  return isOurs ? undefined : user;
}

function loggedDeed(
  { action_type: type, target_id: target, user_id: by, changes: changed = [] }: EventData,
  self: string,
  known: (id: string) => UserPayload,
): Deed | undefined {
  // What we did ourselves was somebody's wish elsewhere.
  if (!target || by === self) return undefined;
  const who = { user: known(target), ...(by && { by: known(by) }) };
  const act = ACTS.get(type);
  if (act) return { act, ...who };
  const timeout = changed.find(({ key }) => key === "communication_disabled_until");
  if (type !== MEMBER_UPDATE || !timeout) return undefined;
  const until = Date.parse(String(timeout.new_value ?? ""));
  return Number.isNaN(until) ? { act: "unmute", ...who } : { act: "mute", ...who, until };
}

type Levels = readonly (readonly [ConversationRef, Access | undefined])[];

/** What the account may do in each; undefined where that is not known. */
function levels(bridged: readonly ConversationRef[], directory: HearingParts["directory"]): Levels {
  return bridged.map((ref) => [ref, levelIn(ref, directory)] as const);
}

function levelIn({ id, thread }: ConversationRef, directory: HearingParts["directory"]): Access | undefined {
  const bits = directory.permissions(id);
  if (bits === undefined) return undefined;
  if (!(bits & rights.view)) return "none";
  return bits & (thread === undefined ? rights.send : rights.threads) ? "full" : "mute";
}

/** Of what was never known only a server that let the bot in again tells something new. */
function changes({ t, d }: Dispatch, before: Levels, after: Levels): NonNullable<Heard["access"]> {
  const { id, unavailable } = Object(d) as EventData;
  return after.flatMap(([ref, level], index) => {
    const was = before[index]?.[1];
    const isThreadGone = t === "THREAD_DELETE" && ref.thread === id;
    const isGone = isThreadGone || (level === undefined && was !== undefined && !unavailable);
    const now = isGone ? "none" : level;
    const isNews = now !== undefined && now !== was && (was !== undefined || t === "GUILD_CREATE");
    return isThreadGone || isNews ? [{ ...placeOf(ref), access: now ?? "none" }] : [];
  });
}

function placeOf({ id, thread }: ConversationRef): Place {
  return { id, ...(thread !== undefined && { thread }) };
}
