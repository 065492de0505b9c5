// What `npm pack` ships, installed into an empty folder as a user does it, and run from there by somebody who may not write.

import { execFile, spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  existsSync,
  globSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { freePort } from "../../src/demo/free-port.ts";
import { eventually, makeWorld, type World } from "../support/world.ts";

const root = join(import.meta.dirname, "..", "..");
/** All that packing needs; what else lies in a checkout cannot get into the package. */
const NEEDED = [
  ...["package.json", "build.ts", "tsconfig.json", "tsconfig.build.json", "matebot.example.yaml", "LICENSE"],
  ...["src", "console", "locales", "personalities", "examples", "deploy", "docs"],
  ...globSync("*.md", { cwd: root }),
];
const MOST_BYTES = 200 * 1024 * 1024;
/** Who owns nothing anywhere; only root can become it. */
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
const UNREACHABLE = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|ENETUNREACH|network/;

const folder = mkdtempSync(join(tmpdir(), "matebot-package-"));
const place = join(folder, "opt");
const own = join(folder, "own");
const node = join(folder, "bin", "node");
const program = join(place, "node_modules", ".bin", "matebot");
const installed = join(place, "node_modules", "matebot");
const PATH = `${dirname(node)}${delimiter}${process.env.PATH}`;
let packed: readonly string[] = [];
let missing: string | undefined;

/** The environment of somebody who types it: nothing of the npm that runs these tests. */
function shell(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(
    ([name]) =>
      !/^(npm_(lifecycle|package|node|command|config_(local_prefix|prefix|global))|INIT_CWD|NODE_(ENV|OPTIONS)$)/i.test(
        name,
      ),
  );
  return { ...Object.fromEntries(entries), PATH, npm_config_update_notifier: "false" };
}

async function npm(args: readonly string[], cwd: string): Promise<string> {
  const { stdout } = await promisify(execFile)("npm", args, { cwd, env: shell(), maxBuffer: 2 ** 26 });
  return stdout;
}

/** Packs a copy of the tree: the build begins by taking away what is built, and others may be using that. */
async function pack(): Promise<string> {
  const copy = join(folder, "copy");
  mkdirSync(copy);
  for (const name of NEEDED) cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  // Somebody who packs may have these lying about.
  mkdirSync(join(copy, "deploy", "docker", "secrets"), { recursive: true });
  for (const name of ["secrets/telegram_token", ".env", "matebot.yaml"])
    writeFileSync(join(copy, "deploy", "docker", name), "a secret");
  const [{ filename, files }] = JSON.parse(await npm(["pack", "--json", "--silent"], copy));
  packed = files.map(({ path }: { readonly path: string }) => path);
  return join(copy, filename);
}

async function install(tarball: string): Promise<void> {
  mkdirSync(place);
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1", "--prefer-offline"];
  try {
    await npm(["install", "--prefix", place, "--omit=dev", "--ignore-scripts", ...quiet, tarball], place);
  } catch (error) {
    if (!UNREACHABLE.test(String(error))) throw error;
    missing = "nothing to install from: the registry of npm cannot be reached";
  }
}

/** Files and folders below, without following links. */
function* below(path: string): Generator<string> {
  yield path;
  if (!lstatSync(path).isDirectory()) return;
  for (const name of readdirSync(path)) yield* below(join(path, name));
}

beforeAll(async () => {
  for (const path of [dirname(node), own]) mkdirSync(path);
  copyFileSync(process.execPath, node);
  await install(await pack());
  if (missing !== undefined) return;
  for (const path of below(place)) {
    const stat = lstatSync(path);
    if (!stat.isSymbolicLink()) chmodSync(path, (stat.mode | 0o444) & ~0o222);
  }
  chmodSync(folder, 0o755);
  if (isRoot) chownSync(own, NOBODY, NOBODY);
}, 120_000);

interface Started {
  signal(name: NodeJS.Signals): void;
  /** All it wrote so far. */
  told(): string;
  /** Resolves with the exit code, or the name of the signal that ended it. */
  readonly ended: Promise<unknown>;
}

const running: Started[] = [];
let world: World | undefined;
beforeEach((context) => {
  if (missing === undefined) return;
  if (process.env.CI) throw new Error(missing);
  context.skip(missing);
});
afterEach(async () => {
  for (const one of running.splice(0)) one.signal("SIGKILL");
  await world?.close();
  world = undefined;
});
afterAll(() => {
  if (existsSync(place))
    for (const path of below(place)) if (lstatSync(path).isDirectory()) chmodSync(path, 0o755);
  rmSync(folder, { recursive: true, force: true });
});

/** As the other user, who may write in `own` alone. */
function start(command: string, ...args: readonly string[]): Started {
  const env = { PATH, LANG: "en_US.UTF-8", HOME: own, TMPDIR: own, npm_config_cache: join(own, "npm") };
  const user = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
  const stdio: ["ignore", "pipe", "pipe"] = ["ignore", "pipe", "pipe"];
  const child = spawn(command, args, { cwd: place, env, ...user, stdio, detached: true });
  let told = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      told += text;
    });
  const ended = new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? signal));
  });
  // A group of its own, as a terminal makes one: Ctrl+C reaches npx and what it started.
  const signal = (name: NodeJS.Signals) => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, name);
  };
  const one: Started = { signal, told: () => told, ended };
  running.push(one);
  return one;
}

