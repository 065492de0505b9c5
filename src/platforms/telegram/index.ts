// A Telegram account: joins what is received, parsed, rendered and sent into a `Platform`; `app.ts` creates it.

import type { UserFromGetMe } from "@grammyjs/types";
import type { Platform, PlatformContext } from "../../bridge/platform.ts";
import { sleep } from "../../model/clock.ts";
import { PlatformError, UserError } from "../../model/errors.ts";
import { createApi, type TelegramApi } from "./api/api.ts";
import { capabilities } from "./capabilities.ts";
import { isCloud, type TelegramConfig } from "./config.ts";
import { createFaces } from "./files/faces.ts";
import { createOpen } from "./files/files.ts";
import { parseUpdate } from "./parse/parse.ts";
import { rates } from "./rates.ts";
import { createPollingReceiver } from "./receive/polling.ts";
import type { Receiver } from "./receive/receiver.ts";
import { isPassing, reportTrouble, troubleText } from "./receive/trouble.ts";
import { createChatMemory } from "./reconcile/chat-memory.ts";
import { renderPin, renderReactions, renderThread } from "./render/acts.ts";
import { renderDelete, renderEdit } from "./render/changes.ts";
import { renderJoined } from "./render/joined.ts";
import { renderPollEnd } from "./render/poll.ts";
import { renderAside, renderMessage, renderNotice } from "./render/render.ts";
import type { Manner } from "./render/words.ts";
import type { TelegramSelf } from "./request.ts";
import { FileIds } from "./send/file-ids.ts";
import { createSender } from "./send/send.ts";
import { openTopic } from "./send/topics.ts";
import { createTyping } from "./send/typing.ts";
import { keepAnnouncing } from "./social/commands.ts";
import { createSocial } from "./social/social.ts";
import { cloudBytes, localBytes } from "./wants.ts";
import { type Resolve, systemResolve } from "./webhook/check-address.ts";
import { createWebhookReceiver, type WebhookParts } from "./webhook/webhook.ts";

export interface TelegramParts {
  /** How names are looked up. */
  readonly resolve?: Resolve;
}

export function createTelegram(
  context: PlatformContext,
  config: TelegramConfig,
  { resolve = systemResolve }: TelegramParts = {},
): Platform {
  const api = createApi(config, context.clock);
  const stopping = new AbortController();
  // The token names the bot's id, so that own echoes are known even before getMe could be asked.
  let self: TelegramSelf = { id: config.token.split(":")[0] ?? "", username: "", name: context.account };
  let receiver: Receiver | undefined;
  let retrying: Promise<void> | undefined;
  let me: UserFromGetMe | undefined;
  const { send, ...renderers } = createOutgoing(context, config, api);
  const social = createSocial({ api, context, self: () => self });
  let announcing: Promise<void> | undefined;
  const { takeTo, ...remembered } = createChatMemory(context, api, send, () => self.id);

  async function introduce(signal: AbortSignal): Promise<UserFromGetMe> {
    me ??= await api.call("getMe", {}, signal);
    self = { id: String(me.id), username: me.username, name: me.first_name };
    return me;
  }

  return {
    account: context.account,
    capabilities,
    async check(signal) {
      await introduce(signal).catch((error: unknown) => {
        if (!isPassing(error)) throw startError(context, error);
      });
    },
    async start(accept) {
      const chosen = await createReceiver(context, config, { api, take: takeTo(accept), resolve });
      receiver = chosen;
      const connect = async () => {
        const who = await introduce(stopping.signal);
        await chosen.begin(stopping.signal);
        greet(context, who);
        announcing = keepAnnouncing(context, social, stopping.signal);
      };
      try {
        await connect();
      } catch (error) {
        if (!isPassing(error)) throw startError(context, error);
        retrying = keepTrying(context, connect, error, stopping.signal);
      }
    },
    async stop() {
      stopping.abort();
      await retrying;
      await announcing;
      await receiver?.stop();
    },
    parse: (raw) => parseUpdate(raw, self),
    ...renderers,
    social,
    ...createAsking(context, config, api, stopping.signal),
    ...remembered,
  };
}

