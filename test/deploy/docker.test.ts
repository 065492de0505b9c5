// The files for Docker, which cannot be run here: read as their programs read them, and held to what they promise.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { ConfigError } from "../../src/config/finding.ts";
import { loadConfig } from "../../src/config.ts";
import { platforms } from "../../src/platforms/index.ts";
import { needs } from "../support/needs.ts";

const root = join(import.meta.dirname, "..", "..");
const folder = join(root, "deploy", "docker");
const read = (name: string) => readFileSync(join(folder, name), "utf8");

interface Service {
  readonly image: string;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly privileged?: boolean;
  readonly mem_limit?: string;
  readonly pids_limit?: number;
  readonly tmpfs?: readonly string[];
  readonly ports?: readonly string[];
  readonly network_mode?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly secrets?: readonly string[];
  readonly configs?: readonly { readonly source: string }[];
  readonly depends_on?: Readonly<Record<string, object>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly build?: { readonly context: string; readonly dockerfile: string };
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly configs?: Readonly<Record<string, { readonly file: string }>>;
  readonly secrets?: Readonly<Record<string, { readonly file: string }>>;
  readonly volumes?: Readonly<Record<string, object>>;
}

const BASE = "compose.yaml";
const FILES = readdirSync(folder).filter((name) => /^compose\..*yaml$/.test(name));
const compose = (name: string): Compose => parse(read(name));

/** What `docker compose -f compose.yaml -f NAME` makes of both, as far as these files go: maps are joined, lists appended. */
function merged(one: unknown, two: unknown): unknown {
  if (two === undefined) return one;
  if (Array.isArray(one) && Array.isArray(two)) return [...one, ...two];
  const isMap = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isMap(one) || !isMap(two)) return two;
  const [a, b] = [one, two] as Record<string, unknown>[];
  const keys = [...new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})])];
  return Object.fromEntries(keys.map((key) => [key, merged(a?.[key], b?.[key])]));
}
const whole = (name: string) =>
  (name === BASE ? compose(BASE) : merged(compose(BASE), compose(name))) as Compose;

const services = FILES.flatMap((file) =>
  Object.entries(whole(file).services).map(([name, service]) => ({ file, name, service })),
);

interface Instruction {
  readonly word: string;
  readonly rest: string;
}

