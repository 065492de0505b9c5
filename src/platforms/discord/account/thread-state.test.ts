// States which archived threads count as closed, and which have only fallen asleep.

import { expect, it } from "vitest";
import { idAt } from "../snowflake.ts";
import { isClosed } from "./thread-state.ts";

const archivedAt = Date.parse("2026-08-06T12:00:00Z");
const id = idAt(archivedAt - 7 * 86_400_000);
const state = { archived: true, archive_timestamp: "2026-08-06T12:00:00+00:00", auto_archive_duration: 60 };
const lastAt = (minutesBefore: number) => idAt(archivedAt - minutesBefore * 60_000);

it.each([
  ["an open one", { id, thread_metadata: { ...state, archived: false } }, false],
  ["one without a state", { id }, false],
  ["a locked one", { id, thread_metadata: { ...state, archived: false, locked: true } }, true],
  [
    "one that was archived soon after a message",
    { id, last_message_id: lastAt(59 - 2), thread_metadata: state },
    true,
  ],
  [
    "one that was archived after its hour",
    { id, last_message_id: lastAt(60), thread_metadata: state },
    false,
  ],
  [
    "one that was archived a little early",
    { id, last_message_id: lastAt(59.5), thread_metadata: state },
    false,
  ],
  [
    "a sleeping one that is locked",
    { id, last_message_id: lastAt(90), thread_metadata: { ...state, locked: true } },
    true,
  ],
  ["one that never had a message, a week old", { id, last_message_id: null, thread_metadata: state }, false],
  ["one of which no time is known", { id, thread_metadata: { archived: true } }, true],
])("%s", (_name, thread, closed) => {
  expect(isClosed(thread)).toBe(closed);
});
