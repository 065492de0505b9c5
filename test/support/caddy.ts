// Runs the real Caddy of this machine with a file of ours, in a folder and at ports of its own; the proxy tests use it.

import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../src/demo/free-port.ts";

export const hasCaddy = spawnSync("caddy", ["version"]).error === undefined;
export const NO_CADDY = "not tried behind Caddy: it is missing (apt install caddy)";

export interface FrontServer {
  /** Resolves when the program has ended. */
  stop(): Promise<void>;
}

/** `lines` are the sites; resolves when `port` takes connections. Nothing is asked of an authority, nothing installed. */
export async function startCaddy(lines: string, port: number): Promise<FrontServer> {
  const folder = mkdtempSync(join(tmpdir(), "matebot-caddy-"));
  const file = join(folder, "Caddyfile");
  const options = ["admin off", "skip_install_trust", "auto_https disable_redirects"];
  let http = await freePort();
  // Caddy speaks no TLS at the port that it is told is for HTTP.
  while (http === port) http = await freePort();
  const global = [...options, `http_port ${http}`].map((line) => `\t${line}`);
  writeFileSync(file, ["{", ...global, "}", lines].join("\n"));
  const env = { XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder, HOME: folder };
  const front = await startFront("caddy", ["run", "--config", file, "--adapter", "caddyfile"], env, port);
  return {
    stop: async () => {
      await front.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** @throws Error with what the program said, when it ends before it listens */
export async function startFront(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  port: number,
): Promise<FrontServer> {
  const child = spawn(program, args, {
    stdio: ["ignore", "ignore", "pipe"],
    env: { PATH: process.env.PATH, ...env },
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  const gone = ended.then(() => {
    throw new Error(`${program} ended: ${said}`);
  });
  gone.catch(() => {});
  try {
    await Promise.race([gone, listens(port, performance.now() + 10_000)]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop };
}

async function listens(port: number, until: number): Promise<void> {
  while (!(await accepts(port))) {
    if (performance.now() > until) throw new Error(`nobody listens at port ${port}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
