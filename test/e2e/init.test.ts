// `matebot init` against both simulators: from two tokens to a bridge that carries, again without loss, and without a person.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { type InitParts, init } from "../../src/cli/init.ts";
import { loadConfig } from "../../src/config.ts";
import { UserError } from "../../src/model/errors.ts";
import { platforms } from "../../src/platforms/index.ts";
import type { InitOptions } from "../../src/setup/given.ts";
import { livePlatforms } from "../../src/setup/live-platforms.ts";
import type { PortState, ReachFacts } from "../../src/setup/reach-plan.ts";
import { type Line, type ScriptedPrompts, scriptedPrompts } from "../support/scripted-prompts.ts";
import { eventually, makeWorld, type World, type WorldOptions } from "../support/world.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

const inside: ReachFacts = { publicIpv4: [], ports: {} };
const free: PortState = { kind: "free" };
const outside = (ports: ReachFacts["ports"]): ReachFacts => ({ publicIpv4: ["8.8.4.4"], ports });

/** Both simulators, and a file that says where they are and nothing else. */
async function open(options: WorldOptions = {}): Promise<World> {
  const world = await makeWorld({ language: "en", ...options });
  cleanups.push(() => world.close());
  const accounts = {
    telegram: { platform: "telegram", api: world.telegram.url, limits: "none" },
    discord: {
      platform: "discord",
      ...{ api: world.discord.url, cdn: world.discord.cdnUrl, media: world.discord.mediaUrl },
      ...{ avatars: { show: false }, limits: "none" },
    },
  };
  writeFileSync(world.configFile, stringify({ accounts }), { mode: 0o600 });
  return world;
}

interface Told {
  readonly script?: readonly Line[];
  readonly options?: Partial<InitOptions>;
  readonly env?: NodeJS.ProcessEnv;
  readonly facts?: ReachFacts;
  /** How long is waited for the bot to be somewhere. */
  readonly patienceMs?: number;
  readonly dns?: Readonly<Record<string, readonly string[]>>;
}

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly prompts: ScriptedPrompts;
  readonly started: readonly string[];
  /** Everything anybody could have read. */
  readonly all: string;
}

async function wizard(configFile: string, told: Told = {}): Promise<Outcome> {
  const { script, options, env = {}, facts = inside, dns = {}, patienceMs = 15_000 } = told;
  const written = { stdout: "", stderr: "" };
  const sink = (name: "stdout" | "stderr") => ({
    write: (line: string) => {
      written[name] += line;
    },
  });
  const prompts = scriptedPrompts(script ?? []);
  const started: string[] = [];
  const home = mkdtempSync(join(tmpdir(), "matebot-home-"));
  cleanups.push(() => rmSync(home, { recursive: true, force: true }));
  const parts: InitParts = {
    ...{ env: { LANG: "en_US.UTF-8", ...env }, stdout: sink("stdout"), stderr: sink("stderr") },
    prompts: async () => (script === undefined ? undefined : prompts),
    platforms: (fields, texts) => livePlatforms(fields, texts, patienceMs),
    reach: { facts: async () => facts, resolve: async (name) => dns[name] ?? [] },
    service: { uid: 1000, home, program: ["node"], root: home, execute: async () => ({ code: 0, said: "" }) },
    run: async (config) => {
      started.push(config);
      return 0;
    },
  };
  const code = await init({ config: configFile, ...options }, parts);
  expect([prompts.left(), written.stderr.match(/asked .*/)?.[0]]).toEqual([[], undefined]);
  const all = [written.stdout, written.stderr, ...prompts.shown].join("\n");
  return { code, ...written, prompts, started, all };
}

const typing = ({ telegramBot, discordBot }: World): readonly Line[] => [
  [/Telegram’s token/, telegramBot.token],
  [/Discord’s token/, discordBot.token],
  [/Which Telegram chat/, "Grupo"],
  [/Which Discord channel/, "Servidor #geral"],
];

const text = (world: World) => readFileSync(world.configFile, "utf8");
const besideOf = (world: World, name: string) => join(dirname(world.configFile), name);
const modeOf = (path: string) => statSync(path).mode & 0o777;

function expectNoToken({ telegramBot, discordBot }: World, all: string): void {
  for (const secret of [telegramBot.token, telegramBot.token.split(":")[1] ?? "", discordBot.token])
    expect(all).not.toContain(secret);
}

async function carriesBothWays(world: World): Promise<void> {
  await world.start();
  world.telegram.say(world.chat, world.ana, { text: "oi do Telegram" });
  await eventually(() => world.discordTexts().includes("oi do Telegram"));
  world.discord.say(world.channel, world.carla, { content: "oi do Discord" });
  await eventually(() => world.telegramTexts().some((one) => one.includes("oi do Discord")));
}

