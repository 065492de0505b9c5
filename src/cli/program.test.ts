// The command line: which words start what, how help reads, and what bad usage is told.

import { expect, it, vi } from "vitest";
import type { Language } from "../model/texts.ts";
import { loadTexts } from "../texts.ts";
import { runProgram } from "./program.ts";

async function call(args: readonly string[], language: Language = "en") {
  const output = { stdout: "", stderr: "" };
  const commands = {
    run: vi.fn(async () => 7),
    demo: vi.fn(async () => 0),
    deadLetters: {
      list: vi.fn(async () => 5),
      show: vi.fn(async () => 5),
      retry: vi.fn(async () => 5),
      drop: vi.fn(async () => 5),
    },
    init: vi.fn(async () => 9),
    doctor: vi.fn(async () => 1),
    webhook: vi.fn(async () => 8),
    proxy: vi.fn(async () => 10),
    import: vi.fn(async () => 11),
    plugin: vi.fn(async () => 12),
    trace: vi.fn(async () => 6),
    backup: vi.fn(async () => 4),
    restore: vi.fn(async () => 3),
  };
  const write = (name: "stdout" | "stderr") => ({
    write: (text: string) => {
      output[name] += text;
    },
  });
  const code = await runProgram(args, {
    texts: loadTexts(language),
    version: "1.2.3",
    commands,
    stdout: write("stdout"),
    stderr: write("stderr"),
  });
  return { code, commands, ...output };
}

it.each([
  [[], "matebot.yaml"],
  [["run"], "matebot.yaml"],
  [["--config", "a.yaml"], "a.yaml"],
  [["run", "--config=a.yaml"], "a.yaml"],
  [["run", "-c", "a.yaml"], "a.yaml"],
])("%o runs with %s and answers with its exit code", async (args, config) => {
  const { code, commands } = await call(args);
  expect(commands.run).toHaveBeenCalledExactlyOnceWith({ config });
  expect(code).toBe(7);
});

it("starts the demo", async () => {
  const { code, commands } = await call(["demo"]);
  expect(commands.demo).toHaveBeenCalledOnce();
  expect(code).toBe(0);
});

it.each(["--version", "-V"])("says the version with %s", async (option) => {
  expect(await call([option])).toMatchObject({ code: 0, stdout: "1.2.3\n", stderr: "" });
});

it("helps in the user's language, with success", async () => {
  const { code, stdout, commands } = await call(["--help"], "pt-BR");
  expect(code).toBe(0);
  for (const word of ["Uso: matebot [opções]", "Comandos:", "inicia as pontes", "demo", "trace"])
    expect(stdout).toContain(word);
  expect(stdout).not.toMatch(/Usage|Options|Commands|default/);
  expect(commands.run).not.toHaveBeenCalled();
});

const config = "matebot.yaml";

it.each([
  [[], "list", [{ config, json: false }]],
  [["list", "--json", "-c", "a.yaml"], "list", [{ config: "a.yaml", json: true }]],
  [["show", "d1"], "show", ["d1", { config }]],
  [["retry", "d1", "u2"], "retry", [["d1", "u2"], { config, all: false }]],
  [["retry", "--all"], "retry", [[], { config, all: true }]],
  [["drop", "d1", "-y"], "drop", [["d1"], { config, all: false, yes: true }]],
] as const)("dead-letters %o is %s", async (args, name, given) => {
  const { code, commands } = await call(["dead-letters", ...args]);
  expect(commands.deadLetters[name]).toHaveBeenCalledExactlyOnceWith(...given);
  expect(code).toBe(5);
});

it.each([
  ["trace", "telegram:-100123/4", 6],
  ["backup", "a.backup", 4],
  ["restore", "a.backup", 3],
] as const)("%s is given %s", async (name, given, expected) => {
  const { code, commands } = await call([name, given, "-c", "a.yaml"]);
  expect(commands[name]).toHaveBeenCalledExactlyOnceWith(given, { config: "a.yaml" });
  expect(code).toBe(expected);
});

it.each([
  ["init", [], { config, start: true }, 9],
  [
    "init",
    ["--no-start", "--tls", "acme", "--accept-terms"],
    { config, start: false, tls: "acme", acceptTerms: true },
    9,
  ],
  ["doctor", ["--json", "-c", "a.yaml"], { config: "a.yaml", json: true }, 1],
  ["doctor", [], { config, json: false }, 1],
] as const)("%s %o", async (name, args, given, expected) => {
  const { code, commands } = await call([name, ...args]);
  expect(commands[name]).toHaveBeenCalledExactlyOnceWith(given);
  expect(code).toBe(expected);
});

