// The doctor beside a MateBot that runs: silent where all is well, and for each thing that is broken exactly that finding.

import { execFileSync } from "node:child_process";
import { chmodSync, closeSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { doctor } from "../../src/cli/doctor.ts";
import { freePort } from "../../src/demo/free-port.ts";
import { openStore } from "../../src/storage/open.ts";
import { makeSelfSigned } from "../../src/web/tls/self-signed.ts";
import { makeAuthority } from "../support/authority.ts";
import { type Changes, doctorParts, examined, troubles } from "../support/doctor.ts";
import { hasOpenssl, NO_OPENSSL, needs } from "../support/needs.ts";
import { makeWorld, type World } from "../support/world.ts";

const DAY_MS = 86_400_000;
/** Of a certificate of our own there is always this to say. */
const HEALTHY = ["note doctor.certificate.browser"];
const STOPPED = [
  "note doctor.running.not",
  "skipped doctor.certificate.unseen",
  "skipped doctor.reachable.idle",
];

let world: World;
const servers: { close(done: () => void): unknown; closeAllConnections?(): void }[] = [];
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections?.();
    await new Promise<void>((done) => server.close(done));
  }
  await world.close();
});

const look = async (changes: Changes = {}) => troubles(await examined(world.configFile, changes));
const port = () => Number(new URL(world.publicUrl).port);

/** It ran once, so that everything is there that a MateBot leaves. */
async function runOnce(): Promise<void> {
  const app = await world.start();
  await app.stop();
}

async function serve(server: Server, at: number): Promise<void> {
  servers.push(server);
  await new Promise<void>((done) => server.listen(at, "127.0.0.1", done));
}

