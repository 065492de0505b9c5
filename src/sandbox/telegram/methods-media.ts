// sendPhoto and the other senders of files; method-table.ts lists them.

import type { Method } from "./method.ts";
export const mediaMethods: readonly Method[] = [];
