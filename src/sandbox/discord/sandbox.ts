// What the simulated Discord offers to tests and to the demo; `index.ts` builds it.

import type { Clock } from "../../model/clock.ts";
import type { FaultScript, RecordedRequest } from "../faults.ts";
import type { Picture } from "./cdn/pictures.ts";
import type { Mischief } from "./gateway/session.ts";
import type { InteractionActions } from "./interactions/interactions.ts";
import type { SandboxMessage } from "./message-shape.ts";
import type { ModerationActions } from "./people/moderation.ts";
import type { PlaceActions } from "./people/places.ts";
import type { SpeechActions } from "./people/speech.ts";
import type { Component, Embed, Overwrite, Snowflake, StickerItem } from "./records.ts";
import type { Dispatch } from "./world.ts";

export interface DiscordSandboxOptions {
  readonly clock?: Clock;
  /** 0 <= x < 1; ids and tokens come from the clock and from here alone. */
  readonly random?: () => number;
  readonly port?: number;
  /** Real rate limits. Off: the headers are there and promise plenty. */
  readonly limits?: boolean;
  /** Milliseconds every answer is held back. */
  readonly latency?: () => number;
  readonly resumeWindowMs?: number;
  readonly heartbeatMs?: number;
  /** PEM: the certificates that count as those of public authorities, for the endpoints. */
  readonly trust?: string;
  /** Whether the Gateway's echo of a send comes before or after its HTTP answer; after, unless told. */
  readonly echo?: "before" | "after";
}

export interface OverwriteInput {
  readonly id: Snowflake;
  readonly type: Overwrite["type"];
  readonly allow?: bigint;
  readonly deny?: bigint;
}

export interface SayInput {
  readonly content?: string;
  /** A message of the same channel. */
  readonly replyTo?: Snowflake;
  /** Does a reply notify the author of the answered message? It does, unless told. */
  readonly replyPings?: boolean;
  readonly attachments?: readonly {
    readonly filename: string;
    readonly contentType: string;
    readonly bytes: Buffer;
    /** What the message claims; the CDN sends the bytes. */
    readonly size?: number;
    readonly description?: string;
    readonly spoiler?: boolean;
    readonly title?: string;
    readonly width?: number;
    readonly height?: number;
    /** Of a voice message, with flag 8192 (1 << 13) on the message. */
    readonly durationSecs?: number;
    /** Base64 of at most 256 bytes. */
    readonly waveform?: string;
  }[];
  readonly embeds?: readonly Embed[];
  readonly components?: readonly Component[];
  readonly stickers?: readonly StickerItem[];
  /** As a request asks for it (`question`, `answers`, `duration`), or with `expiry` as it would arrive. */
  readonly poll?: Readonly<Record<string, unknown>>;
  readonly flags?: number;
  readonly type?: number;
  readonly messageReference?: {
    readonly type: 0 | 1;
    readonly message_id?: Snowflake;
    readonly channel_id: Snowflake;
    readonly guild_id?: Snowflake;
  };
  /** Forwarded messages as `message_snapshots` carries them. */
  readonly snapshots?: readonly unknown[];
  /** Speaks as a webhook of somebody else. */
  readonly asWebhook?: {
    readonly name: string;
    readonly id?: Snowflake;
    readonly avatar?: string | null;
    readonly applicationId?: Snowflake | null;
  };
}

export interface EditInput {
  readonly content?: string;
  /** Ids of the attachments that stay; all, unless told. */
  readonly keep?: readonly Snowflake[];
  readonly embeds?: readonly Embed[];
  readonly components?: readonly Component[];
}

export interface SessionView {
  readonly id: string;
  readonly botId: Snowflake;
  readonly intents: number;
  /** Number of the last dispatch. */
  readonly seq: number;
  readonly connected: boolean;
}

/** What strikes every connection: opcode 7, opcode 9, a close code, or a TCP connection cut without a word. */
export type Kick = 7 | { readonly op9: boolean } | { readonly close: number } | "cut";

export interface GatewayControl {
  sessions(): readonly SessionView[];
  /** A close code may also be given as a bare number; 7 is the opcode. */
  kickOffAll(kick: Kick | number): void;
  dropNext(count?: number): void;
  duplicateNext(count?: number): void;
  /** Swaps the next dispatch with the one after it. */
  reorderNext(pairs?: number): void;
  readonly mischief: Mischief;
  refuseConnections(refuse: boolean): void;
  /** Ends every session: its connection is cut, and it cannot be resumed. */
  forgetSessions(): void;
  /** Leaves IDENTIFY and RESUME without an answer. */
  muteLogins(mute: boolean): void;
  /** Leaves heartbeats without an answer. */
  muteHeartbeats(mute: boolean): void;
  /** Asks every client for a heartbeat at once (opcode 1). */
  askForHeartbeat(): void;
}

export interface WebhookView {
  readonly id: Snowflake;
  readonly name: string;
  readonly token: string;
  readonly channelId: Snowflake;
  readonly applicationId: Snowflake | null;
}

