// Makes names that Discord takes for threads and posts; `acts.ts` and `open-twin.ts` call it.

/** Discord, resources/channel: 1-100 characters. */
const MAX_NAME = 100;

export function threadName(name: string): string {
  const clean = name.replace(/\s+/gu, " ").trim();
  const points = [...(clean || "…")];
  return points.length <= MAX_NAME ? points.join("") : `${points.slice(0, MAX_NAME - 1).join("")}…`;
}
