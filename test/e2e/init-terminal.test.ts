// `matebot init` on a terminal: the real program in a pseudo-terminal, typed at like a person, against both simulators.

import { spawn, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { freePort } from "../../src/demo/free-port.ts";
import { describeIf } from "../support/needs.ts";
import { eventually, makeWorld, type World } from "../support/world.ts";

const main = join(import.meta.dirname, "..", "..", "src", "main.ts");
const { stdout: version } = spawnSync("script", ["--version"], { encoding: "utf8" });
const hasScript = /util-linux/.test(version ?? "");
const NO_SCRIPT = "no terminal to type at: script is missing (apt install bsdutils)";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

interface Terminal {
  /** Everything on the screen so far, without the signs that steer it. */
  screen(): string;
  type(keys: string): void;
  readonly ended: Promise<number | null>;
}

async function openTerminal(world: World, language: string): Promise<Terminal> {
  // Wherever the test runs: nobody outside shall be told of it.
  const listen = `127.0.0.1:${await freePort()}`;
  const command = [process.execPath, main, "init", "--config", world.configFile, "--listen", listen]
    .map((word) => `'${word}'`)
    .join(" ");
  const child = spawn("script", ["-qefc", `exec ${command}`, "/dev/null"], {
    stdio: ["pipe", "pipe", "inherit"],
    env: {
      PATH: process.env.PATH,
      LANG: language,
      TERM: "xterm",
      HOME: dirname(world.configFile),
    },
  });
  let raw = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    raw += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  cleanups.push(async () => {
    child.kill("SIGTERM");
    await ended;
  });
  return {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    screen: () => raw.replace(/\u001b\[[\d;?]*[a-zA-Z]/g, ""),
    type: (keys) => void child.stdin.write(keys),
    ended,
  };
}

async function open(): Promise<World> {
  const world = await makeWorld({ messageContent: false });
  cleanups.push(() => world.close());
  const { telegram, discord } = world;
  const accounts = {
    telegram: { platform: "telegram", api: telegram.url, limits: "none" },
    discord: {
      ...{ platform: "discord", api: discord.url, cdn: discord.cdnUrl, media: discord.mediaUrl },
      ...{ avatars: { show: false }, limits: "none" },
    },
  };
  writeFileSync(world.configFile, stringify({ accounts }), { mode: 0o600 });
  return world;
}

describeIf(hasScript, NO_SCRIPT)("matebot init in a terminal", () => {
  it("asks in the person's language, hides what is typed, starts, and the bridge carries", async () => {
    const world = await open();
    const { screen, type, ended } = await openTerminal(world, "pt_BR.UTF-8");
    const at = async (words: RegExp, keys: string) => {
      await eventually(() => words.test(screen()), 20_000, 20);
      type(keys);
    };
    await at(/Token do Telegram/, `${world.telegramBot.token}\r`);
    await at(/Token do Discord/, `${world.discordBot.token}\r`);
    await at(/Qual conversa do Telegram/, "\r");
    // Where nothing can be listed: again, type, later.
    await eventually(() => /Qual canal do Discord|em nenhum servidor/.test(screen()), 20_000, 20);
    if (/em nenhum servidor/.test(screen())) {
      type("\u001b[B");
      type("\r");
      await at(/Número do canal/, `${world.channel}\r`);
    } else type("\r");
    await eventually(() => /Iniciando o MateBot|serviço do systemd/.test(screen()), 20_000, 20);
    if (/serviço do systemd/.test(screen())) type("n\r");

    world.telegram.say(world.chat, world.ana, { text: "oi do terminal" });
    await eventually(() => world.discordTexts().includes("oi do terminal"), 20_000, 20);
    for (const secret of [world.telegramBot.token, world.discordBot.token]) {
      expect(screen()).not.toContain(secret);
      expect(readFileSync(world.configFile, "utf8")).not.toContain(secret);
    }
    type("\u0003");
    expect(await ended).toBe(0);
  }, 90_000);

  it("ends at Ctrl+C with words, and nothing was written", async () => {
    const world = await open();
    const before = readFileSync(world.configFile, "utf8");
    const { screen, type, ended } = await openTerminal(world, "en_US.UTF-8");
    await eventually(() => /Telegram’s token/.test(screen()), 20_000, 20);
    type("\u0003");
    expect(await ended).toBe(1);
    expect(screen()).toContain("nothing was written");
    expect(readFileSync(world.configFile, "utf8")).toBe(before);
  }, 60_000);
});

describe("matebot init without a terminal", () => {
  it("says what is missing and ends with 2", async () => {
    const world = await open();
    const { status, stderr, stdout } = spawnSync(
      process.execPath,
      [main, "init", "--config", world.configFile],
      { encoding: "utf8", input: "", env: { PATH: process.env.PATH, LANG: "en_US.UTF-8" } },
    );
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("--telegram-token-file");
  }, 60_000);
});
