// A small memory that forgets: what is too old, and the oldest when there is too much; it keeps why something failed.

const MOST = 1_000;
const FOR_MS = 3_600_000;

export interface Memo<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
  delete(key: string): void;
}

/** A thousand values, for an hour each. */
export function createMemo<T>(now: () => number): Memo<T> {
  const values = new Map<string, { readonly value: T; readonly until: number }>();
  return {
    get: (key) => {
      const kept = values.get(key);
      return kept && kept.until > now() ? kept.value : undefined;
    },
    set: (key, value) => {
      values.delete(key);
      values.set(key, { value, until: now() + FOR_MS });
      for (const oldest of values.keys()) {
        if (values.size <= MOST) return;
        values.delete(oldest);
      }
    },
    delete: (key) => void values.delete(key),
  };
}
