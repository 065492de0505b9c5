// Another bridge's settings become a matebot.yaml that this program accepts, and what is lost on the way is said.

import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { type Config, loadConfig } from "../config.ts";
import { conversationKey } from "../model/refs.ts";
import { platforms } from "../platforms/index.ts";
import { importSettings } from "./import.ts";
import type { Source } from "./import-sources.ts";

const folder = mkdtempSync(join(tmpdir(), "matebot-import-"));
afterAll(() => rmSync(folder, { recursive: true }));

const sample = (name: string) => fileURLToPath(new URL(`../../test/corpus/import/${name}`, import.meta.url));
const secrets = { DISCORD_BOT_TOKEN: `${"A".repeat(24)}.${"B".repeat(6)}.${"C".repeat(27)}` };
let count = 0;

async function imported(source: Source, file: string, options: { print?: boolean; config?: string } = {}) {
  const config = options.config ?? join(folder, `matebot-${count++}.yaml`);
  const [out, err]: [string[], string[]] = [[], []];
  const code = await importSettings(
    source,
    file,
    { config, print: options.print ?? false },
    {
      env: { LANG: "en_US.UTF-8" },
      stdout: { write: (text) => void out.push(text) },
      stderr: { write: (text) => void err.push(text) },
    },
  );
  return { code, config, out: out.join(""), err: err.join("") };
}

const bridgesIn = ({ bridges }: Config) =>
  bridges.map(({ name, members, ways, attribution, show }) => ({
    ...{ name, members: members.map(conversationKey), ways, attribution },
    ...{ joins: show.joins, commands: show.commands },
  }));

describe("TediCross", () => {
  it("becomes a configuration with the same rooms, directions and threads", async () => {
    const { code, config } = await imported("tedicross", sample("settings.yaml"));
    expect(code).toBe(0);
    const loaded = loadConfig(config, secrets, platforms);
    expect(loaded.accounts.map(({ name, platform }) => [name, platform])).toEqual([
      ["telegram", "telegram"],
      ["discord", "discord"],
    ]);
    expect(bridgesIn(loaded)).toEqual([
      {
        ...{ name: "Hackerspace", ways: {}, attribution: "name", joins: false, commands: false },
        members: ["telegram:-1001234567890", "discord:244791815503347712"],
      },
      {
        ...{ name: "Hackerspace / Eletrônica", ways: {}, attribution: "name", joins: false, commands: false },
        members: ["telegram:-1001234567890/12", "discord:244791815503347712/244791815503347799"],
      },
      {
        ...{ name: "Avisos", attribution: "none", joins: true, commands: true },
        members: ["telegram:-1002", "discord:244791815503347713"],
        ways: { "discord:244791815503347713": "speaks", "telegram:-1002": "hears" },
      },
    ]);
  });

  it("says what has no counterpart, and leaves the rest unsaid", async () => {
    const { err } = await imported("tedicross", sample("settings.yaml"));
    const told = [...err.matchAll(/^ {2}([^:\s]+(?: obras)?): /gm)].map((match) => match[1]);
    expect(told).toEqual([
      ...["telegram.skipOldMessages", "telegram.emojiMap", "discord.skipOldMessages", "discord.replyLength"],
      ...["discord.maxReplyLines", "messageTimeoutAmount", "messageTimeoutUnit", "persistentMessageMap"],
      ...["bridges[0].discord.crossDeleteOnTelegram", "bridges[3]", "Outra"],
    ]);
    expect(err).toContain("telegram:-1002 is in the bridge “Avisos” already");
    expect(err).toContain("telegram:TELEGRAM_CHAT_ID does not tell the id of the room");
  });
});

