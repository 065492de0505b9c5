// The command line: which words start what, how help reads, and what bad usage is told.

import { expect, it, vi } from "vitest";
import type { Language } from "../model/texts.ts";
import { loadTexts } from "../texts.ts";
import { runProgram } from "./program.ts";

async function call(args: readonly string[], language: Language = "en") {
  const output = { stdout: "", stderr: "" };
  const commands = { run: vi.fn(async () => 7), demo: vi.fn(async () => 0) };
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
  for (const word of ["Uso: matebot [opções]", "Comandos:", "inicia as pontes", "demo"])
    expect(stdout).toContain(word);
  expect(stdout).not.toMatch(/Usage|Options|Commands|default/);
  expect(commands.run).not.toHaveBeenCalled();
});

it.each([
  [["rnu"], "There is no command rnu. Did you mean run?\n"],
  [["dmo"], "There is no command dmo. Did you mean demo?\n"],
  [["run", "telegram"], "There is no command telegram. “matebot --help” shows those there are.\n"],
  [["--confg", "x"], "There is no option --confg. Did you mean --config?\n"],
  [["demo", "--loud"], "There is no option --loud. “matebot --help” shows those there are.\n"],
  [["--config"], "A value is missing after --config.\n"],
])("refuses %o in one sentence, exit code 2", async (args, stderr) => {
  const { code, commands, ...output } = await call(args);
  expect({ code, ...output }).toEqual({ code: 2, stdout: "", stderr });
  expect(commands.run).not.toHaveBeenCalled();
});
