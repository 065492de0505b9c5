// Lets so many through at once, the others in the order they came; transfers, conversions and downloads pass one each.

export interface Gate {
  /** Resolves with what leaves the gate again (once is enough, more does nothing); rejects when `signal` aborts first. */
  enter(signal: AbortSignal): Promise<() => void>;
}

export function createGate(width: number): Gate {
  const line = new Set<() => void>();
  let inside = 0;

  function pass(): () => void {
    inside++;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      inside--;
      for (const next of line) {
        line.delete(next);
        return next();
      }
    };
  }

  return {
    enter: (signal) => {
      if (signal.aborted) return Promise.reject(signal.reason);
      if (inside < width) return Promise.resolve(pass());
      return new Promise((resolve, reject) => {
        const give = () => {
          signal.removeEventListener("abort", leave);
          resolve(pass());
        };
        const leave = () => {
          line.delete(give);
          reject(signal.reason);
        };
        line.add(give);
        signal.addEventListener("abort", leave, { once: true });
      });
    },
  };
}
