// Makes a systemd unit of the template in deploy/systemd and installs it; `init` offers it.

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the system's service has its configuration; systemd hands it over from there. */
export const SERVICE_FOLDER = "/etc/matebot";
/** What the system's service may write. */
export const SERVICE_DATA = "/var/lib/matebot";

export interface ServiceParts {
  /** 0 is root, who gets the system's unit; everybody else gets one of their own. */
  readonly uid: number;
  readonly home: string;
  /** The program and its arguments before `run`. */
  readonly program: readonly string[];
  /** Runs a program; resolves with its exit code and what it said. */
  readonly execute: (program: string, args: readonly string[]) => Promise<{ code: number; said: string }>;
  /** Below it the files of the machine lie; `/`, but in tests. */
  readonly root?: string;
}

/** `lowPorts`: ports below 1024 are needed. */
export interface Wanted {
  readonly config: string;
  readonly lowPorts: boolean;
}

export type Installed =
  | { readonly ok: true; readonly file: string }
  /** `command` and what it said, for people to read. */
  | { readonly ok: false; readonly command: string; readonly said: string };

/** systemd runs this machine, and the program stays where it is. */
export function canServe({ program, root = "/" }: ServiceParts): boolean {
  // npx keeps what it runs in a cache, and forgets it.
  return existsSync(join(root, "run/systemd/system")) && !program.some((part) => part.includes("/_npx/"));
}

/** The template, with this program and this configuration in it. */
export function fillUnit(
  template: string,
  { program, uid }: Pick<ServiceParts, "program" | "uid">,
  config: string,
): string {
  const isSystem = uid === 0;
  const where = isSystem ? "%d/matebot.yaml" : quoted(resolve(config));
  const filled = template
    .replace(/^ExecStart=.*$/m, () => `ExecStart=${program.map(quoted).join(" ")} run --config ${where}`)
    .replace(/^# Install it as .*\n/m, "");
  if (isSystem) return filled;
  return filled
    .replace(/^# Configuration, tokens and data: .*\n/m, "")
    .replace(/^ConfigurationDirectory(Mode)?=.*\n/gm, "")
    .replace(/^WorkingDirectory=.*$/m, () => `WorkingDirectory=${escaped(dirname(resolve(config)))}`);
}

/** Writes the unit, then enables and starts it. A unit of other content that was there is kept as `.bak`. */
export async function installService(wanted: Wanted, parts: ServiceParts): Promise<Installed> {
  const { uid, home, root = "/", execute } = parts;
  const isSystem = uid === 0;
  const folder = isSystem ? join(root, "etc/systemd/system") : join(home, ".config/systemd/user");
  const file = join(folder, "matebot.service");
  put(
    file,
    fillUnit(readTemplate(isSystem ? "matebot.service" : "matebot-user.service"), parts, wanted.config),
  );
  if (isSystem && wanted.lowPorts) put(join(`${file}.d`, "low-ports.conf"), readTemplate("low-ports.conf"));
  const user = isSystem ? [] : ["--user"];
  const commands: readonly (readonly [string, readonly string[]])[] = [
    ["systemctl", [...user, "daemon-reload"]],
    // Without it the services of a user end when the user leaves, and do not begin at boot.
    ...(isSystem ? [] : [["loginctl", ["enable-linger"]] as const]),
    ["systemctl", [...user, "enable", "--now", "matebot.service"]],
  ];
  for (const [program, args] of commands) {
    const { code, said } = await execute(program, args);
    if (code !== 0) return { ok: false, command: [program, ...args].join(" "), said: said.trim() };
  }
  return { ok: true, file };
}

function put(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  if (existsSync(file) && readFileSync(file, "utf8") !== text) renameSync(file, `${file}.bak`);
  writeFileSync(file, text, { mode: 0o644 });
}

/** `deploy` beside `src` in a checkout, beside `dist` in the package. */
function readTemplate(name: string): string {
  const candidates = ["../../deploy", "../../../deploy"].map((path) =>
    fileURLToPath(new URL(`${path}/systemd/${name}`, import.meta.url)),
  );
  const found = candidates.find((path) => existsSync(path));
  if (found === undefined) throw new Error(`the file deploy/systemd/${name} is missing`);
  return readFileSync(found, "utf8");
}

/** systemd.service(5): a word of a command line; % and $ would stand for something. */
function quoted(word: string): string {
  return `"${escaped(word).replace(/\$/g, "$$$$").replace(/["\\]/g, "\\$&")}"`;
}

function escaped(word: string): string {
  return word.replace(/%/g, "%%");
}
