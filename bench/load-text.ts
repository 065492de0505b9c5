// Row "text": conversions per second between Telegram's entities and Discord's Markdown, over the texts of the corpus.

import { globSync, readFileSync } from "node:fs";
import type { MessageEntity } from "@grammyjs/types";
import { parseMarkdown } from "../src/platforms/discord/markdown/parse.ts";
import { renderMarkdown } from "../src/platforms/discord/markdown/render.ts";
import { entitiesToTree } from "../src/platforms/telegram/entities/parse.ts";
import { treeToEntities } from "../src/platforms/telegram/entities/render.ts";
import { report } from "./stats.ts";

interface EntityText {
  readonly text: string;
  readonly entities: readonly MessageEntity[];
}

const context: Parameters<typeof parseMarkdown>[1] = {
  account: "discord",
  mentionUser: () => "Carla",
  role: () => "mods",
  channel: () => ({ name: "geral" }),
};

/** Prints conversions per second each way; a conversion is a parse to the tree and a rendering from it. */
export function measureText(quick: boolean): void {
  const [repetitions, seconds] = quick ? [3, 0.5] : [7, 2];
  const { telegram, discord } = readCorpus();
  const toMarkdown = ({ text, entities }: EntityText) => renderMarkdown(entitiesToTree(text, [...entities]));
  const toEntities = (content: string) => treeToEntities(parseMarkdown(content, context));
  // Each side also reads what the other's texts become.
  const markdowns = [...discord, ...telegram.map(toMarkdown)];
  const entityTexts = [...telegram, ...discord.map(toEntities)];
  console.log(`  ${entityTexts.length} texts with entities, ${markdowns.length} texts in Markdown`);
  report("Telegram -> Discord", pace(entityTexts, toMarkdown, repetitions, seconds), "/s");
  report("Discord -> Telegram", pace(markdowns, toEntities, repetitions, seconds), "/s");
}

/** Conversions per second, one figure per repetition. */
function pace<T>(
  texts: readonly T[],
  convert: (text: T) => unknown,
  repetitions: number,
  seconds: number,
): readonly number[] {
  const once = () => {
    const start = performance.now();
    let count = 0;
    while (performance.now() - start < seconds * 1_000) {
      for (const text of texts) convert(text);
      count += texts.length;
    }
    return (count / (performance.now() - start)) * 1_000;
  };
  once();
  return Array.from({ length: repetitions }, once);
}

/** Every message text of the corpus, wherever it stands in the payloads. */
function readCorpus(): { readonly telegram: readonly EntityText[]; readonly discord: readonly string[] } {
  const telegram: EntityText[] = [];
  const discord: string[] = [];
  const root = new URL("../test/corpus", import.meta.url).pathname;
  for (const file of globSync(`${root}/**/*.json`)) {
    const { update, dispatch, ...row } = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    walk(update, telegram, discord);
    walk(dispatch ?? row.d ?? row.in, telegram, discord);
  }
  return { telegram, discord };
}

function walk(value: unknown, telegram: EntityText[], discord: string[]): void {
  if (typeof value !== "object" || value === null) return;
  const { text, entities, caption, caption_entities, content } = value as Record<string, unknown>;
  if (isText(text)) telegram.push({ text, entities: (entities ?? []) as readonly MessageEntity[] });
  if (isText(caption))
    telegram.push({ text: caption, entities: (caption_entities ?? []) as readonly MessageEntity[] });
  if (isText(content)) discord.push(content);
  for (const child of Object.values(value)) walk(child, telegram, discord);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
