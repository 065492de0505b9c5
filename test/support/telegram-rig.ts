// A simulated Telegram with a group and a bot in it, and accounts of that bot; the tests of the Telegram account use it.

import { setImmediate as turn } from "node:timers/promises";
import type { MediaPort } from "../../src/bridge/media-port.ts";
import type { Platform } from "../../src/bridge/platform.ts";
import type { RobotPort } from "../../src/bridge/social.ts";
import type { RawUpdate } from "../../src/model/delivery.ts";
import { telegramSchema } from "../../src/platforms/telegram/config.ts";
import { createTelegram } from "../../src/platforms/telegram/index.ts";
import { ManualClock } from "../../src/sandbox/manual-clock.ts";
import { startTelegramSandbox, type TelegramSandbox } from "../../src/sandbox/telegram/index.ts";
import type { FakeWeb } from "./fake-web.ts";
import { type ContextRecord, recordContext } from "./platform-context.ts";

export interface Rig {
  readonly clock: ManualClock;
  readonly sandbox: TelegramSandbox;
  readonly token: string;
  /** The bot's own id. */
  readonly bot: number;
  readonly chat: number;
  readonly user: number;
  say(text: string): void;
  /** What was asked with a method so far; the simulator reads every value as text. */
  asked(method: string): readonly unknown[];
  account(options?: AccountOptions): Account;
  /** Turns the clock by `ms` at a time until `condition` holds. */
  until(condition: () => boolean, ms?: number): Promise<void>;
  close(): Promise<void>;
}

export interface AccountOptions {
  readonly web?: FakeWeb;
  readonly state?: ReadonlyMap<string, string>;
  readonly token?: string;
  readonly api?: string;
  readonly updates?: "auto" | "webhook" | "polling";
  /** Nothing fits, unless told. */
  readonly media?: MediaPort;
  /** Nobody answers, unless told. */
  readonly robot?: RobotPort;
  /** What becomes of an update before it counts as stored. */
  readonly disk?: (raw: RawUpdate) => Promise<void>;
}

export interface Account extends ContextRecord {
  readonly platform: Platform;
  readonly stored: RawUpdate[];
  start(): Promise<void>;
}

export async function openRig({ privacy = false, local = true } = {}): Promise<Rig> {
  const clock = new ManualClock();
  const sandbox = await startTelegramSandbox({ clock, random: () => 0.5, local });
  const { token, id } = sandbox.createBot({ name: "Ponte", username: "ponte_bot", privacy });
  const chat = sandbox.createChat({ title: "Grupo", type: "supergroup" }).id;
  const user = sandbox.createUser({ firstName: "Ana" }).id;
  sandbox.join(chat, user);
  sandbox.join(chat, id);
  // Only what a test makes happen shall arrive, not that the bot joined.
  await fetch(`${sandbox.url}/bot${token}/deleteWebhook?drop_pending_updates=true`);
  const before = sandbox.requests.length;
  const running: Platform[] = [];
  return {
    ...{ clock, sandbox, token, bot: id, chat, user },
    say: (text) => void sandbox.say(chat, user, { text }),
    asked: (method) =>
      sandbox.requests
        .slice(before)
        .filter(({ path }) => path.endsWith(`/${method}`))
        .map(({ body }) => body),
    account: (options = {}) => {
      const record = recordContext({
        clock,
        ...(options.web && { web: options.web }),
        ...(options.state && { state: options.state }),
        ...(options.media && { media: options.media }),
      });
      const account = makeAccount(record, options, { token, api: sandbox.url });
      running.push(account.platform);
      return account;
    },
    until: (condition, ms = 0) => until(clock, condition, ms),
    close: async () => {
      for (const platform of running) await platform.stop();
      await sandbox.close();
    },
  };
}

function makeAccount(
  record: ContextRecord,
  options: AccountOptions,
  defaults: { readonly token: string; readonly api: string },
): Account {
  const { token = defaults.token, api = defaults.api, updates = "auto" } = options;
  const config = telegramSchema.parse({ platform: "telegram", token, api, updates });
  const context = { ...record.context, ...(options.robot && { robot: options.robot }) };
  const platform = createTelegram(context, config);
  const stored: RawUpdate[] = [];
  const start = () =>
    platform.start(async (raw) => {
      await options.disk?.(raw);
      stored.push(raw);
    });
  return { ...record, platform, stored, start };
}

/** Real sockets need real turns of the event loop, so the clock is turned between them; gives up after 10 s. */
async function until(clock: ManualClock, condition: () => boolean, ms: number): Promise<void> {
  const end = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`waited in vain for ${condition}`);
    for (let i = 0; i < 20 && !condition(); i++) await turn();
    if (ms > 0 && !condition()) await clock.advance(ms);
  }
}
