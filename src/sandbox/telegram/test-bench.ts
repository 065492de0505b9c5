// What the tests of this folder share: a sandbox with a group, a bare client, and a way to wait for I/O without sleeping.

import { ManualClock } from "../manual-clock.ts";
import { type SandboxOptions, startTelegramSandbox, type TelegramSandbox } from "./index.ts";
import { formOf } from "./test-files.ts";
import type { Message } from "./types.ts";
import type { Update } from "./updates/update-queue.ts";

export interface Answer {
  readonly ok: boolean;
  readonly error_code?: number;
  readonly description?: string;
  readonly result?: unknown;
  readonly parameters?: { readonly migrate_to_chat_id?: number; readonly retry_after?: number };
}

export interface Bench {
  readonly sandbox: TelegramSandbox;
  readonly clock: ManualClock;
  readonly bot: { readonly token: string; readonly id: number };
  readonly ana: { readonly id: number };
  readonly chatId: number;
  call(method: string, params?: object): Promise<Answer>;
  /** A call that must succeed. */
  done<T>(method: string, params?: object): Promise<T>;
  /** The description of a call that must fail. */
  refused(method: string, params?: object): Promise<string>;
  /** A multipart call that must succeed; Buffers are files. */
  upload<T>(method: string, fields: Readonly<Record<string, string | number | Buffer>>): Promise<T>;
  send(text: string, params?: object): Promise<Message>;
  /** Takes and confirms all pending updates. */
  updates(): Promise<readonly Update[]>;
}

export interface BenchOptions extends SandboxOptions {
  readonly privacy?: boolean;
  readonly type?: "group" | "supergroup" | "channel";
  readonly forum?: boolean;
  readonly status?: "member" | "administrator" | "restricted";
}

/** A sandbox with the bot "Ponte" and the user "Ana" in one chat; nothing is pending. */
export async function openBench(options: BenchOptions = {}): Promise<Bench> {
  const clock = new ManualClock();
  const sandbox = await startTelegramSandbox({ clock, ...options });
  const bot = sandbox.createBot({ name: "Ponte", username: "ponte_bot", privacy: options.privacy ?? false });
  const ana = sandbox.createUser({ firstName: "Ana", username: "ana" });
  const { type = "supergroup", forum = false } = options;
  const chatId = sandbox.createChat({ title: "Praça", type, forum }).id;
  sandbox.join(chatId, ana.id, type === "channel" ? "administrator" : "member");
  sandbox.join(chatId, bot.id, options.status ?? (type === "channel" ? "administrator" : "member"));
  const call = (method: string, params: object = {}) =>
    callJson(`${sandbox.url}/bot${bot.token}/${method}`, params);
  const done = async <T>(method: string, params: object = {}): Promise<T> => {
    const answer = await call(method, params);
    if (!answer.ok) throw new Error(`${method}: ${answer.description}`);
    return answer.result as T;
  };
  const bench: Bench = {
    sandbox,
    clock,
    bot,
    ana,
    chatId,
    call,
    done,
    refused: async (method, params) => (await call(method, params)).description ?? "no error",
    upload: async <T>(method: string, fields: Parameters<Bench["upload"]>[1]) => {
      const url = `${sandbox.url}/bot${bot.token}/${method}`;
      const response = await fetch(url, { method: "POST", body: formOf(fields) });
      const answer = (await response.json()) as Answer;
      if (!answer.ok) throw new Error(answer.description);
      return answer.result as T;
    },
    send: (text, params) => done<Message>("sendMessage", { chat_id: chatId, text, ...params }),
    updates: async () => {
      const pending = sandbox.pendingUpdates(bot.token);
      const last = pending.at(-1);
      if (last) await done("getUpdates", { offset: last.update_id + 1 });
      return pending;
    },
  };
  await bench.updates();
  return bench;
}

export async function callJson(url: string, params: object): Promise<Answer> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(params),
  });
  return (await response.json()) as Answer;
}

/** Lets I/O run until the condition holds. @throws Error when it does not hold after five seconds of real time */
export async function until(condition: () => boolean, what = "the condition"): Promise<void> {
  const end = performance.now() + 5000;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

/** Lets I/O run for a while in which nothing is expected to happen. */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
