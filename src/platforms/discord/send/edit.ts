// Changes and removes messages of ours, through the webhook that said them or as the bot; `api.ts` calls it.

import type { Sent } from "../../../model/delivery.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import { DiscordError, missingPermissions, tooLarge } from "../errors.ts";
import { pack } from "../files/attachments.ts";
import { type FittedFile, fitFiles, releaseAll } from "../files/fit-files.ts";
import { rowsOf } from "../render/components.ts";
import { withForms } from "../render/form-hash.ts";
import type { DeleteRequest, EditRequest, FileOrder, KeptFile } from "../request.ts";
import type { RestCall } from "../rest/rest.ts";
import { usualFileBytes, wantsFor } from "../wants.ts";
import { isDead, mentioning, placeIn, type SendParts, threadQuery } from "./parts.ts";

/** Answers when the files took another form than was frozen. @throws DiscordError */
export async function edit(
  parts: SendParts,
  request: EditRequest,
  to: ConversationRef,
  signal: AbortSignal,
): Promise<Sent | undefined> {
  if (!request.files) {
    await patch(parts, request, { body: bodyOf(request, request.content) }, signal);
    return undefined;
  }
  try {
    return await withFiles(parts, request, request.files, to, false, signal);
  } catch (error) {
    if (!(error instanceof DiscordError) || !tooLarge.has(error.json ?? 0)) throw error;
    return withFiles(parts, request, request.files, to, true, signal);
  }
}

function bodyOf({ flags, mentions, buttons }: EditRequest, content: string): object {
  return {
    content,
    ...mentioning(mentions),
    ...(flags !== undefined && { flags }),
    ...(buttons && { components: rowsOf(buttons) }),
  };
}

type Placed = FittedFile | { readonly standing: string; readonly file: FittedFile["file"] };

async function withFiles(
  parts: SendParts,
  request: EditRequest,
  files: readonly (FileOrder | KeptFile)[],
  to: ConversationRef,
  isNarrow: boolean,
  signal: AbortSignal,
): Promise<Sent | undefined> {
  const ids = await attachmentsOf(parts, request, signal);
  // Somebody took one away: which is which nobody knows, so all of them are sent again.
  const isKnown = ids.length === request.standing;
  const placed = files.map((each) => {
    const standing = isKnown && "kept" in each ? ids[each.kept] : undefined;
    return standing === undefined ? orderOf(each) : { standing, file: each.file };
  });
  const orders = placed.filter((each) => "wants" in each);
  const fitted = await fitFiles(parts.context, orders, isNarrow, signal);
  try {
    const all = placed.map((each): Placed => {
      if ("standing" in each) return each;
      return fitted[orders.indexOf(each)] ?? { form: "words", file: each.file };
    });
    const { content, attachments, uploads } = pack(request.content, all);
    await patch(parts, request, { body: { ...bodyOf(request, content), attachments }, uploads }, signal);
    const hash = withForms(
      request.hash ?? "",
      all.map((each) => ("form" in each ? each.form : "file")),
    );
    return hash === (request.hash ?? "")
      ? undefined
      : { ref: { conversation: to, id: request.message }, hash };
  } finally {
    releaseAll(fitted);
  }
}

function orderOf(each: FileOrder | KeptFile): FileOrder {
  return "wants" in each ? each : { file: each.file, wants: wantsFor(each.file, usualFileBytes) };
}

/** The ids of what is attached now, in order. */
async function attachmentsOf(
  parts: SendParts,
  request: EditRequest,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const route = `/channels/${placeIn(request)}/messages/${request.message}` as const;
  const answer =
    request.via === undefined
      ? await parts.rest.request({ method: "GET", route, signal })
      : await asPuppet(parts, request, request.via, { method: "GET" }, signal);
  if (answer === undefined) throw puppetGone();
  const { attachments = [] } = Object(answer) as {
    readonly attachments?: readonly { readonly id: string }[];
  };
  return attachments.map(({ id }) => id);
}

async function patch(
  parts: SendParts,
  request: EditRequest,
  what: Pick<RestCall, "body" | "uploads">,
  signal: AbortSignal,
): Promise<void> {
  if (request.via === undefined) {
    const route = `/channels/${placeIn(request)}/messages/${request.message}` as const;
    await parts.rest.request({ method: "PATCH", route, ...what, signal });
    return;
  }
  if ((await asPuppet(parts, request, request.via, { method: "PATCH", ...what }, signal)) === undefined) {
    throw puppetGone();
  }
}

/** Nobody else can edit what a webhook said: it stands as it is. */
function puppetGone(): DiscordError {
  return new DiscordError("discord.puppet-gone", "the webhook that said it is gone", { kind: "gone" });
}

/** @throws DiscordError */
export async function remove(parts: SendParts, request: DeleteRequest, signal: AbortSignal): Promise<void> {
  if (request.via !== undefined) {
    const done = await asPuppet(parts, request, request.via, { method: "DELETE" }, signal).catch(
      (error: unknown) => {
        // Not even the list of webhooks may be read any more: the bot's own right to delete is left.
        const isBarred =
          error instanceof DiscordError && [missingPermissions, 50001].includes(error.json ?? 0);
        if (isBarred) return undefined;
        throw error;
      },
    );
    if (done !== undefined) return;
  }
  const route = `/channels/${placeIn(request)}/messages/${request.message}` as const;
  await parts.rest.request({ method: "DELETE", route, signal });
}

/** Asks with the webhook that said it; undefined when that is not ours any more, else the answer, if only `{}`. */
async function asPuppet(
  parts: SendParts,
  request: EditRequest | DeleteRequest,
  via: string,
  what: Pick<RestCall, "method" | "body" | "uploads">,
  signal: AbortSignal,
): Promise<unknown> {
  // Twice: a token may have been renewed since it was learned.
  for (let attempt = 0; attempt < 2; attempt++) {
    const puppet = await parts.puppets.byId(request.channel, via, signal);
    if (puppet === undefined) return undefined;
    try {
      const route = `/webhooks/${puppet.id}/${puppet.token}/messages/${request.message}` as const;
      const query = threadQuery(request);
      return (await parts.rest.request({ ...what, route, query, auth: false, signal })) ?? {};
    } catch (error) {
      if (!isDead(error)) throw error;
      parts.puppets.discard(request.channel, puppet);
    }
  }
  return undefined;
}