export interface DiscordSandbox extends SpeechActions, PlaceActions, ModerationActions, InteractionActions {
  /** `http://127.0.0.1:PORT/api`: the `api` of a config; REST lives under `/v10` of it. */
  readonly url: string;
  readonly cdnUrl: string;
  readonly mediaUrl: string;
  /** Every REST request, in order of arrival. */
  readonly requests: readonly RecordedRequest[];
  /** Requests nobody should make: unknown routes, versions, keys. Tests assert that it is empty. */
  readonly unexpected: readonly (RecordedRequest | string)[];
  readonly faults: FaultScript;
  /** Strike downloads; `path` begins with `/cdn/` or `/media/`. */
  readonly cdnFaults: FaultScript;
  /** The path of every download, without its signature, in order. */
  readonly downloads: readonly string[];
  readonly gateway: GatewayControl;

  createBot(input: {
    readonly name: string;
    /** Privileged intents that are switched on; message content is, unless told. */
    /** Above the review threshold: it may not switch on by itself what is off. */
    readonly reviewed?: boolean;
    readonly intents?: {
      readonly messageContent?: boolean;
      readonly members?: boolean;
    };
  }): { readonly token: string; readonly id: Snowflake; readonly applicationId: Snowflake };
  createUser(input: { readonly username: string; readonly globalName?: string }): { readonly id: Snowflake };
  createGuild(input: { readonly name: string }): { readonly id: Snowflake; readonly ownerId: Snowflake };
  createChannel(
    guildId: Snowflake,
    input: {
      readonly name: string;
      readonly type?: number;
      readonly parent?: Snowflake;
      readonly overwrites?: readonly OverwriteInput[];
    },
  ): { readonly id: Snowflake };
  createThread(
    channelId: Snowflake,
    input: {
      readonly name: string;
      readonly ownerId: Snowflake;
      readonly messageId?: Snowflake;
      readonly type?: 10 | 11 | 12;
      /** Leaves the line of Discord's own (type 18) in the channel; only for threads without a message. */
      readonly announced?: boolean;
    },
  ): { readonly id: Snowflake };
  archiveThread(
    threadId: Snowflake,
    change: { readonly archived?: boolean; readonly locked?: boolean },
  ): void;
  createRole(
    guildId: Snowflake,
    input: { readonly name: string; readonly permissions?: bigint; readonly mentionable?: boolean },
  ): { readonly id: Snowflake };
  createEmoji(
    guildId: Snowflake,
    input: { readonly name: string; readonly animated?: boolean; readonly picture?: Picture },
  ): { readonly id: Snowflake };
  addBot(guildId: Snowflake, botId: Snowflake, input?: { readonly permissions?: bigint }): void;
  removeBot(guildId: Snowflake, botId: Snowflake): void;
  addMember(
    guildId: Snowflake,
    userId: Snowflake,
    input?: { readonly nick?: string; readonly roles?: readonly Snowflake[] },
  ): void;
  createDm(botId: Snowflake, userId: Snowflake): { readonly id: Snowflake };
  /** A webhook made by a human in the channel's settings: no application owns it. */
  createWebhook(
    channelId: Snowflake,
    input: { readonly name: string; readonly userId: Snowflake },
  ): WebhookView;

  say(channelId: Snowflake, userId: Snowflake, input: SayInput): SandboxMessage;
  edit(channelId: Snowflake, messageId: Snowflake, change: EditInput): SandboxMessage;
  remove(channelId: Snowflake, messageId: Snowflake): void;
  bulkRemove(channelId: Snowflake, ids: readonly Snowflake[]): void;
  /** MESSAGE_UPDATE with a link preview and an unchanged `edited_timestamp`. */
  unfurl(channelId: Snowflake, messageId: Snowflake, embed?: Embed): void;
  /** The author or a moderator hides the previews. */
  suppressEmbeds(channelId: Snowflake, messageId: Snowflake): void;
  react(channelId: Snowflake, messageId: Snowflake, userId: Snowflake, emoji: string): void;
  unreact(channelId: Snowflake, messageId: Snowflake, userId: Snowflake, emoji: string): void;
  pin(channelId: Snowflake, messageId: Snowflake, userId: Snowflake): void;
  unpin(channelId: Snowflake, messageId: Snowflake): void;
  type(channelId: Snowflake, userId: Snowflake): void;

  /** What stands in the channel now, oldest first. */
  messages(channelId: Snowflake): readonly SandboxMessage[];
  /** Every message that was ever sent, the deleted ones too, in order of arrival. */
  everSent(channelId: Snowflake): readonly SandboxMessage[];
  webhooks(channelId: Snowflake): readonly WebhookView[];
  deleteWebhook(id: Snowflake): void;
  deleteChannel(id: Snowflake): void;
  renameChannel(id: Snowflake, name: string): void;
  /** Replaces a channel's overwrites. */
  setPermissions(channelId: Snowflake, overwrites: readonly OverwriteInput[]): void;
  setRolePermissions(guildId: Snowflake, roleId: Snowflake, permissions: bigint): void;
  /** The role made for a bot when it was added. */
  botRole(guildId: Snowflake, botId: Snowflake): Snowflake;
  /** Makes the token invalid, as "reset token" in the developer portal does; gives the new one. */
  resetToken(botId: Snowflake): string;
  /** Called after everything that happens. Returns how to stop listening. */
  onChange(listener: (dispatch: Dispatch) => void): () => void;
  close(): Promise<void>;
}
