// The texts: fallback, strictness, and that all languages say the same things with the same arguments.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  compileMessage,
  LANGUAGES,
  loadTexts,
  localesFolder,
  readMessages,
  systemLanguage,
} from "./texts.ts";

const folder = mkdtempSync(join(tmpdir(), "matebot-texts-"));
afterAll(() => rmSync(folder, { recursive: true }));

function write(language: string, content: object): void {
  mkdirSync(join(folder, language), { recursive: true });
  writeFileSync(join(folder, language, "demo.json"), JSON.stringify(content));
}

describe("loadTexts", () => {
  write("pt-BR", { deep: { hello: "Olá, {name}", waiting: "{n, plural, one {# carta} other {# cartas}}" } });
  write("es", {});
  write("en", { deep: { hello: "Hello, {name}" }, only: "<b> is no markup, it's text" });
  const options = { folder };

  it("finds a message by file and path and fills its arguments", () => {
    expect(loadTexts("pt-BR", options)("demo.deep.hello", { name: "Zé" })).toBe("Olá, Zé");
  });

  it("counts as the language counts, and never groups the digits of an id", () => {
    const texts = loadTexts("pt-BR", options);
    expect(texts("demo.deep.waiting", { n: 1 })).toBe("1 carta");
    expect(texts("demo.deep.waiting", { n: 2 })).toBe("2 cartas");
    expect(texts("demo.deep.hello", { name: 1234567 })).toBe("Olá, 1234567");
  });

  it("says in English what the language lacks", () => {
    expect(loadTexts("es", options)("demo.deep.hello", { name: "Ana" })).toBe("Hello, Ana");
    expect(loadTexts("pt-BR", options)("demo.only")).toBe("<b> is no markup, it's text");
  });

  it("names an unknown key or a missing value, when strict", () => {
    const texts = loadTexts("en", options);
    expect(() => texts("demo.nothing")).toThrow('"demo.nothing"');
    expect(() => texts("demo.deep.hello")).toThrow('"demo.deep.hello"');
  });

  it("says the key itself in production", () => {
    const texts = loadTexts("en", { folder, strict: false });
    expect(texts("demo.nothing")).toBe("demo.nothing");
    expect(texts("demo.deep.hello")).toBe("demo.deep.hello");
  });
});

describe("systemLanguage", () => {
  it.each([
    [{ LANG: "pt_BR.UTF-8" }, "pt-BR"],
    [{ LANG: "pt_PT" }, "pt-BR"],
    [{ LANG: "es_AR.UTF-8" }, "es"],
    [{ LANG: "de_DE.UTF-8" }, "en"],
    [{ LANG: "es_AR", LC_MESSAGES: "pt_BR" }, "pt-BR"],
    [{ LANG: "es_AR", LC_MESSAGES: "pt_BR", LC_ALL: "C" }, "en"],
    [{ LANG: "es_AR", LC_ALL: "" }, "es"],
    [{}, "en"],
  ])("%o is %s", (env, language) => {
    expect(systemLanguage(env)).toBe(language);
  });
});

describe("locales", () => {
  const all = LANGUAGES.map((language) => ({ language, messages: readMessages(localesFolder(), language) }));
  const keys = [...new Set(all.flatMap(({ messages }) => [...messages.keys()]))].sort();

  it("hold texts at all", () => {
    expect(keys.length).toBeGreaterThan(10);
  });

  it.each(all)("$language lacks no text", ({ messages }) => {
    expect(keys.filter((key) => !messages.has(key))).toEqual([]);
  });

  it.each(all)("$language is valid ICU", ({ language, messages }) => {
    const broken = [...messages].filter(([key, message]) => {
      try {
        compileMessage(message, language);
        // A command need not have other names.
        return message.trim() === "" && !key.endsWith(".aliases");
      } catch {
        return true;
      }
    });
    expect(broken).toEqual([]);
  });

  it("take the same arguments in every language", () => {
    const differing = keys.filter((key) => {
      const uses = all.flatMap(({ language, messages }) => {
        const message = messages.get(key);
        return message === undefined ? [] : [argumentNames(message, language).join()];
      });
      return new Set(uses).size > 1;
    });
    expect(differing).toEqual([]);
  });
});

type Ast = ReturnType<ReturnType<typeof compileMessage>["getAst"]>;

function argumentNames(message: string, language: (typeof LANGUAGES)[number]): string[] {
  const names = new Set<string>();
  const visit = (ast: Ast) => {
    for (const element of ast) {
      // 0 is literal text, 7 the "#" of a plural; all others are named after their argument.
      if (element.type !== 0 && element.type !== 7) names.add(element.value);
      if ("options" in element && element.options)
        for (const option of Object.values(element.options)) visit(option.value);
    }
  };
  visit(compileMessage(message, language).getAst());
  return [...names].sort();
}
