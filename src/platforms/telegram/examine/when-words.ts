// A moment in digits that sort and that every language reads alike; the doctor and `matebot webhook` say it.

/** `at` is milliseconds since 1970. */
export function whenWords(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
