// Which rights the bot has in a channel, computed as Discord does; `rights-report.ts` asks at start.

/** Discord, topics/permissions: a role's or overwrite's bits, as decimal text. */
export interface Overwrite {
  /** A role's or a user's. The guild's own id means everyone. */
  readonly id: string;
  readonly allow: string;
  readonly deny: string;
}

export interface MemberIn {
  readonly guild: string;
  readonly owner: boolean;
  readonly userId: string;
  readonly roles: readonly string[];
  /** The bits of every role of the guild, by id. */
  readonly bits: ReadonlyMap<string, bigint>;
}

const administrator = 1n << 3n;
const connect = 1n << 20n;
// Discord, resources/channel, channel types: voice and stage, whose text only those may read who may join.
const voiceTypes: ReadonlySet<number> = new Set([2, 13]);
const everything = (1n << 64n) - 1n;

/** Rights by the name they have in locales/<language>/discord-account.json under `right`. */
export const rights = {
  view: 1n << 10n,
  send: 1n << 11n,
  history: 1n << 16n,
  threads: 1n << 38n,
} as const;

export type Right = keyof typeof rights;

/** What one kind of sending needs beyond words; without it the words say more. */
export const extraRights = {
  attach: 1n << 15n,
  voice: 1n << 46n,
  polls: 1n << 49n,
} as const;

export type ExtraRight = keyof typeof extraRights;

/** Discord's own order: the roles' sum, then everyone's overwrite, then all roles', then the member's. */
export function permissionsIn(member: MemberIn, overwrites: readonly Overwrite[]): bigint {
  const base = [member.guild, ...member.roles].reduce((sum, role) => sum | (member.bits.get(role) ?? 0n), 0n);
  if (member.owner || base & administrator) return everything;
  const everyone = overwrites.filter(({ id }) => id === member.guild);
  const roles = overwrites.filter(({ id }) => id !== member.guild && member.roles.includes(id));
  const own = overwrites.filter(({ id }) => id === member.userId);
  return [everyone, roles, own].reduce(apply, base);
}

function apply(bits: bigint, overwrites: readonly Overwrite[]): bigint {
  const deny = overwrites.reduce((sum, each) => sum | BigInt(each.deny), 0n);
  const allow = overwrites.reduce((sum, each) => sum | BigInt(each.allow), 0n);
  return (bits & ~deny) | allow;
}

/** What a bridged channel (or thread in it) needs and the bot lacks. Without webhooks it can live; `puppets.ts` says so. */
export function missingRights(bits: bigint, inThread: boolean): readonly Right[] {
  const needed: readonly Right[] = ["view", inThread ? "threads" : "send", "history"];
  return needed.filter((right) => !(bits & rights[right]));
}

/** `type` is the channel's. */
export function mayReadHistory(bits: bigint, type: number | undefined): boolean {
  const needed = rights.view | rights.history | (type !== undefined && voiceTypes.has(type) ? connect : 0n);
  return (bits & needed) === needed;
}
