// The little Markdown of plugins' answers, read in the plugin's own process; pure, `outbound.ts` calls it.

import type { PluginNode } from "./api.ts";

type Styled = Extract<PluginNode, { readonly children: readonly PluginNode[] }>["kind"];

/** Longest first: `**` before `*`. */
const MARKS: readonly (readonly [mark: string, kind: Exclude<Styled, "link" | "quote">])[] = [
  ["**", "bold"],
  ["__", "underline"],
  ["~~", "strike"],
  ["||", "spoiler"],
  ["*", "italic"],
  ["_", "italic"],
];
const MOST_DEPTH = 8;
const ESCAPED = /^[\\`*_~|[\]()>]$/;
const LINK = /^\[([^\]\n]{1,1000})\]\(((?:https?:\/\/|mailto:)[^\s<>()]{1,1900})\)/i;
const PRE = /^```(?:([\w+#-]{1,32})\n|\n)?([\s\S]*?)\n?```/;

/** What is no mark stays as it is written; nothing is ever lost but marks that were meant. */
export function parseMarkdown(text: string): readonly PluginNode[] {
  const out: PluginNode[] = [];
  let plain: string[] = [];
  const flush = () => {
    if (plain.length > 0) out.push(...inline(plain.join("\n"), 0));
    plain = [];
  };
  for (const part of blocks(text)) {
    if (typeof part === "string") plain.push(part);
    else {
      // The newline before and after a block belongs to the neighbouring text.
      if (plain.length > 0 || out.length > 0) plain.push("");
      flush();
      out.push(part);
      plain.push("");
    }
  }
  if (plain.length === 1 && plain[0] === "") plain = [];
  flush();
  return joined(out);
}

/** Lines, and what spans whole ones: quotes and blocks of code. */
function blocks(text: string): readonly (string | PluginNode)[] {
  const found: (string | PluginNode)[] = [];
  const lines = text.split("\n");
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? "";
    if (line.startsWith("```")) {
      const rest = lines.slice(i).join("\n");
      const match = PRE.exec(rest);
      const after = match ? rest.slice(match[0].length) : "";
      if (match && (after === "" || after.startsWith("\n"))) {
        found.push({ kind: "pre", text: match[2] ?? "", ...(match[1] && { language: match[1] }) });
        i += match[0].split("\n").length - 1;
        continue;
      }
    }
    if (/^> ?\S/.test(line)) {
      const quoted: string[] = [];
      while (lines[i]?.startsWith(">")) quoted.push((lines[i++] ?? "").replace(/^> ?/, ""));
      i--;
      found.push({ kind: "quote", children: inline(quoted.join("\n"), 1) });
      continue;
    }
    found.push(line);
  }
  return found;
}

function inline(text: string, depth: number): readonly PluginNode[] {
  const out: PluginNode[] = [];
  let plain = "";
  const put = (node: PluginNode) => {
    if (plain !== "") out.push({ kind: "text", text: plain });
    plain = "";
    out.push(node);
  };
  for (let i = 0; i < text.length; ) {
    const char = text[i] ?? "";
    if (char === "\\" && ESCAPED.test(text[i + 1] ?? "")) {
      plain += text[i + 1];
      i += 2;
      continue;
    }
    const found = depth < MOST_DEPTH ? spanAt(text, i, depth) : undefined;
    if (found) {
      put(found.node);
      i = found.end;
    } else {
      plain += char;
      i++;
    }
  }
  if (plain !== "") out.push({ kind: "text", text: plain });
  return out;
}

function spanAt(text: string, at: number, depth: number): { node: PluginNode; end: number } | undefined {
  if (text[at] === "`") {
    const end = text.indexOf("`", at + 1);
    if (end <= at + 1 || text.slice(at, end).includes("\n")) return undefined;
    return { node: { kind: "code", text: text.slice(at + 1, end) }, end: end + 1 };
  }
  if (text[at] === "[") {
    const match = LINK.exec(text.slice(at, at + 3_000));
    if (!match?.[1] || !match[2]) return undefined;
    const children = inline(match[1], depth + 1);
    return { node: { kind: "link", href: match[2], children }, end: at + match[0].length };
  }
  for (const [mark, kind] of MARKS) {
    if (!text.startsWith(mark, at)) continue;
    const end = closing(text, mark, at);
    if (end === undefined) continue;
    const children = inline(text.slice(at + mark.length, end), depth + 1);
    return { node: { kind, children }, end: end + mark.length };
  }
  return undefined;
}

/** A mark opens before what is no space and closes behind such; `_` never within a word (snake_case). */
function closing(text: string, mark: string, at: number): number | undefined {
  const from = at + mark.length;
  if (!/\S/.test(text[from] ?? " ")) return undefined;
  const isWithin = mark.startsWith("_") && /[\p{L}\p{N}]/u.test(text[at - 1] ?? " ");
  if (isWithin) return undefined;
  for (let end = text.indexOf(mark, from + 1); end > 0; end = text.indexOf(mark, end + 1)) {
    const isEscaped = text[end - 1] === "\\";
    const isSpaced = /\s/.test(text[end - 1] ?? " ");
    const isLonger = mark.length === 1 && (text[end + 1] === mark || text[end - 1] === mark);
    const isInWord = mark.startsWith("_") && /[\p{L}\p{N}]/u.test(text[end + mark.length] ?? " ");
    if (!isEscaped && !isSpaced && !isLonger && !isInWord) return end;
  }
  return undefined;
}

function joined(nodes: readonly PluginNode[]): readonly PluginNode[] {
  const out: PluginNode[] = [];
  for (const node of nodes) {
    const last = out.at(-1);
    if (node.kind === "text" && last?.kind === "text") {
      out[out.length - 1] = { kind: "text", text: last.text + node.text };
    } else if (node.kind !== "text" || node.text !== "") out.push(node);
  }
  return out;
}