describe("beside a MateBot that runs", () => {
  beforeEach(async () => {
    await world.start();
  });

  it("finds no fault in a healthy world, and says so", async () => {
    expect(await look()).toEqual(HEALTHY);
    const { code, said } = await print(false);
    expect(code).toBe(0);
    expect(said).toContain("No fault");
    expect(said).not.toContain("✗");
  });

  it("changes nothing on disk", async () => {
    const before = {
      config: readFileSync(world.configFile),
      key: statSync(join(world.data, "tls/self-signed.key")),
    };
    await look();
    expect(readFileSync(world.configFile)).toEqual(before.config);
    expect(statSync(join(world.data, "tls/self-signed.key")).mtimeMs).toBe(before.key.mtimeMs);
  });

  it("tells who runs", async () => {
    const found = await examined(world.configFile);
    expect(found).toContainEqual({
      check: "running",
      level: "ok",
      key: "doctor.running.ok",
      values: { pid: String(process.pid) },
    });
  });

  it("misses ffmpeg", async () => {
    expect(await look({ env: { PATH: "" } })).toEqual([...HEALTHY, "warning doctor.ffmpeg.missing"]);
  });

  it("meets a program that is called ffmpeg and is none", async () => {
    expect(await look({ env: { MATEBOT_FFMPEG: "/bin/false" } })).toEqual([
      ...HEALTHY,
      "warning doctor.ffmpeg.broken",
    ]);
  });

  it.each([
    [50, "fault doctor.disk.little"],
    [500, "warning doctor.disk.little"],
  ])("sees that %i MiB are little", async (mebibytes, trouble) => {
    const freeSpace = async () => ({ bytes: mebibytes * 1024 ** 2, files: 9 });
    expect(await look({ machine: { freeSpace } })).toEqual([...HEALTHY, trouble].sort());
  });

  it("sees a disk without room for another file", async () => {
    const freeSpace = async () => ({ bytes: 1024 ** 4, files: 0 });
    expect(await look({ machine: { freeSpace } })).toEqual(["fault doctor.disk.no-files", ...HEALTHY]);
  });

  it("sees a configuration that everybody may read", async () => {
    chmodSync(world.configFile, 0o644);
    expect(await look()).toEqual(["fault doctor.file-modes.config", ...HEALTHY]);
  });

  it("sees a key that others may read", async () => {
    chmodSync(join(world.data, "tls/self-signed.key"), 0o640);
    expect(await look()).toEqual(["fault doctor.file-modes.key", ...HEALTHY]);
  });

  it("sees data that everybody may look into", async () => {
    chmodSync(world.data, 0o755);
    expect(await look()).toEqual([...HEALTHY, "warning doctor.file-modes.data"]);
  });

  it("sees a database that everybody may read", async () => {
    chmodSync(join(world.data, "matebot.db"), 0o644);
    expect(await look()).toEqual([...HEALTHY, "warning doctor.file-modes.database"]);
  });

  it("says whose the data is when it is another's", async () => {
    expect(await look({ machine: { uid: 4_711 } })).toEqual([...HEALTHY, "note doctor.file-modes.owner"]);
  });

  it("sees little memory and few files", async () => {
    const machine = {
      memory: () => ({ total: 2 ** 28, available: 2 ** 26 }),
      mostOpenFiles: async () => 256,
    };
    expect(await look({ machine })).toEqual([
      ...HEALTHY,
      "warning doctor.memory.little",
      "warning doctor.open-files.few",
    ]);
  });

  it("counts what was given up", async () => {
    const store = await openStore(`sqlite:${join(world.data, "matebot.db")}`, { beside: true });
    const raw = { account: "telegram", key: "u1", body: "{}", receivedAt: Date.now() };
    await store.transaction(async (tx) => {
      await tx.journal.insert([raw]);
      await tx.journal.bury(raw, "a riddle");
    });
    await store.close();
    expect(await look()).toEqual([...HEALTHY, "warning doctor.dead-letters.some"]);
  });

  it("sees a Node that is too old", async () => {
    expect(await look({ nodeVersion: "22.9.0" })).toEqual(["fault doctor.node.old", ...HEALTHY]);
  });

  it.each([
    ["failed", "enabled", ["fault doctor.systemd.failed"]],
    ["inactive", "enabled", ["note doctor.systemd.inactive"]],
    ["active", "disabled", ["note doctor.systemd.disabled"]],
    ["active", "enabled", []],
  ])("tells of a service that is %s and %s", async (active, boot, more) => {
    const said = `LoadState=loaded\nActiveState=${active}\nUnitFileState=${boot}\n`;
    const execute = async (program: string) =>
      program === "systemctl" ? { code: 0, said } : { code: 0, said: "ffmpeg version 7" };
    expect(await look({ machine: { execute } })).toEqual([...HEALTHY, ...more].sort());
  });

  it("tells which connection is down, and why", async () => {
    const report = {
      status: "down" as const,
      connections: [
        { name: "telegram", up: true, since: new Date().toISOString() },
        {
          name: "discord",
          up: false,
          since: new Date(Date.now() - 7 * 60_000).toISOString(),
          reason: "refused",
        },
      ],
    };
    const ask = async () => ({ kind: "matebot" as const, report });
    const found = await examined(world.configFile, { net: { ask } });
    expect(troubles(found)).toEqual(["fault doctor.connection.down", ...HEALTHY]);
    expect(found.find(({ key }) => key === "doctor.connection.down")).toMatchObject({
      subject: "discord",
      values: { reason: "refused", minutes: 7 },
    });
  });

  it("sees that nobody answers though MateBot runs", async () => {
    const ask = async () => ({ kind: "none" as const, code: "ECONNREFUSED" });
    const found = await look({
      net: { ask },
      machine: { listenersOn: async () => [], canBind: async () => "free" },
    });
    expect(found).toEqual(
      ["fault doctor.running.silent", ...HEALTHY, "skipped doctor.reachable.idle"].sort(),
    );
  });

  it("only notes that a router lets nobody call the address outside", async () => {
    const { ask } = doctorParts().net;
    const closed = async (target: Parameters<typeof ask>[0]) =>
      target.at ? await ask(target) : { kind: "none" as const, code: "ETIMEDOUT" };
    expect(await look({ net: { ask: closed } })).toEqual([...HEALTHY, "note doctor.reachable.not"]);
  });

  it("sees that somebody else answers at the public URL", async () => {
    const { ask } = doctorParts().net;
    const other = async (target: Parameters<typeof ask>[0]) =>
      target.at ? await ask(target) : { kind: "other" as const, status: 404 };
    expect(await look({ net: { ask: other } })).toEqual([...HEALTHY, "warning doctor.reachable.other"]);
  });
});

