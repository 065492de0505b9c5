// The page's words in the reader's language, from locales/<language>/demo.json; `main.ts` loads them.

import { createContext } from "preact";

export type LanguageCode = "pt-BR" | "en" | "es";
export const LANGUAGES: readonly { readonly code: LanguageCode; readonly label: string }[] = [
  { code: "pt-BR", label: "Português" },
  { code: "en", label: "English" },
  { code: "es", label: "Español" },
];

/** The page's text for a key of demo.json under `page`, with its `{name}` filled in; the key itself when there is none. */
export type Words = (key: string, values?: Readonly<Record<string, string>>) => string;

export interface Speech {
  readonly words: Words;
  readonly language: LanguageCode;
}

/** What every component speaks. */
export const SpeechContext = createContext<Speech>({ words: (key) => key, language: "en" });

export async function loadWords(language: LanguageCode): Promise<Words> {
  const response = await fetch(`words/${language}.json`);
  const table = (await response.json()) as Record<string, string>;
  return (key, values = {}) =>
    (table[key] ?? key).replace(/\{([a-z]+)\}/g, (hole, name: string) => values[name] ?? hole);
}

export function startLanguage(): LanguageCode {
  const wished = [localStorage.getItem("language"), ...navigator.languages];
  for (const wish of wished) {
    const found = LANGUAGES.find(({ code }) => wish?.slice(0, 2) === code.slice(0, 2));
    if (found) return found.code;
  }
  return "pt-BR";
}
