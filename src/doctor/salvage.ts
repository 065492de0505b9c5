// Reads of a faulty configuration what can be read all the same, and of any the secrets; `world.ts` calls it.

import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { readDocument } from "../config/document.ts";
import { resolveReferences } from "../config/references.ts";
import { topSchema } from "../config/schema.ts";
import type { Language } from "../model/texts.ts";
import { LANGUAGES } from "../texts.ts";

export interface Salvage {
  readonly secrets: readonly string[];
  readonly literalSecret: boolean;
  /** Absolute; absent where the file does not say it rightly. */
  readonly data?: string;
  readonly storage?: string;
  readonly language?: Language;
}

const NOTHING: Salvage = { secrets: [], literalSecret: false };

/** Never throws. */
export function salvage(path: string, env: NodeJS.ProcessEnv): Salvage {
  const file = resolve(path);
  const folder = dirname(file);
  const value = valueIn(file);
  if (typeof value !== "object" || value === null) return NOTHING;
  const { value: resolved, secrets, literalSecret } = resolveReferences(value, env, folder);
  const fields = resolved as {
    readonly data?: unknown;
    readonly storage?: unknown;
    readonly language?: unknown;
  };
  const language = LANGUAGES.find((one) => one === fields.language);
  const data = topSchema.shape.data.safeParse(fields.data);
  const storage = topSchema.shape.storage.safeParse(fields.storage);
  const home = data.success ? resolve(folder, data.data) : undefined;
  const url = storage.success ? (storage.data ?? (home && `sqlite:${home}/matebot.db`)) : undefined;
  return {
    ...{ secrets, literalSecret },
    ...(language && { language }),
    ...(home !== undefined && { data: home }),
    ...(url !== undefined && { storage: absolute(url, folder) }),
  };
}

function absolute(storage: string, folder: string): string {
  const path = /^sqlite:(.+)$/s.exec(storage)?.[1];
  return path === undefined ? storage : `sqlite:${resolve(folder, path)}`;
}

function valueIn(file: string): unknown {
  try {
    return readDocument(readFileSync(file, "utf8")).value;
  } catch {
    return undefined;
  }
}
