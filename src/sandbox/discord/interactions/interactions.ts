// What people do with a bot's commands and buttons, and how Discord tells it: by the Gateway or the endpoint, never both.

import { type Fields, isFields } from "../forms/form.ts";
import { type SandboxMessage, sandboxMessage } from "../message-shape.ts";
import type { BotRecord, MessageRecord, Snowflake } from "../records.ts";
import { ApiFailure, refuse } from "../rest/errors.ts";
import { userShape } from "../shapes.ts";
import type { World } from "../world.ts";
import { answerFirst, CALLBACK } from "./answer.ts";
import { begin, type InteractionInput } from "./begin.ts";
import { knownCommands, shownAs } from "./command-records.ts";
import { type EndpointAnswer, postSigned } from "./endpoint-post.ts";
import { refusesForgery } from "./endpoint-probe.ts";
import type { InteractionRecord } from "./records.ts";

/** A form as the person sees it. */
export interface FormView {
  readonly title: string;
  readonly customId: string;
  readonly fields: readonly { readonly name: string; readonly label: string; readonly value: string }[];
}

export interface InteractionView {
  readonly id: Snowflake;
  readonly via: "gateway" | "endpoint";
  /** The first answer, as it came. */
  readonly answer?: { readonly type: number; readonly data?: unknown };
  /** What `@original` says now; absent while it is only announced. */
  readonly original?: SandboxMessage;
  readonly followUps: readonly SandboxMessage[];
  /** What the person sees of it, in order, whispers too. */
  readonly shown: readonly SandboxMessage[];
  readonly form?: FormView;
  /** What was proposed for the option that is being typed. */
  readonly choices?: readonly { readonly name: string; readonly value: string | number }[];
  readonly status?: number;
  /** Why Discord did not take the endpoint's answer. */
  readonly refused?: unknown;
}

export interface CommandView {
  readonly id: Snowflake;
  /** Changes with every change of the command. */
  readonly version: Snowflake;
  /** 1 slash, 2 menu of people, 3 menu of messages. */
  readonly type: 1 | 2 | 3;
  readonly name: string;
  /** As a client in this language shows it. */
  shown(locale: string): string;
}

export type InstallEvent = "APPLICATION_AUTHORIZED" | "APPLICATION_DEAUTHORIZED";

export interface InteractionActions {
  /**
   * Resolves once the endpoint has answered, or the Gateway was told. Rejects (`SANDBOX: …`) what no client of Discord's
   * would let the person do: a command that is not registered or not shown to them, a button that is not there.
   */
  use(input: InteractionInput): Promise<InteractionView>;
  interaction(id: Snowflake): InteractionView;
  /** The commands that a guild knows of a bot, or direct messages without one; as Discord would list them. */
  commands(botId: Snowflake, guildId?: Snowflake): readonly CommandView[];
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
  try {
    answerFirst(world, record, said);
  } catch (cause) {
    if (!(cause instanceof ApiFailure)) throw cause;
    // Nobody tells the application: the person is told that it did not answer.
    record.refused = cause.body;
  }
}

function answerIn({ status, contentType, text }: EndpointAnswer): Fields | undefined {
  if (status !== 200 || !contentType.startsWith("application/json")) return undefined;
  const value: unknown = JSON.parse(text);
  return isFields(value) && typeof value.type === "number" ? value : undefined;
}

function choicesIn({ answer }: InteractionRecord): Pick<InteractionView, "choices"> {
  if (answer?.type !== CALLBACK.choices || !isFields(answer.data)) return {};
  return { choices: (answer.data.choices ?? []) as NonNullable<InteractionView["choices"]> };
}

function viewOf(world: World, record: InteractionRecord): InteractionView {
  const { id, via, answer, original, followUps, status, modal, refused, isTold } = record;
  const see = (message: MessageRecord) => sandboxMessage(world, message);
  const first = original && isTold && !original.deleted ? original : undefined;
  const more = followUps.filter(({ deleted }) => !deleted);
  return {
    ...{ id, via, followUps: more.map(see), shown: [...(first ? [first] : []), ...more].map(see) },
    ...(answer && { answer }),
    ...(first && { original: see(first) }),
    ...(modal && { form: modal }),
    ...choicesIn(record),
    ...(status !== undefined && { status }),
    ...(refused !== undefined && { refused }),
  };
}

function byId(world: World, id: Snowflake): InteractionRecord {
  const record = [...world.interactions.values()].find((each) => each.id === id);
  if (!record) throw refuse(10062);
  return record;
}

function commandsOf(world: World, bot: BotRecord, guildId: Snowflake | undefined): readonly CommandView[] {
  const guild = guildId === undefined ? undefined : world.guilds.get(guildId);
  return knownCommands(world, bot, guild).map(({ id, version, type, name, nameLocalizations }) => ({
    ...{ id, version, type, name },
    shown: (locale) => shownAs(name, nameLocalizations, locale),
  }));
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
      const bot = botById(world, input.botId);
      const record = begin(world, bot, input, endpointOf(bot) === undefined ? "gateway" : "endpoint");
      await deliver(world, record, record.via);
      return viewOf(world, record);
    },
    interaction: (id) => viewOf(world, byId(world, id)),
    commands: (botId, guildId) => commandsOf(world, botById(world, botId), guildId),
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
