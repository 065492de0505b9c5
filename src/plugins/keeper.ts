// Keeps one plugin alive: a new life after each fall, later and later, and off when it falls too often; `plugins.ts` has one for each.

import { basename } from "node:path";
import type { Clock, Timer } from "../model/clock.ts";
import type { Texts } from "../model/texts.ts";
import type { Answered } from "./calls.ts";
import { CallFailed, type Fall, fallWords } from "./fall.ts";
import { Life, type LifeParts } from "./life.ts";
import type { PluginLimits } from "./limits.ts";
import { checkedSheet, type Sheet } from "./sheet.ts";
import type { Call } from "./wire.ts";

/** The same trouble is not told again within this time. */
const TOLD_AGAIN_MS = 60_000;

export interface KeeperParts extends Omit<LifeParts, "fallen" | "line" | "serve"> {
  readonly limits: PluginLimits;
  readonly clock: Clock;
  /** In the language of who runs MateBot. */
  readonly texts: Texts;
  line(keeper: Keeper, level: "debug" | "info" | "warn" | "error", line: string): void;
  serve(keeper: Keeper, ...request: Parameters<LifeParts["serve"]>): Promise<unknown>;
  /** `key` of robot-plugins.report; `detail` is for the log alone. */
  report(
    keeper: Keeper,
    level: "info" | "warn" | "error",
    key: string,
    values: Readonly<Record<string, string>>,
    detail: string,
  ): void;
}

/** Owns the processes of one plugin. */
export class Keeper {
  readonly #parts: KeeperParts;
  #life: Life | undefined;
  #sheet: Sheet | undefined;
  #state: "loading" | "up" | "down" | "off" = "loading";
  #why: Fall | undefined;
  #refused: readonly string[] | undefined;
  #falls: number[] = [];
  #restart: Timer | undefined;
  #isStopped = false;
  #isDeclared = false;
  readonly #told = new Map<string, number>();
  #loaded: (() => void) | undefined;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  /** As it calls itself; its file until that is known. */
  get name(): string {
    return this.#sheet?.name ?? basename(this.#parts.path);
  }
  /** What it declared when it was first loaded; undefined when it never was. */
  get sheet(): Sheet | undefined {
    return this.#sheet;
  }
  get state(): "loading" | "up" | "down" | "off" {
    return this.#state;
  }
  /** Why it fell last. */
  get why(): Fall | undefined {
    return this.#why;
  }
  get pid(): number | undefined {
    return this.#life?.pid;
  }

  /** Resolves when it is known what the plugin is, or that it is none. */
  load(): Promise<void> {
    return new Promise((resolve) => {
      this.#loaded = resolve;
      this.#open();
    });
  }

  /** From now on it may do what it does. `refused`: words that mean something else here. Resolves once it has begun. */
  async begin(refused: readonly string[]): Promise<void> {
    this.#refused = refused;
    if (this.#life && this.#isDeclared && this.#state !== "off") await this.#start(this.#life);
  }

  /** @throws CallFailed; told to the log and to `report` once, except that it is down */
  async call<T extends Call["to"]>(
    call: Extract<Call, { to: T }>,
    ms: number,
    isVital = false,
  ): Promise<Answered<T>> {
    if (!this.#life || this.#state !== "up") throw new CallFailed("down", "it does not run");
    try {
      return await this.#life.call<T>(call, ms, isVital);
    } catch (error) {
      if (error instanceof CallFailed) this.trouble(call.to, error);
      throw error;
    }
  }

  /** Something of its doing went wrong, and it goes on. */
  trouble(what: string, { why, message }: CallFailed): void {
    if (why === "down") return;
    const { clock, report } = this.#parts;
    const key = `${what} ${why} ${message}`;
    const before = this.#told.get(key);
    if (before !== undefined && clock.now() - before < TOLD_AGAIN_MS) return;
    if (this.#told.size > 100) this.#told.clear();
    this.#told.set(key, clock.now());
    report(this, "warn", `trouble-${why}`, { what }, message);
  }

  /** Off until MateBot is started again. */
  async giveUp(fall: Fall): Promise<void> {
    this.#off(fall);
    const life = this.#life;
    this.#life = undefined;
    await life?.stop();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#restart?.cancel();
    const life = this.#life;
    this.#life = undefined;
    this.#state = "down";
    await life?.stop();
  }

  #open(): void {
    this.#isDeclared = false;
    const life = new Life({
      ...this.#parts,
      line: (level, line) => this.#parts.line(this, level, line),
      serve: (request, bytes) => this.#parts.serve(this, request, bytes),
      fallen: (fall) => this.#fallen(fall),
    });
    this.#life = life;
    life.sheet.then(
      (sheet) => this.#declared(life, sheet),
      () => {},
    );
  }

  #declared(life: Life, given: unknown): void {
    const sheet = checkedSheet(given);
    if ("wrong" in sheet) {
      life.fall("shape", sheet.wrong);
      return;
    }
    // Its commands stand in menus already.
    if (this.#sheet && JSON.stringify(this.#sheet) !== JSON.stringify(sheet.ok)) {
      life.fall("changed");
      return;
    }
    this.#sheet = sheet.ok;
    this.#isDeclared = true;
    this.#loaded?.();
    if (this.#refused) void this.#start(life);
  }

  async #start(life: Life): Promise<void> {
    const { limits, report } = this.#parts;
    try {
      await life.call({ to: "start", refused: this.#refused ?? [] }, limits.commandMs, true);
    } catch (error) {
      if (error instanceof CallFailed && error.why === "threw") life.fall("crash", error.message);
      else life.fall("nonsense", "start");
      return;
    }
    if (this.#life !== life || this.#isStopped) return;
    this.#state = "up";
    if (this.#falls.length > 0) report(this, "info", "back", {}, "");
  }

  #fallen(fall: Fall): void {
    if (this.#isStopped || this.#state === "off") return;
    const { limits, clock, report, texts } = this.#parts;
    this.#life = undefined;
    this.#why = fall;
    const now = clock.now();
    this.#falls = [...this.#falls.filter((at) => now - at < limits.fallsWithinMs), now];
    const count = this.#falls.length;
    if (!this.#sheet || count >= limits.mostFalls || fall.reason === "changed") {
      this.#off(fall);
      return;
    }
    this.#state = "down";
    const backOff = limits.backOffMs[Math.min(count, limits.backOffMs.length) - 1] ?? 0;
    const values = {
      why: fallWords(fall, this.name, texts),
      seconds: String(backOff / 1_000),
    };
    report(this, "warn", "fell", values, fall.detail ?? "");
    this.#restart = clock.after(backOff, () => this.#open());
  }

  #off(fall: Fall): void {
    const { report, texts } = this.#parts;
    this.#state = "off";
    this.#why = fall;
    this.#restart?.cancel();
    report(this, "error", "off", { why: fallWords(fall, this.name, texts) }, fall.detail ?? "");
    this.#loaded?.();
  }
}
