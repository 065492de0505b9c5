// Starts a private PostgreSQL server in a temporary folder; the store's contract, its faults and the bench run on it.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { freePort } from "../../src/demo/free-port.ts";

export interface PostgresServer {
  readonly port: number;
  readonly password: string;
  /** An empty database of its own, by its URL. */
  createDatabase(): Promise<string>;
  /** Runs a statement as the superuser, in the server's own database. */
  run(statement: string): Promise<void>;
  stop(): Promise<void>;
}

/** The folder with `initdb` and `postgres` (Debian keeps them out of PATH), or undefined. */
export function findPostgres(): string | undefined {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(root, version, "bin")),
    ...(process.env.PATH ?? "").split(":"),
  ];
  return folders.find((folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres")));
}

/** `fsync` only where the speed is measured: the tests cut no power. */
export async function startPostgres(options: { readonly fsync?: boolean } = {}): Promise<PostgresServer> {
  const bin = findPostgres();
  if (bin === undefined) throw new Error("PostgreSQL is not installed");
  const folder = mkdtempSync(join(tmpdir(), "matebot-postgres-"));
  const user = postgresUser();
  if (user) chownSync(folder, user.uid, user.gid);
  const data = join(folder, "data");
  const password = "correct-horse";
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, password, { mode: 0o644 });
  const auth = ["--auth=scram-sha-256", `--pwfile=${passwordFile}`, "--username=postgres"];
  execFileSync(join(bin, "initdb"), ["-D", data, "--no-sync", "--encoding=UTF8", "--locale=C", ...auth], {
    ...user,
    cwd: folder,
    stdio: "ignore",
  });
  const port = await freePort();
  const settings = ["listen_addresses=127.0.0.1", `fsync=${options.fsync ? "on" : "off"}`, `port=${port}`];
  const args = ["-D", data, "-k", folder, ...settings.flatMap((setting) => ["-c", setting])];
  const server = spawn(join(bin, "postgres"), args, {
    ...user,
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
  });
  await ready(server);
  return handle(server, folder, port, password);
}

/** PostgreSQL refuses to run as root; then it runs as the user of its package. */
function postgresUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

function ready(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    server.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes("ready to accept connections")) resolve();
    });
    server.once("exit", (code) => reject(new Error(`postgres ended with ${code}: ${said}`)));
  });
}

function handle(server: ChildProcess, folder: string, port: number, password: string): PostgresServer {
  const url = (database: string) => `postgres://postgres:${password}@127.0.0.1:${port}/${database}`;
  const run = async (statement: string) => {
    const client = new Client({ connectionString: url("postgres") });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  };
  let databases = 0;
  return {
    port,
    password,
    run,
    async createDatabase() {
      databases += 1;
      await run(`create database test${databases}`);
      return url(`test${databases}`);
    },
    stop: () =>
      new Promise((resolve) => {
        server.once("exit", () => {
          rmSync(folder, { recursive: true, force: true });
          resolve();
        });
        // SIGINT is PostgreSQL's fast shutdown: it does not wait for its clients.
        server.kill("SIGINT");
      }),
  };
}
