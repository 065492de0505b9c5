// Makes up a story from a seed: who writes what, and what goes wrong. Pure; `stage.ts` plays it.

import { seeded } from "../support/random.ts";
import type { Death, Trouble } from "./flaky-store.ts";

export type Side = "telegram" | "discord";
export const SIDES: readonly [Side, Side] = ["telegram", "discord"];

export interface Setting {
  readonly updates: "webhook" | "polling";
  readonly chat: "supergroup" | "channel" | "group";
  /** The platforms' real limits. */
  readonly limits: boolean;
  /** The app is told that there are none. */
  readonly unlimited: boolean;
  /** Of every answer, at most. */
  readonly latencyMs: number;
  readonly echo: "before" | "after";
  /** Both platforms fail all the time: a tenth of what they are asked is answered with 500, some is cut. */
  readonly rough: boolean;
  /** Something was said on Discord before the bot came. */
  readonly furnished: boolean;
}

/** "ok" says nothing but that; the others carry marks (words.ts). */
export type Form = "ok" | "short" | "answerable" | "long";

export interface Saying {
  readonly form: Form;
  readonly version: number;
}

export type Strike =
  | { readonly kind: "limit"; readonly retryAfter: number }
  | { readonly kind: "status"; readonly status: number }
  | { readonly kind: "page" }
  | { readonly kind: "slow"; readonly ms: number }
  | { readonly kind: "cut"; readonly when: "before" | "after" };

export type Step =
  | {
      readonly do: "say";
      readonly side: Side;
      readonly n: number;
      readonly who: number;
      readonly form: Form;
      readonly styled: boolean;
      /** The number of the answered message; its original, or the copy where the answer is written. */
      readonly answers?: number;
    }
  | { readonly do: "edit"; readonly n: number; readonly form: Form; readonly version: number }
  | { readonly do: "delete"; readonly n: number }
  | { readonly do: "react"; readonly n: number }
  /** An admin deletes the copy of a message. */
  | { readonly do: "purge"; readonly n: number }
  | {
      readonly do: "fault";
      readonly side: Side;
      readonly on: "sends" | "all";
      readonly strike: Strike;
      readonly times: number;
    }
  | {
      readonly do: "gateway";
      readonly how: "op7" | "op9" | "op9-resumable" | "cut" | "twice" | "swap" | "deaf" | "hearing";
    }
  | { readonly do: "updates"; readonly how: "duplicate" | "cut" | "delay" }
  | { readonly do: "disk"; readonly trouble: Trouble }
  | { readonly do: "rights"; readonly side: Side; readonly lost: boolean }
  | { readonly do: "leap"; readonly ms: number }
  /** The platform cannot be reached for so long. */
  | { readonly do: "outage"; readonly side: Side; readonly ms: number }
  | { readonly do: "kill"; readonly how: Kill; readonly downMs: number }
  /** Stopped in an orderly way and started again. */
  | { readonly do: "restart"; readonly downMs: number }
  | { readonly do: "wait"; readonly ms: number };

/** At a commit, or at a request: when it has arrived (`effect`) or before. */
export type Kill =
  | ({ readonly at: "commit" } & Death)
  | { readonly at: "request"; readonly side: Side; readonly afterRequests: number; readonly effect: boolean };

export interface Story {
  readonly seed: number;
  readonly setting: Setting;
  readonly steps: readonly Step[];
}

/** Chance with names. */
export class Dice {
  readonly random: () => number;

  constructor(seed: number) {
    this.random = seeded(Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995);
  }

  chance(share: number): boolean {
    return this.random() < share;
  }

  from(least: number, most: number): number {
    return least + Math.floor(this.random() * (most - least + 1));
  }

  one<const T>(all: readonly [T, ...T[]]): T {
    return all[Math.floor(this.random() * all.length)] ?? all[0];
  }

  /** One of these, by weight. */
  weighed<T>(all: readonly (readonly [number, T])[]): T {
    const sum = all.reduce((total, [weight]) => total + weight, 0);
    let left = this.random() * sum;
    for (const [weight, value] of all) {
      left -= weight;
      if (left < 0) return value;
    }
    const last = all.at(-1);
    if (!last) throw new Error("nothing to choose from");
    return last[1];
  }
}

interface Said {
  readonly n: number;
  readonly side: Side;
  form: Form;
  version: number;
  deleted: boolean;
}

