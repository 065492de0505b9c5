// Runs a method a webhook put into its answer, as Telegram does: once, with the result thrown away.

import { ApiError } from "../http/api-error.ts";
import { Params, parseParams } from "../http/request-params.ts";
import type { MethodContext } from "../methods/method.ts";
import { findMethod, runMethod } from "../methods/method-table.ts";
import type { WebhookAnswer } from "./webhook-wire.ts";

const REFUSED = ["setwebhook", "deletewebhook", "close", "logout"];

/** WebhookActor.cpp 622: get* and the methods of the webhook itself are silently refused. */
export async function methodInAnswer(
  answer: WebhookAnswer,
  contextFor: (params: Params) => MethodContext,
): Promise<void> {
  try {
    const parsed = parseParams(new URLSearchParams(), answer.contentType, answer.body);
    const name = parsed.text("method").toLowerCase();
    if (name === "" || name.startsWith("get") || REFUSED.includes(name)) return;
    const values = new Map([...parsed.values].filter(([key]) => key !== "method"));
    await runMethod(findMethod(name), contextFor(new Params(values, parsed.files)));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}
