// Lets one lane at a time have a call under way where several share one row of message ids; `lanes.ts` hands it out.

export class Turn {
  #taken = false;
  readonly #waiting: (() => void)[] = [];

  /** Somebody else waits for it. */
  get wanted(): boolean {
    return this.#waiting.length > 0;
  }

  /** Resolves when it is the caller's turn; in the order of the calls. */
  async begin(): Promise<void> {
    if (!this.#taken) {
      this.#taken = true;
      return;
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  end(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#taken = false;
  }
}
