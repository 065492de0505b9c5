// Keeps a message's entities within what Telegram stores; `render.ts` calls it last.

import type { MessageEntity } from "@grammyjs/types";

/** About 100 are kept, the rest silently ignored (python-telegram-bot's measured constant). */
const MAX_ENTITIES = 100;

/** About 9.5 KB of entity data, else ENTITIES_TOO_LONG (telegram-bot-api issue 165); with a margin. */
const MAX_BYTES = 9_000;

/** What a reader would miss most comes first: a spoiler hides, a link leads, code and quotes shape. */
const RANK: ReadonlyMap<string, number> = new Map([
  ["spoiler", 0],
  ["text_link", 1],
  ["text_mention", 1],
  ["pre", 2],
  ["blockquote", 3],
  ["expandable_blockquote", 3],
  ["code", 4],
  ["date_time", 5],
]);

/** The most useful entities that fit, in their old order; of equals the first. */
export function keepUseful(entities: readonly MessageEntity[]): readonly MessageEntity[] {
  const kept = new Set<MessageEntity>();
  let bytes = 0;
  for (const entity of entities.toSorted((a, b) => rank(a) - rank(b))) {
    bytes += size(entity);
    if (kept.size >= MAX_ENTITIES || bytes > MAX_BYTES) break;
    kept.add(entity);
  }
  return kept.size === entities.length ? entities : entities.filter((entity) => kept.has(entity));
}

/** What counts against the limits when texts with entities are put together. */
export interface EntityLoad {
  readonly count: number;
  readonly bytes: number;
}

export const noLoad: EntityLoad = { count: 0, bytes: 0 };

export function plusLoad(load: EntityLoad, entities: readonly MessageEntity[]): EntityLoad {
  return {
    count: load.count + entities.length,
    bytes: entities.reduce((sum, entity) => sum + size(entity), load.bytes),
  };
}

/** True when Telegram would keep every one of them. */
export function fitsWhole(load: EntityLoad): boolean {
  return load.count <= MAX_ENTITIES && load.bytes <= MAX_BYTES;
}

function rank(entity: MessageEntity): number {
  return RANK.get(entity.type) ?? 6;
}

/** An estimate from above: constructor, offset and length, and the text that comes with it. */
function size(entity: MessageEntity): number {
  const extra =
    entity.type === "text_link" ? entity.url : entity.type === "pre" ? (entity.language ?? "") : "";
  return 20 + Buffer.byteLength(extra);
}