describe("while MateBot stands still", () => {
  it("says what is not there yet", async () => {
    expect(await look()).toEqual(["note doctor.database.none", ...STOPPED]);
  });

  it("asks for nothing else than that it is started", async () => {
    await runOnce();
    expect(await look()).toEqual(STOPPED);
  });

  it("names the program that took the port", async () => {
    await runOnce();
    await serve(
      createServer((socket) => socket.destroy()),
      port(),
    );
    const found = await examined(world.configFile);
    expect(troubles(found)).toEqual(["fault doctor.listen.taken", ...STOPPED]);
    if (process.platform !== "linux") return;
    const { values } = found.find(({ key }) => key === "doctor.listen.taken") ?? {};
    expect(values).toMatchObject({ pid: String(process.pid), port: port() });
  });

  it.each([
    ["forbidden", "warning doctor.listen.forbidden"],
    ["not-here", "fault doctor.listen.not-here"],
  ] as const)("says when an address is %s", async (state, trouble) => {
    await runOnce();
    expect(await look({ machine: { canBind: async () => state } })).toEqual([...STOPPED, trouble].sort());
  });

  it("sees a damaged database", async () => {
    await runOnce();
    const file = join(world.data, "matebot.db");
    const { size } = statSync(file);
    const handle = openSync(file, "r+");
    // Page 1 holds the list of tables and stays; all others become nonsense.
    writeSync(handle, Buffer.alloc(size - 4_096, 0xa5), 0, size - 4_096, 4_096);
    closeSync(handle);
    const found = await look();
    expect(found.filter((one) => !STOPPED.includes(one))).toHaveLength(1);
    expect(found.find((one) => !STOPPED.includes(one))).toMatch(
      /^fault doctor\.(database\.damaged|refused)$/,
    );
  });

  it("sees a file that is no database", async () => {
    await runOnce();
    writeFileSync(join(world.data, "matebot.db"), "a shopping list ".repeat(400));
    expect(await look()).toEqual(["fault doctor.refused", ...STOPPED]);
  });

  it("sees messages that wait for long", async () => {
    await runOnce();
    const clock = { now: () => Date.now() - DAY_MS, after: () => ({ cancel: () => {} }) };
    const store = await openStore(`sqlite:${join(world.data, "matebot.db")}`, { clock });
    const at = { account: "telegram", id: String(world.chat) };
    const event = { kind: "deleted", messages: [{ conversation: at, id: "1" }] };
    await store.transaction((tx) =>
      tx.outbox.append([{ to: { account: "discord", id: world.channel }, event } as never]),
    );
    await store.close();
    expect(await look()).toEqual([...STOPPED, "warning doctor.waiting.long"]);
  });
});