it.each([
  ["webhook", [], ["show", { config }], 8],
  ["webhook", ["show", "--json"], ["show", { config, json: true }], 8],
  ["webhook", ["set", "--account", "one", "-y"], ["set", { config, account: "one", yes: true }], 8],
  ["webhook", ["delete"], ["delete", { config }], 8],
  ["plugin", ["check", "x.ts"], ["x.ts", { config }], 12],
  ["import", ["tedicross", "settings.yaml"], ["tedicross", "settings.yaml", { config, print: false }], 11],
  ["proxy", ["nginx"], ["nginx", { config, check: false }], 10],
  ["proxy", ["caddy", "--check", "-c", "a.yaml"], ["caddy", { config: "a.yaml", check: true }], 10],
] as const)("%s %o", async (name, args, given, expected) => {
  const { code, commands } = await call([name, ...args]);
  expect(commands[name]).toHaveBeenCalledExactlyOnceWith(...given);
  expect(code).toBe(expected);
});

it.each([
  [
    ["dead-letters", "--help"],
    ["Uso: matebot dead-letters [comando]", "Comandos:", "retry [código...]", "ajuda"],
  ],
  [
    ["dead-letters", "retry", "-h"],
    ["[opções] [código...]", "Argumentos:", "--all", "d34"],
  ],
  [
    ["trace", "--help"],
    ["Uso: matebot trace [opções] <mensagem>", "o link da mensagem"],
  ],
  [
    ["backup", "-h"],
    ["Uso: matebot backup [opções] <arquivo>", "o arquivo da cópia"],
  ],
  [
    ["init", "--help"],
    ["Uso: matebot init [opções]", "--discord-token-file", "descobre o resto"],
  ],
  [
    ["webhook", "-h"],
    ["Uso: matebot webhook [comando]", "o que espera no Telegram fica guardado"],
  ],
  [
    ["proxy", "-h"],
    ["Uso: matebot proxy [opções] <programa>", "nginx ou caddy"],
  ],
  [["help", "trace"], ["Uso: matebot trace [opções] <mensagem>"]],
])("helps with %o in the user's language", async (args, words) => {
  const { code, stdout } = await call(args, "pt-BR");
  expect(code).toBe(0);
  for (const word of words) expect(stdout).toContain(word);
  expect(stdout).not.toMatch(/Usage|Options|options|[Cc]ommands?\b|Arguments|display/);
});

it.each([
  [["rnu"], "There is no command rnu. Did you mean run?\n"],
  [["dmo"], "There is no command dmo. Did you mean demo?\n"],
  [["run", "telegram"], "There is no command telegram. “matebot --help” shows those there are.\n"],
  [["--confg", "x"], "There is no option --confg. Did you mean --config?\n"],
  [["demo", "--loud"], "There is no option --loud. “matebot --help” shows those there are.\n"],
  [["--config"], "A value is missing after --config.\n"],
  [["dead-letters", "lst"], "There is no command lst. Did you mean list?\n"],
  [["dead-letters", "list", "x"], "There is no command x. “matebot --help” shows those there are.\n"],
  [["dead-letters", "show"], "Missing: <code>. “matebot dead-letters show --help” shows how.\n"],
  [["trace"], "Missing: <message>. “matebot trace --help” shows how.\n"],
  [["trace", "a", "b"], "“b” is one word too many: “matebot trace --help” shows the usage.\n"],
  [["proxy"], "Missing: <program>. “matebot proxy --help” shows how.\n"],
  [["import", "heltour", "x"], "This must be one of: tedicross, matterbridge.\n"],
  [["proxy", "apache"], "This must be one of: nginx, caddy.\n"],
  [["deadletters"], "There is no command deadletters. Did you mean dead-letters?\n"],
])("refuses %o in one sentence, exit code 2", async (args, stderr) => {
  const { code, commands, ...output } = await call(args);
  expect({ code, ...output }).toEqual({ code: 2, stdout: "", stderr });
  expect(commands.run).not.toHaveBeenCalled();
});
