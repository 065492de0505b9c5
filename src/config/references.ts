// Replaces `env:NAME` and `file:PATH` by what they name, and collects the secrets; `loadConfig` calls it.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Finding, Path } from "./finding.ts";

export interface Resolved {
  readonly value: unknown;
  readonly findings: readonly Finding[];
  /** Every value that must never be written anywhere. */
  readonly secrets: readonly string[];
  /** A secret stands in the file itself, not behind a reference. */
  readonly literalSecret: boolean;
}

/** Keys whose values are secrets, on whatever platform. */
const SECRET_KEY = /token|secret|password/i;

/** Relative paths are relative to `folder`. A reference that leads nowhere becomes undefined and a finding. */
export function resolveReferences(value: unknown, env: NodeJS.ProcessEnv, folder: string): Resolved {
  const findings: Finding[] = [];
  const secrets = new Set<string>();
  let literalSecret = false;

  function text(raw: string, path: Path): string | undefined {
    const result = resolveText(raw, env, folder);
    if ("code" in result) {
      findings.push({ path, ...result });
      return undefined;
    }
    const found = secretsIn(result.text, path);
    for (const secret of found) secrets.add(secret);
    if (found.length > 0 && result.text === raw) literalSecret = true;
    return result.text;
  }

  function visit(node: unknown, path: Path): unknown {
    if (typeof node === "string") return text(node, path);
    if (Array.isArray(node)) return node.map((item, i) => visit(item, [...path, i]));
    if (typeof node !== "object" || node === null) return node;
    return Object.fromEntries(
      Object.entries(node).map(([key, inner]) => [key, visit(inner, [...path, key])]),
    );
  }

  return { value: visit(value, []), findings, secrets: [...secrets], literalSecret };
}

type Reference = { readonly text: string } | Pick<Finding, "code" | "values">;

function resolveText(raw: string, env: NodeJS.ProcessEnv, folder: string): Reference {
  if (raw.startsWith("env:")) {
    const name = raw.slice("env:".length);
    if (!/^[A-Za-z_]\w*$/.test(name)) return { code: "env-name" };
    const value = env[name];
    if (value === undefined) return { code: "env-missing", values: { name } };
    return value.trim() === "" ? { code: "env-empty", values: { name } } : { text: value };
  }
  if (!raw.startsWith("file:")) return { text: raw };
  const file = resolve(folder, raw.slice("file:".length));
  try {
    const content = readFileSync(file, "utf8").replace(/[\r\n]+$/, "");
    return content.trim() === "" ? { code: "file-empty", values: { file } } : { text: content };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code === "ENOENT" ? "file-missing" : "file-unreadable";
    return { code, values: { file } };
  }
}

function secretsIn(value: string, path: Path): readonly string[] {
  if (value === "") return [];
  if (SECRET_KEY.test(String(path.at(-1)))) return [value];
  const password = /^[a-z][\w+.-]*:\/\/[^/?#@]*?:([^/?#]*)@/i.exec(value)?.[1];
  if (password === undefined || password === "") return [];
  return [...new Set([password, decoded(password)])];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