describe("the certificate that is shown", () => {
  const host = "127.0.0.1";

  async function show(pair: { readonly key: string; readonly cert: string }, more = {}): Promise<void> {
    const options = { ...pair, ...more };
    await serve(
      createHttpsServer(options, (_, response) => response.writeHead(404).end()),
      port(),
    );
  }

  /** Beside what is said because the server is none of ours. */
  async function aboutTls(): Promise<readonly string[]> {
    const found = await look();
    return found.filter((one) => /certificate|tls-versions/.test(one));
  }

  const old = { minVersion: "TLSv1", ciphers: "DEFAULT:@SECLEVEL=0" } as const;

  beforeEach(runOnce);

  it("has ended", async () => {
    await show(await makeSelfSigned(host, Date.now() - 500 * DAY_MS));
    expect(await aboutTls()).toEqual(["fault doctor.certificate.ended"]);
  });

  it("is not valid yet", async () => {
    await show(await makeSelfSigned(host, Date.now() + 500 * DAY_MS));
    expect(await aboutTls()).toEqual(["fault doctor.certificate.not-yet"]);
  });

  it("is for another name", async () => {
    await show(await makeSelfSigned("bot.example.org", Date.now()));
    expect(await aboutTls()).toEqual(["fault doctor.certificate.other-name"]);
  });

  it("is not the one that is uploaded", async () => {
    await show(await makeSelfSigned(host, Date.now()));
    expect(await aboutTls()).toEqual(["fault doctor.certificate.not-uploaded"]);
  });

  it("is trusted by nobody where a proxy does TLS", async () => {
    await show(await makeSelfSigned(host, Date.now()));
    const listen = `127.0.0.1:${await freePort()}`;
    world.configure((config) => ({ web: { ...config.web, listen, tls: "off" } }));
    expect(await aboutTls()).toEqual(["fault doctor.certificate.untrusted"]);
  });

  it.each([
    ["comes without the one that leads to its authority", 1, "fault doctor.certificate.chain"],
    ["is of an authority that nobody knows", 2, "fault doctor.certificate.untrusted"],
  ])("%s", async (_, length, trouble) => {
    const { key, cert } = await (await makeAuthority(Date.now())).issue(host);
    const chain = cert.match(/-----BEGIN[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
    await show({ key, cert: chain.slice(0, length).join("\n") });
    const listen = `127.0.0.1:${await freePort()}`;
    world.configure((config) => ({ web: { ...config.web, listen, tls: "off" } }));
    expect(await aboutTls()).toEqual([trouble]);
  });

  it("is late", async () => {
    const pair = await ownPair();
    await show(pair);
    const clock = { ...doctorParts().clock, now: () => Date.now() + 350 * DAY_MS };
    const found = troubles(await examined(world.configFile, { clock }));
    expect(found.filter((one) => one.includes("certificate"))).toEqual(["warning doctor.certificate.late"]);
  });

  it("comes with old versions of TLS", async () => {
    await show(await ownPair(), old);
    expect(await aboutTls()).toEqual([...HEALTHY, "warning doctor.tls-versions.old"]);
  });

  it("comes with old versions of TLS alone", async () => {
    await show(await ownPair(), { ...old, maxVersion: "TLSv1.1" });
    expect(await aboutTls()).toEqual(["fault doctor.tls-versions.none"]);
  });

  it("is good", async () => {
    await show(await ownPair());
    expect(await aboutTls()).toEqual(HEALTHY);
  });

  async function ownPair() {
    const read = (kind: string) => readFileSync(join(world.data, `tls/self-signed.${kind}`), "utf8");
    return { key: read("key"), cert: read("pem") };
  }
});

describe("certificate files of somebody else", () => {
  needs(hasOpenssl, NO_OPENSSL);
  beforeEach(runOnce);

  const file = (name: string) => join(world.data, name);

  /** As somebody makes one by hand. */
  function make(name: string, subject: string): void {
    const files = ["-keyout", file(`${name}.key`), "-out", file(`${name}.pem`)];
    const names = ["-subj", subject, "-addext", "subjectAltName=IP:127.0.0.1"];
    execFileSync(
      "openssl",
      ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "90", ...files, ...names],
      {
        stdio: "ignore",
      },
    );
    chmodSync(file(`${name}.key`), 0o600);
  }

  async function named(certificate: string, key: string): Promise<readonly string[]> {
    const files = { certificate: file(certificate), key: file(key) };
    world.configure((config) => ({ web: { ...config.web, tls: "files", ...files } }));
    return (await look()).filter((one) => !STOPPED.includes(one) || /certificate/.test(one));
  }

  it("are missing", async () => {
    expect(await named("none.pem", "none.key")).toEqual(["fault web.files.missing"]);
  });

  it("do not belong together", async () => {
    make("one", "/CN=127.0.0.1");
    make("other", "/CN=127.0.0.1");
    expect(await named("one.pem", "other.key")).toEqual(["fault web.files.mismatch"]);
  });

  it("name the address in a way that Telegram does not read", async () => {
    make("one", "/CN=MateBot");
    expect(await named("one.pem", "one.key")).toEqual(["fault web.files.no-cn"]);
  });

  it("may be read by everybody", async () => {
    make("one", "/CN=127.0.0.1");
    chmodSync(file("one.key"), 0o644);
    expect(await named("one.pem", "one.key")).toEqual([
      "fault doctor.file-modes.key",
      "skipped doctor.certificate.unseen",
    ]);
  });
});

it("names the program that took the port where an authority asks", async () => {
  await runOnce();
  const taken = await freePort();
  await serve(
    createServer((socket) => socket.destroy()),
    taken,
  );
  const directory = "https://127.0.0.1:1/directory";
  const acme = { terms: "accepted", directory, http: `127.0.0.1:${taken}` };
  world.configure((config) => ({ web: { ...config.web, tls: "acme", acme } }));
  if (process.platform !== "linux") return;
  expect(await look()).toEqual([...STOPPED, "warning doctor.listen.question"]);
});

describe("a proxy on this machine", () => {
  async function behind(answer: (path: string) => Promise<number | undefined>): Promise<readonly string[]> {
    const inside = await freePort();
    const outside = await freePort();
    world.configure((config) => ({
      accounts: { ...config.accounts, telegram: { ...config.accounts.telegram, updates: "polling" } },
      web: { listen: `127.0.0.1:${inside}`, public_url: `http://127.0.0.1:${outside}`, tls: "off" },
    }));
    await world.start();
    const front = createHttpServer((request, response) => {
      void answer(request.url ?? "").then(async (status) => {
        if (status !== undefined) return response.writeHead(status).end("<h1>somebody else</h1>");
        const passed = await fetch(`http://127.0.0.1:${inside}${request.url}`);
        return response.writeHead(passed.status).end(await passed.text());
      });
    });
    await serve(front, outside);
    return await look();
  }

  it("passes on what it is asked", async () => {
    expect(await behind(async () => undefined)).toEqual([]);
  });

  it("does not reach MateBot", async () => {
    expect(await behind(async () => 502)).toEqual(["fault doctor.proxy.behind"]);
  });

  it("lacks the lines for MateBot", async () => {
    expect(await behind(async () => 404)).toEqual(["fault doctor.proxy.other"]);
  });
});

describe("the public name", () => {
  beforeEach(runOnce);

  const none = async () => {
    throw Object.assign(new Error("no such name"), { code: "ENODATA" });
  };
  const own = { ipv4: ["8.8.4.4"], ipv6: [], publicIpv4: ["8.8.4.4"] };
  const handshake = async () => ({ kind: "failed" as const, connected: false, code: "ECONNREFUSED" });

  async function named(resolve4: () => Promise<string[]>, more: Changes["net"] = {}, ipAddress?: string) {
    world.configure((config) => ({
      web: {
        ...config.web,
        public_url: "https://bot.example.org:8443",
        ...(ipAddress && { ip_address: ipAddress }),
      },
    }));
    const found = await look({
      machine: { addresses: () => own },
      net: { resolve4, handshake, ...more },
    });
    return found.filter((one) => !STOPPED.includes(one));
  }

  it("leads here", async () => {
    expect(await named(async () => ["8.8.4.4"])).toEqual([]);
  });

  it("is unknown", async () => {
    expect(await named(none)).toEqual(["fault doctor.dns.none"]);
  });

  it("has an IPv6 address only", async () => {
    expect(await named(none, { resolve6: async () => ["2606:4700::1"] })).toEqual([
      "fault doctor.dns.ipv6-only",
    ]);
  });

  it("need not be known where the address is told apart", async () => {
    expect(await named(none, {}, "8.8.4.4")).toEqual(["note doctor.dns.pinned"]);
  });

  it("leads into a house", async () => {
    expect(await named(async () => ["192.168.1.7"])).toEqual(["warning doctor.dns.reserved"]);
  });

  it("leads to another machine", async () => {
    expect(await named(async () => ["1.1.1.1"])).toEqual(["note doctor.dns.elsewhere"]);
  });

  it("cannot be looked up", async () => {
    const late = async () => {
      throw Object.assign(new Error("late"), { code: "ETIMEOUT" });
    };
    expect(await named(late)).toEqual(["skipped doctor.dns.unknown"]);
  });
});

/** The whole command, in words or for programs. */
async function print(json: boolean, changes: Changes = {}) {
  let said = "";
  const stream = { write: (text: string) => (said += text) };
  const code = await doctor(
    { config: world.configFile, json },
    { ...doctorParts(changes), stdout: stream, stderr: stream },
  );
  return { code, said };
}

describe("what is printed", () => {
  it("is for programs when they ask", async () => {
    chmodSync(world.configFile, 0o644);
    const { code, said } = await print(true);
    expect(code).toBe(1);
    expect(JSON.parse(said)).toContainEqual({
      check: "file-modes",
      level: "fault",
      subject: world.configFile,
      message: `The configuration ${world.configFile} holds tokens, and every user of this machine may open it (mode 644).`,
      cure: `chmod 600 ${world.configFile}`,
    });
  });

  it("puts the cure below the fault, in the language of the configuration", async () => {
    world.configure(() => ({ language: "pt-BR" }));
    const { said } = await print(false, { env: { PATH: "" } });
    expect(said).toMatch(/^ {2}! O ffmpeg não está instalado.*\n {6}sudo apt install ffmpeg$/m);
    expect(said).not.toContain("\u001b");
  });

  it("ends with 2 for a configuration at fault, tells line and cure, and goes on with the rest", async () => {
    world.configure((config) => ({
      accounts: { ...config.accounts, telegram: { ...config.accounts.telegram, updates: "often" } },
    }));
    const { code, said } = await print(false);
    expect(code).toBe(2);
    expect(said).toMatch(/✗ .*matebot\.yaml:\d+:\d+: accounts\.telegram\.updates: .*\n {6}\S/);
    expect(said).toContain("ffmpeg");
    expect(said).toContain("MiB left");
  });

  it("ends with 2 for a configuration that is not there", async () => {
    const said: string[] = [];
    const stream = { write: (text: string) => said.push(text) };
    const parts = { ...doctorParts(), stdout: stream, stderr: stream };
    expect(await doctor({ config: join(world.data, "none.yaml"), json: false }, parts)).toBe(2);
    expect(said.join("")).toContain("none.yaml");
  });

  it("holds no secret, whatever is broken", async () => {
    const { telegramBot, discordBot } = world;
    await runOnce();
    for (const broken of [
      { updates: "often" },
      { nonsense: telegramBot.token },
      { token: `${telegramBot.token}x!` },
    ]) {
      world.configure((config) => ({
        accounts: {
          ...config.accounts,
          telegram: { token: telegramBot.token, ...config.accounts.telegram, ...broken },
        },
        storage: "postgres://matebot:open-sesame-42@127.0.0.1:1/nowhere",
      }));
      const examine = async () => {
        throw new Error(`https://api.example/bot${telegramBot.token}/getMe failed`);
      };
      const { kinds } = doctorParts();
      const changes = { kinds: { ...kinds, discord: { ...kinds.discord, examine } } } as Changes;
      for (const json of [true, false]) {
        const { said } = await print(json, changes);
        for (const secret of [telegramBot.token, discordBot.token, "open-sesame-42"])
          expect(said).not.toContain(secret);
        expect(said.length).toBeGreaterThan(300);
      }
    }
  });
});
