// The one connection a store lives on, as both engines offer it, and the Kysely instance that speaks through it.

import {
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import type { Clock } from "../model/clock.ts";
import type { Tables } from "./tables/schema.ts";

export type EngineKind = "sqlite" | "postgres";

/** Every method but `rollback` throws StorageError and nothing else. */
export interface Engine extends DatabaseConnection {
  readonly kind: EngineKind;
  /** Keeps every other MateBot out until the engine is closed or its process ends. @throws LockHeld, StorageError */
  lock(clock: Clock): Promise<void>;
  /** Makes the settings that stay in the database; called once it is known to be ours. */
  adopt(): Promise<void>;
  begin(): Promise<void>;
  /** Resolves when the transaction survives a power cut. @throws StorageError `aborted` when the engine had undone it */
  commit(): Promise<void>;
  /** Undoes what is not committed; never throws. */
  rollback(): Promise<void>;
  /** Runs a statement without values, such as a savepoint. */
  control(statement: string): Promise<void>;
  close(): Promise<void>;
}

/** Kysely over this engine's only connection: builds the queries and runs the migrations. */
export function kyselyOver(engine: Engine): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: dialectOf(engine) });
}

function dialectOf(engine: Engine): Dialect {
  if (engine.kind === "sqlite") {
    return {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => driverOf(engine),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    };
  }
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => driverOf(engine),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
}

function driverOf(engine: Engine): Driver {
  return {
    init: async () => {},
    acquireConnection: async () => engine,
    beginTransaction: () => engine.begin(),
    commitTransaction: () => engine.commit(),
    rollbackTransaction: () => engine.rollback(),
    releaseConnection: async () => {},
    destroy: () => engine.close(),
  };
}
