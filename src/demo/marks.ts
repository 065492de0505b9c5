// Remembers which of the demo's people reacted or voted, for the simulators tell only sums; both sides of the demo keep one.

/** The demo may run for days. */
const MOST_MESSAGES = 1000;

export interface Marks<Value> {
  /** Who marked the message with that, in order. */
  by(message: string, value: Value): readonly string[];
  of(message: string, person: string): readonly Value[];
  set(message: string, person: string, values: readonly Value[]): void;
}

export function createMarks<Value>(): Marks<Value> {
  const marks = new Map<string, Map<string, readonly Value[]>>();
  return {
    by: (message, value) =>
      [...(marks.get(message) ?? [])].flatMap(([person, values]) => (values.includes(value) ? [person] : [])),
    of: (message, person) => marks.get(message)?.get(person) ?? [],
    set(message, person, values) {
      const known = marks.get(message) ?? new Map<string, readonly Value[]>();
      known.set(person, values);
      marks.set(message, known);
      if (marks.size > MOST_MESSAGES) marks.delete(marks.keys().next().value ?? "");
    },
  };
}

/** The values with this one added, or taken away when it was there. */
export function toggled<Value>(values: readonly Value[], value: Value): readonly Value[] {
  return values.includes(value) ? values.filter((each) => each !== value) : [...values, value];
}
