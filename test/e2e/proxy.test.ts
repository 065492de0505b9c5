// MateBot behind the real nginx and Caddy, with the very lines it prints: what arrives, what is said, what survives.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { App } from "../../src/app.ts";
import { proxy } from "../../src/cli/proxy.ts";
import { freePort } from "../../src/demo/free-port.ts";
import { systemClock } from "../../src/model/clock.ts";
import { parseListen } from "../../src/web/listen.ts";
import { type ProxyKind, proxyLines } from "../../src/web/proxy-lines.ts";
import { makeSelfSigned } from "../../src/web/tls/self-signed.ts";
import { hasCaddy, NO_CADDY, startCaddy } from "../support/caddy.ts";
import { fastClock } from "../support/fast-clock.ts";
import { describeIf } from "../support/needs.ts";
import { hasNginx, NO_NGINX, startNginx } from "../support/nginx.ts";
import { ask, stateOf } from "../support/strict-client.ts";
import { eventually, makeWorld, type World } from "../support/world.ts";

const NAME = "bot.example.org";
const MIB = 1024 * 1024;

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

interface Scene extends World {
  readonly app: App;
  readonly kind: ProxyKind;
  /** PEM of the front server. */
  readonly certificate: string;
  /** What a client of the front server uses: the name leads to this machine. */
  readonly front: { readonly publicUrl: string; readonly data: string };
}

interface SceneOptions {
  readonly upstream?: "tcp" | "unix";
  readonly prefix?: string;
  /** What somebody made of our lines. */
  readonly change?: (lines: string) => string;
}

async function open(kind: ProxyKind, options: SceneOptions = {}): Promise<Scene> {
  const { upstream = "tcp", prefix = "", change = (lines) => lines } = options;
  const folder = mkdtempSync(join(tmpdir(), "matebot-front-"));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  const files = { certificate: join(folder, "cert.pem"), key: join(folder, "key.pem") };
  const made = await makeSelfSigned(NAME, Date.now());
  writeFileSync(files.certificate, made.cert);
  writeFileSync(files.key, made.key, { mode: 0o600 });

  const world = await makeWorld({
    telegram: { clock: fastClock(20), systemCa: [made.cert], resolve: async () => "127.0.0.1" },
  });
  cleanups.push(() => world.close());
  const port = await freePort();
  const publicUrl = `https://${NAME}:${port}${prefix}`;
  const listen = upstream === "unix" ? `unix:${join(folder, "web.sock")}` : `127.0.0.1:${await freePort()}`;
  world.configure(() => ({ web: { listen, public_url: publicUrl, tls: "off" } }));
  const address = parseListen(listen);
  if (address === undefined) throw new Error(listen);
  const lines = proxyLines(kind, { publicUrl: new URL(publicUrl), listen: address, certificate: files });
  const server = await (kind === "nginx" ? startNginx : startCaddy)(change(lines), port);
  cleanups.push(() => server.stop());
  const app = await world.start();
  return {
    ...{ ...world, app, kind, certificate: made.cert },
    front: { publicUrl: `https://127.0.0.1:${port}`, data: world.data },
  };
}

/** As `ask`, through the front server, under its name. */
function request(scene: Scene, asking: Parameters<typeof ask>[1] & { readonly from?: string }) {
  const { from, ...rest } = asking;
  const agent = new Agent({ servername: NAME, ...(from && { localAddress: from }) });
  const headers = { host: `${NAME}:${new URL(scene.front.publicUrl).port}`, ...rest.headers };
  return ask(scene.front, { ...rest, headers, ca: scene.certificate, agent });
}

const registered = ({ telegram, telegramBot }: World) =>
  new URL(String(telegram.webhookInfo(telegramBot.token).url)).pathname;

async function carries(scene: Scene, text: string): Promise<void> {
  scene.telegram.say(scene.chat, scene.ana, { text });
  await eventually(() => scene.discordTexts().includes(text));
}

