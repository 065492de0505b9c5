// A platform's surroundings that remember what they were told; the tests of the platform folders build accounts on it.

import type { MediaPort } from "../../src/bridge/media-port.ts";
import type { PlatformContext } from "../../src/bridge/platform.ts";
import type { WebPort } from "../../src/bridge/ports.ts";
import type { ConversationRef } from "../../src/model/refs.ts";
import { ManualClock } from "../../src/sandbox/manual-clock.ts";
import { loadTexts } from "../../src/texts.ts";

export interface ContextRecord {
  readonly context: PlatformContext;
  readonly clock: ManualClock;
  readonly state: Map<string, string>;
  /** `up`, or the reason of a `down`, in order, without repetitions. */
  readonly health: string[];
  /** Every log line as `level message {fields}`. */
  readonly lines: string[];
  readonly halts: string[];
  /** What `recovered` was told. */
  readonly recoveries: (ConversationRef | undefined)[];
  readonly secrets: Set<string>;
  /** Where somebody was said to write. */
  readonly typed: ConversationRef[];
  /** Everything a person could read, in one string. */
  everything(): string;
}

export interface ContextOptions {
  readonly account?: string;
  readonly web?: WebPort;
  readonly clock?: ManualClock;
  /** What an earlier run left behind. */
  readonly state?: ReadonlyMap<string, string>;
  /** Keys in the journal. */
  readonly received?: readonly string[];
  /** Nothing fits, unless told. */
  readonly media?: MediaPort;
  readonly face?: PlatformContext["face"];
  /** What the bridges do not show; all is shown, unless told. */
  readonly hidden?: readonly string[];
}

export function recordContext(options: ContextOptions = {}): ContextRecord {
  const clock = options.clock ?? new ManualClock();
  const state = new Map(options.state);
  const health: string[] = [];
  const lines: string[] = [];
  const halts: string[] = [];
  const recoveries: (ConversationRef | undefined)[] = [];
  const secrets = new Set<string>();
  const typed: ConversationRef[] = [];
  const write = (level: string) => (fields: object, message: string) => {
    lines.push(`${level} ${message} ${JSON.stringify(fields, errorsInFull)}`);
  };
  const say = (news: string) => {
    if (health.at(-1) !== news) health.push(news);
  };
  const context: PlatformContext = {
    account: options.account ?? "telegram",
    log: { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") },
    clock,
    random: () => 0.5,
    texts: loadTexts("en"),
    health: { up: () => say("up"), down: (_connection, reason) => say(reason) },
    ...(options.web && { web: options.web }),
    media: options.media ?? noMedia,
    face: options.face ?? (() => Promise.resolve(undefined)),
    typing: (conversation) => typed.push(conversation),
    shows: (_conversation, what) => !options.hidden?.includes(what),
    conversations: () => [],
    state: {
      get: (name) => Promise.resolve(state.get(name)),
      set: (name, value) => Promise.resolve(void state.set(name, value)),
    },
    halt: (reason) => halts.push(reason),
    recovered: (to) => recoveries.push(to),
    received: (prefix) => Promise.resolve((options.received ?? []).filter((key) => key.startsWith(prefix))),
    secret: (value) => secrets.add(value),
  };
  const everything = () => [...health, ...lines, ...halts].join("\n");
  return { context, clock, state, health, lines, halts, recoveries, secrets, typed, everything };
}

const noMedia: MediaPort = {
  fit: () => Promise.resolve({ unfit: "gone" }),
  face: () => Promise.reject(new Error("this test has no media")),
  publish: () => undefined,
};

/** As a log would show an error: with its cause and all its own fields. */
function errorsInFull(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  return { ...value, message: value.message, stack: value.stack, cause: value.cause };
}
