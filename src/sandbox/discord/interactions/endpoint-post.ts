// One signed POST of Discord's to an application's endpoint, as strict about TLS as Discord is; the probes and deliveries use it.

import { request } from "node:https";
import { text } from "node:stream/consumers";
import type { BotRecord } from "../records.ts";
import type { World } from "../world.ts";
import { signatureOf } from "./signing.ts";

export interface EndpointAnswer {
  /** 0: no answer came: no TLS, no trust, no route, or too late. */
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/** Discord, interactions and webhook events: an answer that takes longer is none. */
export const DEADLINE_MS = 3_000;

/** `forged`: with a signature that is wrong, as Discord sends now and then. */
export async function postSigned(
  world: World,
  bot: BotRecord,
  url: string,
  payload: unknown,
  forged = false,
): Promise<EndpointAnswer> {
  const none: EndpointAnswer = { status: 0, contentType: "", text: "" };
  if (!URL.canParse(url) || new URL(url).protocol !== "https:") return none;
  const body = JSON.stringify(payload);
  const timestamp = String(Math.floor(world.clock.now() / 1000));
  const signed = forged ? `${body} ` : body;
  const giveUp = new AbortController();
  const late = world.clock.after(DEADLINE_MS, () => giveUp.abort());
  try {
    const headers = {
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(body)),
      "user-agent": "Discord-Interactions/1.0 (+https://discord.com)",
      "x-signature-ed25519": signatureOf(bot.id, timestamp, signed),
      "x-signature-timestamp": timestamp,
    };
    return await send(url, body, headers, world.trust, giveUp.signal);
  } catch {
    return none;
  } finally {
    late.cancel();
  }
}

function send(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  trust: string | undefined,
  signal: AbortSignal,
): Promise<EndpointAnswer> {
  return new Promise((resolve, reject) => {
    const options = { method: "POST", headers, signal, agent: false, ...(trust && { ca: trust }) } as const;
    const call = request(url, options, (response) => {
      const { statusCode: status = 0, headers: said } = response;
      text(response).then(
        (answer) => resolve({ status, contentType: said["content-type"] ?? "", text: answer }),
        reject,
      );
    });
    call.on("error", reject);
    call.end(body);
  });
}
