// What a Telegram account does for the robot: rooms, standings, moderation, menus; `index.ts` offers it to the bridge.

import type { PlatformContext } from "../../../bridge/platform.ts";
import type { Social } from "../../../bridge/social.ts";
import { PlatformError } from "../../../model/errors.ts";
import type { TelegramApi } from "../api/api.ts";
import { cannotDelete, messageGone, notThere } from "../errors.ts";
import type { TelegramSelf } from "../request.ts";
import { announceCommands } from "./commands.ts";
import { moderate } from "./moderate.ts";
import { isSilenced, lacksIn, roomFacts, standingOf } from "./room.ts";

export interface SocialParts {
  readonly api: Pick<TelegramApi, "call">;
  readonly context: Pick<PlatformContext, "account" | "clock" | "state">;
  /** Nameless until the account has connected. */
  readonly self: () => TelegramSelf;
}

/** Bot API 10.1, answerCallbackQuery. */
const MAX_TOAST = 200;
/** core.telegram.org/api/links: what a link hands over. */
const CODE = /^[A-Za-z0-9_-]{1,64}$/;
/** What bridging and moderating need; whoever follows the link may leave some out. */
const RIGHTS = ["delete_messages", "restrict_members", "pin_messages", "manage_topics"];

/** As `Social`. */
export function createSocial(parts: SocialParts): Social {
  const { api, context, self } = parts;
  return {
    handle: () => self().username.toLowerCase() || undefined,
    room: (ref, signal) => roomFacts(api, ref, signal),
    standing: (user, room, signal) => standingOf(api, user, room, signal),
    isSilenced: (user, room, signal) => isSilenced(api, user, room, signal),
    lacks: (room, signal) => lacksIn(api, room, signal),
    invitation: (code) =>
      self().username !== "" && CODE.test(code)
        ? `https://t.me/${self().username}?startgroup=${code}&admin=${RIGHTS.join("+")}`
        : undefined,
    privateLink: (payload) =>
      self().username !== "" && CODE.test(payload)
        ? `https://t.me/${self().username}?start=${payload}`
        : undefined,
    async privateRoom(user, signal) {
      // It needs no opening, but somebody who never wrote to the bot has none.
      await api.call("getChat", { chat_id: Number(user.id) }, signal);
      return { account: context.account, id: user.id };
    },
    async acknowledge(press, toast, signal) {
      const text = toast === undefined ? {} : { text: clipped(toast) };
      await api.call("answerCallbackQuery", { callback_query_id: press, ...text }, signal).catch(() => {});
    },
    announce: (commands, signal) => announceCommands(parts, commands, signal),
    async leave({ id }, signal) {
      await api.call("leaveChat", { chat_id: Number(id) }, signal).catch(unless(notThere));
    },
    moderate: (moderation, signal) => moderate(api, moderation, context.clock.now(), signal),
    async remove({ conversation, id }, signal) {
      const target = { chat_id: Number(conversation.id), message_id: Number(id) };
      await api.call("deleteMessage", target, signal).catch(undeletable).catch(unless(messageGone));
    },
  };
}

function clipped(toast: string): string {
  const points = [...toast];
  return points.length > MAX_TOAST ? `${points.slice(0, MAX_TOAST - 1).join("")}…` : toast;
}

/** Of our own copies it does not matter that one cannot go; who asks for a removal wants to know. @throws PlatformError */
function undeletable(error: unknown): never {
  if (!(error instanceof PlatformError) || error.code !== cannotDelete) throw error;
  const words = "telegram.refusal.cannot-delete";
  throw new PlatformError(error.code, error.message, { kind: "refused" }, { cause: error, words });
}

function unless(code: string): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof PlatformError) || error.code !== code) throw error;
  };
}