describe("the package", () => {
  it("ships what runs, what is read and what is installed with it, and nothing else", () => {
    const kinds = [
      /^(package\.json|LICENSE|README(\.pt-BR)?\.md|CHANGELOG\.md|SECURITY\.md|matebot\.example\.yaml)$/,
      /^dist\/(src|console)\/[\w./-]+\.js$/,
      /^dist\/console\/[\w-]+\.(html|css|svg)$/,
      /^locales\/(pt-BR|en|es)\/[\w-]+\.json$/,
      /^deploy\/[\w./-]+$/,
      /^docs\/[\w.-]+\.(md|png)$/,
      /^personalities\/[\w-]+\.yaml$/,
      /^examples\/[\w./-]+\.ts$/,
      // The types of what plugins import.
      /^src\/plugins\/api\.ts$/,
    ];
    expect(packed.filter((path) => !kinds.some((kind) => kind.test(path)))).toEqual([]);
    for (const kind of kinds.slice(0, 4)) expect(packed.some((path) => kind.test(path))).toBe(true);
    expect(
      packed.filter((path) => /\.(test|map|tsbuildinfo)\b|secrets|\.env|docker\/matebot\.yaml/.test(path)),
    ).toEqual([]);
  });

  it("ships every text, and every file of what it promises", () => {
    const { files } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    for (const name of files)
      expect(
        packed.some((path) => path === name || path.startsWith(`${name}/`)),
        name,
      ).toBe(true);
    const texts = globSync("locales/*/*.json", { cwd: root });
    expect(packed.filter((path) => path.startsWith("locales/")).sort()).toEqual(texts.sort());
  });

  it("with all it needs is less than 200 MB", () => {
    const bytes = [...below(place)].reduce((sum, path) => sum + lstatSync(path).size, 0);
    expect(bytes).toBeLessThan(MOST_BYTES);
    // A sum that counts nothing would be small as well.
    expect(bytes).toBeGreaterThan(20 * 1024 * 1024);
    for (const tool of ["typescript", "vitest", "@biomejs"])
      expect(existsSync(join(place, "node_modules", tool)), tool).toBe(false);
  });
});

describe("an installed MateBot whose files nobody may change", () => {
  it("belongs to another user than the one who runs it", async (context) => {
    if (!isRoot) context.skip("only root can run it as somebody else");
    const write = `require("node:fs").writeFileSync(${JSON.stringify(join(installed, "x"))}, "")`;
    const one = start(node, "-e", write);
    expect(await one.ended).toBe(1);
    expect(one.told()).toContain("EACCES");
  });

  it("says its version through npx", async () => {
    const one = start("npx", "--no-install", "matebot", "--version");
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect({ code: await one.ended, told: one.told() }).toEqual({ code: 0, told: `${version}\n` });
  });

  it("shows the demo through npx, and leaves nothing behind at Ctrl+C", async () => {
    const one = start("npx", "--no-install", "matebot", "demo");
    const url = await eventually(() => /http:\/\/127\.0\.0\.1:\d+/.exec(one.told())?.[0], 20_000);
    const page = await (await fetch(url)).text();
    const parts = [...page.matchAll(/"\.?\/?([\w/-]+\.(?:js|css|svg|mjs))"/g)].map((match) => match[1]);
    expect(parts.length).toBeGreaterThan(4);
    for (const part of parts)
      expect({ part, status: (await fetch(`${url}/${part}`)).status }).toEqual({ part, status: 200 });
    expect(readdirSync(own).filter((name) => name.startsWith("matebot-"))).not.toEqual([]);
    one.signal("SIGINT");
    // What npx itself says of a Ctrl+C is not ours; that MateBot has cleaned up is.
    await one.ended;
    expect(readdirSync(own).filter((name) => name.startsWith("matebot-"))).toEqual([]);
  });

  it("carries messages by polling, says on /health that it is well, and ends with 0 at SIGTERM", async () => {
    const scene = await makeWorld({ updates: "polling" });
    world = scene;
    const address = `127.0.0.1:${await freePort()}`;
    const data = join(own, "data");
    scene.configure(() => ({ web: { listen: address, tls: "off" }, data }));
    const file = join(own, basename(scene.configFile));
    copyFileSync(scene.configFile, file);
    if (isRoot) chownSync(file, NOBODY, NOBODY);
    chmodSync(file, 0o600);
    const one = start(program, "run", "--config", file);
    await eventually(() => one.told().includes("session begun"), 20_000);
    scene.discord.say(scene.channel, scene.carla, { content: "oi" });
    await eventually(() => scene.telegramTexts().includes("Carla: oi"));
    const answer = await fetch(`http://${address}/health`);
    expect({ status: answer.status, body: await answer.json() }).toMatchObject({
      status: 200,
      body: { status: "ok" },
    });
    expect(lstatSync(data).mode & 0o777).toBe(0o700);
    if (isRoot) expect(lstatSync(join(data, "matebot.db")).uid).toBe(NOBODY);
    one.signal("SIGTERM");
    expect(await one.ended).toBe(0);
    expect(one.told()).not.toMatch(/"level":"(warn|error|fatal)"/);
  });
});
