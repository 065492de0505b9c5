// Rows of the message map and the copies they stand for; the queries of the map use it.

import type { MapRow } from "../../bridge/store-port.ts";
import type { Copy } from "../../model/delivery.ts";
import { conversationKey, type MessageRef } from "../../model/refs.ts";
import { conversationFrom, placeKey } from "./keys.ts";
import { worded } from "./places.ts";

/** A row with the keys of its conversations, not their numbers. */
export interface WordedRow {
  readonly copy_place: string;
  readonly copy_id: string;
  readonly section: number;
  readonly copy_conversation: string;
  readonly source_place: string;
  readonly source_id: string;
  readonly source_conversation: string;
  readonly part: number;
  readonly hash: string;
  readonly via: string | null;
  readonly at: number;
  readonly author: string | null;
}

/** A copy with the key of its conversation. */
export const copyColumns = [
  ...(["copy_id", "section", "part", "hash", "via", "at", "author"] as const),
  worded("message_map.copy_conversation").as("copy_conversation"),
] as const;

/** An original with the key of its conversation. */
export const sourceColumns = [
  ...(["source_id", "section", "at"] as const),
  worded("message_map.source_conversation").as("source_conversation"),
] as const;

/** The section of a copy that has its message for itself. */
const alone = -1;

export const isJoined = ({ section }: Pick<WordedRow, "section">): boolean => section !== alone;

export function rowOf({ source, copy, part, hash, via, at, section, author }: MapRow): WordedRow {
  return {
    copy_place: placeKey(copy.conversation),
    copy_id: copy.id,
    section: section ?? alone,
    copy_conversation: conversationKey(copy.conversation),
    source_place: placeKey(source.conversation),
    source_id: source.id,
    source_conversation: conversationKey(source.conversation),
    part,
    hash,
    via: via ?? null,
    at,
    author: author ?? null,
  };
}

type CopyRow = Omit<WordedRow, "copy_place" | "source_place" | "source_id" | "source_conversation">;
type SourceRow = Pick<WordedRow, "source_id" | "source_conversation">;

export function sourceOf({ source_id, source_conversation }: SourceRow): MessageRef {
  return { conversation: conversationFrom(source_conversation), id: source_id };
}

export function copyOf(row: CopyRow): Copy {
  return {
    ref: { conversation: conversationFrom(row.copy_conversation), id: row.copy_id },
    part: row.part,
    hash: row.hash,
    ...(row.via !== null && { via: row.via }),
    at: row.at,
    ...(isJoined(row) && { joined: true }),
  };
}

export function mapRowOf(row: CopyRow & SourceRow): MapRow {
  const { ref, joined: _, ...rest } = copyOf(row);
  return {
    ...{ source: sourceOf(row), copy: ref, ...rest },
    ...(isJoined(row) && { section: row.section }),
    ...(row.author !== null && { author: row.author }),
  };
}
