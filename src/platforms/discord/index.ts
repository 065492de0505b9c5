// A Discord account as the bridge sees it: wires Gateway, REST, puppets and the pure parts; `platforms/index.ts` lists it.

import type { APIGatewayBotInfo } from "discord-api-types/v10";
import type { Platform, PlatformContext } from "../../bridge/platform.ts";
import type { RawUpdate } from "../../model/delivery.ts";
import { UserError } from "../../model/errors.ts";
import { createAccount } from "./account.ts";
import { createApi } from "./api.ts";
import { createBackfill } from "./backfill.ts";
import { capabilities } from "./capabilities.ts";
import type { DiscordConfig } from "./config.ts";
import { type Dispatch, isBlank, journalKey } from "./dispatch.ts";
import { inWords } from "./faults.ts";
import { Gateway } from "./gateway.ts";
import { createGuildDirectory } from "./guild-directory.ts";
import { parseDispatch } from "./parse.ts";
import { createPuppets, type Puppets } from "./puppets.ts";
import { createRates } from "./rates.ts";
import { createReconcile } from "./reconcile.ts";
import { freedBy } from "./recovery.ts";
import { renderDelete, renderEdit, renderMessage, renderNotice } from "./render.ts";
import { renderJoined } from "./render-joined.ts";
import type { DiscordPrepared } from "./request.ts";
import { createRest, type DiscordRest } from "./rest.ts";

/** A Discord account that is not connected yet. */
export function createDiscord(context: PlatformContext, config: DiscordConfig): Platform {
  const rest = createRest({ ...config, clock: context.clock });
  const directory = createGuildDirectory();
  const puppets = createPuppets({ context, rest, directory });
  const account = createAccount({ context, rest, directory });
  const api = createApi({ context, rest, puppets });
  const alarm = createAlarm(context);

  function receive(event: Dispatch, session: string): Omit<RawUpdate, "position"> | undefined {
    directory.note(event.t, event.d);
    noteForPuppets(event, puppets);
    for (const freed of freedBy(event, context.conversations(), directory)) context.recovered(freed);
    const key = journalKey(event, session, context.conversations(), directory);
    if (key === undefined) return undefined;
    alarm(event);
    const body = JSON.stringify({ t: event.t, d: event.d });
    return { account: context.account, key, body, receivedAt: context.clock.now() };
  }

  const gateway = new Gateway({
    context,
    token: config.token,
    prepare: (signal) => account.prepare(signal),
    information: (signal) => askForGateway(rest, context, signal),
    receive,
    backfill: (sink) => createBackfill({ context, rest, directory, caps: config.backfill }, sink),
  });

  return {
    account: context.account,
    capabilities,
    check: (signal) => account.prepare(signal).catch(throwIfFinal),
    start: (accept) => gateway.start(accept),
    async stop() {
      await gateway.stop();
      await rest.close();
    },
    parse: (raw) => parseDispatch(raw, directory),
    async prepare(to, signal) {
      if (directory.channel(to.id) === undefined) await account.learn(to.id, signal);
      const guild = directory.channel(to.id)?.guild;
      const prepared: DiscordPrepared = {
        puppets: (await puppets.get(to.id, signal)) !== undefined,
        ...(guild === undefined ? {} : { guild }),
      };
      return { ...prepared };
    },
    renderMessage,
    renderNotice,
    renderJoined,
    renderEdit,
    renderDelete,
    send: (call, to, signal) => api.send(call, to, signal),
    reconcile: createReconcile({ context, rest, directory, account }),
    rates:
      config.limits === "none" ? () => [] : createRates({ api: config.api, limits: rest.limits, puppets }),
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

/** Says once that messages arrive empty, which is how a switched-off MESSAGE_CONTENT shows. */
function createAlarm(context: PlatformContext): (event: Dispatch) => void {
  let said = false;
  return (event) => {
    if (said || !isBlank(event)) return;
    said = true;
    context.log.error({ type: event.t }, context.texts("discord-account.content-empty"));
  };
}
