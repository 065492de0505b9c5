// Refuses an endpoint that does not answer PING, or believes a wrong signature; `rest.ts` asks before the settings are saved.

import type { BotRecord } from "../records.ts";
import { badField } from "../rest/errors.ts";
import { botByToken, type World } from "../world.ts";
import { postSigned } from "./endpoint-post.ts";

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/** Looks at PATCH /applications/@me alone. @throws ApiFailure 50035 */
export async function checkAddresses(
  world: World,
  { method, path, body }: Asked,
  authorization: string | undefined,
): Promise<void> {
  if (method !== "PATCH" || path !== "/applications/@me") return;
  const bot = botByToken(world, authorization?.replace(/^Bot /, "") ?? "");
  if (!bot) return;
  const { interactions_endpoint_url: interactions, event_webhooks_url: events } = body as Readonly<
    Record<string, unknown>
  >;
  // Observed: discord-example-app #16.
  if (typeof interactions === "string" && !(await answersPing(world, bot, interactions)))
    throw badField(
      ["interactions_endpoint_url"],
      "APPLICATION_INTERACTIONS_ENDPOINT_URL_INVALID",
      "The specified interactions endpoint url could not be verified.",
    );
  // The code is not documented.
  if (typeof events === "string" && !(await answersEventPing(world, bot, events)))
    throw badField(
      ["event_webhooks_url"],
      "APPLICATION_EVENT_WEBHOOKS_URL_INVALID",
      "The specified event webhooks url could not be verified.",
    );
}

async function answersPing(world: World, bot: BotRecord, url: string): Promise<boolean> {
  const ping = { id: world.newId(), application_id: bot.applicationId, type: 1, token: "ping", version: 1 };
  const { status, contentType, text } = await postSigned(world, bot, url, ping);
  if (status !== 200 || !contentType.startsWith("application/json")) return false;
  return isPong(text) && (await refusesForgery(world, bot, url));
}

function isPong(text: string): boolean {
  try {
    return (JSON.parse(text) as { readonly type?: unknown }).type === 1;
  } catch {
    return false;
  }
}

async function answersEventPing(world: World, bot: BotRecord, url: string): Promise<boolean> {
  const ping = { version: 1, application_id: bot.applicationId, type: 0 };
  const { status, text } = await postSigned(world, bot, url, ping);
  return status === 204 && text === "" && (await refusesForgery(world, bot, url));
}

/** 401 for a signature that is wrong, as Discord demands when an address is saved and at random later. */
export async function refusesForgery(world: World, bot: BotRecord, url: string): Promise<boolean> {
  const ping = { id: world.newId(), application_id: bot.applicationId, type: 1, token: "ping", version: 1 };
  return (await postSigned(world, bot, url, ping, true)).status === 401;
}
