// Posts one message under a person's name, or as the bot when no puppet can; the senders of messages call it.

import type { Sent } from "../../../model/delivery.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import { DiscordError, noHistory } from "../errors.ts";
import type { AttachmentEntry } from "../files/attachments.ts";
import { rowsOf } from "../render/components.ts";
import { spokenContent } from "../render/spoken-name.ts";
import type { CreateRequest } from "../request.ts";
import type { Upload } from "../rest/multipart.ts";
import { isDead, mentioning, placeIn, type SendParts, sentAs, threadQuery } from "./parts.ts";
import type { Puppet } from "./puppets.ts";

/** A message as it goes out. */
export interface Letter {
  /** As a puppet says it. */
  readonly content: string;
  readonly flags?: number;
  readonly attachments?: readonly AttachmentEntry[];
  readonly uploads?: readonly Upload[];
  readonly poll?: object;
  readonly components?: readonly object[];
}

export function letterOf({ content, flags, buttons }: CreateRequest): Letter {
  return {
    content,
    ...(flags !== undefined && { flags }),
    ...(buttons?.length && { components: rowsOf(buttons) }),
  };
}

/** @throws DiscordError */
export async function post(
  parts: SendParts,
  request: CreateRequest,
  letter: Letter,
  to: ConversationRef,
  signal: AbortSignal,
): Promise<Sent> {
  const { puppets } = parts;
  if (request.puppet === undefined) return postAsBot(parts, request, letter, to, signal);
  const puppet = await puppets.get(request.channel, signal);
  // It was frozen for a puppet, which has become impossible since: it crosses all the same.
  const asBot = () => postAsBot(parts, request, spoken(request, letter), to, signal);
  if (puppet === undefined) return asBot();
  try {
    return await speak(parts, puppet, request, letter, to, signal);
  } catch (error) {
    if (!isDead(error)) throw error;
    puppets.discard(request.channel, puppet);
    const next = await puppets.get(request.channel, signal);
    // Once, never in a loop: Discord restricts those who go on calling dead webhooks.
    return next === undefined ? asBot() : await speak(parts, next, request, letter, to, signal);
  }
}

function spoken({ puppet }: CreateRequest, letter: Letter): Letter {
  return { ...letter, content: spokenContent({ ...(puppet && { puppet }), content: letter.content }) };
}

/** Says it under the name; under a neutral one, with the name before the text, when Discord dislikes the name. */
async function speak(
  parts: SendParts,
  puppet: Puppet,
  request: CreateRequest,
  letter: Letter,
  to: ConversationRef,
  signal: AbortSignal,
): Promise<Sent> {
  const { faces, directory, context } = parts;
  const name = request.puppet?.name ?? "";
  const face = await faces.urlOf(request.puppet, directory.channel(request.channel)?.guild, signal);
  const say = async (username: string, said: Letter, avatar: string | undefined): Promise<Sent> => {
    const { uploads, ...fields } = said;
    const message = await parts.rest.request({
      method: "POST",
      route: `/webhooks/${puppet.id}/${puppet.token}`,
      query: { wait: "true", ...threadQuery(request) },
      auth: false,
      body: { username, ...(avatar && { avatar_url: avatar }), ...fields, ...mentioning(request.mentions) },
      ...(uploads && { uploads }),
      signal,
    });
    return sentAs(message, to, puppet.id);
  };
  try {
    return await say(name, letter, face);
  } catch (error) {
    if (isAbout(error, "avatar_url")) return say(name, letter, undefined);
    if (!isAbout(error, "username")) throw error;
    return say(context.texts("discord-account.puppets.nameless"), spoken(request, letter), face);
  }
}

/** With a nonce: Discord knows a message of the bot that it has seen some minutes ago. */
export async function postAsBot(
  parts: SendParts,
  request: CreateRequest,
  letter: Letter,
  to: ConversationRef,
  signal: AbortSignal,
): Promise<Sent> {
  const { uploads, content, ...fields } = letter;
  const say = async (reference: object) => {
    const message = await parts.rest.request({
      method: "POST",
      route: `/channels/${placeIn(request)}/messages`,
      body: {
        ...(content !== "" && { content }),
        ...fields,
        ...mentioning(request.mentions),
        ...reference,
        ...{ nonce: request.nonce, enforce_nonce: true },
      },
      ...(uploads && { uploads }),
      signal,
    });
    return sentAs(message, to);
  };
  if (request.reply === undefined) return say({});
  try {
    return await say({ message_reference: { message_id: request.reply, fail_if_not_exists: false } });
  } catch (error) {
    const isBare = error instanceof DiscordError && error.json === noHistory;
    if (!isBare && !isAbout(error, "message_reference")) throw error;
    return say({});
  }
}

/** Is it this field of the form that Discord does not take? */
export function isAbout(error: unknown, field: string): boolean {
  return (
    error instanceof DiscordError &&
    error.json === 50035 &&
    error.fields.some((path) => path.startsWith(field))
  );
}