describe("matebot init with a person", () => {
  it("comes from two tokens to a bridge that carries, and switches Message Content on by itself", async () => {
    const world = await open({ messageContent: false });
    const [first, ...rest] = typing(world);
    if (first === undefined) throw new Error("a script begins with something");
    const script: readonly Line[] = [
      [/Telegram’s token/, "no token at all"],
      [/Telegram’s token/, "123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"],
      first,
      [/Discord’s token/, "wrong"],
      ...rest,
    ];
    const outcome = await wizard(world.configFile, { script });
    expect(outcome).toMatchObject({ code: 0, started: [world.configFile] });
    expect(outcome.all).toContain("This is not the token of a Telegram bot");
    expect(outcome.all).toContain("Telegram does not accept this token");
    expect(outcome.all).toContain("Discord does not accept this token");
    expect(outcome.all).toContain("https://t.me/mate_bot?startgroup");
    expect(outcome.all).toMatch(/discord\.com\/oauth2\/authorize\?client_id=\d+/);
    expect(outcome.all).toContain("no public address");
    expectNoToken(world, outcome.all + text(world));
    expect(loadConfig(world.configFile, {}, platforms)).toMatchObject({
      language: "en",
      bridges: [
        {
          name: "Grupo",
          members: [
            { account: "telegram", id: String(world.chat) },
            { account: "discord", id: world.channel },
          ],
        },
      ],
    });
    await carriesBothWays(world);
  });

  it("lets nobody else read what it writes", async () => {
    const world = await open();
    await wizard(world.configFile, { script: typing(world) });
    const secrets = besideOf(world, "secrets");
    expect(modeOf(secrets)).toBe(0o700);
    for (const [file, token] of [
      ["telegram-token", world.telegramBot.token],
      ["discord-token", world.discordBot.token],
    ] as const) {
      expect(readFileSync(join(secrets, file), "utf8")).toBe(`${token}\n`);
      expect(modeOf(join(secrets, file))).toBe(0o600);
    }
    expect(modeOf(world.configFile)).toBe(0o600);
  });

  it("waits while privacy mode is on, and goes on when the person wants an administrator instead", async () => {
    const world = await open();
    const shy = world.telegram.createBot({ name: "Shy", username: "shy_bot" });
    const script: readonly Line[] = [
      [/Telegram’s token/, shy.token],
      [/Privacy mode/, "check again"],
      [/Privacy mode/, "administrator"],
      [/Discord’s token/, world.discordBot.token],
      [/no Telegram chat/, "Look again"],
      [/no Telegram chat/, "later"],
    ];
    const { code, all, started } = await wizard(world.configFile, { script, patienceMs: 100 });
    // The rooms are joined in the chats later, and that is said.
    expect([code, started]).toEqual([0, [world.configFile]]);
    expect(all).toContain("The rooms are joined in the chats");
    expect(all).toContain("/setprivacy");
    expect(text(world)).toContain("bridges: []");
    expect(existsSync(besideOf(world, "secrets/telegram-token"))).toBe(true);
  });

  it("run again, changes nothing that was not answered, and keeps what people wrote", async () => {
    const world = await open();
    await wizard(world.configFile, { script: typing(world) });
    const mine = `${text(world).replace("language: en", "language: en # mine")}  # the other one
  - { name: other, members: [ telegram:-1009, discord:123456789012345678 ] }
retention:
  dead_letter_days: 7 # a week
`;
    writeFileSync(world.configFile, mine);
    const keep: readonly Line[] = [
      [/Keep the bot @mate_bot/, true],
      [/Keep the bot MateBot/, true],
      [/Add another one/, false],
    ];
    const again = await wizard(world.configFile, { script: keep });
    expect(again.code).toBe(0);
    expect(again.all).toContain("nothing changed");
    expect(text(world)).toBe(mine);

    const guest = world.discord.createBot({ name: "Guest" });
    const other: readonly Line[] = [
      [/Keep the bot @mate_bot/, true],
      [/Keep the bot MateBot/, false],
      [/Discord’s token/, guest.token],
      [/Add another one/, true],
      [/Telegram chat/, "Type the number"],
      [/Number of the group/, "-10055"],
      [/Discord/, "Type the number"],
      [/Number of the channel/, "223456789012345678"],
    ];
    const changed = await wizard(world.configFile, { script: other });
    expect(changed.code).toBe(0);
    expect(readFileSync(besideOf(world, "secrets/discord-token"), "utf8").trim()).toBe(guest.token);
    expect(readFileSync(`${world.configFile}.bak`, "utf8")).toBe(mine);
    expect(modeOf(`${world.configFile}.bak`)).toBe(0o600);
    for (const kept of ["# mine", "# the other one", "# a week", "telegram:-1009", "telegram:-10055"])
      expect(text(world)).toContain(kept);
    expect(loadConfig(world.configFile, {}, platforms).bridges).toHaveLength(3);
  });

  it("writes nothing when the person gives up, and leaves a file alone that is no YAML", async () => {
    const world = await open();
    const before = text(world);
    const script: readonly Line[] = [
      [/Telegram’s token/, world.telegramBot.token],
      [/Discord’s token/, world.discordBot.token],
      [/Which Telegram chat/, "Grupo"],
      [/Discord/, new UserError("Interrupted.", 1)],
    ];
    const { code, stderr, started } = await wizard(world.configFile, { script });
    expect([code, stderr, started]).toEqual([1, "Interrupted.\n", []]);
    expect(text(world)).toBe(before);
    expect(existsSync(besideOf(world, "secrets"))).toBe(false);
    writeFileSync(world.configFile, "accounts: [\n");
    const broken = await wizard(world.configFile, { script: [] });
    expect([broken.code, text(world)]).toEqual([2, "accounts: [\n"]);
    expect(broken.stderr).toContain("no valid YAML");
  });
});