/** What is asked of Telegram beside the messages. */
function createAsking(
  { account, clock }: PlatformContext,
  config: TelegramConfig,
  api: TelegramApi,
  stopping: AbortSignal,
) {
  return {
    openThread: (chat, name, signal) => openTopic(api, chat, name, signal),
    typing: createTyping(api, clock, stopping),
    open: createOpen(api, isCloud(config)),
    face: createFaces(account, api, clock),
    rates: config.limits === "none" ? () => [] : rates,
  } satisfies Partial<Platform>;
}

/** The renderers, as this account speaks, and what sends what they make. */
function createOutgoing({ media, texts }: PlatformContext, config: TelegramConfig, api: TelegramApi) {
  const maxBytes = isCloud(config) ? cloudBytes : localBytes;
  const manner: Manner = { profiles: config.profiles === "link", maxBytes };
  const refused = new Map<string, Set<string>>();
  return {
    ...{ renderNotice, renderAside, renderEdit, renderDelete, renderPin, renderPollEnd, renderThread },
    renderMessage: (message, to, known) => renderMessage(message, to, known, manner),
    renderJoined: (sections, to, known) => renderJoined(sections, to, known, manner),
    renderReactions: (target, wanted, own) =>
      renderReactions(target, wanted, own, refused.get(target.conversation.id)),
    send: createSender({ api, media, texts, ids: new FileIds(), maxBytes, refused }),
  } satisfies Partial<Platform>;
}

/** Webhook or polling, and why; the log says both. @throws UserError */
async function createReceiver(
  context: PlatformContext,
  config: TelegramConfig,
  parts: Pick<WebhookParts, "api" | "take" | "resolve">,
): Promise<Receiver> {
  const { account, health, log, texts, web } = context;
  const publicUrl = web?.publicUrl;
  if (config.updates === "webhook" && !publicUrl)
    throw new UserError(texts("telegram-account.start.no-public-url", { account }), 2);
  const asked = config.updates === "auto" ? "auto" : "asked";
  if (config.updates === "polling" || !web || !publicUrl) {
    health.way?.(account, "polling");
    log.info({ account, updates: "polling" }, texts(`telegram-account.mode.polling-${asked}`, { account }));
    return createPollingReceiver(context, parts.api, parts.take);
  }
  health.way?.(account, "webhook");
  log.info({ account, updates: "webhook" }, texts(`telegram-account.mode.webhook-${asked}`, { account }));
  return await createWebhookReceiver(context, config, { ...parts, web, publicUrl });
}

/** Says on health and in the log that the account works, and what may be amiss all the same. */
function greet({ account, health, log, texts }: PlatformContext, me: UserFromGetMe): void {
  health.up(account);
  log.info({ account, bot: me.username, id: me.id }, "connected to Telegram");
  // Bot API, User: false while privacy mode is on; then only a bot that is admin sees ordinary messages of a group.
  if (!me.can_read_all_group_messages)
    log.warn({ account }, texts("telegram-account.start.privacy-mode", { bot: me.username }));
}

/** Trouble that passes does not end the start: the program stays up and says so on health. */
async function keepTrying(
  context: PlatformContext,
  connect: () => Promise<void>,
  first: unknown,
  signal: AbortSignal,
): Promise<void> {
  let error = first;
  for (let failures = 1; !signal.aborted; failures += 1) {
    const inMs = reportTrouble(context, error, failures);
    if (inMs === undefined) return;
    await sleep(context.clock, inMs, signal);
    if (signal.aborted) return;
    try {
      return await connect();
    } catch (next) {
      error = next;
    }
  }
}

function startError(context: PlatformContext, error: unknown): unknown {
  return error instanceof PlatformError
    ? new UserError(troubleText(context, error), 1, { cause: error })
    : error;
}
