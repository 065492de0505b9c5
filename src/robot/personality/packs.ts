// All personalities there are: those that come along and those of the data folder, which are looked at again now and then.

import { type Dirent, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { RobotWorld } from "../world.ts";
import { type Pack, PackFault, parsePack } from "./pack.ts";

export interface Packs {
  /** By their names; the neutral one first. */
  all(world: RobotWorld): readonly Pack[];
  get(name: string, world: RobotWorld): Pack | undefined;
}

export interface PackFolders {
  readonly folder: string;
  readonly privateFolder: string;
}

/** The pack all others fall back to. */
export const NEUTRAL = "neutra";

const LOOK_AGAIN_MS = 60_000;
const MOST_BYTES = 262_144;
const MOST_FILES = 100;
/** So that `personality:really:<name>` fits a button. */
const FILE = /^([a-z0-9][a-z0-9-]{0,31})\.ya?ml$/;

interface Seen {
  /** Changes when the file does. */
  readonly mark: string;
  readonly pack: Pack | undefined;
}

/** @throws Error when a pack that comes along is broken. Private ones that are broken are reported and left out. */
export function createPacks({ folder, privateFolder }: PackFolders): Packs {
  const shipped = new Map(shippedPacks(folder).map((pack) => [pack.name, pack]));
  let seen: ReadonlyMap<string, Seen> = new Map();
  let packs: ReadonlyMap<string, Pack> = shipped;
  let lookedAt = Number.NEGATIVE_INFINITY;

  function look(world: RobotWorld): ReadonlyMap<string, Pack> {
    const now = world.clock.now();
    if (now - lookedAt < LOOK_AGAIN_MS) return packs;
    lookedAt = now;
    const before = seen;
    seen = new Map(
      yamlFiles(privateFolder).map(({ file, name }) => {
        const mark = markOf(join(privateFolder, file));
        const known = before.get(file);
        return [file, known?.mark === mark ? known : { mark, pack: readPrivate(file, name, world) }];
      }),
    );
    const own = [...seen.values()].flatMap(({ pack }) => (pack ? [[pack.name, pack] as const] : []));
    packs = new Map([...shipped, ...own]);
    return packs;
  }

  function readPrivate(file: string, name: string, world: RobotWorld): Pack | undefined {
    try {
      return readPack(privateFolder, file, name);
    } catch (error) {
      const { kind, path, detail } = faultOf(error);
      world.report("warn", `robot-personality.broken.${kind}`, { file, path, detail });
      return undefined;
    }
  }

  return {
    all: (world) => [...look(world).values()].sort((a, b) => order(a).localeCompare(order(b))),
    get: (name, world) => look(world).get(name),
  };
}

function order({ name }: Pack): string {
  return name === NEUTRAL ? "" : name;
}

/** By name; none where there is no folder. */
function yamlFiles(folder: string): readonly { readonly file: string; readonly name: string }[] {
  return listed(folder)
    .filter((entry) => entry.isFile())
    .flatMap(({ name: file }) => {
      const name = FILE.exec(file)?.[1];
      return name === undefined ? [] : [{ file, name }];
    })
    .sort((a, b) => a.file.localeCompare(b.file))
    .slice(0, MOST_FILES);
}

function listed(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** A file that is gone, or may not be read, has one as well: it is reported when it is read. */
function markOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats ? `${stats.mtimeMs} ${stats.size} ${stats.ino}` : "";
}

function readPack(folder: string, file: string, name: string): Pack {
  const path = join(folder, file);
  if (statSync(path).size > MOST_BYTES) throw new PackFault("size", "", String(MOST_BYTES / 1024));
  return parsePack(name, readFileSync(path, "utf8"));
}

function shippedPacks(folder: string): readonly Pack[] {
  return yamlFiles(folder).map(({ file, name }) => {
    try {
      return readPack(folder, file, name);
    } catch (cause) {
      throw new Error(`${join(folder, file)}: ${cause instanceof Error ? cause.message : cause}`, { cause });
    }
  });
}

function faultOf(error: unknown): PackFault {
  if (error instanceof PackFault) return error;
  const { code = "" } = error as { code?: string };
  return new PackFault("unreadable", "", code);
}