describe("matterbridge", () => {
  it("becomes a configuration with the same rooms and directions", async () => {
    const { code, config } = await imported("matterbridge", sample("matterbridge.toml"));
    expect(code).toBe(0);
    expect(bridgesIn(loadConfig(config, {}, platforms))).toEqual([
      {
        ...{ name: "talk", ways: {}, attribution: "name-platform", joins: true, commands: true },
        members: ["secure:-1001234567890", "game:244791815503347712"],
      },
      {
        ...{ name: "news", attribution: "name-platform", joins: true, commands: true },
        members: ["game:244791815503347713", "secure:-1001234567891/42"],
        ways: { "game:244791815503347713": "speaks", "secure:-1001234567891/42": "hears" },
      },
    ]);
    // The rest is there to be completed, and is not lost.
    expect(readFileSync(config, "utf8")).toMatch(/^# {3}- name: byname$/m);
    expect(readFileSync(config, "utf8")).toContain("game:Media/gaming");
  });

  it("says what has no counterpart", async () => {
    const { err } = await imported("matterbridge", sample("matterbridge.toml"));
    for (const words of [
      ...[
        "telegram.secure.ignoremessages: there is no such option; a plugin",
        "irc: MateBot does not speak irc",
      ],
      ...["tengo: there is no such option; a plugin", "samechannelgateway[0]: there are no bridges by equal"],
      ...[
        "gateway[3]: the bridge “off” was switched off",
        "gateway[0].inout[1].options.webhookurl: MateBot makes",
      ],
      ...["the bridge “byname” stands there as a comment: game:Media/gaming does not tell the id"],
    ])
      expect(err).toContain(words);
  });
});

describe("a matterbridge of odd shape", () => {
  it("is read as far as it goes, each other key is named, and no value", async () => {
    const odd = join(folder, "odd.toml");
    const lines = [
      ...["[telegram]", 'Token = "1:LEAK"', "[telegram.a]", 'Token = "1:x"', "[[gateway]]"],
      ...['name = "g"', "enable = true", "wat = 1", "[[gateway.inout]]", 'account = "telegram.a"'],
      ...['channel = "-1001"', 'label = "x"', "[gateway.inout.options]", 'key = "LEAK"'],
    ];
    writeFileSync(odd, lines.join("\n"));
    const { code, err, config } = await imported("matterbridge", odd);
    expect(code).toBe(0);
    for (const path of ["telegram.token", "gateway[0].wat", "gateway[0].inout[0].label"])
      expect(err).toContain(`${path}: this option is not known here`);
    expect(err).toContain("gateway[0].inout[0].options.key: this option is not known here");
    expect(`${err}${readFileSync(config, "utf8")}`).not.toContain("LEAK");
  });
});

describe("whatever is imported", () => {
  it("is refused with a sentence when its anchors multiply without end", async () => {
    const bomb = join(folder, "bomb.yaml");
    const rows = Array.from({ length: 9 }, (_, n) => `b${n + 1}: &b${n + 1} [${`*b${n},`.repeat(9)}]`);
    writeFileSync(bomb, ["b0: &b0 [x]", ...rows].join("\n"));
    const { code, err } = await imported("tedicross", bomb);
    expect(code).toBe(2);
    expect(err).toContain("not well formed");
  });

  it.each([
    ["tedicross", "settings.yaml"],
    ["matterbridge", "matterbridge.toml"],
  ] as const)(
    "%s: no token and no webhook is told, the file is private, the old one as it was",
    async (source, name) => {
      const before = readFileSync(sample(name), "utf8");
      const { config, err } = await imported(source, sample(name));
      expect(err).not.toMatch(/AAHdqTcv|N0MVYtDx|abcd_xyzw/);
      expect(statSync(config).mode & 0o777).toBe(0o600);
      expect(readFileSync(sample(name), "utf8")).toBe(before);
    },
  );

  it("never overwrites a file", async () => {
    const first = await imported("tedicross", sample("settings.yaml"));
    const text = readFileSync(first.config, "utf8");
    const second = await imported("matterbridge", sample("matterbridge.toml"), { config: first.config });
    expect(second.code).toBe(2);
    expect(second.err).toContain("is there already and will not be overwritten");
    expect(readFileSync(first.config, "utf8")).toBe(text);
  });

  it("can be looked at first", async () => {
    const { code, out, config, err } = await imported("tedicross", sample("settings.yaml"), { print: true });
    expect(code).toBe(0);
    expect(out).toContain("telegram:-1001234567890");
    expect(err).toContain("Nothing was written");
    expect(() => statSync(config)).toThrow();
  });

  it("names the line of a broken file, and never its words", async () => {
    const [yaml, toml] = [join(folder, "broken.yaml"), join(folder, "broken.toml")];
    writeFileSync(yaml, 'a: 1\ntoken: "LEAK\nb: [');
    writeFileSync(toml, 'a = 1\nToken = LEAK"\n');
    for (const [source, file] of [["tedicross", yaml] as const, ["matterbridge", toml] as const]) {
      const { code, err } = await imported(source, file);
      expect(code).toBe(2);
      expect(err).toMatch(/line [123]: the file is not well formed/);
      expect(err).not.toContain("LEAK");
    }
  });

  it("is nothing when there is nothing: the file says what is missing", async () => {
    const empty = join(folder, "empty.yaml");
    writeFileSync(empty, "");
    const { code, err, config } = await imported("tedicross", empty);
    expect(code).toBe(0);
    expect(err).toContain("0 bridges");
    expect(err).toContain("TELEGRAM_BOT_TOKEN");
    expect(
      loadConfig(config, { ...secrets, TELEGRAM_BOT_TOKEN: `1:${"x".repeat(35)}` }, platforms).bridges,
    ).toEqual([]);
  });
});
