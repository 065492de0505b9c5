// Rows of the message map and the copies they stand for; the queries of the map use it.

import type { MapRow } from "../bridge/ports.ts";
import type { Copy } from "../model/delivery.ts";
import { conversationKey, messageKey } from "../model/refs.ts";
import { messageFrom, placeKey } from "./keys.ts";
import type { MessageMapTable } from "./schema.ts";

export const mapColumns = [
  "copy_key",
  "section",
  "copy_conversation",
  "source",
  "source_conversation",
  "place",
  "part",
  "hash",
  "via",
  "at",
] as const;

export const copyColumns = ["copy_key", "section", "copy_conversation", "part", "hash", "via", "at"] as const;

/** The section of a copy that has its message for itself. */
const alone = -1;

export const isJoined = ({ section }: Pick<MessageMapTable, "section">): boolean => section !== alone;

export function rowOf({ source, copy, part, hash, via, at, section }: MapRow): MessageMapTable {
  return {
    copy_key: messageKey(copy),
    section: section ?? alone,
    copy_conversation: conversationKey(copy.conversation),
    source: messageKey(source),
    source_conversation: conversationKey(source.conversation),
    place: placeKey(copy.conversation),
    part,
    hash,
    via: via ?? null,
    at,
  };
}

export function mapRowOf(row: MessageMapTable): MapRow {
  return {
    source: messageFrom(row.source, row.source_conversation),
    copy: messageFrom(row.copy_key, row.copy_conversation),
    part: row.part,
    hash: row.hash,
    ...(row.via !== null && { via: row.via }),
    at: row.at,
    ...(isJoined(row) && { section: row.section }),
  };
}

export function copyOf(row: Pick<MessageMapTable, (typeof copyColumns)[number]>): Copy {
  return {
    ref: messageFrom(row.copy_key, row.copy_conversation),
    part: row.part,
    hash: row.hash,
    ...(row.via !== null && { via: row.via }),
    at: row.at,
    ...(isJoined(row) && { joined: true }),
  };
}
