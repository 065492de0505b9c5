// Asks the app's web server as a stranger who trusts its certificate on disk and nothing else; end-to-end tests use it.

import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import type { Socket } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { eventually, type World } from "./world.ts";

export interface Answer {
  readonly status: number;
  readonly headers: string;
  readonly body: string;
  readonly socket: Socket;
}

export interface Asking {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  readonly agent?: Agent;
  /** PEM. */
  readonly ca?: string;
}

type Site = Pick<World, "publicUrl" | "data">;

/** @throws Error when nobody listens, or the certificate is not trusted */
export function ask(
  site: Site,
  { path, method = "POST", headers = {}, body, agent, ca }: Asking,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const trusted = ca ?? certificateOf(site);
    const options = { method, headers, ca: trusted, agent: agent ?? new Agent({ maxCachedSessions: 0 }) };
    const asking = request(new URL(path, site.publicUrl), options, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      const { socket, statusCode: status = 0, rawHeaders } = response;
      response.once("end", () => resolve({ status, headers: rawHeaders.join("\n"), body: text, socket }));
    });
    asking.once("error", reject).end(body);
  });
}

/** `GET /health`, read. */
export async function askHealth(
  site: Site,
): Promise<{ readonly status: number; readonly report: HealthBody }> {
  const { status, body } = await ask(site, { path: "/health", method: "GET" });
  return { status, report: JSON.parse(body) as HealthBody };
}

interface HealthBody {
  readonly status: string;
  readonly connections: readonly { readonly name: string; readonly up: boolean; readonly reason?: string }[];
  readonly waiting?: number;
}

export const certificateFile = ({ data }: Site): string => join(data, "tls", "self-signed.pem");
export const certificateOf = (site: Site): string => readFileSync(certificateFile(site), "utf8");

/** Looks into the app's SQLite database while it runs. */
export function inDatabase<T>({ data }: Site, query: string, ...values: string[]): readonly T[] {
  const database = new DatabaseSync(join(data, "matebot.db"), { readOnly: true });
  try {
    return database.prepare(query).all(...values) as T[];
  } finally {
    database.close();
  }
}

/** One of the values the app keeps for an account; "" when it keeps none. */
export function stateOf(site: Site, name: string): string {
  const [row] = inDatabase<{ value: string }>(site, "select value from state where name = ?", name);
  return row?.value ?? "";
}

/** Takes the app's tables away under its feet, as a disk that fails would; `mend` brings them back. */
export async function breakStorage({ data }: Site): Promise<{ mend(): Promise<void> }> {
  const away = ["journal", "outbox"].map((table) => [table, `${table}_away`] as const);
  await rename(data, away);
  return {
    mend: () =>
      rename(
        data,
        away.map(([table, hidden]) => [hidden, table]),
      ),
  };
}

/** Between two transactions of the app, which may run in this very process. */
async function rename(data: string, names: readonly (readonly [from: string, to: string])[]): Promise<void> {
  const database = new DatabaseSync(join(data, "matebot.db"), { timeout: 0 });
  const begin = () => {
    try {
      database.exec("begin immediate");
      return true;
    } catch {
      return false;
    }
  };
  await eventually(begin);
  for (const [from, to] of names) database.exec(`alter table ${from} rename to ${to}`);
  database.exec("commit");
  database.close();
}