describe.each(["nginx", "caddy"] as const)("behind %s", (kind) => {
  const there = kind === "nginx" ? hasNginx : hasCaddy;
  describeIf(there, kind === "nginx" ? NO_NGINX : NO_CADDY)("with the lines we print", () => {
    const kept = (lines: string) =>
      kind === "nginx"
        ? lines.replace("http://matebot/;", "http://matebot;")
        : lines.replace("handle_path ", "handle ");

    it.each([
      ["over TCP", {}],
      ["over a Unix socket", { upstream: "unix" }],
      ["under a path that is cut off", { prefix: "/mate" }],
      ["under a path that is kept", { prefix: "/mate", change: kept }],
      ["under a path over a Unix socket", { prefix: "/a/b", upstream: "unix" }],
    ] as const)("updates come %s", async (_, options) => {
      const scene = await open(kind, options);
      if ("prefix" in options) expect(registered(scene).startsWith(`${options.prefix}/`)).toBe(true);
      for (const word of ["um", "dois", "três"]) await carries(scene, word);
      const statuses = scene.telegram.deliveries.map(({ status }) => status);
      expect(new Set(statuses)).toEqual(new Set([200]));
    });

    it("takes a body of 1 MiB, and not a byte more", async () => {
      const scene = await open(kind);
      const headers = {
        "x-telegram-bot-api-secret-token": stateOf(scene, "webhook-secret"),
        "content-type": "application/json",
      };
      const path = registered(scene);
      const start = '{"update_id":1,"x":"';
      const body = `${start}${"x".repeat(MIB - start.length - 2)}"}`;
      expect((await request(scene, { path, headers, body })).status).toBe(200);
      const tooMuch = await request(scene, { path, headers, body: `${body} ` }).catch(
        (error: NodeJS.ErrnoException) => ({ status: error.code }),
      );
      // Caddy 2.6 cuts the body off and says 502; and who is refused in the middle of it may find the connection closed.
      expect([413, 502, "EPIPE", "ECONNRESET"]).toContain(tooMuch.status);
      await carries(scene, "e segue");
    });

    it("shows links to files: the head alone, and a part", async () => {
      const scene = await open(kind, { prefix: "/mate" });
      const bytes = Buffer.alloc(11 * MIB, "mate");
      scene.telegram.sendFile(scene.chat, scene.ana, { kind: "document", bytes, name: "grande.bin" });
      const link = await eventually(
        () => /https:\/\/bot\.example\.org[^\s)>]+/.exec(scene.discordTexts().join("\n"))?.[0],
        20_000,
      );
      const { pathname, search } = new URL(link);
      expect(pathname.startsWith("/mate/")).toBe(true);
      const path = pathname + search;
      const head = await request(scene, { path, method: "HEAD" });
      expect([head.status, head.body]).toEqual([200, ""]);
      expect(head.headers).toContain(String(bytes.length));
      const part = await request(scene, { path, method: "GET", headers: { range: "bytes=4-11" } });
      expect([part.status, part.body]).toEqual([206, "matemate"]);
      const whole = await request(scene, { path, method: "GET" });
      expect(whole.body.length).toBe(bytes.length);
    });

    it("knows from where a stranger comes, whatever the stranger says", async () => {
      const scene = await open(kind, { upstream: "unix" });
      const forged = { "x-forwarded-for": "8.8.8.8", forwarded: "for=8.8.4.4" };
      const answer = await request(scene, { path: "/nothing", headers: forged, from: "127.0.0.9" });
      expect(answer.status).toBe(404);
      const line = await eventually(() => scene.logged.find((one) => one.includes("strangers were refused")));
      expect(line).toContain("127.0.0.9");
      expect(line).not.toContain("8.8.");
    });

    it("loses nothing while MateBot is away and the front server answers 502", async () => {
      const scene = await open(kind);
      await carries(scene, "antes");
      await scene.app.stop();
      const words = Array.from({ length: 12 }, (_, i) => `t${i}`);
      for (const text of words) scene.telegram.say(scene.chat, scene.ana, { text });
      await eventually(() => scene.telegram.deliveries.some(({ status }) => status === 502));
      await scene.start();
      await eventually(() => scene.discordTexts().length > words.length, 20_000);
      expect(scene.discordTexts()).toEqual(["antes", ...words]);
    });

    it("says whether the lines work", async () => {
      const scene = await open(kind, { prefix: "/mate" });
      await carries(scene, "pronto");
      const parts = { asking: { roots: scene.certificate, address: "127.0.0.1" } };
      const good = await command(scene, kind, { check: true }, parts);
      expect(good).toMatchObject({ code: 0 });
      expect(good.stdout).toContain("MateBot answered, everything is connected");
      const untrusted = await command(scene, kind, { check: true }, { asking: { address: "127.0.0.1" } });
      expect(untrusted).toMatchObject({ code: 1 });
      expect(untrusted.stdout).toContain("DEPTH_ZERO_SELF_SIGNED_CERT");
      await scene.app.stop();
      const away = await command(scene, kind, { check: true }, parts);
      expect(away).toMatchObject({ code: 1 });
      expect(away.stdout).toContain("the proxy answered 502");
    });
  });
});