function dockerfile(): readonly Instruction[] {
  const lines = read("Dockerfile")
    .split("\n")
    .filter((line) => !/^\s*(#|$)/.test(line))
    .join("\n")
    .replace(/\\\n\s*/g, " ");
  return lines.split("\n").map((line) => {
    const [word = "", ...rest] = line.trim().split(/\s+/);
    return { word, rest: rest.join(" ") };
  });
}
const all = (word: string) => dockerfile().flatMap((one) => (one.word === word ? [one.rest] : []));
/** Those of the last stage, which is the image. */
const last = (word: string) => {
  const from = dockerfile().findLastIndex((one) => one.word === "FROM");
  return dockerfile().flatMap((one, i) => (i > from && one.word === word ? [one.rest] : []));
};

/** Major version pinned, nothing called latest. */
const PINNED = /^[a-z0-9./-]+:\d[\w.-]*$/;

describe("the image", () => {
  const WORDS = ["ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "FROM", "HEALTHCHECK", "RUN"];

  it("is made of instructions that Docker knows", () => {
    const known = [...WORDS, "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"];
    expect(dockerfile().filter(({ word }) => !known.includes(word))).toEqual([]);
  });

  it("stands on a Node that MateBot runs on, pinned", () => {
    const { engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const oldest = /\d+/.exec(engines.node)?.[0];
    for (const from of all("FROM")) {
      expect(from.split(" ")[0]).toMatch(PINNED);
      expect(from).toMatch(new RegExp(`^node:${oldest}-[a-z]+-slim( AS build)?$`));
    }
  });

  it("is not run by root, writes to /data alone, and its program belongs to root", () => {
    expect(last("USER")).toEqual(["10001:10001"]);
    expect(last("VOLUME")).toEqual(["/data"]);
    expect(last("RUN").join()).toContain("--mode=0700 --owner=10001 --group=10001 /data");
    expect(last("COPY").join()).not.toContain("--chown");
  });

  it("is built of the locked packages, and carries none that only building needs", () => {
    expect(all("RUN")[0]).toMatch(/^npm ci --ignore-scripts/);
    expect(all("RUN")[1]).toMatch(/^npm run build && npm prune --omit=dev/);
    expect(
      last("COPY").filter((copy) => /\b(src|console|build)\b(?!\/? )/.test(copy.replace("--from=build", ""))),
    ).toEqual([]);
  });

  it("copies only what is there and what .dockerignore lets through", () => {
    const ignored = readFileSync(join(root, ".dockerignore"), "utf8").split("\n");
    expect(ignored.find((line) => !line.startsWith("#"))).toBe("*");
    const copied = all("COPY")
      .filter((copy) => !copy.includes("--from="))
      .flatMap((copy) =>
        copy
          .split(" ")
          .slice(0, -1)
          .map((path) => path.replace(/^\.\//, "")),
      );
    expect(copied.length).toBeGreaterThan(8);
    for (const path of copied) {
      expect(existsSync(join(root, path)), path).toBe(true);
      expect(ignored).toContain(`!${path}`);
    }
    const letThrough = ignored.filter((line) => line.startsWith("!")).map((line) => line.slice(1));
    expect([...new Set(copied)].sort()).toEqual(letThrough.sort());
  });

  it("holds no secret", () => {
    expect([...all("ENV"), ...all("ARG")].join()).not.toMatch(/token|secret|password/i);
  });

  it("starts MateBot itself, without a shell that would swallow the signal", () => {
    const start = JSON.parse(last("ENTRYPOINT")[0] ?? "");
    expect(start[0]).toBe("node");
    expect(start.at(-1)).toBe("/app/dist/src/main.js");
    expect(JSON.parse(last("CMD")[0] ?? "")).toEqual(["run", "--config", "/etc/matebot/matebot.yaml"]);
  });

  it("asks itself how it is, in the same words as compose", () => {
    const asked = /CMD (\[.*\])$/.exec(last("HEALTHCHECK")[0] ?? "")?.[1] ?? "";
    expect(["CMD", ...JSON.parse(asked)]).toEqual(whole(BASE).services.matebot?.healthcheck?.test);
  });
});

describe("its health check", () => {
  const words = whole(BASE).services.matebot?.healthcheck?.test.slice(2) ?? [];
  const check = (url: string) =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, words, { env: { ...process.env, MATEBOT_HEALTH: url } });
      child.once("close", resolve);
    });

  it("passes while MateBot is well, and not when it is unwell or gone", async () => {
    let status = 200;
    const server = createServer((_, response) => response.writeHead(status).end());
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/health`;
    expect(await check(url)).toBe(0);
    status = 503;
    expect(await check(url)).toBe(1);
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
    expect(await check(url)).toBe(1);
  });
});

describe("the compose files", () => {
  it("are the three situations", () => {
    expect(FILES).toEqual([BASE, "compose.caddy.yaml", "compose.postgres.yaml"].sort());
  });

  it.each(services)("$file: $name is held as tightly as it goes", ({ name, service }) => {
    expect(service.image).toMatch(PINNED);
    expect(service.read_only).toBe(true);
    expect(service.cap_drop).toEqual(["ALL"]);
    expect(service.cap_add ?? []).toEqual(name === "caddy" ? ["NET_BIND_SERVICE"] : []);
    expect(service.security_opt).toEqual(["no-new-privileges:true"]);
    expect(service.privileged).toBeUndefined();
    expect(service.mem_limit).toMatch(/^\d+m$/);
    expect(service.pids_limit).toBeLessThanOrEqual(256);
    expect(service.tmpfs?.some((mount) => mount.startsWith("/tmp"))).toBe(true);
    expect(service.healthcheck?.test[0]).toBe("CMD");
    // Caddy's image has no other user; it has one right.
    if (name !== "caddy") expect(service.user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  });

  it.each(services)("$file: $name opens no port but those of the web", ({ name, service }) => {
    expect(service.ports ?? []).toEqual(name === "caddy" ? ["80:80", "443:443", "443:443/udp"] : []);
    expect(service.network_mode).not.toBe("host");
  });

  it.each(services)("$file: $name finds no secret in its environment", ({ service }) => {
    for (const [name, value] of Object.entries(service.environment ?? {})) {
      if (/token|secret|password/i.test(name)) {
        expect(name).toMatch(/_FILE$/);
        expect(value).toMatch(/^\/run\/secrets\//);
      }
      expect(value).not.toMatch(/:\/\/[^/]*:[^/]*@/);
    }
  });

  it.each(FILES)("%s refers only to what is there, or to what the README has one make", (file) => {
    const { services: all, configs = {}, secrets = {}, volumes = {} } = whole(file);
    const readmes = ["README.md", "README.pt-BR.md"].map((name) =>
      readFileSync(join(root, "deploy", name), "utf8"),
    );
    for (const service of Object.values(all)) {
      for (const name of service.secrets ?? []) expect(Object.keys(secrets)).toContain(name);
      for (const { source } of service.configs ?? []) expect(Object.keys(configs)).toContain(source);
      for (const volume of service.volumes ?? [])
        expect(Object.keys(volumes)).toContain(volume.split(":")[0]);
      for (const name of Object.keys(service.depends_on ?? {})) expect(Object.keys(all)).toContain(name);
      if (service.network_mode) expect(all).toHaveProperty(service.network_mode.replace(/^service:/, ""));
      if (service.build)
        expect(existsSync(join(folder, service.build.context, service.build.dockerfile))).toBe(true);
    }
    const made = ["./matebot.yaml", ...Object.values(secrets).map(({ file }) => file)];
    for (const path of [...Object.values(configs), ...Object.values(secrets)].map(({ file }) => file)) {
      expect(made.includes(path) || existsSync(join(folder, path)), path).toBe(true);
      if (made.includes(path))
        for (const readme of readmes) expect(readme).toContain(path.slice("./".length));
    }
  });

  it("keep what the user makes out of the history", () => {
    const ignored = read(".gitignore").split("\n");
    expect(ignored).toEqual(expect.arrayContaining(["secrets/", ".env", "matebot.yaml"]));
  });
});

describe("the configuration for a container", () => {
  it("lacks only the tokens, and then the rest is right", () => {
    const file = join(folder, "matebot.example.yaml");
    try {
      loadConfig(file, {}, platforms);
      expect.unreachable("there are no tokens here");
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      expect(error.faults.map(({ path }) => path)).toEqual([
        "accounts.telegram.token",
        "accounts.discord.token",
      ]);
    }
  });

  it("listens where the image and Caddy look, and keeps its data where the volume is", () => {
    const { web, data, accounts } = parse(read("matebot.example.yaml"));
    const health = all("ENV").find((line) => line.startsWith("MATEBOT_HEALTH=")) ?? "";
    expect(health).toBe(`MATEBOT_HEALTH=http://${web.listen}/health`);
    expect(read("Caddyfile")).toContain(`reverse_proxy ${web.listen}`);
    expect(data).toBe("/data");
    for (const { token } of Object.values<{ token: string }>(accounts)) {
      expect(compose(BASE).services.matebot?.secrets).toContain(token.replace("file:/run/secrets/", ""));
    }
  });
});

describe("the Caddyfile", () => {
  needs(!spawnSync("caddy", ["version"]).error, "nobody to read it: Caddy is missing (apt install caddy)");

  it("is read by Caddy without a complaint", () => {
    const args = ["adapt", "--config", join(folder, "Caddyfile"), "--adapter", "caddyfile"];
    const env = { ...process.env, MATEBOT_HOST: "bot.example.org" };
    const { status, stdout, stderr } = spawnSync("caddy", args, { env, encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain('"host":["bot.example.org"]');
    expect(stdout).toContain('"dial":"127.0.0.1:8080"');
  });
});
