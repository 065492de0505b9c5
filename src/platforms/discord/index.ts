// A Discord account as the bridge sees it: wires Gateway, REST, puppets and the pure parts; `platforms/index.ts` lists it.

import type { APIGatewayBotInfo } from "discord-api-types/v10";
import type { Platform, PlatformContext } from "../../bridge/platform.ts";
import type { RawUpdate } from "../../model/delivery.ts";
import { UserError } from "../../model/errors.ts";
import { createAccount } from "./account/account.ts";
import { type Announcing, createAnnouncing } from "./account/announce.ts";
import { type Attention, createAttention } from "./account/attention.ts";
import { inWords } from "./account/faults.ts";
import { createGuildDirectory, type GuildDirectory } from "./account/guild-directory.ts";
import { createGuildFacts, type GuildFacts } from "./account/guild-facts.ts";
import { freedBy } from "./account/recovery.ts";
import { type Backfill, createBackfill } from "./backfill/backfill.ts";
import { capabilities } from "./capabilities.ts";
import type { DiscordConfig } from "./config.ts";
import { createAvatarChannel } from "./files/avatar-channel.ts";
import { createFace } from "./files/face.ts";
import { createFaces, NO_FACES } from "./files/faces.ts";
import { createFileReader } from "./files/open-file.ts";
import type { Dispatch } from "./gateway/dispatch.ts";
import { Gateway } from "./gateway/gateway.ts";
import { intentsFor, membersIntent } from "./gateway/options.ts";
import { createReceiver } from "./gateway/receive.ts";
import { createInteractions, type Interactions } from "./interactions/interactions.ts";
import { parseDispatch } from "./parse/parse.ts";
import { createRates } from "./rates.ts";
import { createRenderReactions, renderPin, renderPollEnd, renderThread } from "./render/acts.ts";
import { renderEdit } from "./render/edit.ts";
import { renderJoined } from "./render/joined.ts";
import { renderAside, renderDelete, renderMessage, renderNotice } from "./render/render.ts";
import { createRest, type DiscordRest } from "./rest/rest.ts";
import { createApi } from "./send/api.ts";
import { createOpenTwin } from "./send/open-twin.ts";
import { createPrepare } from "./send/prepare.ts";
import { createPuppets, type Puppets } from "./send/puppets.ts";
import { createReconcile } from "./send/reconcile.ts";
import { createShowTyping } from "./send/show-typing.ts";
import { createDeeds, type Deeds } from "./social/deeds.ts";
import { createSocial } from "./social/social.ts";

/** A Discord account that is not connected yet. */
export function createDiscord(context: PlatformContext, config: DiscordConfig): Platform {
  const rest = createRest({ ...config, clock: context.clock });
  const directory = createGuildDirectory();
  const puppets = createPuppets({ context, rest, directory });
  const deeds = createDeeds(context.clock);
  const account = createAccount({ context, rest, directory, wantsMembers: config.members });
  const facts = createGuildFacts(rest);
  const { channel: avatars } = config.avatars;
  const channel = createAvatarChannel({ context, rest, directory, cdn: config.cdn, channel: avatars });
  const faces = config.avatars.show ? createFaces({ context, channel }) : NO_FACES;
  const files = createFileReader({ rest, clock: context.clock, hosts: config });
  const interactions = createInteractions({ context, config, rest, directory });
  const api = createApi({ context, rest, puppets, directory, faces });
  const asked = intentsFor(context);
  let backfill: Backfill | undefined;
  const attention = createAttention({ context, account, settle: () => backfill?.settle() });
  const gateway = new Gateway({
    context,
    token: config.token,
    intents: () => (context.robot && account.knowsMembers() ? asked | membersIntent : asked),
    prepare: (signal) => account.prepare(signal),
    information: (signal) => askForGateway(rest, context, signal),
    receive: createReceive({ context, directory, puppets, facts, interactions, deeds, attention }),
    mend: (code, signal) => account.mend(code, signal),
    backfill: (sink) => {
      backfill = createBackfill({ context, rest, directory, caps: config.backfill }, sink);
      return backfill;
    },
  });
  const social = createSocial({ context, rest, directory, deeds, account });
  const announcing = createAnnouncing(context, social);
  const guildOf = (id: string) => directory.channel(id)?.guild ?? "";

  return {
    account: context.account,
    capabilities,
    check: (signal) => account.prepare(signal).catch(throwIfFinal),
    start: (accept) => startAll({ context, gateway, interactions, announcing }, accept),
    async stop() {
      await Promise.all([gateway.stop(), interactions.stop(), announcing.stop(), attention.stop()]);
      faces.close();
      await Promise.all([rest.close(), files.close()]);
    },
    parse: (raw) => parseDispatch(raw, directory),
    prepare: createPrepare({ directory, account, facts, puppets }),
    ...{ renderMessage, renderAside, renderNotice, renderJoined, renderEdit, renderDelete },
    ...{ renderPin, renderPollEnd, renderThread },
    renderReactions: createRenderReactions((place, emoji) => facts.hasEmoji(guildOf(place), emoji)),
    social,
    openThread: createOpenTwin({ context, rest, directory, account }),
    typing: createShowTyping(context, rest),
    open: (file, signal) => files.open(file, signal),
    face: createFace(context, rest),
    forget: (user) => faces.forget(user),
    send: (call, to, signal) => api.send(call, to, signal),
    reconcile: createReconcile({ context, rest, directory, account }),
    rates:
      config.limits === "none" ? () => [] : createRates({ api: config.api, limits: rest.limits, puppets }),
  };
}

