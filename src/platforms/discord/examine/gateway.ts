// Is the Gateway there, and may the bot still log in today? `examine.ts` asks.

import type { APIGatewayBotInfo } from "discord-api-types/v10";
import type { Diagnosis } from "../../../model/diagnosis.ts";
import { DiscordError } from "../errors.ts";
import { type Examining, finding } from "./finding.ts";

/** Of 1000 a day: whoever has so few left restarts all the time. */
const fewSessions = 100;

export async function examineGateway(examining: Examining): Promise<Diagnosis> {
  const { rest, context } = examining;
  let info: APIGatewayBotInfo;
  try {
    const call = { method: "GET", route: "/gateway/bot", signal: context.signal } as const;
    info = (await rest.request(call)) as APIGatewayBotInfo;
  } catch (error) {
    if (!(error instanceof DiscordError)) throw error;
    return finding(examining, "gateway", "fault", "unreachable", { reason: error.message });
  }
  const { remaining, reset_after } = info.session_start_limit;
  const values = { remaining, hours: Math.ceil(reset_after / 3_600_000) };
  if (remaining === 0) return finding(examining, "gateway", "fault", "used-up", values);
  if (remaining < fewSessions) return finding(examining, "gateway", "warning", "few", values);
  return finding(examining, "gateway", "ok", "ok", values);
}
