// Parts of what the checks say: sentences of others cut into what is so and what to do, sizes, days. Pure.

/** The first sentence (or what stands before a semicolon) says what is wrong, the others the cure. */
export function inTwo(words: string): { readonly message: string; readonly cure: string } {
  const [message = "", ...rest] = words.split(/(?<=\.)\s+|;\s+/);
  return { message: message.replace(/\.$/, ""), cure: rest.join(" ") };
}

/** In whole MiB, at least one. */
export function mebibytes(bytes: number): number {
  return Math.max(1, Math.round(bytes / 1024 ** 2));
}

/** Such as `2026-11-23`, in UTC. */
export function day(at: number | Date): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** The nine bits as `chmod` takes them. */
export function modeWords(mode: number): string {
  return mode.toString(8).padStart(3, "0");
}
