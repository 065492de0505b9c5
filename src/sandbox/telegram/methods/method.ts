// What a method of the simulated Bot API is, and what it is given; the methods-*.ts files define them.

import type { BotState } from "../bots.ts";
import type { ChatState } from "../chats.ts";
import type { Params } from "../http/request-params.ts";
import type { Webhook, WebhookSettings } from "../updates/webhook-delivery.ts";
import type { World } from "../world.ts";

export interface MethodContext {
  readonly world: World;
  readonly bot: BotState;
  readonly params: Params;
  readonly resolve: (host: string) => Promise<string>;
  readonly systemCa?: readonly string[];
  readonly openWebhook: (bot: BotState, settings: WebhookSettings) => Webhook;
}

export interface Method {
  readonly name: string;
  /** Every parameter the Bot API documents for it; other keys are refused. */
  readonly params: readonly string[];
  /** Of those, the ones the simulator cannot honour: they are refused too, never ignored. */
  readonly unsupported?: readonly string[];
  /** The `result`. @throws ApiError */
  run(context: MethodContext): unknown;
}

/** A `result` with the `description` some methods add. */
export class Described {
  readonly result: unknown;
  readonly description: string;
  constructor(result: unknown, description: string) {
    this.result = result;
    this.description = description;
  }
}

/** The chat of the `chat_id` parameter. @throws ApiError when the bot may not act there */
export function chatOf({ world, bot, params }: MethodContext): ChatState {
  return world.access(bot, params.text("chat_id"));
}
