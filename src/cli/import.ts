// `matebot import tedicross|matterbridge FILE`: writes matebot.yaml and says what has no counterpart; `commands.ts` calls it.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parse as parseToml, TomlError } from "smol-toml";
import { parse as parseYaml, YAMLParseError } from "yaml";
import type { Imported } from "../import/imported.ts";
import { importMatterbridge } from "../import/matterbridge.ts";
import { importTediCross } from "../import/tedicross.ts";
import { writeImported } from "../import/write.ts";
import type { LineSink } from "../log.ts";
import { UserError } from "../model/errors.ts";
import type { Texts } from "../model/texts.ts";
import { loadTexts, systemLanguage } from "../texts.ts";
import type { Source } from "./import-sources.ts";

export interface ImportOptions {
  /** What is written. */
  readonly config: string;
  /** Written to standard output instead. */
  readonly print?: boolean;
}

export interface ImportParts {
  readonly env: NodeJS.ProcessEnv;
  readonly stdout: LineSink;
  readonly stderr: LineSink;
}

/** Resolves with the exit code: 0 written, 1 it could not be, 2 the old file is not what it should be. Never rejects. */
export async function importSettings(
  source: Source,
  file: string,
  { config, print = false }: ImportOptions,
  parts: ImportParts = process,
): Promise<number> {
  const language = systemLanguage(parts.env);
  const texts = loadTexts(language);
  try {
    const imported = read(source, file, texts);
    const text = writeImported(imported, language, texts);
    if (print) parts.stdout.write(text);
    else write(config, text, texts);
    for (const line of tell(imported, { file, config, print }, texts)) parts.stderr.write(`${line}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    parts.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
}

function read(source: Source, file: string, texts: Texts): Imported {
  let content: string;
  try {
    content = readFileSync(file, "utf8");
  } catch (cause) {
    throw new UserError(texts("import.unreadable", { file }), 2, { cause });
  }
  try {
    if (source === "tedicross") return importTediCross(parseYaml(content, { intAsBigInt: true }));
    return importMatterbridge(parseToml(content, { integersAsBigInt: "asNeeded" }));
  } catch (error) {
    // Their messages quote the line, which may hold a token.
    if (error instanceof YAMLParseError) throw malformed(file, error.linePos?.[0].line, texts);
    if (error instanceof TomlError) throw malformed(file, error.line, texts);
    // Anchors that multiply without end.
    if (error instanceof ReferenceError) throw malformed(file, undefined, texts);
    throw error;
  }
}

function malformed(file: string, line: number | undefined, texts: Texts): UserError {
  return new UserError(texts("import.malformed", { file, line: line ?? 1 }), 2);
}

/** Never over a file that is there: it may hold what nobody has anywhere else. */
function write(config: string, text: string, texts: Texts): void {
  if (existsSync(config)) throw new UserError(texts("import.exists", { file: config }), 2);
  try {
    writeFileSync(config, text, { mode: 0o600, flag: "wx" });
  } catch (cause) {
    throw new UserError(texts("import.unwritable", { file: config }), 1, { cause });
  }
}

function tell(
  { accounts, bridges, notes }: Imported,
  { file, config, print }: { readonly file: string; readonly config: string; readonly print: boolean },
  texts: Texts,
): readonly string[] {
  const whole = bridges.filter(({ unknown }) => unknown.length === 0).length;
  const counts = { accounts: Object.keys(accounts).length, bridges: whole };
  return [
    texts(print ? "import.printed" : "import.written", { file, config, ...counts }),
    ...(notes.length > 0 ? ["", texts("import.notes", { count: notes.length })] : []),
    ...notes.map(({ path, code, values }) => `  ${path}: ${texts(`import.note.${code}`, values)}`),
    ...["", texts("import.then", { config })],
  ];
}
