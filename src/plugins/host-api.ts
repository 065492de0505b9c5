// The `api` that a plugin gets, in its process: what it asks becomes requests to MateBot, no more than MateBot stands.

import type { PluginApi, PluginBridge, PluginRoom, PluginValue } from "./api.ts";
import { outboundAnswer } from "./outbound.ts";
import type { Request } from "./wire.ts";

/** Far below what MateBot takes for a flood (`life.ts`), so that an honest plugin in a hurry waits instead of falling. */
const REQUESTS_A_SECOND = 100;
const IN_FLIGHT = 16;
const MOST_WAITING = 2_000;
const LINES_A_SECOND = 50;

export interface HostApi {
  readonly api: PluginApi;
  /** MateBot has answered a request. */
  reply(id: number, value: unknown, error: string | undefined): void;
}

type Send = (value: object, bytes?: readonly Uint8Array[]) => void;

export function createHostApi(send: Send, config: unknown, refused: readonly string[]): HostApi {
  const { ask, reply } = createRequests(send);
  return { api: { config, refused, log: createLines(send), ...createCalls(ask) }, reply };
}

type Ask = (request: Request, bytes?: readonly Uint8Array[]) => Promise<unknown>;

function createCalls(ask: Ask): Pick<PluginApi, "storage" | "say" | "rooms" | "bridges"> {
  return {
    storage: {
      async get(key) {
        const json = await ask({ what: "get", key });
        return typeof json === "string" ? (JSON.parse(json) as PluginValue) : undefined;
      },
      async set(key, value) {
        const json = JSON.stringify(value);
        if (json === undefined) throw new Error("the value is no JSON; `delete` takes a key away");
        await ask({ what: "set", key, json });
      },
      delete: async (key) => (await ask({ what: "delete", key })) === true,
      async list(prefix = "") {
        const rows = (await ask({ what: "list", prefix })) as readonly { key: string; json: string }[];
        return rows.map(({ key, json }) => ({ key, value: JSON.parse(json) as PluginValue }));
      },
    },
    async say(room, answer) {
      const { value, bytes } = outboundAnswer(answer);
      if (value) await ask({ what: "say", room, answer: value }, bytes);
    },
    rooms: async () => (await ask({ what: "rooms" })) as readonly PluginRoom[],
    bridges: async () => (await ask({ what: "bridges" })) as readonly PluginBridge[],
  };
}

function createRequests(send: Send): { readonly ask: Ask; readonly reply: HostApi["reply"] } {
  const open = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  const waiting: (() => void)[] = [];
  const pace = createPace(REQUESTS_A_SECOND);
  let next = 1;
  const pump = () => {
    while (waiting.length > 0 && open.size < IN_FLIGHT) {
      const waitMs = pace.take();
      if (waitMs > 0) {
        setTimeout(pump, waitMs).unref();
        return;
      }
      waiting.shift()?.();
    }
  };
  return {
    ask: (request, bytes) =>
      new Promise((resolve, reject) => {
        if (waiting.length >= MOST_WAITING) return reject(new Error("too much is asked of MateBot at once"));
        waiting.push(() => {
          const id = next++;
          open.set(id, { resolve, reject });
          send({ kind: "request", id, request }, bytes);
        });
        pump();
      }),
    reply(id, value, error) {
      const order = open.get(id);
      open.delete(id);
      if (error === undefined) order?.resolve(value);
      else order?.reject(new Error(error));
      pump();
    },
  };
}

/** So many a second; beyond, how long to wait for the next. */
function createPace(perSecond: number): { take(): number } {
  let from = 0;
  let count = 0;
  return {
    take() {
      const now = Date.now();
      if (now - from >= 1_000 || now < from) {
        from = now;
        count = 0;
      }
      return count++ < perSecond ? 0 : from + 1_000 - now;
    },
  };
}

function createLines(send: Send): PluginApi["log"] {
  const pace = createPace(LINES_A_SECOND);
  const at = (level: string) => (line: string) => {
    if (pace.take() === 0) send({ kind: "log", level, line: String(line).slice(0, 1_000) });
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
