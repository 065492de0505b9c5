// The configuration: what is read, what is refused and where, and that no secret is ever quoted.

import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { ConfigError, type Fault } from "./config/finding.ts";
import { robotSchema } from "./config/robot-schema.ts";
import { bridgeSchema, knownKeys, type PlatformSchemas, topSchema } from "./config/schema.ts";
import { LETS_ENCRYPT, webSchema } from "./config/web-schema.ts";
import { type Config, loadConfig } from "./config.ts";
import { UserError } from "./model/errors.ts";
import { SHOWN } from "./model/event.ts";
import * as discord from "./platforms/discord/config.ts";
import * as telegram from "./platforms/telegram/config.ts";

const folder = mkdtempSync(join(tmpdir(), "matebot-config-"));
afterAll(() => rmSync(folder, { recursive: true }));

const platforms: PlatformSchemas = {
  telegram: {
    schema: z.strictObject({
      platform: z.literal("telegram"),
      token: z.string(),
      api: z.string().default("https://api.telegram.org"),
      updates: z.enum(["auto", "webhook", "polling"]).default("auto"),
      limits: z.enum(["auto", "none"]).default("auto"),
      profiles: z.enum(["none", "link"]).default("none"),
    }),
    conversationIdFault: (id) => (/^-?\d+$/.test(id) ? undefined : "The id is odd. Copy it. Then try."),
  },
  discord: {
    schema: z.strictObject({
      platform: z.literal("discord"),
      token: z.string(),
      api: z.string().default("https://discord.com/api"),
      cdn: z.string().default("https://cdn.discordapp.com"),
      media: z.string().default("https://media.discordapp.net"),
      avatars: z
        .strictObject({ show: z.boolean().default(true), channel: z.string().optional() })
        .default({ show: true }),
      limits: z.enum(["auto", "none"]).default("auto"),
      interactions: z.enum(["gateway", "endpoint"]).default("gateway"),
      members: z.boolean().default(false),
      install_events: z.boolean().default(false),
      backfill: z
        .strictObject({ messages: z.number(), hours: z.number() })
        .default({ messages: 500, hours: 24 }),
    }),
    conversationIdFault: () => undefined,
  },
};

const realPlatforms: PlatformSchemas = {
  telegram: { schema: telegram.telegramSchema, conversationIdFault: telegram.conversationIdFault },
  discord: { schema: discord.discordSchema, conversationIdFault: discord.conversationIdFault },
};

const telegramToken = `123456:${"A".repeat(35)}`;
const env = { LANG: "en_US.UTF-8", TELEGRAM_TOKEN: telegramToken, DISCORD_TOKEN: "discord-token-value" };

const good = `accounts:
  telegram:
    platform: telegram
    token: env:TELEGRAM_TOKEN
  discord:
    platform: discord
    token: env:DISCORD_TOKEN
bridges:
  - name: geral
    members: [telegram:-1001234567890, discord:123456789012345678]
`;

function load(yaml: string, variables: NodeJS.ProcessEnv = env): Config {
  const file = join(folder, "matebot.yaml");
  writeFileSync(file, yaml, { mode: 0o600 });
  return loadConfig(file, variables, platforms);
}

