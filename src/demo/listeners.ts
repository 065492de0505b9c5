// Who wants to hear that a side of the demo looks different now; both sides use it.

export interface Listeners {
  /** Also told of what `more` tells; returns how to stop listening. */
  add(listener: () => void, more: (listener: () => void) => () => void): () => void;
  readonly changed: () => void;
}

export function createListeners(): Listeners {
  const all = new Set<() => void>();
  return {
    add(listener, more) {
      all.add(listener);
      const stop = more(listener);
      return () => {
        all.delete(listener);
        stop();
      };
    },
    changed() {
      for (const listener of all) listener();
    },
  };
}
