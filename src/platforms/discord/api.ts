// Sends the requests that `render.ts` made, through a puppet or as the bot; `index.ts` hands it to the lanes.

import type { PlatformContext } from "../../bridge/platform.ts";
import type { Call, Sent } from "../../model/delivery.ts";
import type { ConversationRef } from "../../model/refs.ts";
import { badWebhookToken, DiscordError, unknownWebhook } from "./errors.ts";
import { inOpenThread } from "./open-thread.ts";
import type { Puppet, Puppets } from "./puppets.ts";
import type { DiscordRequest } from "./request.ts";
import type { DiscordRest } from "./rest.ts";
import { spokenContent } from "./spoken-name.ts";

type Create = Extract<DiscordRequest, { kind: "create" }>;
type Edit = Extract<DiscordRequest, { kind: "edit" }>;
type Delete = Extract<DiscordRequest, { kind: "delete" }>;

export interface ApiParts {
  readonly context: PlatformContext;
  readonly rest: DiscordRest;
  readonly puppets: Puppets;
}

export interface Api {
  /** A create answers with the new message. @throws DiscordError */
  send(call: Call, to: ConversationRef, signal: AbortSignal): Promise<Sent | undefined>;
}

/** Nobody is ever pinged; an edit without it would parse mentions anew with Discord's defaults. */
const allowed_mentions = { parse: [] };

export function createApi(parts: ApiParts): Api {
  return {
    async send(call, to, signal) {
      const request = call.request as DiscordRequest;
      return inOpenThread(parts.rest, request.thread, signal, () => sendOnce(parts, request, to, signal));
    },
  };
}

async function sendOnce(
  parts: ApiParts,
  request: DiscordRequest,
  to: ConversationRef,
  signal: AbortSignal,
): Promise<Sent | undefined> {
  switch (request.kind) {
    case "create":
      return create(parts, request, to, signal);
    case "edit":
      await edit(parts, request, signal);
      return undefined;
    case "delete":
      await remove(parts, request, signal);
      return undefined;
  }
}

async function create(
  parts: ApiParts,
  request: Create,
  to: ConversationRef,
  signal: AbortSignal,
): Promise<Sent> {
  const { puppets } = parts;
  const name = request.puppet?.name;
  if (name === undefined) return createAsBot(parts, request, request.content, to, signal);
  const puppet = await puppets.get(request.channel, signal);
  // It was frozen for a puppet, which has become impossible since: it crosses all the same.
  const asBot = () => createAsBot(parts, request, spokenContent(request), to, signal);
  if (puppet === undefined) return asBot();
  try {
    return await speak(parts, puppet, request, name, to, signal);
  } catch (error) {
    if (!isDead(error)) throw error;
    puppets.discard(request.channel, puppet);
    const next = await puppets.get(request.channel, signal);
    // Once, never in a loop: Discord restricts those who go on calling dead webhooks.
    return next === undefined ? asBot() : await speak(parts, next, request, name, to, signal);
  }
}

/** Says it under the name; under a neutral one, with the name before the text, when Discord dislikes the name. */
async function speak(
  parts: ApiParts,
  puppet: Puppet,
  request: Create,
  name: string,
  to: ConversationRef,
  signal: AbortSignal,
): Promise<Sent> {
  const post = async (username: string, content: string): Promise<Sent> => {
    const message = await parts.rest.request({
      method: "POST",
      route: `/webhooks/${puppet.id}/${puppet.token}`,
      query: { wait: "true", ...threadQuery(request) },
      auth: false,
      body: { username, content, allowed_mentions, ...flagsOf(request) },
      signal,
    });
    return sent(message, to, puppet.id);
  };
  try {
    return await post(name, request.content);
  } catch (error) {
    if (!isBadName(error)) throw error;
    const neutral = parts.context.texts("discord-account.puppets.nameless");
    return post(neutral, spokenContent(request));
  }
}

async function createAsBot(
  parts: ApiParts,
  request: Create,
  content: string,
  to: ConversationRef,
  signal: AbortSignal,
): Promise<Sent> {
  const message = await parts.rest.request({
    method: "POST",
    route: `/channels/${placeOf(request)}/messages`,
    body: { content, allowed_mentions, nonce: request.nonce, enforce_nonce: true, ...flagsOf(request) },
    signal,
  });
  return sent(message, to);
}

async function edit(parts: ApiParts, request: Edit, signal: AbortSignal): Promise<void> {
  const body = { content: request.content, allowed_mentions, ...flagsOf(request) };
  if (request.via === undefined) {
    const route = `/channels/${placeOf(request)}/messages/${request.message}` as const;
    await parts.rest.request({ method: "PATCH", route, body, signal });
    return;
  }
  if (await asPuppet(parts, request, request.via, { method: "PATCH", body }, signal)) return;
  // Nobody else can edit what a webhook said: it stands as it is.
  throw new DiscordError("discord.puppet-gone", "the webhook that said it is gone", { kind: "gone" });
}

async function remove(parts: ApiParts, request: Delete, signal: AbortSignal): Promise<void> {
  if (request.via !== undefined) {
    const done = await asPuppet(parts, request, request.via, { method: "DELETE" }, signal).catch(
      (error: unknown) => {
        // Not even the list of webhooks may be read any more: the bot's own right to delete is left.
        if (error instanceof DiscordError && (error.json === 50013 || error.json === 50001)) return false;
        throw error;
      },
    );
    if (done) return;
  }
  const route = `/channels/${placeOf(request)}/messages/${request.message}` as const;
  await parts.rest.request({ method: "DELETE", route, signal });
}

/** Changes a message with the webhook that said it; false when that webhook is not ours any more. */
async function asPuppet(
  parts: ApiParts,
  request: Edit | Delete,
  via: string,
  what: { readonly method: "PATCH" | "DELETE"; readonly body?: object },
  signal: AbortSignal,
): Promise<boolean> {
  // Twice: a token may have been renewed since it was learned.
  for (let attempt = 0; attempt < 2; attempt++) {
    const puppet = await parts.puppets.byId(request.channel, via, signal);
    if (puppet === undefined) return false;
    try {
      const route = `/webhooks/${puppet.id}/${puppet.token}/messages/${request.message}` as const;
      await parts.rest.request({ ...what, route, query: threadQuery(request), auth: false, signal });
      return true;
    } catch (error) {
      if (!isDead(error)) throw error;
      parts.puppets.discard(request.channel, puppet);
    }
  }
  return false;
}

function placeOf(request: DiscordRequest): string {
  return request.thread ?? request.channel;
}

/** The webhook is the parent channel's: the thread must be named at every request. */
function threadQuery(request: DiscordRequest): Record<string, string> {
  return request.thread === undefined ? {} : { thread_id: request.thread };
}

function flagsOf(request: Create | Edit): { readonly flags?: number } {
  return request.flags === undefined ? {} : { flags: request.flags };
}

function sent(message: unknown, to: ConversationRef, via?: string): Sent {
  const id = message instanceof Object && "id" in message ? String(message.id) : undefined;
  if (id === undefined) {
    throw new DiscordError("discord.bad-answer", "a message without an id", {
      kind: "retry",
      maybeDelivered: true,
    });
  }
  const ref = { conversation: to, id };
  return via === undefined ? { ref } : { ref, via };
}

function isDead(error: unknown): boolean {
  return error instanceof DiscordError && (error.json === unknownWebhook || error.json === badWebhookToken);
}

function isBadName(error: unknown): boolean {
  return (
    error instanceof DiscordError &&
    error.json === 50035 &&
    error.fields.some((path) => path.startsWith("username"))
  );
}