interface Plot {
  readonly dice: Dice;
  /** How far the app's clock may still be set forward: after a day an outage is given up. */
  leapsLeftMs: number;
  readonly setting: Setting;
  readonly said: Said[];
  readonly without: Set<Side>;
}

export function tellStory(seed: number): Story {
  const dice = new Dice(seed);
  const setting: Setting = {
    updates: dice.chance(0.6) ? "webhook" : "polling",
    chat: dice.weighed([
      [6, "supergroup"],
      [2, "channel"],
      [2, "group"],
    ]),
    ...limitsOf(dice),
    latencyMs: dice.one([0, 40, 150, 600]),
    echo: dice.one(["before", "after"]),
    rough: dice.chance(0.2),
    furnished: dice.chance(0.8),
  };
  const plot: Plot = { dice, setting, said: [], without: new Set(), leapsLeftMs: 8 * 3_600_000 };
  const steps: Step[] = [];
  const count = dice.from(30, 80);
  while (steps.length < count) steps.push(...nextSteps(plot));
  return { seed, setting, steps };
}

function limitsOf(dice: Dice): Pick<Setting, "limits" | "unlimited"> {
  const limits = dice.chance(0.3);
  return { limits, unlimited: !limits && dice.chance(0.5) };
}

function nextSteps(plot: Plot): readonly Step[] {
  const { dice, said } = plot;
  const next = dice.weighed<(plot: Plot) => readonly Step[]>([
    [34, talk],
    [9, edit],
    [6, remove],
    [2, react],
    [1.5, purge],
    [11, fault],
    [5, gateway],
    [4, updates],
    [4, disk],
    [2, rights],
    [1, leap],
    [1.5, outage],
    [6, kill],
    [1.5, restart],
    [16, wait],
  ]);
  return said.length === 0 ? talk(plot) : next(plot);
}

/** One message or a burst of them; the pauses between are short. */
function talk(plot: Plot): readonly Step[] {
  const { dice } = plot;
  const burst = dice.chance(0.15) ? dice.from(4, 12) : dice.from(1, 2);
  return Array.from({ length: burst }, () => {
    const say = saying(plot, dice.one(SIDES));
    return dice.chance(0.6) ? [say] : [say, { do: "wait" as const, ms: dice.from(1, 400) }];
  }).flat();
}

function saying({ dice, said }: Plot, side: Side): Step {
  const n = said.length;
  const form = dice.weighed<Form>([
    [3, "ok"],
    [6, "short"],
    [5, "answerable"],
    [0.7, "long"],
  ]);
  const targets = said.filter(
    (each) => !each.deleted && (each.form === "answerable" || each.form === "long"),
  );
  const target = dice.chance(0.3) ? targets.at(-dice.from(1, 8)) : undefined;
  said.push({ n, side, form, version: 0, deleted: false });
  return {
    ...{ do: "say", side, n, form },
    who: dice.from(0, 2),
    styled: dice.chance(0.3),
    ...(target && { answers: target.n }),
  };
}

/** Young messages more often than old ones: they may not have crossed yet. */
function someOf(plot: Plot): Said | undefined {
  const { dice, said } = plot;
  const standing = said.filter(({ deleted }) => !deleted);
  return dice.chance(0.7) ? standing.at(-dice.from(1, 3)) : standing.at(-dice.from(1, standing.length));
}

function edit(plot: Plot): readonly Step[] {
  const { dice } = plot;
  const message = someOf(plot);
  if (!message) return [];
  const count = dice.chance(0.2) ? dice.from(2, 4) : 1;
  return Array.from({ length: count }, (): Step => {
    const form = dice.weighed<Form>([
      [6, message.form === "ok" ? "short" : message.form],
      [1, "long"],
      [1, "answerable"],
      [1, "ok"],
    ]);
    message.form = form;
    message.version += 1;
    return { do: "edit", n: message.n, form, version: message.version };
  });
}

function remove(plot: Plot): readonly Step[] {
  const message = someOf(plot);
  if (!message) return [];
  message.deleted = true;
  return [{ do: "delete", n: message.n }];
}

function react(plot: Plot): readonly Step[] {
  const message = someOf(plot);
  return message ? [{ do: "react", n: message.n }] : [];
}

function purge(plot: Plot): readonly Step[] {
  const message = someOf(plot);
  return message ? [{ do: "purge", n: message.n }] : [];
}

