// Gives the demo page's files as a browser can run them, from the sources or from the package; `page-server.ts` serves them.

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createRequire, stripTypeScriptTypes } from "node:module";
import { fileURLToPath } from "node:url";
import { LANGUAGES, localesFolder } from "../texts.ts";

export interface PageFile {
  readonly type: string;
  readonly body: string;
}

/** Packages the page imports; index.html maps their names to these files. */
const VENDOR: Readonly<Record<string, string>> = {
  "preact.mjs": "preact",
  "hooks.mjs": "preact/hooks",
  "htm.mjs": "htm",
};
const SCRIPT = "text/javascript; charset=utf-8";
const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  js: SCRIPT,
  ts: SCRIPT,
  svg: "image/svg+xml",
};
const folder = fileURLToPath(new URL("../../console/", import.meta.url));

export function startPage(): PageFile {
  return { type: "text/html; charset=utf-8", body: readFileSync(`${folder}index.html`, "utf8") };
}

/** Everything from here and nothing else; the one inline script, the import map, by its hash. */
export function contentPolicy(): string {
  const map = /<script type="importmap">([\s\S]*?)<\/script>/.exec(startPage().body)?.[1] ?? "";
  const hash = createHash("sha256").update(map).digest("base64");
  return `default-src 'self'; script-src 'self' 'sha256-${hash}'; frame-ancestors 'none'`;
}

/** A file of the page by its name alone; undefined when there is none. */
export function pageFile(name: string): PageFile | undefined {
  const [, stem, extension = ""] = /^([a-z-]+)\.(css|js|ts|svg)$/.exec(name) ?? [];
  const type = TYPES[extension];
  if (!stem || !type) return undefined;
  // index.html asks for main.js: in a checkout that is main.ts, and its imports name .ts files.
  const source = `${folder}${stem}.ts`;
  if (type === SCRIPT && existsSync(source)) {
    return { type, body: withoutTypes(readFileSync(source, "utf8")) };
  }
  const path = `${folder}${name}`;
  return existsSync(path) ? { type, body: readFileSync(path, "utf8") } : undefined;
}

export function vendorFile(name: string): PageFile | undefined {
  const module = Object.hasOwn(VENDOR, name) ? VENDOR[name] : undefined;
  return module === undefined ? undefined : { type: SCRIPT, body: readFileSync(moduleFile(module), "utf8") };
}

/** The page's words in a language (`pt-BR.json`). */
export function wordsFile(name: string): PageFile | undefined {
  const language = LANGUAGES.find((one) => name === `${one}.json`);
  if (!language) return undefined;
  const { page } = JSON.parse(readFileSync(`${localesFolder()}/${language}/demo.json`, "utf8"));
  return { type: "application/json; charset=utf-8", body: JSON.stringify(page) };
}

/** The ES module that a browser gets for a package: the one beside what `require` would take. */
function moduleFile(name: string): string {
  const main = createRequire(import.meta.url).resolve(name);
  const candidates = [main.replace(/\.(c|m)?js$/, ".mjs"), main.replace(/\.js$/, ".module.js")];
  return candidates.find((path) => existsSync(path)) ?? main;
}

/** Node runs these files as they are; browsers need the types gone. In the package they are JavaScript already. */
function withoutTypes(source: string): string {
  const { emitWarning } = process;
  // The function works but warns that it may change; the user of the demo can do nothing about that.
  process.emitWarning = () => {};
  try {
    return stripTypeScriptTypes(source);
  } finally {
    process.emitWarning = emitWarning;
  }
}