describe("how Telegram reaches the machine", () => {
  async function reached(told: Told & { readonly script: readonly Line[] }) {
    const world = await open();
    const [telegram, discord, ...places] = typing(world);
    if (!telegram || !discord) throw new Error("a script begins with the tokens");
    const script = [telegram, discord, ...told.script, ...places];
    const outcome = await wizard(world.configFile, { ...told, script });
    expect(outcome.code).toBe(0);
    return { ...outcome, web: loadConfig(world.configFile, {}, platforms).web };
  }

  it("is by its address and a certificate of the authority when the terms are accepted", async () => {
    const { web, all } = await reached({
      facts: outside({ 80: free, 443: { kind: "forbidden" }, 8443: free }),
      script: [
        [/domain name/, ""],
        [/accept its terms, at https:\/\/letsencrypt\.org/, true],
      ],
    });
    expect(web).toMatchObject({ publicUrl: "auto", tls: "auto", listen: { host: "0.0.0.0", port: 8443 } });
    expect(web?.acme).toBeDefined();
    expect(all).toContain("8.8.4.4");
  });

  it("is by a name, which DNS must know, or Telegram is told the address", async () => {
    const { web, all } = await reached({
      facts: outside({ 80: { kind: "taken" }, 443: free }),
      dns: { "other.example.org": ["9.9.9.9"] },
      script: [
        [/domain name/, "other.example.org"],
        [/does not lead here/, "again"],
        [/domain name/, "Bot.Example.org"],
        [/does not lead here/, "anyway"],
        [/accept its terms/, false],
      ],
    });
    expect(all).toContain("other.example.org leads to 9.9.9.9");
    expect(all).toContain("no A record for bot.example.org");
    expect(web).toMatchObject({ ipAddress: "8.8.4.4", tls: "auto", listen: { port: 443 } });
    expect(String(web?.publicUrl)).toBe("https://bot.example.org/");
    expect(web?.acme).toBeUndefined();
  });

  it("is behind nginx that is there already, whose lines are shown", async () => {
    const taken: PortState = { kind: "taken", by: "nginx" };
    const { web, all } = await reached({
      facts: outside({ 80: taken, 443: taken, 8443: free }),
      dns: { "bot.example.org": ["8.8.4.4"] },
      script: [
        [/domain name/, "bot.example.org"],
        [/nginx serves the web/, "Stand behind"],
      ],
    });
    expect(web).toMatchObject({ tls: "off", listen: { host: "127.0.0.1", port: 8443 } });
    expect(all).toContain("server_name bot.example.org;");
    expect(all).toContain("sudo nginx -t");
  });

  it("asks for no terms that could not be used, and nothing at all where no port is left", async () => {
    const taken: PortState = { kind: "taken" };
    const own = await reached({
      facts: outside({ 80: taken, 443: taken, 8443: taken, 88: free }),
      script: [[/domain name/, ""]],
    });
    expect(own.web).toMatchObject({ listen: { port: 88 }, tls: "auto" });
    const none = await reached({
      facts: outside({ 80: taken, 443: taken, 8443: taken, 88: taken }),
      script: [[/domain name/, ""]],
    });
    expect(none.web).toBeUndefined();
    expect(none.all).toContain("are taken");
  });
});

