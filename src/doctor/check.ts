// What a check of `matebot doctor` is and what it is given; every file of `checks` makes one, `doctor.ts` runs them.

import type { ExamineContext } from "../bridge/examine.ts";
import type { StoreTx } from "../bridge/store-port.ts";
import type { Fault } from "../config/finding.ts";
import type { Config } from "../config.ts";
import type { Clock } from "../model/clock.ts";
import type { Diagnosis } from "../model/diagnosis.ts";
import type { LoadedTexts } from "../texts.ts";
import type { OwnAddresses } from "../web/reach/own-addresses.ts";
import type { Bindable, Listener } from "../web/reach/port-holder.ts";
import type { Answer, Target } from "./ask.ts";
import type { Handshake, TrustOptions } from "./handshake.ts";
import type { Running } from "./running.ts";
import type { Site } from "./site.ts";
import type { Told } from "./told.ts";

/** Below which heading it is told; an account has one of its own. */
export type Group = "program" | "machine" | "reach" | "account";

export interface Check {
  /** kebab-case; what went wrong with the check itself is told under it. */
  readonly name: string;
  readonly group: Group;
  /** The account it is about. */
  readonly account?: string;
  /** Changes nothing anywhere. What it rejects with becomes a fault. */
  run(world: DoctorWorld): Promise<readonly Diagnosis[]>;
}

/** Why there is no configuration to go by. */
export interface BrokenConfig {
  readonly faults: readonly Fault[];
  /** The file itself cannot be read; a sentence of what is so, and the cure. */
  readonly unreadable?: string;
}

/** Everything a check may look at. The three promises are made once, whoever asks first. */
export interface DoctorWorld {
  /** As the user named it. */
  readonly file: string;
  readonly config?: Config;
  readonly broken?: BrokenConfig;
  /** What could be read of it all the same. */
  readonly data?: string;
  readonly storage?: string;
  /** A token stands in the configuration itself. */
  readonly literalSecret: boolean;
  readonly clock: Clock;
  readonly texts: LoadedTexts;
  readonly env: NodeJS.ProcessEnv;
  /** Of MateBot, and of Node. */
  readonly version: string;
  readonly nodeVersion: string;
  readonly kinds: Readonly<Record<string, Examiner>>;
  readonly machine: Machine;
  readonly net: Net;
  /** Undefined: there is none yet. @throws UserError when it cannot be opened */
  readonly records: () => Promise<Records | undefined>;
  /** Undefined without `web`. */
  readonly told: () => Promise<Told | undefined>;
  readonly running: () => Promise<Running>;
  /** Where what the outside sees can be looked at; undefined when nobody answers there. */
  readonly site: () => Promise<Site | undefined>;
  /** The check has taken too long. */
  readonly signal: AbortSignal;
}

/** What the doctor needs to know of a platform. */
export interface Examiner {
  readonly examine?: (context: ExamineContext, settings: unknown) => Promise<readonly Diagnosis[]>;
}

export interface FileFacts {
  /** The nine bits of rights. */
  readonly mode: number;
  readonly uid: number;
  readonly isSocket: boolean;
  readonly bytes: number;
}

export interface Machine {
  /** -1 where there are no users. */
  readonly uid: number;
  addresses(): OwnAddresses;
  listenersOn(port: number): Promise<readonly Listener[]>;
  canBind(host: string, port: number): Promise<Bindable>;
  /** Of the disk on which the path lies, or would lie. @throws when it cannot be known */
  freeSpace(path: string): Promise<{ readonly bytes: number; readonly files: number | undefined }>;
  /** Undefined when there is no such file, or it may not be looked at. */
  file(path: string): Promise<FileFacts | undefined>;
  /** Names, [] when it is no folder that may be read. */
  folder(path: string): Promise<readonly string[]>;
  /** Bytes; undefined where the system does not tell. */
  memory(): { readonly total: number; readonly available: number | undefined };
  /** How many files a program may have open; undefined where the system does not tell. */
  mostOpenFiles(): Promise<number | undefined>;
  /** Never rejects; the code is undefined when the program could not be started. */
  execute(
    program: string,
    args: readonly string[],
  ): Promise<{ readonly code: number | undefined; readonly said: string }>;
}

export interface Net {
  /** @throws with a `code` of node:dns */
  resolve4(name: string): Promise<readonly string[]>;
  resolve6(name: string): Promise<readonly string[]>;
  /** `GET` without judging the certificate. Never rejects. */
  ask(target: Target): Promise<Answer>;
  /** Never rejects. */
  handshake(target: Target, options?: TrustOptions): Promise<Handshake>;
}

/** The database, read beside a MateBot that may be running. */
export interface Records {
  /** Older than what this program knows: it is brought up to date at the next start. */
  readonly isOlder: boolean;
  readonly bytes: number;
  /** What is wrong with its structure; [] when nothing is, undefined when it was too big to look. */
  damage(): Promise<readonly string[] | undefined>;
  counts(): Promise<RecordCounts>;
  read<T>(work: (tx: StoreTx) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface RecordCounts {
  readonly deadLetters: number;
  readonly waiting: number;
  /** When the oldest of those that wait came; milliseconds since 1970. */
  readonly oldest?: number;
  readonly journal: number;
}
