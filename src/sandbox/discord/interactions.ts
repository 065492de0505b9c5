// What people do with a bot's commands and buttons, and how Discord tells it: by the Gateway or the endpoint, never both.

import { type EndpointAnswer, postSigned } from "./endpoint-post.ts";
import { refusesForgery } from "./endpoint-probe.ts";
import { refuse } from "./errors.ts";
import type { BotRecord, InteractionRecord, Snowflake } from "./records.ts";
import { memberShape, userShape } from "./shapes.ts";
import { findChannel, guildOf, tokenText, type World } from "./world.ts";

export interface InteractionInput {
  readonly botId: Snowflake;
  readonly userId: Snowflake;
  readonly channelId: Snowflake;
  /** 2 command (unless told), 3 component, 4 autocomplete, 5 modal. */
  readonly type?: 2 | 3 | 4 | 5;
  /** Of the command, or the custom id. */
  readonly name?: string;
  readonly locale?: string;
}

export interface InteractionView {
  readonly id: Snowflake;
  readonly via: "gateway" | "endpoint";
  readonly answer?: { readonly type: number; readonly data?: unknown };
  readonly original?: unknown;
  readonly followUps: readonly unknown[];
  readonly status?: number;
}

export type InstallEvent = "APPLICATION_AUTHORIZED" | "APPLICATION_DEAUTHORIZED";

export interface InteractionActions {
  /** Resolves once the endpoint has answered, or the Gateway was told. */
  use(input: InteractionInput): Promise<InteractionView>;
  interaction(id: Snowflake): InteractionView;
  /** Delivers it again in the same words by the other way too, as a change between the two may. */
  repeat(id: Snowflake, via: "gateway" | "endpoint"): Promise<void>;
  /** The wrong signature that Discord sends now and then: false when it was believed, and the address is gone. */
  probeEndpoint(botId: Snowflake): Promise<boolean>;
  /** Resolves once the first attempt is over; then it is repeated for ten minutes. */
  tellInstall(botId: Snowflake, guildId: Snowflake, event: InstallEvent): Promise<number>;
  application(botId: Snowflake): Readonly<Record<string, unknown>>;
  /** Somebody fills in the application's page by hand; nothing is probed. */
  setApplication(botId: Snowflake, settings: Readonly<Record<string, unknown>>): void;
  setFlags(botId: Snowflake, flags: number): void;
}

const RETRY_FOR_MS = 600_000;
const FIRST_RETRY_MS = 1_000;

function botById(world: World, id: Snowflake): BotRecord {
  const bot = world.bots.get(id);
  if (!bot) throw refuse(10013);
  return bot;
}

function endpointOf(bot: BotRecord): string | undefined {
  const url = bot.settings.interactions_endpoint_url;
  return typeof url === "string" ? url : undefined;
}

function dataOf({ type = 2, name = "ponte" }: InteractionInput, id: Snowflake): object {
  if (type === 3) return { custom_id: name, component_type: 2 };
  if (type === 5) return { custom_id: name, components: [] };
  return {
    id,
    name,
    type: 1,
    ...(type === 4 && { options: [{ name: "x", type: 3, focused: true, value: "" }] }),
  };
}

function begin(world: World, input: InteractionInput): InteractionRecord {
  const bot = botById(world, input.botId);
  const channel = findChannel(world, input.channelId);
  const guild = guildOf(world, channel);
  const member = guild?.members.get(input.userId);
  const { type = 2, locale = "pt-BR" } = input;
  const [id, token] = [world.newId(), tokenText(world.random, 96)];
  const who = member
    ? { guild_id: guild?.id, member: { ...memberShape(world, member), permissions: "0" } }
    : { user: userShape(world, input.userId) };
  const payload = {
    ...{ id, application_id: bot.applicationId, type, token, version: 1, locale, ...who },
    channel_id: channel.id,
    ...(guild && { guild_locale: "en-US" }),
    data: dataOf(input, world.newId()),
    entitlements: [],
    authorizing_integration_owners: {},
    app_permissions: "0",
  };
  const via = endpointOf(bot) === undefined ? "gateway" : "endpoint";
  const record: InteractionRecord = {
    id,
    bot,
    token,
    type,
    at: world.clock.now(),
    via,
    payload,
    followUps: [],
  };
  world.interactions.set(token, record);
  return record;
}

