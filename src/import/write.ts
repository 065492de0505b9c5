// The text of matebot.yaml for what was imported; bridges whose rooms are not known yet are comments. Pure.

import { stringify } from "yaml";
import type { Language, Texts } from "../model/texts.ts";
import type { Imported, ImportedBridge } from "./imported.ts";

export function writeImported({ accounts, bridges }: Imported, language: Language, texts: Texts): string {
  const whole = bridges.filter(({ unknown, members }) => unknown.length === 0 && members.length > 1);
  const others = bridges.filter((bridge) => !whole.includes(bridge));
  const head = comment(texts("import.yaml.head"));
  const body = stringify({ language, accounts, bridges: whole.map(fieldsOf) }, { lineWidth: 0 });
  const rest = others.map(
    (bridge) =>
      `\n${comment(texts("import.yaml.incomplete"))}${comment(stringify([fieldsOf(bridge)]).trimEnd(), "  ")}`,
  );
  return `${head}\n${body}${rest.join("")}`;
}

function fieldsOf({ name, members, unknown, ways, attribution, show }: ImportedBridge): object {
  return {
    ...{ name, members: [...members, ...unknown] },
    ...(Object.keys(ways).length > 0 && { ways }),
    ...(attribution && { attribution }),
    ...(Object.keys(show).length > 0 && { show }),
  };
}

function comment(text: string, indent = ""): string {
  return text
    .split("\n")
    .map((line) => `# ${indent}${line}`.trimEnd())
    .map((line) => `${line}\n`)
    .join("");
}
