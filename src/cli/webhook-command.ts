// `matebot webhook show|set|delete`: what Telegram has of a webhook, and how to change it by hand; `admin.ts` calls it.

import { existsSync } from "node:fs";
import type { Config } from "../config.ts";
import { readTold } from "../doctor/told.ts";
import { systemClock } from "../model/clock.ts";
import { PlatformError, UserError } from "../model/errors.ts";
import { createApi, type TelegramApi } from "../platforms/telegram/api/api.ts";
import { type TelegramConfig, telegramSchema } from "../platforms/telegram/config.ts";
import { isPassing, troubleText } from "../platforms/telegram/receive/trouble.ts";
import { setWebhook, WebhookRefused } from "../platforms/telegram/webhook/register.ts";
import {
  loadKeys,
  markName,
  markOf,
  webhookPath,
  webhookUrl,
} from "../platforms/telegram/webhook/webhook.ts";
import { openStore } from "../storage/open.ts";
import { loadTexts } from "../texts.ts";
import { findPublicUrl } from "../web/reach/found-url.ts";
import { ownAddresses } from "../web/reach/own-addresses.ts";
import { planTls } from "../web/tls/plan.ts";
import { type DeskParts, demandDatabase, inOffice, type Office, processDesk } from "./desk.ts";
import { fieldLines } from "./lay-out.ts";
import { compare, type Shown, shownFields } from "./webhook-fields.ts";
import { whoRuns } from "./who-runs.ts";

export type WebhookTask = "show" | "set" | "delete";

export interface WebhookOptions {
  readonly config: string;
  readonly account?: string;
  readonly json?: boolean;
  readonly yes?: boolean;
}

export interface WebhookParts extends DeskParts {
  /** What a MateBot that runs uploads (PEM); undefined when a public CA vouches, or a proxy does TLS. Changes nothing. */
  expectedUpload(config: Config): Promise<string | undefined>;
}

/** One Telegram account at hand. */
interface Case extends Office {
  readonly account: string;
  readonly settings: TelegramConfig;
  readonly api: TelegramApi;
  readonly publicUrl: URL | undefined;
  readonly isPolling: boolean;
  readonly signal: AbortSignal;
}

/** Resolves with the exit code; never rejects. What is printed holds neither path, secret nor token. */
export function webhookCommand(
  task: WebhookTask,
  options: WebhookOptions,
  parts: WebhookParts = { ...processDesk(process), expectedUpload: uploadOnDisk },
): Promise<number> {
  return inOffice(options.config, parts, async (office) => {
    const open = openCase(office, options.account);
    try {
      if (task === "show") return await show(open, parts, options.json === true);
      if (task === "set") return await set(open, parts, options.yes === true);
      return await remove(open);
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      throw new UserError(faultWords(open, error), 1, { cause: error });
    }
  });
}

/** A command does not keep trying, as a running account does. */
function faultWords(open: Case, error: PlatformError): string {
  const { settings, texts } = open;
  if (!isPassing(error) || error instanceof WebhookRefused) return troubleText(open, error);
  const values = { reason: error.message, host: new URL(settings.api).host };
  const words = ["", "-cure"].map((part) => texts(`telegram-doctor.token.unreachable${part}`, values));
  return words.join(" ");
}

/** @throws UserError when it is not clear which account is meant */
function openCase(office: Office, wanted: string | undefined): Case {
  const { config, texts, clock } = office;
  const ours = config.accounts.filter(({ platform }) => platform === "telegram");
  const known = ours.map(({ name }) => name).join(", ");
  if (ours.length === 0) throw new UserError(texts("webhook.no-account"), 2);
  if (wanted === undefined && ours.length > 1)
    throw new UserError(texts("webhook.which-account", { known }), 2);
  const found = wanted === undefined ? ours[0] : ours.find(({ name }) => name === wanted);
  if (!found) throw new UserError(texts("webhook.unknown-account", { account: wanted ?? "", known }), 2);
  const settings = telegramSchema.parse(found.settings);
  const publicUrl = config.web && findPublicUrl(config.web, ownAddresses().publicIpv4, texts).publicUrl;
  return {
    ...office,
    ...{ account: found.name, settings, publicUrl },
    api: createApi(settings, clock),
    isPolling: settings.updates === "polling" || publicUrl === undefined,
    signal: new AbortController().signal,
  };
}