async function command(
  { configFile }: { readonly configFile: string },
  kind: ProxyKind,
  options: { readonly check?: boolean } = {},
  parts: { readonly asking?: object } = {},
) {
  const written = { stdout: "", stderr: "" };
  const sink = (name: "stdout" | "stderr") => ({
    write: (line: string) => {
      written[name] += line;
    },
  });
  const code = await proxy(
    kind,
    { config: configFile, ...options },
    { env: {}, clock: systemClock, stdout: sink("stdout"), stderr: sink("stderr"), ...parts },
  );
  return { code, ...written };
}

describe("matebot proxy", () => {
  async function configured(web: Record<string, unknown>): Promise<World> {
    const world = await makeWorld({ updates: "polling" });
    cleanups.push(() => world.close());
    world.configure(() => ({ web }));
    return world;
  }

  it("prints the lines alone, so that they can be written into a file, and the words beside them", async () => {
    const world = await configured({ listen: "127.0.0.1:8443", public_url: `https://${NAME}` });
    const { code, stdout, stderr } = await command(world, "nginx");
    expect(code).toBe(0);
    const listen = { kind: "tcp", host: "127.0.0.1", port: 8443 } as const;
    expect(stdout).toBe(proxyLines("nginx", { publicUrl: new URL(`https://${NAME}`), listen }));
    expect(stderr).toContain("/etc/nginx/conf.d/matebot.conf");
    expect(stderr).toContain("sudo nginx -t && sudo systemctl reload nginx");
    expect(stderr).toContain(`sudo certbot certonly --nginx -d ${NAME}`);
    expect(stderr).not.toContain("web.tls");
  });

  it("warns where the lines would not be enough", async () => {
    const world = await configured({
      listen: "0.0.0.0:8443",
      public_url: "https://8.8.8.8",
      tls: "self-signed",
    });
    const { stderr } = await command(world, "caddy");
    expect(stderr).toContain("web.tls: self-signed");
    expect(stderr).toContain("for 8.8.8.8 a proxy gets no certificate");
  });

  it("says what is missing where there is no public address", async () => {
    const world = await configured({ listen: "127.0.0.1:8443" });
    const { code, stdout, stderr } = await command(world, "caddy");
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("web.public_url is missing");
  });

  it("says that nobody listens", async () => {
    const world = await configured({ listen: "127.0.0.1:8443", public_url: "https://127.0.0.1:8443" });
    const port = await freePort();
    world.configure(() => ({ web: { listen: "127.0.0.1:8443", public_url: `https://127.0.0.1:${port}` } }));
    const { code, stdout } = await command(world, "caddy", { check: true });
    expect(code).toBe(1);
    expect(stdout).toContain("nobody listens at this port");
  });
});

describe("the examples in deploy", () => {
  it.each([
    ["nginx", "deploy/nginx/matebot.conf"],
    ["caddy", "deploy/caddy/Caddyfile"],
  ] as const)("for %s are what MateBot prints", (kind, file) => {
    const listen = { kind: "tcp", host: "127.0.0.1", port: 8443 } as const;
    const lines = proxyLines(kind, { publicUrl: new URL(`https://${NAME}`), listen });
    expect(readFileSync(join(import.meta.dirname, "..", "..", file), "utf8")).toBe(lines);
  });
});
