// What goes wrong at the user's side, on the real program: one clear sentence, the right exit code, nothing half-done.

import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, describe, expect, it } from "vitest";
import { type Program, runProgram } from "../support/program.ts";
import { eventually, makeWorld, type World, type WorldOptions } from "../support/world.ts";

let world: World | undefined;
const programs: Program[] = [];
afterEach(async () => {
  for (const program of programs.splice(0)) program.signal("SIGKILL");
  await world?.close();
  world = undefined;
});

async function open(options: WorldOptions = {}): Promise<World> {
  world = await makeWorld(options);
  return world;
}

function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Program {
  const program = runProgram(args, env);
  programs.push(program);
  return program;
}

const runWorld = ({ configFile }: World, env: NodeJS.ProcessEnv = {}) =>
  run(["run", "--config", configFile], env);

/** The lines that are no log lines: what a person who starts the program reads last. */
function sentences(program: Program): readonly string[] {
  return program
    .stderr()
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("{"));
}

/** Nothing was left behind at Telegram or on this machine, and nobody was shown our code. */
async function nothingHalfDone({ telegram, publicUrl }: World, program: Program): Promise<void> {
  expect(telegram.requests.filter(({ path }) => path.endsWith("/setWebhook"))).toEqual([]);
  const { hostname, port } = new URL(publicUrl);
  await expect(fetch(`http://${hostname}:${port}/health`)).rejects.toThrow("fetch failed");
  expect(`${program.stderr()}${program.stdout()}`).not.toMatch(/\n\s+at |node:internal|\.ts:\d|"stack"/);
}

async function endsWith(program: Program, code: number, ...expected: readonly RegExp[]): Promise<void> {
  expect({ code: await program.ended, stderr: program.stderr() }).toMatchObject({ code });
  expect(sentences(program)).toHaveLength(expected.length);
  for (const [i, words] of expected.entries()) expect(sentences(program)[i]).toMatch(words);
  expect(program.stdout()).toBe("");
}

/** The same fault in both languages: what the sentence must say in each. */
function inBoth(words: { readonly "pt-BR": RegExp; readonly en: RegExp }) {
  return (["pt-BR", "en"] as const).map((language) => [language, words[language]] as const);
}

describe("a token that is refused", () => {
  it.each(inBoth({ "pt-BR": /token.*telegram.*@BotFather/, en: /does not accept the token.*@BotFather/ }))(
    "by Telegram, in %s",
    async (language, words) => {
      const scene = await open({ language });
      scene.telegram.revoke(scene.telegramBot.token);
      const program = runWorld(scene);
      await endsWith(program, 1, words);
      await nothingHalfDone(scene, program);
    },
  );

  it.each(inBoth({ "pt-BR": /Discord.*token.*developers/, en: /Discord refused the bot token.*developers/ }))(
    "by Discord, even when its answer comes late, in %s",
    async (language, words) => {
      const scene = await open({ language, discord: { latency: () => 400 } });
      scene.discord.resetToken(scene.discordBot.id);
      const program = runWorld(scene);
      await endsWith(program, 1, words);
      await nothingHalfDone(scene, program);
    },
  );
});

describe("a bot that may not read messages", () => {
  it.each(inBoth({ "pt-BR": /MESSAGE CONTENT INTENT/, en: /switch on MESSAGE CONTENT INTENT/ }))(
    "ends the start with the way to the switch, in %s",
    async (language, words) => {
      const scene = await open({ language, messageContent: false, reviewed: true });
      const program = runWorld(scene);
      await endsWith(program, 1, words);
      await nothingHalfDone(scene, program);
    },
  );
});

describe("a port that is taken", () => {
  it.each(inBoth({ "pt-BR": /a porta 127.*já está em uso/, en: /the port 127.*is in use by another/ }))(
    "is named, with what to change, in %s",
    async (language, words) => {
      const scene = await open({ language });
      const other = createServer().listen(Number(new URL(scene.publicUrl).port), "127.0.0.1");
      const program = runWorld(scene);
      await endsWith(program, 1, words);
      await new Promise((done) => other.close(done));
      await nothingHalfDone(scene, program);
      expect(scene.telegram.requests).toEqual([]);
      expect(scene.discord.requests).toEqual([]);
    },
  );
});

