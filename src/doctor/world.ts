// Puts together what the checks look at, from the configuration and this machine; `src/cli/doctor.ts` makes one.

import { Resolver } from "node:dns/promises";
import { ConfigError } from "../config/finding.ts";
import type { PlatformSchemas } from "../config/schema.ts";
import { type Config, loadConfig } from "../config.ts";
import type { Clock } from "../model/clock.ts";
import { UserError } from "../model/errors.ts";
import { loadTexts, systemLanguage } from "../texts.ts";
import { askHealth } from "./ask.ts";
import type { BrokenConfig, DoctorWorld, Examiner, Machine, Net } from "./check.ts";
import { handshake } from "./handshake.ts";
import { openRecords } from "./records.ts";
import { findRunning } from "./running.ts";
import { type Salvage, salvage } from "./salvage.ts";
import { findSite } from "./site.ts";
import { readTold } from "./told.ts";

export interface WorldParts {
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly version: string;
  readonly nodeVersion: string;
  readonly kinds: PlatformSchemas & Readonly<Record<string, Examiner>>;
  readonly machine: Machine;
  readonly net: Net;
}

export interface OpenedWorld {
  readonly world: DoctorWorld;
  /** Also of a configuration that is at fault. */
  readonly secrets: readonly string[];
  close(): Promise<void>;
}

const DNS = { timeout: 3_000, tries: 2 };

export const thisNet: Net = {
  resolve4: (name) => new Resolver(DNS).resolve4(name),
  resolve6: (name) => new Resolver(DNS).resolve6(name),
  ask: (target) => askHealth(target),
  handshake,
};

/** Never throws: a configuration that is at fault is what the checks tell. */
export function openWorld(file: string, parts: WorldParts): OpenedWorld {
  const { clock, machine, net } = parts;
  const read = readConfig(file, parts);
  const rest = salvage(file, parts.env);
  const { config } = read;
  const texts = loadTexts(config?.language ?? rest.language ?? systemLanguage(parts.env));
  const places = placesOf(config, rest);
  const { storage } = places;
  const records = once(async () =>
    storage === undefined ? undefined : await openRecords(storage, { clock, texts }),
  );
  const told = once(
    async () => config && (await readTold(config, { clock, texts, addresses: machine.addresses() })),
  );
  const running = once(async () =>
    config
      ? await findRunning({
          storage: config.storage,
          web: config.web,
          told: await told(),
          clock,
          ask: net.ask,
        })
      : { isHeld: undefined },
  );
  const site = once(async () => {
    const found = await told();
    return config?.web && found ? await findSite(config.web, found, net) : undefined;
  });
  const world = {
    ...{ ...parts, ...read, ...places, file, texts, records, told, running, site },
    literalSecret: rest.literalSecret,
    signal: new AbortController().signal,
  };
  return {
    world,
    secrets: [...new Set([...(config?.secrets ?? []), ...rest.secrets])],
    close: async () => await (await records().catch(() => undefined))?.close(),
  };
}

function readConfig(
  file: string,
  { env, kinds }: WorldParts,
): { readonly config?: Config; readonly broken?: BrokenConfig } {
  try {
    return { config: loadConfig(file, env, kinds) };
  } catch (error) {
    if (error instanceof ConfigError) return { broken: { faults: error.faults } };
    if (error instanceof UserError) return { broken: { faults: [], unreadable: error.message } };
    throw error;
  }
}

function placesOf(config: Config | undefined, rest: Salvage): Pick<DoctorWorld, "data" | "storage"> {
  const { data, storage } = config ?? rest;
  return { ...(data !== undefined && { data }), ...(storage !== undefined && { storage }) };
}

/** Whoever asks first has it made. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
