import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { loadTexts } from "../texts.ts";
import type { Answers } from "./answers.ts";
import { readStanding, writeConfig } from "./write-config.ts";

const texts = loadTexts("en");
const write = (before: string | undefined, answers: Answers, words = texts) =>
  writeConfig(before, answers, "matebot.yaml", words);

const tokens = { telegram: "file:secrets/telegram-token", discord: "env:DISCORD_TOKEN" };
const bridge = { name: "Família: nós", telegram: "-1001/7", discord: "123456789012345678" };
const member = { telegram: "telegram:-1001/7", discord: "discord:123456789012345678" };

describe("a new file", () => {
  it("holds what was found out, with comments in the person's language", () => {
    const web = {
      listen: "0.0.0.0:8443",
      publicUrl: "auto",
      tls: "auto",
      acme: { email: "ana@example.org" },
    } as const;
    const answers: Answers = { language: "pt-BR", tokens, web, bridge };
    for (const language of ["pt-BR", "en", "es"] as const) {
      const words = loadTexts(language);
      const written = write(undefined, answers, words);
      expect(parse(written)).toEqual({
        language: "pt-BR",
        accounts: {
          telegram: { platform: "telegram", token: tokens.telegram },
          discord: { platform: "discord", token: tokens.discord },
        },
        web: {
          ...{ listen: "0.0.0.0:8443", public_url: "auto", tls: "auto" },
          acme: { terms: "accepted", email: "ana@example.org" },
        },
        bridges: [{ name: bridge.name, members: [member.telegram, member.discord] }],
      });
      for (const key of ["head", "accounts", "telegram-token", "public-url", "bridges"])
        expect(written).toContain(`# ${words(`setup.yaml.${key}`)}\n`);
      expect(write(written, answers, words)).toBe(written);
    }
  });

  it("says that messages are fetched where there is no web", () => {
    const written = write(undefined, { tokens, web: "none" });
    expect(parse(written)).not.toHaveProperty("web");
    expect(written).toContain("(polling)");
  });
});

describe("a file that is there", () => {
  const mine = `# of the family
accounts:
  tg:
    platform: telegram # old name
    token: env:OLD
    api: http://127.0.0.1:8081
  telegram: { platform: discord, token: env:ODD }
# keep me
bridges:
  - name: "Família: nós"
    # not there
    members: [ tg:-5, telegram:223456789012345678 ]
`;

  it("keeps its comments, its names, and everything that was not answered", () => {
    const written = write(mine, { tokens: { telegram: tokens.telegram }, bridge });
    const expected = mine
      .replace("env:OLD", tokens.telegram)
      .concat(`  - name: "Família: nós 2"\n    members: [ tg:-1001/7, telegram:123456789012345678 ]\n`);
    expect(written).toBe(expected);
  });

  it("is the same to the last sign when everything stood there already", () => {
    const same = "accounts:   {telegram: {platform: telegram,token: 'env:A'}}\nbridges:   []\n";
    expect(write(same, { tokens: { telegram: "env:A" } })).toBe(same);
  });

  it("gets no bridge twice, in whatever order its members stand", () => {
    const once = write(undefined, { tokens, bridge });
    const turned = once.replace(/\[ (\S+), (\S+) \]/, "[ $2, $1 ]");
    expect(turned).not.toBe(once);
    expect(write(turned, { tokens, bridge })).toBe(turned);
  });

  it("that is empty, or holds comments alone, is filled", () => {
    for (const empty of ["", "# mine\n", "accounts:\nweb:\nbridges:\n"])
      expect(parse(write(empty, { tokens, bridge, web: { listen: "127.0.0.1:8443" } }))).toMatchObject({
        accounts: { telegram: { token: tokens.telegram }, discord: { token: tokens.discord } },
        web: { listen: "127.0.0.1:8443" },
        bridges: [{ members: [member.telegram, member.discord] }],
      });
    expect(write("# mine\n", { tokens })).toContain("# mine");
  });

  it("tells no address any more when nobody outside reaches the machine", () => {
    const before = write(undefined, {
      tokens,
      web: { listen: "0.0.0.0:443", publicUrl: "https://a.example.org" },
    });
    const after = write(before, { tokens: {}, web: "none" });
    expect(parse(after).web).toEqual({ listen: "0.0.0.0:443" });
  });

  it("is not touched when it is no YAML, or no list of settings", () => {
    for (const broken of ["a: [", "- a\n", "just words", "a: 1\na: 2\n"])
      expect(() => write(broken, { tokens })).toThrow(/no valid YAML/);
  });
});

it("what stands is found by platform, whatever the accounts are called", () => {
  const standing = readStanding(
    "language: es\naccounts: { tg: { platform: telegram, api: http://localhost:1 } }\nweb: {}\nbridges: [1, 2]\n",
    "matebot.yaml",
    texts,
  );
  expect(standing).toEqual({
    ...{ language: "es", hasWeb: true, bridges: 2 },
    accounts: { telegram: { name: "tg", fields: { platform: "telegram", api: "http://localhost:1" } } },
  });
});
