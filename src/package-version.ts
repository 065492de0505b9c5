// The version of this program; the command line and /info say it.

import { readFileSync } from "node:fs";

/** From the package.json beside `src` in a checkout, beside `dist` in the package. */
export function packageVersion(): string {
  for (const path of ["../package.json", "../../package.json"]) {
    try {
      return String(JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")).version);
    } catch {
      // Not there: it is the other one.
    }
  }
  return "?";
}
