// Checks who may read the configuration, the data folder and the keys in it; `checks.ts` lists it.

import { join, resolve } from "node:path";
import type { Diagnosis } from "../../model/diagnosis.ts";
import type { Check, DoctorWorld, Machine } from "../check.ts";
import { sqlitePath } from "../records.ts";
import { modeWords } from "../words.ts";

const OTHERS = 0o007;
const GROUP_AND_OTHERS = 0o077;

export const fileModesCheck: Check = {
  name: "file-modes",
  group: "machine",
  run: async (world) => {
    const { uid } = world.machine;
    // A system without users has no such rights.
    if (uid < 0) return [];
    const found = [
      ...(await configOf(world)),
      ...(await dataOf(world)),
      ...(await keysOf(world)),
      ...(await databaseOf(world)),
    ];
    return found.length > 0 ? found : [{ check: "file-modes", level: "ok", key: "doctor.file-modes.ok" }];
  },
};

async function configOf({ file, literalSecret, machine }: DoctorWorld): Promise<readonly Diagnosis[]> {
  const facts = await machine.file(resolve(file));
  if (!literalSecret || !facts || (facts.mode & OTHERS) === 0) return [];
  return [finding("fault", "config", resolve(file), facts.mode)];
}

async function dataOf({ data, machine }: DoctorWorld): Promise<readonly Diagnosis[]> {
  const facts = data === undefined ? undefined : await machine.file(data);
  if (data === undefined || !facts) return [];
  const isOpen = (facts.mode & OTHERS) !== 0;
  // Root may read everything, and says nothing of whom MateBot runs as.
  const isForeign = machine.uid !== 0 && facts.uid !== machine.uid;
  const values = { file: data, owner: facts.uid, uid: machine.uid };
  return [
    ...(isOpen ? [finding("warning", "data", data, facts.mode)] : []),
    ...(isForeign
      ? [
          {
            check: "file-modes",
            level: "note",
            subject: data,
            key: "doctor.file-modes.owner",
            values,
          } as const,
        ]
      : []),
  ];
}

/** Whoever reads a key can pretend to be this machine. */
async function keysOf({ data, config, machine }: DoctorWorld): Promise<readonly Diagnosis[]> {
  const tls = data === undefined ? undefined : join(data, "tls");
  const own = tls === undefined ? [] : await keysBelow(tls, machine);
  const named = config?.web?.files?.key;
  const found: Diagnosis[] = [];
  for (const { path, allowed } of [
    ...own.map((path) => ({ path, allowed: GROUP_AND_OTHERS })),
    // A group that may read the keys of certbot is how they are shared.
    ...(named === undefined ? [] : [{ path: named, allowed: OTHERS }]),
  ]) {
    const facts = await machine.file(path);
    if (facts && (facts.mode & allowed) !== 0) found.push(finding("fault", "key", path, facts.mode));
  }
  return found;
}

/** Those of our own, and what authorities gave, which hold key and certificate in one. */
async function keysBelow(tls: string, machine: Machine): Promise<readonly string[]> {
  const own = (await machine.folder(tls)).filter((name) => name.endsWith(".key"));
  const authorities = await machine.folder(join(tls, "acme"));
  const given = await Promise.all(
    authorities.map(async (authority) => {
      const files = await machine.folder(join(tls, "acme", authority));
      return files.filter((name) => /\.(key|pem)$/.test(name)).map((name) => join("acme", authority, name));
    }),
  );
  return [...own, ...given.flat()].map((name) => join(tls, name));
}

async function databaseOf({ storage, machine }: DoctorWorld): Promise<readonly Diagnosis[]> {
  const path = storage === undefined ? undefined : sqlitePath(storage);
  const facts = path === undefined ? undefined : await machine.file(path);
  if (path === undefined || !facts || (facts.mode & OTHERS) === 0) return [];
  return [finding("warning", "database", path, facts.mode)];
}

function finding(level: "fault" | "warning", what: string, file: string, mode: number): Diagnosis {
  const values = { file, mode: modeWords(mode), wanted: what === "data" ? "700" : "600" };
  return { check: "file-modes", level, subject: file, key: `doctor.file-modes.${what}`, values };
}
