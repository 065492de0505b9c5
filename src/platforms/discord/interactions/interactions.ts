// Interactions and install events of an account, by the Gateway and over HTTPS at once; `../index.ts` owns one.
//
// Both doors always stand open and store with the same keys, so that changing between them loses and doubles nothing.

import { type KeyObject, randomBytes } from "node:crypto";
import type { PlatformContext } from "../../../bridge/platform.ts";
import type { Application } from "../account/application.ts";
import type { Directory } from "../account/directory.ts";
import type { DiscordConfig } from "../config.ts";
import type { DiscordRest } from "../rest/rest.ts";
import { createAnswers } from "./answer.ts";
import {
  admitSigned,
  createEventHandler,
  createInteractionHandler,
  type DoorParts,
  type WebhookEvent,
} from "./door.ts";
import { type Interaction, interactionIn, interactionRow, type Stored } from "./interaction.ts";
import { createRegistration, type Registration } from "./registration.ts";
import { createReplies } from "./reply.ts";
import { verifyKey } from "./signature.ts";
import type { Paths } from "./wish.ts";

export interface InteractionsParts {
  readonly directory: Directory;
  readonly context: PlatformContext;
  readonly config: DiscordConfig;
  readonly rest: DiscordRest;
}

export interface Interactions {
  /** Opens the door on the web server, and then tells Discord, if it is wished. */
  start(accept: (row: Stored) => Promise<void>): Promise<void>;
  /** An interaction of the Gateway: the row to store. It is answered when `stored` hears that it is on disk. */
  receive(data: unknown): Stored | undefined;
  stored(key: string): void;
  stop(): Promise<void>;
}

/** The names under which the account keeps them. */
export const pathNames = { interactions: "interactions-path", events: "install-events-path" } as const;
const keyName = "interactions-key";

export function createInteractions({ context, config, rest, directory }: InteractionsParts): Interactions {
  const { account, clock, web } = context;
  const replies = createReplies({ context, rest, answers: createAnswers({ context, directory }) });
  const waiting = new Map<string, Interaction>();
  let key: KeyObject | undefined;
  let registration: Registration | undefined;

  async function learn({ verify_key: hex = "" }: Application): Promise<void> {
    const learned = verifyKey(hex);
    if (!learned || key?.equals(learned)) return;
    key = learned;
    await context.state.set(keyName, hex);
  }

  async function open(accept: DoorParts["accept"]): Promise<Paths | undefined> {
    if (!web) return knownPaths(account, (name) => context.state.get(name));
    const paths = await loadPaths(context);
    const parts: DoorParts = {
      ...{ context, accept },
      key: () => key,
      skewMs: () => rest.skewMs(),
    };
    web.post(paths.interactions, createInteractionHandler(parts, replies.inTime), admitSigned);
    web.post(paths.events, createEventHandler(parts, createTelling(context)), admitSigned);
    return paths;
  }

  return {
    async start(accept) {
      key = verifyKey((await context.state.get(keyName)) ?? "");
      const paths = await open(accept);
      registration = createRegistration({ context, config, rest, paths, learn });
      web?.onCertificate(async () => registration?.settle());
      void registration.settle();
    },
    receive(data) {
      const interaction = interactionIn(data);
      if (!interaction) return undefined;
      const row = interactionRow(account, data as object, clock.now());
      waiting.set(row.key, interaction);
      return row;
    },
    stored(rowKey) {
      const interaction = waiting.get(rowKey);
      if (!interaction) return;
      waiting.delete(rowKey);
      void replies.byCallback(interaction);
    },
    async stop() {
      await registration?.stop();
      await replies.settle();
    },
  };
}

/** Says in the log where the bot was added or removed. */
function createTelling({ account, log, texts }: PlatformContext): (event: WebhookEvent) => void {
  return ({ type, data }) => {
    const guild = guildIn(data);
    if (type === "APPLICATION_AUTHORIZED") log.info({ account, guild }, texts("discord-account.installed"));
    else if (type === "APPLICATION_DEAUTHORIZED")
      log.warn({ account, guild }, texts("discord-account.removed"));
  };
}

/** Made once and kept: an address that Discord knows must stay. */
async function loadPaths({ account, state, secret }: PlatformContext): Promise<Paths> {
  const kept = async (name: string) => {
    const known = await state.get(name);
    const value = known ?? randomBytes(24).toString("base64url");
    secret(value);
    if (known === undefined) await state.set(name, value);
    return `/discord/${account}/${value}`;
  };
  return { interactions: await kept(pathNames.interactions), events: await kept(pathNames.events) };
}

/** The paths of an account that has run before; undefined for one that never did. Secrets. */
export async function knownPaths(
  account: string,
  state: (name: string) => Promise<string | undefined>,
): Promise<Paths | undefined> {
  const [interactions, events] = [await state(pathNames.interactions), await state(pathNames.events)];
  if (interactions === undefined || events === undefined) return undefined;
  return { interactions: `/discord/${account}/${interactions}`, events: `/discord/${account}/${events}` };
}

function guildIn(data: unknown): string | undefined {
  const guild = data instanceof Object && "guild" in data ? data.guild : undefined;
  return guild instanceof Object && "id" in guild && typeof guild.id === "string" ? guild.id : undefined;
}