describe("the disk", () => {
  it.each(inBoth({ "pt-BR": /não é possível escrever na pasta/, en: /the folder .* cannot be written to/ }))(
    "whose data folder cannot be made is named, in %s",
    async (language, words) => {
      const scene = await open({ language });
      // A file where a folder must be stops even root, who runs the tests in a container.
      writeFileSync(scene.data, "");
      const program = runWorld(scene);
      await endsWith(program, 1, words);
      await nothingHalfDone(scene, program);
    },
  );

  it.each(inBoth({ "pt-BR": /não é um banco de dados/, en: /is not a database/ }))(
    "with a file that is no database is left as it was, in %s",
    async (language, words) => {
      const scene = await open({ language });
      mkdirSync(scene.data);
      const letter = "Dear diary, ".repeat(500);
      writeFileSync(join(scene.data, "matebot.db"), letter);
      const program = runWorld(scene);
      await endsWith(program, 1, words);
      await nothingHalfDone(scene, program);
      expect(readdirSync(scene.data)).toEqual(["matebot.db"]);
    },
  );

  it.each(inBoth({ "pt-BR": /MateBot mais novo/, en: /written by a newer MateBot/ }))(
    "with the database of a newer version is left as it was, in %s",
    async (language, words) => {
      const scene = await open({ language });
      mkdirSync(scene.data);
      const database = new DatabaseSync(join(scene.data, "matebot.db"));
      database.exec("create table matebot_schema (version integer primary key, applied_at integer)");
      database.exec("insert into matebot_schema values (99, 0)");
      database.close();
      const program = runWorld(scene);
      await endsWith(program, 1, words);
      await nothingHalfDone(scene, program);
      expect(readdirSync(scene.data)).toEqual(["matebot.db"]);
    },
  );
});

describe("the configuration", () => {
  it.each(inBoth({ "pt-BR": /falta|faltam/, en: /missing/ }))(
    "is reported with all its faults at once, each with its place, in %s",
    async (language, words) => {
      const scene = await open();
      writeFileSync(
        scene.configFile,
        [
          `language: ${language}`,
          "accounts:",
          "  telegram: { platform: telegram, token: nonsense }",
          "  discord: { platform: discord }",
          "webb: { listen: 127.0.0.1:1 }",
          "bridges:",
          "  - { name: a, members: [telegram:-100x, discord:123456789012345678] }",
          "",
        ].join("\n"),
      );
      const program = runWorld(scene);
      await endsWith(
        program,
        2,
        /:3:\d+: accounts\.telegram\.token: /,
        words,
        /:5:1: webb: /,
        /:7:\d+: bridges/,
      );
      for (const line of sentences(program)) expect(line.startsWith(`${scene.configFile}:`)).toBe(true);
      await nothingHalfDone(scene, program);
      expect(existsSync(scene.data)).toBe(false);
      expect(program.stderr()).not.toContain("nonsense");
    },
  );

  it.each([
    ["pt_BR.UTF-8", /não há|não existe|nenhuma/],
    ["en_US.UTF-8", /there is no configuration at/],
  ])("that is missing is explained in the system's language, %s", async (LANG, words) => {
    const scene = await open();
    const folder = dirname(scene.configFile);
    const before = readdirSync(folder);
    const program = run(["--config", join(folder, "none.yaml")], { LANG });
    await endsWith(program, 2, words);
    expect(readdirSync(folder)).toEqual(before);
  });
});

describe("the command line", () => {
  it.each([
    ["en_US.UTF-8", ["rum"], /There is no command rum\. Did you mean run\?/],
    ["pt_BR.UTF-8", ["rum"], /rum.*run\?/],
    ["en_US.UTF-8", ["run", "--konfig", "x"], /There is no option --konfig/],
    ["en_US.UTF-8", ["run", "--config"], /A value is missing after/],
  ])("%s: %j is answered with a hint", async (LANG, args, words) => {
    await endsWith(run(args, { LANG }), 2, words);
  });
});