function faultsOf(yaml: string, variables: NodeJS.ProcessEnv = env): readonly Fault[] {
  try {
    load(yaml, variables);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

/** `line path`, the shape most tests look at. */
function places(yaml: string): readonly string[] {
  return faultsOf(yaml).map((fault) => `${fault.line} ${fault.path}`);
}

const all = (shown: boolean) => Object.fromEntries(SHOWN.map((what) => [what, shown]));

const withWeb = (web: string) => `${good}web:\n${web.replace(/^/gm, "  ")}\n`;

const onlyIfAsked = { typing: false, phones: false, relays: false };

describe("a good configuration", () => {
  it("fills every default and makes every path absolute", () => {
    const config = load(good);
    expect(config.language).toBe("en");
    expect(config.data).toBe(join(folder, "data"));
    expect(config.storage).toBe(`sqlite:${join(folder, "data/matebot.db")}`);
    expect(config.web).toBeUndefined();
    expect(config.accounts.map(({ name, platform }) => [name, platform])).toEqual([
      ["telegram", "telegram"],
      ["discord", "discord"],
    ]);
    expect(config.accounts[0]?.settings).toMatchObject({ token: telegramToken, updates: "auto" });
    expect(config.bridges).toEqual([
      {
        name: "geral",
        members: [
          { account: "telegram", id: "-1001234567890" },
          { account: "discord", id: "123456789012345678" },
        ],
        show: { ...all(true), ...onlyIfAsked },
        ...{ ways: {}, attribution: "name", from: "file" },
      },
    ]);
  });

  it("shows in each bridge what is asked for there", () => {
    const other =
      "  - { name: outra, members: ['telegram:-1002', 'discord:2'], show: { pins: false, typing: true } }\n";
    const [first, second] = load(good + other).bridges;
    expect(first?.show).toEqual({ ...all(true), ...onlyIfAsked });
    expect(second?.show).toEqual({ ...all(true), ...onlyIfAsked, pins: false, typing: true });
    expect(load(`${good}    show: {}\n`).bridges[0]?.show).toEqual(first?.show);
  });

  it("reads web, with the trailing slash of the public URL gone", () => {
    const config = load(withWeb("listen: '[::1]:443'\npublic_url: https://bot.example.org/mate/"));
    expect(config.web?.listen).toEqual({ kind: "tcp", host: "::1", port: 443 });
    expect(String(config.web?.publicUrl)).toBe("https://bot.example.org/mate");
    expect(config.web?.tls).toBe("auto");
  });

  it("gives web its defaults", () => {
    const config = load(withWeb("tls: off"));
    expect(config.web).toEqual({ listen: { kind: "tcp", host: "127.0.0.1", port: 8443 }, tls: "off" });
  });

  it("puts a relative socket beside the file", () => {
    const config = load(withWeb("listen: unix:run/mate.sock"));
    expect(config.web?.listen).toEqual({ kind: "unix", path: join(folder, "run/mate.sock") });
  });

  it("keeps a postgres URL as it is and hides its password", () => {
    const config = load(`${good}storage: postgres://mate:s%40cret%21@db/mate\n`);
    expect(config.storage).toBe("postgres://mate:s%40cret%21@db/mate");
    expect(config.secrets).toEqual(expect.arrayContaining(["s%40cret%21", "s@cret!"]));
  });

  it("is frozen all the way down", () => {
    const config = load(withWeb("tls: off"));
    for (const part of [
      config,
      config.accounts,
      config.accounts[0],
      config.bridges[0]?.members[0],
      config.web,
    ])
      expect(Object.isFrozen(part)).toBe(true);
    expect(Object.isFrozen(config.accounts[0]?.settings)).toBe(true);
  });

  it("lists every token as a secret, without the newline of a file", () => {
    writeFileSync(join(folder, "discord.token"), "from-a-file\n");
    const config = load(good.replace("env:DISCORD_TOKEN", "file:discord.token"));
    expect(config.secrets).toEqual([telegramToken, "from-a-file"]);
  });

  it("takes the language of the file before that of the system", () => {
    expect(load(`language: pt-BR\n${good}`).language).toBe("pt-BR");
    expect(load(good, { ...env, LANG: "es_AR" }).language).toBe("es");
  });
});

describe("the robot", () => {
  it("is safe and quiet where nothing is said of it", () => {
    const { robot, plugins } = load(good);
    expect(robot).toMatchObject({ owners: [], trusted: [], mayBridge: "admins", rough: false, off: [] });
    expect(robot.network).toMatchObject({
      archive: false,
      price: false,
      download: false,
      allowPrivate: false,
    });
    expect(robot.logRoom).toBeUndefined();
    expect(plugins).toEqual([]);
  });

  it("finds its people, rooms and plugins", () => {
    const { robot, plugins } = load(`${good}robot:
  owners: [telegram:77]
  log_room: { room: "discord:123456789012345678/99" }
  network: { download: {} }
plugins: [./one.ts, { path: /two.js, config: { cups: 3 }, megabytes: 64 }]
`);
    expect(robot.owners).toEqual([{ account: "telegram", id: "77" }]);
    const room = { account: "discord", id: "123456789012345678", thread: "99" };
    expect(robot.logRoom).toEqual({ room, level: "info", daily: "09:00" });
    expect(robot.network.download).toEqual({ program: "yt-dlp", maxBytes: 45 << 20, seconds: 120 });
    expect(plugins).toEqual([
      { path: join(folder, "one.ts"), config: undefined, maxBytes: 192 << 20 },
      { path: "/two.js", config: { cups: 3 }, maxBytes: 64 << 20 },
    ]);
  });

  it("needs no bridge in the file", () => {
    const lonely = load(good.slice(0, good.indexOf("bridges:")));
    expect(lonely.bridges).toEqual([]);
  });
});

describe("the example", () => {
  const file = fileURLToPath(new URL("../matebot.example.yaml", import.meta.url));
  const keysIn = (value: unknown) => Object.keys(Object(value)).sort();

  it("is accepted once the tokens are there, and shows every default", () => {
    const config = loadConfig(file, env, platforms);
    const bare = load(good);
    expect(config.accounts).toEqual(bare.accounts);
    expect(config.bridges).toEqual(bare.bridges);
    expect(config.web?.listen).toEqual(load(withWeb("tls: auto")).web?.listen);
    expect(config.data).toBe(join(dirname(file), "data"));
    expect(config.storage).toBe(`sqlite:${join(dirname(file), "data/matebot.db")}`);
  });

  it("shows every key there is", () => {
    const example = parse(readFileSync(file, "utf8"));
    expect(keysIn(example)).toEqual([...knownKeys(topSchema, [])].sort());
    // What stands for other situations than this one is shown in comments.
    const known = [...knownKeys(webSchema, [])];
    const comments = readFileSync(file, "utf8").match(/^ {2}# .+/gm) ?? [];
    const commented = known.filter((key) => comments.some((line) => line.startsWith(`  # ${key}: `)));
    expect([...keysIn(example.web), ...commented].sort()).toEqual(known.sort());
    const inComments = (keys: readonly string[], indent: number) => {
      const lines = readFileSync(file, "utf8").split("\n");
      return keys.filter((key) => lines.some((line) => line.startsWith(`${" ".repeat(indent)}# ${key}: `)));
    };
    for (const [shown, schema, indent] of [
      [example.bridges[0], bridgeSchema, 4],
      [example.robot, robotSchema, 2],
    ] as const) {
      const keys = [...knownKeys(schema, [])];
      const missing = keys.filter((key) => !keysIn(shown).includes(key));
      expect(inComments(missing, indent)).toEqual(missing);
      expect(keysIn(shown).filter((key) => !keys.includes(key))).toEqual([]);
    }
    expect(keysIn(example.bridges[0].show)).toEqual([...SHOWN].sort());
    for (const [name, { schema }] of Object.entries(realPlatforms))
      expect(keysIn(example.accounts[name])).toEqual([...knownKeys(schema, [])].sort());
  });

  it("is accepted by the real platforms", () => {
    const tokens = { ...env, DISCORD_TOKEN: `${"A".repeat(24)}.${"B".repeat(6)}.${"C".repeat(27)}` };
    expect(loadConfig(file, tokens, realPlatforms).accounts).toHaveLength(2);
  });
});

describe("faults", () => {
  it("come all at once, in the order of the file", () => {
    const yaml = `language: fr
accounts:
  1st:
    platform: telegram
    token: env:NOT_THERE
  discord:
    platform: discrod
web:
  listen: 8443
  tls: acme
  public_url: auto
bridges:
  - name: geral
    members: [discord:1]
  - name: geral
    members: [discord:1, irc:x, 17]
extra: 1
`;
    expect(places(yaml)).toEqual([
      "1 language",
      "3 accounts.1st",
      "5 accounts.1st.token",
      "7 accounts.discord.platform",
      "9 web.listen",
      "10 web.tls",
      "14 bridges[0].members",
      "15 bridges[1].name",
      "16 bridges[1].members[0]",
      "16 bridges[1].members[1]",
      "16 bridges[1].members[2]",
      "17 extra",
    ]);
  });

  it("name the column, the fault and the cure", () => {
    const [fault] = faultsOf(good.replace("token: env:DISCORD_TOKEN", "tokn: env:DISCORD_TOKEN"));
    expect(fault).toMatchObject({
      file: join(folder, "matebot.yaml"),
      line: 5,
      column: 3,
      path: "accounts.discord.token",
      message: "token is missing",
    });
    const [, unknown] = faultsOf(good.replace("token: env:DISCORD_TOKEN", "tokn: env:DISCORD_TOKEN"));
    expect(unknown).toMatchObject({ line: 7, column: 5, cure: "did you mean token?" });
  });

  it("speak the user's language", () => {
    const [fault] = faultsOf(good, { ...env, LANG: "pt_BR.UTF-8", DISCORD_TOKEN: undefined });
    expect(fault?.message).toBe("a variável de ambiente DISCORD_TOKEN não existe");
  });

  it("list the known keys when no word is near", () => {
    const [fault] = faultsOf(withWeb("certificate_of_honour: x"));
    expect(fault?.cure).toContain("listen, public_url, ip_address, tls");
  });

  it.each([
    ["a tab", "accounts:\n\ttelegram:\n", 2, "TAB"],
    ["a key twice", `${good}data: ./a\ndata: ./b\n`, 12, "data"],
    ["an open bracket", "bridges: [\n", 2, "YAML"],
  ])("of the YAML itself: %s", (_, yaml, line, word) => {
    const [fault] = faultsOf(yaml);
    expect(fault?.line).toBe(line);
    expect(`${fault?.message} ${fault?.cure}`).toContain(word);
  });

  it("of an empty file: the block it needs", () => {
    expect(places("")).toEqual(["1 accounts"]);
  });

  it("of a file that is a list", () => {
    expect(places("- a\n- b\n")).toEqual(["1 "]);
  });

  it("of a number where text belongs: quotes", () => {
    const [fault] = faultsOf(good.replace("env:DISCORD_TOKEN", "12345"));
    expect(fault).toMatchObject({ path: "accounts.discord.token", cure: "put the value in quotes" });
  });

  it("of a missing or empty file of a secret, by its path", () => {
    writeFileSync(join(folder, "empty.token"), "\n");
    const yaml = good
      .replace("env:DISCORD_TOKEN", "file:empty.token")
      .replace("env:TELEGRAM_TOKEN", "file:none");
    expect(faultsOf(yaml).map((fault) => fault.message)).toEqual([
      `the file ${join(folder, "none")} does not exist`,
      `the file ${join(folder, "empty.token")} is empty`,
    ]);
  });

  it("of what a bridge shows: the line, the word that is near, and true or false", () => {
    const faults = faultsOf(`${good}    show:\n      pin: true\n      titles: yes\n      joins: 1\n`);
    expect(faults.map(({ line, path }) => `${line} ${path}`)).toEqual([
      "12 bridges[0].show.pin",
      "13 bridges[0].show.titles",
      "14 bridges[0].show.joins",
    ]);
    expect(faults[0]?.cure).toBe("did you mean pins?");
    expect(faults[1]?.message).toBe("true or false is needed here");
    const [listed] = faultsOf(`${good}    show: [pins]\n`);
    expect(listed).toMatchObject({ line: 11, message: "a block of keys and values is needed here" });
    const [foreign] = faultsOf(`${good}    show: { weather: true }\n`);
    expect(foreign?.cure).toContain(SHOWN.join(", "));
  });

  it("of a Telegram token that cannot be one, unless the API is not the cloud", () => {
    const wrong = good.replace("env:TELEGRAM_TOKEN", "abc");
    expect(places(wrong)).toEqual(["4 accounts.telegram.token"]);
    expect(places(wrong.replace("token: abc", "token: abc\n    api: http://127.0.0.1:8081"))).toEqual([]);
  });

  it("of one conversation in two bridges, threads apart", () => {
    const second = (member: string) => `${good}  - name: two\n    members: [telegram:-1, ${member}]\n`;
    expect(places(second("discord:123456789012345678"))).toEqual(["12 bridges[1].members[1]"]);
    expect(places(second("discord:123456789012345678/99"))).toEqual([]);
  });

  it("of a way of somebody who is no member", () => {
    const ways = `${good}    ways: { "telegram:-100123456789": hears }\n`;
    expect(faultsOf(ways)[0]).toMatchObject({ path: "bridges[0].ways.telegram:-100123456789" });
    expect(faultsOf(ways)[0]?.cure).toContain("telegram:-1001234567890");
  });

  it("of the robot: other accounts, odd names, odd times, a plugin without a path", () => {
    const robot = `${good}robot:
  owners: [telegrm:1, nobody]
  links: { Wiki: https://example.org, ok: not-an-address }
  log_room: { room: telegram:-5, daily: "25:00" }
  network: { download: { megabytes: 0 } }
plugins: [./fine.ts, { config: {} }, { path: ./x.ts, megabites: 3 }]
`;
    expect(faultsOf(robot).map(({ path }) => path)).toEqual([
      ...["robot.owners[0]", "robot.owners[1]", "robot.links.Wiki", "robot.links.ok"],
      ...[
        "robot.log_room.daily",
        "robot.network.download.megabytes",
        "plugins[1].path",
        "plugins[2].megabites",
      ],
    ]);
  });

  it("of an id its platform refuses, in the platform's words", () => {
    const [fault] = faultsOf(good.replace("telegram:-1001234567890", "telegram:@group"));
    expect(fault).toMatchObject({
      path: "bridges[0].members[0]",
      message: "The id is odd",
      cure: "Copy it. Then try.",
    });
  });

  it("are found behind an alias, at the place it stands for", () => {
    const yaml = good
      .replace("discord:\n    platform: discord", "discord: &d\n    platform: discord")
      .replace("env:DISCORD_TOKEN", "5")
      .replace("bridges:", "  other: *d\nbridges:");
    expect(places(yaml)).toEqual(["7 accounts.discord.token", "7 accounts.other.token"]);
  });

  it("never quote a secret", () => {
    const leaky = `accounts:
  telegram: {platform: telegram, token: [LEAK-1]}
  discord: {platform: LEAK-2x, token: LEAK-3, LEAK: "LEAK-4}
bridges: LEAK-5
`;
    for (const yaml of [leaky, leaky.replace('"', "")]) {
      const text = JSON.stringify(faultsOf(yaml));
      expect(text).not.toMatch(/LEAK-\d/);
      expect(text.length).toBeGreaterThan(50);
    }
  });

  it("become one message with a line for each, and exit code 2", () => {
    expect(() => load("data: 1\n")).toThrow(UserError);
    try {
      load("data: 1\n");
    } catch (error) {
      expect((error as UserError).exitCode).toBe(2);
      expect((error as UserError).message.split("\n")).toHaveLength(2);
    }
  });
});

describe("public_url", () => {
  const url = (text: string) => places(withWeb(`public_url: ${text}`));

  it.each([
    "https://bot.example.org",
    "https://bot.example.org:8443/mate",
    "https://user:pw@bot.example.org:88",
    "https://8.8.8.8:80",
  ])("%s is fine", (text) => {
    expect(url(text)).toEqual([]);
  });

  it.each([
    "http://bot.example.org",
    "https://bot.example.org:9443",
    "https://10.0.0.5",
    "https://127.1:8443",
    "https://203.0.113.9",
    "https://[2001:db8::1]",
    "https://localhost",
    "https://server.local",
    "https://nas",
    "https://bot.example.org/?a=1",
    "bot.example.org",
    "ftp://bot.example.org",
  ])("%s is refused while Telegram's cloud has to call it", (text) => {
    expect(url(text)).toEqual(["12 web.public_url"]);
  });

  it("may be anything for a local API server, and for polling", () => {
    const local = good.replace("telegram\n    token", "telegram\n    api: http://127.0.0.1:8081\n    token");
    const polling = good.replace("telegram\n    token", "telegram\n    updates: polling\n    token");
    for (const base of [local, polling])
      expect(places(`${base}web: {public_url: "http://127.0.0.1:9000"}\n`)).toEqual([]);
  });

  it("is needed by webhook mode and by a self-signed certificate", () => {
    const webhook = good.replace("telegram\n    token", "telegram\n    updates: webhook\n    token");
    expect(places(webhook)).toEqual(["4 accounts.telegram.updates"]);
    expect(places(withWeb("tls: self-signed"))).toEqual(["12 web.tls"]);
  });
});

describe("TLS", () => {
  const at = (yaml: string) => places(withWeb(yaml));

  it.each([
    ["tls: acme\npublic_url: https://bot.example.org", ["12 web.tls"]],
    ["tls: acme\nacme: { terms: accepted }", ["12 web.tls"]],
    ["tls: files\npublic_url: https://bot.example.org", ["12 web.tls"]],
    ["public_url: https://bot.example.org\ncertificate: c.pem", ["13 web.certificate"]],
    ["acme: { terms: yes }", ["12 web.acme.terms"]],
    ["acme: { terms: accepted, http: 80 }", ["12 web.acme.http"]],
    ["acme: { terms: accepted, http: '80' }", ["12 web.acme.http"]],
    ["acme: { terms: accepted, directory: 'http://ca.lan' }", ["12 web.acme.directory"]],
    ["acme: { terms: accepted, email: me }", ["12 web.acme.email"]],
    ["proxies: [10.0.0.0/8, '::1', 10.0.0.0/33, nginx]", ["12 web.proxies[2]", "12 web.proxies[3]"]],
    ["ip_address: '::1'", ["12 web.ip_address"]],
    ["public_url: auto\nlisten: 127.0.0.1:8443", ["13 web.listen"]],
    ["public_url: auto\nlisten: unix:mate.sock", ["13 web.listen"]],
    ["public_url: auto\nlisten: 0.0.0.0:9000", ["13 web.listen"]],
  ])("that is half told is a fault: %s", (yaml, faults) => {
    expect(at(yaml)).toEqual(faults);
  });

  it("has all it needs in the configuration, with absolute paths", () => {
    const { web } = load(
      withWeb(
        "public_url: auto\nip_address: 8.8.8.8\ncertificate: c.pem\nkey: k.pem\nproxies: [10.0.0.5]\nonly_telegram: true\nacme: { terms: accepted, roots: ca.pem }",
      ),
    );
    expect(web).toEqual({
      listen: { kind: "tcp", host: "0.0.0.0", port: 8443 },
      publicUrl: "auto",
      ipAddress: "8.8.8.8",
      tls: "auto",
      files: { certificate: join(folder, "c.pem"), key: join(folder, "k.pem") },
      acme: { directory: LETS_ENCRYPT, roots: join(folder, "ca.pem"), http: "0.0.0.0:80", alpn: "auto" },
      proxies: ["10.0.0.5"],
      onlyTelegram: true,
    });
  });
});

describe("the file", () => {
  it("that is missing is one sentence with the cure", () => {
    const file = join(folder, "nowhere.yaml");
    expect(() => loadConfig(file, env, platforms)).toThrow(/nowhere\.yaml; copy matebot\.example\.yaml/);
  });

  it("is warned about when it holds a token and everybody can read it", () => {
    const file = join(folder, "open.yaml");
    const warnings = (yaml: string, mode: number) => {
      writeFileSync(file, yaml);
      chmodSync(file, mode);
      return loadConfig(file, env, platforms).warnings;
    };
    const literal = good.replace("env:DISCORD_TOKEN", "a-literal-token");
    expect(warnings(literal, 0o644)).toEqual([expect.stringContaining("chmod 600")]);
    expect(warnings(literal, 0o640)).toEqual([]);
    expect(warnings(good, 0o644)).toEqual([]);
  });
});
