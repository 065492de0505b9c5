// Writes docs/features.md from the tables that the parsers obey and the rows of the corpus; its test keeps the page true.

import { readdirSync, readFileSync } from "node:fs";
import {
  AttachmentFlags,
  ComponentType,
  EmbedType,
  MessageFlags,
  MessageType,
  StickerFormatType,
} from "discord-api-types/v10";
import * as discord from "../../src/platforms/discord/kinds.ts";
import { GATEWAY_EVENTS } from "../../src/platforms/discord/kinds-events.ts";
import * as telegram from "../../src/platforms/telegram/kinds.ts";
import { UPDATES } from "../../src/platforms/telegram/kinds-updates.ts";

interface Kind {
  readonly as: string;
  readonly says: string;
}

type Table = Readonly<Record<string, Kind>>;

/** Read with every message; a reader of the page need not know. */
const PLUMBING: ReadonlySet<string> = new Set(["inside"]);
const NOTHING: ReadonlySet<string> = new Set(["nothing", "unsaid"]);

export function featuresPage(): string {
  return [
    "# What crosses, and as what",
    "",
    "Made from the tables that the parsers obey (`src/platforms/*/kinds*.ts`) and the corpus (`test/corpus`); a test compares it.",
    "`npm run features` writes it anew. The tests hold that every field, type and event of both platforms' newest interfaces is in",
    "these tables, and that every form has a row in the corpus. What they do not know yet is named: “unsupported: …”, with its text.",
    "",
    "How the other side shows each form:",
    "",
    ...forms(),
    "",
    "## From Telegram",
    "",
    `${rowsOf("telegram")} rows of the corpus show it.`,
    "",
    ...tableOf("Field of a message", telegram.MESSAGE_FIELDS, (key) => key),
    ...tableOf("Update", UPDATES, (key) => key),
    "## From Discord",
    "",
    `${rowsOf("discord")} rows of the corpus show it.`,
    "",
    ...tableOf("Type of a message", discord.MESSAGE_TYPES, named(MessageType)),
    ...tableOf("Field of a message", discord.MESSAGE_FIELDS, (key) => key),
    ...tableOf("Flag of a message", discord.MESSAGE_FLAGS, named(MessageFlags)),
    ...tableOf("Flag of a file", discord.ATTACHMENT_FLAGS, named(AttachmentFlags)),
    ...tableOf("Embed", discord.EMBED_TYPES, (key) => EmbedType[key as keyof typeof EmbedType] ?? key),
    ...tableOf("Component", discord.COMPONENT_TYPES, named(ComponentType)),
    ...tableOf("Sticker", discord.STICKER_FORMATS, named(StickerFormatType)),
    ...tableOf("Event", GATEWAY_EVENTS, (key) => key),
  ].join("\n");
}

function rowsOf(platform: string): number {
  return readdirSync(new URL(`./${platform}/`, import.meta.url)).length;
}

/** An enum of numbers knows its names. */
function named(names: Readonly<Record<number | string, number | string>>): (key: string) => string {
  return (key) => String(names[Number(key)] ?? key);
}

function forms(): readonly string[] {
  const page = JSON.parse(readFileSync(new URL("./forms.json", import.meta.url), "utf8")) as {
    readonly form: string;
    readonly discord: string;
    readonly telegram: string;
  }[];
  return [
    "| Form | on Discord | on Telegram |",
    "|---|---|---|",
    ...page.map((row) => `| ${row.form} | ${row.discord} | ${row.telegram} |`),
  ];
}

function tableOf(title: string, table: Table, nameOf: (key: string) => string): readonly string[] {
  const rows = Object.entries(table).filter(([, { as }]) => !PLUMBING.has(as));
  const crossing = rows.filter(([, { as }]) => !NOTHING.has(as));
  const kept = rows.filter(([, { as }]) => NOTHING.has(as));
  const line = ([key, { as, says }]: readonly [string, Kind]) =>
    `| \`${nameOf(key)}\` | ${as} | ${cell(says)} |`;
  return [
    `### ${title}`,
    "",
    ...(crossing.length > 0
      ? ["| Kind | Form | What is shown |", "|---|---|---|", ...crossing.map(line), ""]
      : []),
    ...reasons(kept, nameOf),
  ];
}

/** What does not cross, by its reason. */
function reasons(
  kept: readonly (readonly [string, Kind])[],
  nameOf: (key: string) => string,
): readonly string[] {
  if (kept.length === 0) return [];
  const byReason = Map.groupBy(kept, ([, { says }]) => says);
  return [
    "Nothing is shown of:",
    "",
    ...[...byReason].map(
      ([reason, kinds]) => `- ${kinds.map(([key]) => `\`${nameOf(key)}\``).join(", ")}: ${reason}`,
    ),
    "",
  ];
}

function cell(words: string): string {
  return words.replaceAll("|", "\\|");
}