describe("a right that is missing in a bridged channel", () => {
  it.each(inBoth({ "pt-BR": /canal .*geral.*Enviar mensagens/i, en: /channel geral.*Send Messages/ }))(
    "is named in a warning, and everything else runs on, in %s",
    async (language, words) => {
      const scene = await open({ language });
      const { discord, guild, channel, discordBot } = scene;
      const sendMessages = 1n << 11n;
      const role = discord.botRole(guild, discordBot.id);
      discord.setPermissions(channel, [{ id: role, type: 0, deny: sendMessages }]);
      const program = runWorld(scene);
      await eventually(() => program.stderr().includes("session begun"));
      const warnings = logLines(program).filter(({ level }) => level === "warn");
      expect(warnings.filter(({ msg }) => words.test(String(msg)))).toHaveLength(1);
      scene.discord.say(scene.channel, scene.carla, { content: "oi" });
      await eventually(() => scene.telegramTexts().includes("Carla: oi"));
      program.signal("SIGTERM");
      expect(await program.ended).toBe(0);
    },
  );
});

function logLines(program: Program): readonly Readonly<Record<string, unknown>>[] {
  return program
    .stderr()
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));
}

describe("SIGTERM", () => {
  const both = async (scene: World, program: Program) => {
    scene.discord.say(scene.channel, scene.carla, { content: "primeira" });
    await eventually(() => scene.telegramTexts().includes("Carla: primeira"));
    expect(program.stderr()).toContain("session begun");
  };

  it("finishes what is in flight, ends with 0 within ten seconds, and leaves the webhook as it is", async () => {
    const scene = await open();
    const program = runWorld(scene);
    await eventually(() => program.stderr().includes("session begun"));
    await both(scene, program);
    const isSend = ({ path }: { readonly path: string }) => path.endsWith("/sendMessage");
    scene.telegram.faults.add({ match: isSend, times: 1, fault: { kind: "slow", ms: 1_000 } });
    scene.discord.say(scene.channel, scene.carla, { content: "em voo" });
    await eventually(() => scene.telegramTexts().includes("Carla: em voo"));
    const asked = performance.now();
    program.signal("SIGTERM");
    expect(await program.ended).toBe(0);
    expect(performance.now() - asked).toBeLessThan(10_000);
    expect(scene.telegram.webhookInfo(scene.telegramBot.token).url).not.toBe("");
    expect(sentences(program)).toEqual([]);

    // What was in flight was also written down: the next run does not send it again.
    const next = runWorld(scene);
    await eventually(() => next.stderr().includes("session resumed"));
    scene.discord.say(scene.channel, scene.carla, { content: "depois" });
    await eventually(() => scene.telegramTexts().includes("Carla: depois"));
    expect(scene.telegramTexts()).toEqual(["Carla: primeira", "Carla: em voo", "Carla: depois"]);
    next.signal("SIGTERM");
    expect(await next.ended).toBe(0);
  });

  it("given twice ends at once, and the next run finds that what was in flight had arrived", async () => {
    const scene = await open();
    const program = runWorld(scene);
    await eventually(() => program.stderr().includes("session begun"));
    await both(scene, program);
    const isSend = ({ path }: { readonly path: string }) => path.endsWith("/sendMessage");
    scene.telegram.faults.add({ match: isSend, times: 1, fault: { kind: "slow", ms: 60_000 } });
    scene.discord.say(scene.channel, scene.carla, { content: "em voo" });
    await eventually(() => scene.telegramTexts().includes("Carla: em voo"));
    program.signal("SIGTERM");
    await eventually(() => program.stderr().includes("a second signal ends at once"));
    const asked = performance.now();
    program.signal("SIGINT");
    expect(await program.ended).toBe(1);
    expect(performance.now() - asked).toBeLessThan(1_000);
    const next = runWorld(scene);
    await eventually(() => next.stderr().includes("session resumed"));
    scene.discord.say(scene.channel, scene.carla, { content: "depois" });
    await eventually(() => scene.telegramTexts().includes("Carla: depois"));
    expect(scene.telegramTexts()).toEqual(["Carla: primeira", "Carla: em voo", "Carla: depois"]);
    next.signal("SIGTERM");
    expect(await next.ended).toBe(0);
  });
});