interface Doors {
  readonly context: PlatformContext;
  readonly gateway: Gateway;
  readonly interactions: Interactions;
  readonly announcing: Announcing;
}

/** An interaction of the Gateway is answered once it is on disk. */
async function startAll(
  { context, gateway, interactions, announcing }: Doors,
  accept: (raw: RawUpdate) => Promise<void>,
) {
  context.health.way?.(context.account, "gateway");
  await gateway.start(async (raw) => {
    await accept(raw);
    interactions.stored(raw.key);
  });
  await interactions.start(accept);
  announcing.start();
}

interface ReceiveParts {
  readonly context: PlatformContext;
  readonly directory: GuildDirectory;
  readonly puppets: Puppets;
  readonly facts: GuildFacts;
  readonly interactions: Interactions;
  readonly deeds: Deeds;
  readonly attention: Attention;
}

/** What each part of the account learns from an event, and what must be stored of it. */
function createReceive(parts: ReceiveParts) {
  const { context, directory, puppets, facts, interactions, deeds, attention } = parts;
  const take = createReceiver({ context, directory, deeds });
  return (event: Dispatch, session: string): Omit<RawUpdate, "position"> | undefined => {
    attention.look();
    if (isOfOthers(event, directory)) return undefined;
    if (event.t === "INTERACTION_CREATE") return interactions.receive(event.d);
    const raw = take(event, session);
    facts.note(event.t, event.d);
    noteForPuppets(event, puppets);
    for (const freed of freedBy(event, context.conversations(), directory)) context.recovered(freed);
    return raw;
  };
}

/** @throws UserError when the account itself is refused; DiscordError */
async function askForGateway(
  rest: DiscordRest,
  { texts }: PlatformContext,
  signal: AbortSignal,
): Promise<APIGatewayBotInfo> {
  try {
    return (await rest.request({ method: "GET", route: "/gateway/bot", signal })) as APIGatewayBotInfo;
  } catch (error) {
    throw inWords(error, texts);
  }
}

/** Other trouble may pass, and `start` reports it. */
function throwIfFinal(error: unknown): void {
  if (error instanceof UserError) throw error;
}

/** Where members are told of, those of the bot itself alone say what it may do, and the others are many. */
function isOfOthers({ t, d }: Dispatch, directory: GuildDirectory): boolean {
  const { user } = Object(d) as { readonly user?: { readonly id?: string } };
  return t === "GUILD_MEMBER_UPDATE" && user?.id !== directory.self.userId;
}

function noteForPuppets(event: Dispatch, puppets: Puppets): void {
  const data = event.d as { readonly id?: string; readonly channel_id?: string };
  switch (event.t) {
    case "WEBHOOKS_UPDATE":
      if (data.channel_id) puppets.forget(data.channel_id);
      break;
    case "CHANNEL_UPDATE":
    case "GUILD_ROLE_UPDATE":
    case "GUILD_MEMBER_UPDATE":
      puppets.retryRefused();
      break;
  }
}
