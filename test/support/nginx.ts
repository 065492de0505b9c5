// Runs the real nginx of this machine with a file of ours, in a folder and at ports of its own; the proxy tests use it.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FrontServer, startFront } from "./caddy.ts";

export const hasNginx = spawnSync("nginx", ["-v"]).error === undefined;
export const NO_NGINX = "not tried behind nginx: it is missing (apt install nginx)";

/** `lines` stand inside `http`; resolves when `port` takes connections. */
export async function startNginx(lines: string, port: number): Promise<FrontServer> {
  const folder = mkdtempSync(join(tmpdir(), "matebot-nginx-"));
  const file = join(folder, "nginx.conf");
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  writeFileSync(
    file,
    [
      // The workers of root's nginx would be somebody who may not enter this folder.
      ...(process.getuid?.() === 0 ? ["user root;"] : []),
      `pid ${folder}/pid;`,
      "worker_processes 1;",
      "events { worker_connections 128; }",
      "http {",
      "access_log off;",
      ...temporary.map((what) => `${what}_temp_path ${folder}/${what};`),
      lines,
      "}",
    ].join("\n"),
  );
  const given = ["-p", folder, "-c", file, "-e", `${folder}/error.log`, "-g", "daemon off;"];
  const front = await startFront("nginx", given, {}, port);
  return {
    stop: async () => {
      await front.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
