// A store that refuses or dies at a chosen instant, put around the real one; `stage.ts` kills the app with it.

import type { Store, StoreTx } from "../../src/bridge/store-port.ts";
import { StorageError } from "../../src/storage/errors.ts";

/** Before the work ran, when it had run and was not committed, or when it was committed and nobody was told. */
export type Moment = "before" | "during" | "after";

export interface Death {
  /** It strikes the transaction after so many others. */
  readonly afterCommits: number;
  readonly moment: Moment;
}

export interface Trouble {
  readonly code: "full" | "busy" | "io";
  readonly moment: Moment;
  /** How many transactions it strikes. */
  readonly times: number;
}

/** Owns what is to go wrong with the store of one run of the app. */
export class FlakyStore {
  dead = false;
  /** Transactions that were refused. */
  refused = 0;
  readonly #onDeath: () => void;
  #death: { left: number; readonly moment: Moment } | undefined;
  #trouble: { left: number; readonly trouble: Trouble } | undefined;

  /** `onDeath` is called at once, within the transaction that died. */
  constructor(onDeath: () => void) {
    this.#onDeath = onDeath;
  }

  plan(death: Death): void {
    this.#death = { left: death.afterCommits, moment: death.moment };
  }

  trouble(trouble: Trouble): void {
    this.#trouble = { left: trouble.times, trouble };
  }

  /** Nothing more goes wrong. */
  calm(): void {
    this.#death = undefined;
    this.#trouble = undefined;
  }

  /** From now on nothing is written any more. */
  die(): void {
    if (this.dead) return;
    this.dead = true;
    this.#onDeath();
  }

  wrap(inner: Store): Store {
    return { transaction: (work) => this.#run(inner, work), close: () => inner.close() };
  }

  async #run<T>(inner: Store, work: (tx: StoreTx) => Promise<T>): Promise<T> {
    if (this.dead) throw this.#refusal("closed");
    const death = this.#takeDeath();
    if (death !== undefined) return this.#strike(inner, work, death, "closed", () => this.die());
    const trouble = this.#takeTrouble();
    if (trouble) return this.#strike(inner, work, trouble.moment, trouble.code, () => {});
    const value = await inner.transaction(work);
    // The process that asked is no more.
    if (this.dead) throw this.#refusal("closed");
    return value;
  }

  async #strike<T>(
    inner: Store,
    work: (tx: StoreTx) => Promise<T>,
    moment: Moment,
    code: Trouble["code"] | "closed",
    then: () => void,
  ): Promise<T> {
    if (moment === "before") then();
    else if (moment === "after") {
      await inner.transaction(work);
      then();
    } else {
      const undone = inner.transaction(async (tx) => {
        await work(tx);
        then();
        throw this.#refusal(code);
      });
      await undone.catch(() => {});
    }
    throw this.#refusal(code);
  }

  #refusal(code: Trouble["code"] | "closed"): StorageError {
    this.refused += 1;
    return new StorageError(code, "the chaos suite refuses it");
  }

  #takeDeath(): Moment | undefined {
    if (!this.#death) return undefined;
    if (this.#death.left > 0) {
      this.#death.left -= 1;
      return undefined;
    }
    const { moment } = this.#death;
    this.#death = undefined;
    return moment;
  }

  #takeTrouble(): Trouble | undefined {
    if (!this.#trouble || this.#trouble.left <= 0) return undefined;
    this.#trouble.left -= 1;
    return this.#trouble.trouble;
  }
}