describe("matebot init without a person", () => {
  it("lists everything that is missing, writes nothing and ends with 2", async () => {
    const world = await open();
    const before = text(world);
    const { code, stderr, started } = await wizard(world.configFile);
    expect([code, started]).toEqual([2, []]);
    for (const flag of [
      "--telegram-token-file",
      "--discord-token-file",
      "--telegram-chat",
      "--discord-channel",
    ])
      expect(stderr).toContain(flag);
    expect(text(world)).toBe(before);
  });

  const filed = (world: World): Partial<InitOptions> => {
    const file = (name: string, token: string) => {
      const path = besideOf(world, name);
      writeFileSync(path, `${token}\n`, { mode: 0o600 });
      return path;
    };
    return {
      telegramTokenFile: file("given-telegram", world.telegramBot.token),
      discordTokenFile: file("given-discord", world.discordBot.token),
    };
  };

  it("takes everything from flags, starts, and the bridge carries", async () => {
    const world = await open();
    const places = { telegramChat: String(world.chat), discordChannel: world.channel };
    const outcome = await wizard(world.configFile, { options: { ...filed(world), ...places } });
    expect(outcome).toMatchObject({ code: 0, stdout: "", started: [world.configFile] });
    expectNoToken(world, outcome.all);
    await carriesBothWays(world);
  });

  it("names the variables instead of keeping the tokens when told so", async () => {
    const world = await open();
    const env = { TELEGRAM_TOKEN: world.telegramBot.token, DISCORD_TOKEN: world.discordBot.token };
    const places = { telegramChat: String(world.chat), discordChannel: world.channel };
    const options = { ...places, env: true, yes: true, start: false, language: "pt-BR" };
    const { code, all } = await wizard(world.configFile, { env, options });
    expect(code).toBe(0);
    expect(existsSync(besideOf(world, "secrets"))).toBe(false);
    expect(text(world)).toContain("token: env:TELEGRAM_TOKEN");
    expect(text(world)).toContain("O Message Content Intent fica ligado".slice(2));
    expectNoToken(world, all);
    expect(loadConfig(world.configFile, env, platforms).language).toBe("pt-BR");
  });

  it("only shows what it would write when told so", async () => {
    const world = await open();
    const before = text(world);
    const options = {
      ...filed(world),
      ...{
        print: true,
        yes: true,
        publicUrl: "https://bot.example.org",
        listen: "127.0.0.1:8443",
        tls: "off",
      },
    };
    const { code, stdout, all, started } = await wizard(world.configFile, { options });
    expect([code, started, text(world)]).toEqual([0, [], before]);
    expect(stdout).toContain("public_url: https://bot.example.org");
    expect(stdout).toContain("token: file:secrets/telegram-token");
    expect(existsSync(besideOf(world, "secrets"))).toBe(false);
    expectNoToken(world, all);
  });

  it("says every flag that makes no sense at once", async () => {
    const world = await open();
    const options = {
      telegramTokenFile: "/nowhere",
      ...{
        language: "de",
        tls: "maybe",
        publicUrl: "bot",
        listen: "8443",
        email: "me",
        telegramChat: "grupo",
      },
    };
    const { code, stderr } = await wizard(world.configFile, { options });
    expect(code).toBe(2);
    for (const flag of [
      "telegram-token-file",
      "language",
      "tls",
      "public-url",
      "listen",
      "email",
      "telegram-chat",
    ])
      expect(stderr).toContain(`--${flag}`);
  });

  it("takes no configuration that would not start, and keeps the old one", async () => {
    const world = await open();
    const before = text(world);
    const options = { ...filed(world), yes: true, publicUrl: "https://bot.example.org", tls: "files" };
    const kept = besideOf(world, "secrets/telegram-token");
    mkdirSync(dirname(kept), { mode: 0o700 });
    writeFileSync(kept, "the old one\n", { mode: 0o600 });
    const { code, stderr, started } = await wizard(world.configFile, { options });
    expect([code, started, text(world)]).toEqual([2, [], before]);
    expect(stderr).toContain("web");
    expect(stderr).not.toContain(".new");
    expect(readFileSync(kept, "utf8")).toBe("the old one\n");
    expect(existsSync(besideOf(world, "secrets/discord-token"))).toBe(false);
  });

  it("refuses a token that the platform refuses, without showing it", async () => {
    const world = await open();
    const env = { TELEGRAM_TOKEN: "123456:nobody-knows-this-one", DISCORD_TOKEN: world.discordBot.token };
    const { code, stderr, all } = await wizard(world.configFile, { env, options: { yes: true } });
    expect(code).toBe(2);
    expect(stderr).toContain("Telegram does not accept this token");
    expect(all).not.toContain("nobody-knows");
  });
});
