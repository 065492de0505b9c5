// A simulated Discord with a guild and a bot in it, and accounts of that bot; the tests of the Discord account use it.

import { setTimeout as pause, setImmediate as turn } from "node:timers/promises";
import type { MediaPort } from "../../src/bridge/media-port.ts";
import type { Platform, PlatformContext } from "../../src/bridge/platform.ts";
import type { RobotPort } from "../../src/bridge/social.ts";
import type { Call, RawUpdate } from "../../src/model/delivery.ts";
import type { ConversationRef } from "../../src/model/refs.ts";
import { discordSchema } from "../../src/platforms/discord/config.ts";
import { createDiscord } from "../../src/platforms/discord/index.ts";
import { type DiscordRequest, frozen } from "../../src/platforms/discord/request.ts";
import { startDiscordSandbox } from "../../src/sandbox/discord/index.ts";
import type { InteractionInput } from "../../src/sandbox/discord/interactions/begin.ts";
import type { InteractionView } from "../../src/sandbox/discord/interactions/interactions.ts";
import type { DiscordSandbox } from "../../src/sandbox/discord/sandbox.ts";
import { ManualClock } from "../../src/sandbox/manual-clock.ts";
import { type ContextRecord, recordContext } from "./platform-context.ts";

export interface DiscordRig {
  readonly clock: ManualClock;
  readonly sandbox: DiscordSandbox;
  readonly bot: { readonly token: string; readonly id: string; readonly applicationId: string };
  readonly guild: string;
  readonly channel: string;
  readonly ana: string;
  /** The bridged channel, or a thread in it. */
  at(thread?: string): ConversationRef;
  /** Ana writes in the bridged channel. */
  say(content: string): { readonly id: string };
  /** Ana uses the bot in the bridged channel, unless told. */
  use(input?: Partial<InteractionInput>): Promise<InteractionView>;
  /** What was asked with this method under a path that begins so; tokens are not in it. */
  asked(method: string, path: string): readonly { readonly path: string; readonly body: unknown }[];
  account(options?: DiscordAccountOptions): DiscordAccount;
  /** Turns the clock by `ms` at a time until `condition` holds. */
  until(condition: () => boolean, ms?: number): Promise<void>;
  close(): Promise<void>;
}

export interface DiscordRigOptions {
  readonly messageContent?: boolean;
  /** The members intent is switched on; it is not, unless told. */
  readonly members?: boolean;
  /** Discord lets the bot switch that on by itself; it does not, unless told. */
  readonly mayChange?: boolean;
  readonly permissions?: bigint;
  readonly resumeWindowMs?: number;
  /** Real milliseconds: the library's heart beats by the system's clock. */
  readonly heartbeatMs?: number;
}

export interface DiscordAccountOptions {
  readonly state?: ReadonlyMap<string, string>;
  readonly token?: string;
  readonly api?: string;
  readonly bridged?: readonly ConversationRef[];
  /** What an earlier run left in the journal. */
  readonly journal?: readonly RawUpdate[];
  readonly backfill?: { readonly messages?: number; readonly hours?: number };
  /** Nothing fits, unless told. */
  readonly media?: MediaPort;
  readonly face?: PlatformContext["face"];
  /** Nobody answers, unless told. */
  readonly robot?: RobotPort;
  readonly avatars?: { readonly show?: boolean; readonly channel?: string };
  readonly members?: boolean;
  /** What becomes of an update before it counts as stored. */
  readonly disk?: (raw: RawUpdate) => Promise<void>;
}

export interface DiscordAccount extends ContextRecord {
  readonly platform: Platform;
  /** What is on disk, in order; a key that is there already is not stored again. */
  readonly stored: RawUpdate[];
  /** What was handed over, known or not. */
  readonly offered: RawUpdate[];
  contents(): readonly string[];
  start(): Promise<void>;
}