async function deliver(world: World, record: InteractionRecord, via: "gateway" | "endpoint"): Promise<void> {
  const { bot, payload } = record;
  if (via === "gateway") {
    world.emit({ type: "INTERACTION_CREATE", only: bot.id, data: () => payload });
    return;
  }
  const answer = await postSigned(world, bot, endpointOf(bot) ?? "", payload);
  record.status = answer.status;
  const said = answerIn(answer);
  if (!said || record.answer) return;
  record.answer = said;
  if (said.type === 4) record.original = said.data;
}

function answerIn({ status, contentType, text }: EndpointAnswer): InteractionRecord["answer"] {
  if (status !== 200 || !contentType.startsWith("application/json")) return undefined;
  const value = JSON.parse(text) as { readonly type: number; readonly data?: unknown };
  return typeof value.type === "number" ? value : undefined;
}

function viewOf({ id, via, answer, original, followUps, status }: InteractionRecord): InteractionView {
  return {
    ...{ id, via, followUps },
    ...(answer && { answer }),
    ...(original !== undefined && { original }),
    ...(status !== undefined && { status }),
  };
}

function byId(world: World, id: Snowflake): InteractionRecord {
  const record = [...world.interactions.values()].find((each) => each.id === id);
  if (!record) throw refuse(10062);
  return record;
}

/** Repeats with growing pauses; after ten minutes Discord switches the address off. */
async function tellInstall(world: World, bot: BotRecord, payload: object): Promise<number> {
  const url = bot.settings.event_webhooks_url;
  if (typeof url !== "string" || bot.settings.event_webhooks_status !== 2) return 0;
  const began = world.clock.now();
  const attempt = async (pauseMs: number): Promise<number> => {
    const { status, text } = await postSigned(world, bot, url, payload);
    if (status === 204 && text === "") return status;
    if (world.clock.now() + pauseMs - began > RETRY_FOR_MS) bot.settings.event_webhooks_status = 3;
    else world.clock.after(pauseMs, () => void attempt(pauseMs * 2));
    return status;
  };
  return attempt(FIRST_RETRY_MS);
}

export function interactionsOf(world: World): InteractionActions {
  return {
    async use(input) {
      const record = begin(world, input);
      await deliver(world, record, record.via);
      return viewOf(record);
    },
    interaction: (id) => viewOf(byId(world, id)),
    repeat: (id, via) => deliver(world, byId(world, id), via),
    async probeEndpoint(botId) {
      const bot = botById(world, botId);
      const url = endpointOf(bot);
      if (url === undefined) return false;
      const holds = await refusesForgery(world, bot, url);
      if (!holds) bot.settings.interactions_endpoint_url = null;
      return holds;
    },
    tellInstall(botId, guildId, type) {
      const bot = botById(world, botId);
      const timestamp = new Date(world.clock.now()).toISOString().replace("Z", "000");
      const owner = world.guilds.get(guildId)?.ownerId ?? bot.id;
      const data = {
        integration_type: 0,
        scopes: ["bot"],
        user: userShape(world, owner),
        guild: { id: guildId },
      };
      const event = { type, timestamp, data };
      return tellInstall(world, bot, { version: 1, application_id: bot.applicationId, type: 1, event });
    },
    application: (botId) => ({ ...botById(world, botId).settings, flags: botById(world, botId).flags }),
    setApplication: (botId, settings) => void Object.assign(botById(world, botId).settings, settings),
    setFlags(botId, flags) {
      botById(world, botId).flags = flags;
    },
  };
}
