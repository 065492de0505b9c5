// Keeps the house as ARCHITECTURE.md draws it: who may import whom, how long a file and a function may be, the words.

import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { parseSync, Visitor } from "oxc-parser";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const MOST_LINES = 300;
const MOST_FUNCTION_LINES = 60;
const MOST_FILES = 35;

const sources = globSync(["src/**/*.ts", "console/**/*.ts"], { cwd: root })
  .filter((path) => !path.endsWith(".test.ts"))
  .sort();
const read = (path: string) => readFileSync(join(root, path), "utf8");

/** What each room may import, beside its own folder and packages. `app.ts`, `main.ts`, `cli`, `demo`, `doctor` and `setup` may import everything. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  model: [],
  bridge: ["model"],
  storage: ["model", "bridge/ports.ts", "bridge/store-port.ts"],
  media: ["model", "bridge/media-port.ts", "bridge/ports.ts"],
  web: ["model", "bridge/ports.ts", "config.ts", "config"],
  config: ["model", "texts.ts", "web/listen.ts", "robot/config.ts"],
  "config.ts": ["model", "config", "texts.ts", "web/listen.ts", "robot/config.ts"],
  "log.ts": ["bridge/ports.ts", "model"],
  "texts.ts": ["model"],
  "platforms/telegram": [
    "model",
    "bridge/platform.ts",
    "bridge/ports.ts",
    "bridge/media-port.ts",
    "bridge/examine.ts",
    "bridge/social.ts",
  ],
  "platforms/discord": [
    "model",
    "bridge/platform.ts",
    "bridge/ports.ts",
    "bridge/media-port.ts",
    "bridge/examine.ts",
    "bridge/social.ts",
  ],
  "platforms/index.ts": ["platforms", "model", "bridge/platform.ts", "bridge/examine.ts", "config"],
  robot: ["model", "bridge"],
  plugins: ["model", "bridge", "robot"],
  import: ["model", "config", "texts.ts"],
  service: ["model", "bridge/ports.ts"],
  sandbox: ["model"],
};
const COMPOSITION = [
  "app.ts",
  "platform-context.ts",
  "robot-areas.ts",
  "package-version.ts",
  "main.ts",
  "cli",
  "demo",
  "doctor",
  "setup",
];

function roomOf(path: string): string | undefined {
  return [...COMPOSITION, ...Object.keys(MAY_IMPORT)]
    .sort((a, b) => b.length - a.length)
    .find((room) => path === room || path.startsWith(`${room}/`));
}

function importsOf(path: string): readonly string[] {
  const { module } = parseSync(path, read(path));
  const requests = [
    ...module.staticImports.map((statement) => statement.moduleRequest.value),
    ...module.staticExports.flatMap((statement) =>
      statement.entries.flatMap((entry) => (entry.moduleRequest ? [entry.moduleRequest.value] : [])),
    ),
  ];
  return requests
    .filter((request) => request.startsWith("."))
    .map((request) => normalize(join(dirname(path), request)));
}

interface LongFunction {
  readonly line: number;
  readonly lines: number;
}

function longFunctions(path: string): readonly LongFunction[] {
  const code = read(path);
  const found: LongFunction[] = [];
  const lineOf = (offset: number) => code.slice(0, offset).split("\n").length;
  const measure = (node: { readonly start: number; readonly end: number }) => {
    const line = lineOf(node.start);
    const lines = lineOf(node.end) - line + 1;
    if (lines > MOST_FUNCTION_LINES) found.push({ line, lines });
  };
  new Visitor({
    FunctionDeclaration: measure,
    FunctionExpression: measure,
    ArrowFunctionExpression: measure,
  }).visit(parseSync(path, code).program);
  return found;
}

describe("the house", () => {
  it("has rooms to look at", () => {
    expect(sources.length).toBeGreaterThan(40);
  });

  it.each(sources.filter((path) => path.startsWith("src/")))("%s imports only downward", (path) => {
    const inside = path.slice("src/".length);
    const room = roomOf(inside);
    expect(room, "a file outside every room").toBeDefined();
    if (room === undefined || COMPOSITION.includes(room)) return;
    const allowed = [room, ...(MAY_IMPORT[room] ?? [])];
    const strangers = importsOf(path)
      .map((target) => target.replace(/^src\//, ""))
      .filter((target) => !allowed.some((place) => target === place || target.startsWith(`${place}/`)));
    expect(strangers).toEqual([]);
  });

  it.each([...new Set(sources.map(dirname))])("%s is not crowded", (folder) => {
    expect(sources.filter((path) => dirname(path) === folder).length).toBeLessThanOrEqual(MOST_FILES);
  });

  it.each(sources)("%s is short, and so are its functions", (path) => {
    expect(read(path).trimEnd().split("\n").length, "lines of the file").toBeLessThanOrEqual(MOST_LINES);
    expect(longFunctions(path)).toEqual([]);
  });

  it.each(sources)("%s says in its first line what it is", (path) => {
    expect(read(path).replace(/^#!.*\n/, "")).toMatch(/^\/\/ \S.*\.(\s|$)/);
  });

  it.each(sources)("%s has a name by the rules", (path) => {
    expect(basename(path)).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*\.ts$/);
    expect(basename(path)).not.toMatch(/^(utils?|helpers?|common|misc)\.ts$/);
  });

  it.each(sources)("%s re-exports nothing and leaves nothing to do", (path) => {
    expect(read(path)).not.toMatch(/^export (\*|\{[^}]*\}) from/m);
    expect(read(path)).not.toMatch(/\b(TODO|FIXME|XXX|HACK)\b/);
    expect(read(path)).not.toMatch(/@ts-(ignore|expect-error|nocheck)/);
  });

  it("names a platform nowhere in the bridge and the model", () => {
    const core = sources.filter((path) => /^src\/(bridge|model)\//.test(path));
    const code = core.filter((path) => {
      const withoutComments = read(path).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
      return /telegram|discord/i.test(withoutComments);
    });
    expect(code).toEqual([]);
  });
});