export async function openDiscordRig(options: DiscordRigOptions = {}): Promise<DiscordRig> {
  const clock = new ManualClock();
  const {
    messageContent = true,
    members = false,
    mayChange = false,
    permissions,
    resumeWindowMs = 180_000,
    heartbeatMs = 41_250,
  } = options;
  const sandbox = await startDiscordSandbox({ clock, random: chance(), resumeWindowMs, heartbeatMs });
  const guild = sandbox.createGuild({ name: "Casa" }).id;
  const channel = sandbox.createChannel(guild, { name: "geral" }).id;
  const ana = sandbox.createUser({ username: "ana", globalName: "Ana" }).id;
  sandbox.addMember(guild, ana);
  const bot = sandbox.createBot({
    name: "MateBot",
    intents: { messageContent, members },
    reviewed: !mayChange,
  });
  sandbox.addBot(guild, bot.id, permissions === undefined ? {} : { permissions });
  const running: Platform[] = [];
  const at = (thread?: string): ConversationRef =>
    thread === undefined ? { account: "discord", id: channel } : { account: "discord", id: channel, thread };
  return {
    ...{ clock, sandbox, bot, guild, channel, ana, at },
    say: (content) => sandbox.say(channel, ana, { content }),
    use: (input) => sandbox.use({ botId: bot.id, userId: ana, channelId: channel, ...input }),
    asked: (method, path) =>
      sandbox.requests.filter((each) => each.method === method && each.path.startsWith(path)),
    account: (choice = {}) => {
      const { url: api, cdnUrl: cdn, mediaUrl } = sandbox;
      const hosts = { api, cdn, mediaHost: mediaUrl };
      const account = makeAccount(clock, { token: bot.token, ...hosts, bridged: [at()], ...choice });
      running.push(account.platform);
      return account;
    },
    until: (condition, ms = 0) => until(clock, condition, ms),
    close: async () => {
      for (const platform of running) await platform.stop();
      await sandbox.close();
    },
  };
}

type Choice = DiscordAccountOptions &
  Required<Pick<DiscordAccountOptions, "token" | "api" | "bridged">> & {
    readonly cdn: string;
    readonly mediaHost: string;
  };

function makeAccount(clock: ManualClock, choice: Choice): DiscordAccount {
  const { token, api, bridged, state, journal = [], backfill, disk, media, face, avatars, robot } = choice;
  const given = { ...(state && { state }), ...(media && { media }), ...(face && { face }) };
  const record = recordContext({ account: "discord", clock, ...given });
  const stored: RawUpdate[] = [...journal];
  const received = async (prefix: string, since: number) =>
    stored.flatMap(({ key, receivedAt }) => (key.startsWith(prefix) && receivedAt >= since ? [key] : []));
  const context = { ...record.context, conversations: () => bridged, received, ...(robot && { robot }) };
  const config = discordSchema.parse({
    ...{ platform: "discord", token, api, cdn: choice.cdn, media: choice.mediaHost },
    ...(backfill && { backfill }),
    ...(avatars && { avatars }),
    ...(choice.members !== undefined && { members: choice.members }),
  });
  const platform = createDiscord(context, config);
  const offered: RawUpdate[] = [];
  const accept = async (raw: RawUpdate) => {
    offered.push(raw);
    await disk?.(raw);
    if (stored.some(({ key }) => key === raw.key)) return;
    stored.push(raw);
    // As the journal does: the position is stored with an update that is new.
    if (raw.position) record.state.set(raw.position.name, raw.position.value);
  };
  const contents = () => stored.map(({ body }) => String(JSON.parse(body).d.content));
  return { ...record, context, platform, stored, offered, contents, start: () => platform.start(accept) };
}

/** The call that the lane would freeze. */
export function callOf(request: DiscordRequest): Call {
  const { kind } = request;
  const op = kind === "create" || kind === "edit" || kind === "delete" ? kind : "act";
  return { op, part: 0, hash: "h", request: frozen(request) };
}

/** Different at every call, the same in every run. */
function chance(): () => number {
  let step = 0;
  return () => {
    step = (step + 0.618033988749895) % 1;
    return step;
  };
}

/**
 * Real sockets need real time, and the library's own half second before it reconnects too: the clock is turned slowly,
 * by `ms` every 5 ms, so that a session does not grow old meanwhile. Gives up after 10 s.
 */
async function until(clock: ManualClock, condition: () => boolean, ms: number): Promise<void> {
  const end = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`waited in vain for ${condition}`);
    for (let i = 0; i < 20 && !condition(); i++) await turn();
    if (ms === 0 || condition()) continue;
    await clock.advance(ms);
    await pause(5);
  }
}