async function show(open: Case, parts: WebhookParts, asJson: boolean): Promise<number> {
  const { account, api, clock, config, isPolling, publicUrl, say, signal, texts } = open;
  const info = await api.call("getWebhookInfo", {}, signal);
  const path = await withState(open, (state) => webhookPath({ account, state: state.get }));
  const certificate = isPolling || !publicUrl ? undefined : await parts.expectedUpload(config);
  const facts: Shown = {
    ...{ account, info, path, isPolling, publicUrl, certificate },
    wantsOwn: certificate !== undefined || makesOwn(open),
    ipAddress: config.web?.ipAddress,
    runs: whoRuns(config.storage, clock),
  };
  if (asJson) say(JSON.stringify(compare(facts, texts), undefined, 2));
  else for (const line of fieldLines(shownFields(facts, texts, clock.now()))) say(line);
  return 0;
}

/** Also before it was made. */
function makesOwn({ config, publicUrl }: Case): boolean {
  return config.web !== undefined && planTls(config.web, publicUrl).mode === "self-signed";
}

async function set(open: Case, parts: WebhookParts, yes: boolean): Promise<number> {
  const { account, api, config, isPolling, publicUrl, say, signal, texts } = open;
  if (!publicUrl) throw new UserError(texts("webhook.no-public-url"), 2);
  if (isPolling && !yes) throw new UserError(texts("webhook.polling-refused", { account }), 2);
  demandDatabase(open);
  const certificate = await parts.expectedUpload(config);
  if (certificate === undefined && makesOwn(open)) {
    const values = { folder: `${config.data}/tls`, host: publicUrl.host };
    throw new UserError(texts("webhook.own-certificate-missing", values));
  }
  await withState(open, async (state) => {
    const { path, secret } = await loadKeys({ account, state, secret: () => undefined });
    const wish = {
      ...{ url: webhookUrl(publicUrl, path), secret },
      ...(certificate !== undefined && { certificate }),
      ...(config.web?.ipAddress !== undefined && { ipAddress: config.web.ipAddress }),
    };
    await setWebhook(api, wish, signal);
    // A MateBot that looks next finds it as it would have set it itself.
    await state.set(markName, markOf(wish));
  });
  say(texts("webhook.set", { account, host: publicUrl.host }));
  return 0;
}

async function remove(open: Case): Promise<number> {
  const { account, api, isPolling, say, signal, texts } = open;
  const { url, pending_update_count: pending } = await api.call("getWebhookInfo", {}, signal);
  if (url) await api.call("deleteWebhook", { drop_pending_updates: false }, signal);
  say(texts(url ? "webhook.deleted" : "webhook.deleted-already", { account, pending }));
  say(texts(isPolling ? "webhook.then-polling" : "webhook.then-webhook"));
  return 0;
}

interface AccountState {
  get(name: string): Promise<string | undefined>;
  set(name: string, value: string): Promise<void>;
}

/** What the account keeps; without a database it keeps nothing yet. */
async function withState<T>(
  { account, clock, config, texts }: Case,
  work: (state: AccountState) => Promise<T>,
): Promise<T> {
  const file = /^sqlite:(.+)$/s.exec(config.storage)?.[1];
  if (file !== undefined && !existsSync(file))
    return await work({ get: async () => undefined, set: async () => undefined });
  const store = await openStore(config.storage, { clock, texts, beside: true });
  try {
    return await work({
      get: (name) => store.transaction((tx) => tx.state.get(account, name)),
      set: (name, value) => store.transaction((tx) => tx.state.set(account, name, value)),
    });
  } finally {
    await store.close();
  }
}

/** Read from what a MateBot keeps on disk; nothing is made. */
export async function uploadOnDisk(config: Config): Promise<string | undefined> {
  const parts = { clock: systemClock, texts: loadTexts(config.language), addresses: ownAddresses() };
  return (await readTold(config, parts))?.upload;
}