function fault({ dice }: Plot): readonly Step[] {
  const strike = dice.weighed<Strike>([
    [4, { kind: "limit", retryAfter: dice.one([1, 2, 5, 20, 60]) }],
    [4, { kind: "status", status: dice.one([500, 502, 503, 504]) }],
    [1, { kind: "page" }],
    [2, { kind: "slow", ms: dice.one([1_000, 8_000, 45_000]) }],
    [3, { kind: "cut", when: "before" }],
    [4, { kind: "cut", when: "after" }],
  ]);
  const side = dice.one(SIDES);
  const on = dice.chance(0.8) ? "sends" : "all";
  return [
    {
      do: "fault",
      side,
      on,
      strike,
      times: dice.weighed([
        [6, 1],
        [2, 2],
        [1, 6],
      ]),
    },
  ];
}

function gateway(plot: Plot): readonly Step[] {
  const how = plot.dice.one(["op7", "op9", "op9-resumable", "cut", "twice", "swap", "deaf", "hearing"]);
  const step: Step = { do: "gateway", how };
  if (how !== "swap") return [step];
  // Only what is about one message comes in the wrong order: of two messages nobody could tell which was first.
  const say = saying(plot, "discord");
  const message = plot.said.at(-1);
  if (!message) return [];
  message.form = "short";
  message.version += 1;
  return [
    step,
    { ...say, form: "short" } as Step,
    { do: "edit", n: message.n, form: "short", version: message.version },
  ];
}

function updates({ dice, setting }: Plot): readonly Step[] {
  return setting.updates === "webhook"
    ? [{ do: "updates", how: dice.one(["duplicate", "cut", "delay"]) }]
    : [];
}

function disk({ dice }: Plot): readonly Step[] {
  const code = dice.one(["full", "busy", "io"]);
  const moment = dice.one(["before", "during"]);
  return [
    {
      do: "disk",
      trouble: {
        code,
        moment,
        times: dice.weighed([
          [5, dice.from(1, 3)],
          [1, 12],
        ]),
      },
    },
  ];
}

function rights({ dice, setting, without }: Plot): readonly Step[] {
  const side = dice.one(SIDES);
  // In a basic group nobody can be silenced.
  if (side === "telegram" && setting.chat === "group") return [];
  const lost = !without.has(side);
  if (lost) without.add(side);
  else without.delete(side);
  return [{ do: "rights", side, lost }];
}

function leap(plot: Plot): readonly Step[] {
  const ms = plot.dice.one([-90_000, -3_000, 2_000, 60_000, 3_600_000, 6 * 3_600_000]);
  if (ms > plot.leapsLeftMs) return [];
  plot.leapsLeftMs -= Math.max(0, ms);
  return [{ do: "leap", ms }];
}

function outage({ dice }: Plot): readonly Step[] {
  const ms = dice.weighed([
    [4, dice.from(5_000, 120_000)],
    [2, dice.from(120_000, 900_000)],
    [1, dice.from(1, 4) * 3_600_000],
  ]);
  return [{ do: "outage", side: dice.one(SIDES), ms }];
}

function kill({ dice }: Plot): readonly Step[] {
  const downMs = dice.weighed([
    [6, dice.from(0, 3_000)],
    [3, dice.from(3_000, 60_000)],
    [1, dice.from(60_000, 900_000)],
    [0.3, dice.from(1, 3) * 3_600_000],
  ]);
  const moment = dice.one(["before", "during", "after"]);
  const how: Kill = dice.chance(0.5)
    ? { at: "commit", afterCommits: dice.from(0, 6), moment }
    : {
        at: "request",
        side: dice.one(SIDES),
        afterRequests: dice.from(0, 3),
        effect: dice.chance(0.6),
      };
  return [{ do: "kill", how, downMs }];
}

function restart({ dice }: Plot): readonly Step[] {
  return [{ do: "restart", downMs: dice.one([0, 1_000, 20_000, 400_000]) }];
}

function wait({ dice }: Plot): readonly Step[] {
  const ms = dice.weighed([
    [6, dice.from(1, 3_000)],
    [3, dice.from(3_000, 30_000)],
    [1, dice.from(30_000, 600_000)],
  ]);
  return [{ do: "wait", ms }];
}

/** One line for each step, for people. */
export function printStep(step: Step): string {
  const { do: kind, ...rest } = step;
  return `${kind} ${JSON.stringify(rest)}`;
}
