// Finds out what is wrong with a Discord account without changing anything there; `platforms/index.ts` gives it to the doctor.

import type { ExamineContext } from "../../../bridge/examine.ts";
import type { Diagnosis } from "../../../model/diagnosis.ts";
import { type Application, askApplication, knowsMembers, readsContent } from "../account/application.ts";
import type { DiscordConfig } from "../config.ts";
import { DiscordError, unauthorized } from "../errors.ts";
import { createRest } from "../rest/rest.ts";
import { examineChannels } from "./channels.ts";
import { examineInstallEvents, examineInteractions } from "./endpoints.ts";
import { type Examining, finding } from "./finding.ts";
import { examineGateway } from "./gateway.ts";

/** Discord's clock is read to the second, and an answer takes a while: less than this is no fault. */
const toleratedSkewMs = 30_000;

/** Everything that can be found out; what depends on something that failed is left out. Never rejects for Discord's sake. */
export async function examine(context: ExamineContext, config: DiscordConfig): Promise<readonly Diagnosis[]> {
  const { api, token } = config;
  const rest = createRest({ api, token, clock: context.clock });
  try {
    return await examineWith({ context, config, rest });
  } finally {
    await rest.close();
  }
}

async function examineWith(examining: Examining): Promise<readonly Diagnosis[]> {
  const { context, rest } = examining;
  let application: Application;
  let user: { readonly id: string; readonly username?: string };
  try {
    application = await askApplication(rest, context.signal);
    user = (await rest.request({
      method: "GET",
      route: "/users/@me",
      signal: context.signal,
    })) as typeof user;
  } catch (error) {
    return [tokenFault(examining, error)];
  }
  const found: Diagnosis[] = [
    finding(examining, "discord-token", "ok", "ok", { bot: user.username ?? application.name ?? user.id }),
    clockSkew(examining),
    intents(examining, application),
    await examineGateway(examining),
  ];
  found.push(...(await examineChannels(examining, { userId: user.id, applicationId: application.id })));
  found.push(await examineInteractions(examining, application));
  found.push(...(await examineInstallEvents(examining, application)));
  return found;
}

function tokenFault(examining: Examining, error: unknown): Diagnosis {
  if (!(error instanceof DiscordError)) throw error;
  if (error.code === unauthorized) return finding(examining, "discord-token", "fault", "wrong");
  const values = { reason: error.message, host: new URL(examining.config.api).host };
  return finding(examining, "discord-token", "fault", "unreachable", values);
}

function clockSkew(examining: Examining): Diagnosis {
  const skewMs = examining.rest.skewMs();
  if (Math.abs(skewMs) <= toleratedSkewMs) return finding(examining, "clock-skew", "ok", "ok");
  const values = { seconds: Math.round(Math.abs(skewMs) / 1000), side: skewMs > 0 ? "ahead" : "behind" };
  return finding(examining, "clock-skew", "fault", "off", values);
}

function intents(examining: Examining, application: Application): Diagnosis {
  const values = { application: application.id };
  if (!readsContent(application))
    return finding(examining, "discord-intents", "fault", "content-off", values);
  if (examining.config.members && !knowsMembers(application))
    return finding(examining, "discord-intents", "warning", "members-off", values);
  return finding(examining, "discord-intents", "ok", "ok");
}
