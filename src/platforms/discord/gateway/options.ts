// What the Gateway is asked for and how; `gateway.ts` gives it to the library.

import { Encoding, type FetchingStrategyOptions } from "@discordjs/ws";
import { type APIGatewayBotInfo, GatewayIntentBits } from "discord-api-types/v10";
import type { PlatformContext } from "../../../bridge/platform.ts";

/** Discord, events/gateway: what a bridge needs to hear. MESSAGE_CONTENT is privileged and must be switched on. */
export const intents =
  GatewayIntentBits.Guilds |
  GatewayIntentBits.GuildWebhooks |
  GatewayIntentBits.GuildMessages |
  GatewayIntentBits.GuildMessageReactions |
  GatewayIntentBits.MessageContent |
  GatewayIntentBits.GuildMessagePolls;

/** What the robot hears: who moderates whom, and what is said to it in private. Neither is privileged. */
const forRobot = GatewayIntentBits.GuildModeration | GatewayIntentBits.DirectMessages;

/** Who comes and goes, for the robot. Privileged: who asks for it without having it is sent away (4014). */
export const membersIntent = GatewayIntentBits.GuildMembers;

/** With who writes, if a bridge shows it: these events are many. */
export function intentsFor({
  conversations,
  shows,
  mayShow,
  robot,
}: Pick<PlatformContext, "conversations" | "shows" | "mayShow" | "robot">): number {
  const isTypingShown =
    mayShow?.("typing") === true || conversations().some((conversation) => shows(conversation, "typing"));
  const typing = isTypingShown ? GatewayIntentBits.GuildMessageTyping : 0;
  return intents | typing | (robot ? forRobot : 0);
}

/** One shard without compression; `information` answers once a connection is about to be opened. */
export function gatewayOptions(
  token: string,
  asked: () => number,
  information: () => APIGatewayBotInfo | undefined,
): FetchingStrategyOptions {
  return {
    token,
    get intents(): number {
      return asked();
    },
    version: "10",
    encoding: Encoding.JSON,
    compression: null,
    useIdentifyCompression: false,
    identifyProperties: { os: process.platform, browser: "MateBot", device: "MateBot" },
    initialPresence: null,
    largeThreshold: null,
    handshakeTimeout: 30_000,
    helloTimeout: 60_000,
    readyTimeout: 15_000,
    shardCount: 1,
    get gatewayInformation(): APIGatewayBotInfo {
      const known = information();
      if (known === undefined) throw new Error("GET /gateway/bot comes before the connection");
      return known;
    },
  };
}
