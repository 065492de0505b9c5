// Reads YAML and remembers where everything stands in the file; `loadConfig` calls it.

import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import type { Finding, Path } from "./finding.ts";

export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface YamlDocument {
  /** Plain values; undefined when the YAML is too broken to be read. */
  readonly value: unknown;
  /** What the YAML itself gets wrong, with where it stands. */
  readonly faults: readonly (Finding & Position)[];
  /** Where the value (or the key) at `path` stands; its nearest parent that exists when it does not. */
  locate(path: Path, atKey: boolean): Position;
}

export function readDocument(text: string): YamlDocument {
  const lines = new LineCounter();
  // Without `prettyErrors: false` the messages quote the file, tokens and all.
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    // Its warnings quote the file, too.
    logLevel: "error",
  });
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const faults = document.errors.map((error) => ({
    ...syntaxFinding(error.code, text.slice(error.pos[0])),
    ...at(error.pos[0]),
  }));
  const readable = faults.every((fault) => fault.code === "duplicate-key");
  const read = readable ? readValue(document) : { value: undefined };
  return {
    value: read?.value,
    faults: firstPerLine(read ? faults : [...faults, { path: [], code: "yaml", line: 1, column: 1 }]),
    locate: (path, atKey) => at(offsetOf(document, path, atKey)),
  };
}

/** Undefined where an alias leads nowhere, into what it stands in, or to so many others that they fill the memory. */
function readValue(document: Document.Parsed): { readonly value: unknown } | undefined {
  try {
    const value: unknown = document.toJS();
    JSON.stringify(value);
    return { value };
  } catch {
    return undefined;
  }
}

function syntaxFinding(code: string, rest: string): Finding {
  switch (code) {
    case "DUPLICATE_KEY":
      return { path: [], code: "duplicate-key", values: { key: /^[\w-]{1,40}/.exec(rest)?.[0] ?? "?" } };
    case "TAB_AS_INDENT":
      return { path: [], code: "tab" };
    case "MULTIPLE_DOCS":
      return { path: [], code: "two-documents" };
    default:
      return { path: [], code: "yaml" };
  }
}

/** One slip of the pen makes the parser complain several times in the same line; the first says it best. */
function firstPerLine<T extends Position>(faults: readonly T[]): readonly T[] {
  return faults.filter((fault, i) => faults.findIndex((other) => other.line === fault.line) === i);
}

function offsetOf(document: Document.Parsed, path: Path, atKey: boolean): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const [depth, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(step));
      if (!pair) return offset;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
      if (depth === path.length - 1 && !atKey && isScalar(node)) return startOf(node) ?? offset;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      offset = startOf(node) ?? offset;
    } else return offset;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
