// Finds the picture of a person of Discord; `index.ts` offers it as `face`.

import type { PlatformContext } from "../../../bridge/platform.ts";
import type { FileAttachment } from "../../../model/attachment.ts";
import type { UserRef } from "../../../model/refs.ts";
import { DiscordError } from "../errors.ts";
import type { DiscordRest } from "../rest/rest.ts";
import { faceSource } from "./file-source.ts";

const KEPT_MS = 60 * 60_000;
const MOST = 1_000;

/** As `Platform.face`: messages say the hash; without one Discord is asked, not too often. @throws DiscordError */
export function createFace(
  { account, clock }: Pick<PlatformContext, "account" | "clock">,
  rest: Pick<DiscordRest, "request">,
): (user: UserRef, hash: string | undefined, signal: AbortSignal) => Promise<FileAttachment | undefined> {
  const asked = new Map<string, { readonly hash: string | undefined; readonly until: number }>();

  async function ask(id: string, signal: AbortSignal): Promise<string | undefined> {
    const before = asked.get(id);
    if (before && before.until > clock.now()) return before.hash;
    const hash = await avatarOf(rest, id, signal);
    asked.delete(id);
    asked.set(id, { hash, until: clock.now() + KEPT_MS });
    const [oldest] = asked.keys();
    if (asked.size > MOST && oldest !== undefined) asked.delete(oldest);
    return hash;
  }

  return async ({ id }, hash, signal) => {
    const face = hash ?? (await ask(id, signal));
    const source = face === undefined ? undefined : faceSource(id, face);
    return source === undefined
      ? undefined
      : { kind: "photo", account, source, stable: `face ${id} ${face}` };
  };
}

/** Undefined for people without one, and for those nobody knows, such as webhooks. */
async function avatarOf(
  rest: Pick<DiscordRest, "request">,
  id: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const user = await rest.request({ method: "GET", route: `/users/${id}`, signal });
    const { avatar } = Object(user) as { readonly avatar?: string | null };
    return avatar ?? undefined;
  } catch (error) {
    if (error instanceof DiscordError && error.fate.kind === "refused") return undefined;
    throw error;
  }
}
