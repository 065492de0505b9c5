// Every notice a service message can become has words in every language.

import { readFileSync } from "node:fs";
import { IntlMessageFormat } from "intl-messageformat";
import { describe, expect, it } from "vitest";
import type { Notice } from "../../../model/event.ts";
import type { Author } from "../../../model/message.ts";
import type { TelegramSelf } from "../request.ts";
import { parseUpdate } from "./parse.ts";

const LANGUAGES = ["pt-BR", "en", "es"] as const;
const SELF: TelegramSelf = { id: "1", username: "matebot", name: "MateBot" };
const ana = { id: 2, is_bot: false, first_name: "Ana" };
const bia = { id: 3, is_bot: false, first_name: "Bia" };
// Without an id no message can be changed: then it is said.
const checklist_message = { checklist: { title: "Festa", tasks: [] } };

/** One service message for every notice there is. */
const SERVICES: readonly object[] = [
  { new_chat_members: [ana] },
  { new_chat_members: [bia] },
  { left_chat_member: ana },
  { left_chat_member: bia },
  { chat_owner_left: {} },
  { chat_owner_changed: { new_owner: bia } },
  { new_chat_title: "Novo" },
  { new_chat_photo: [] },
  { delete_chat_photo: true },
  { message_auto_delete_timer_changed: { message_auto_delete_time: 0 } },
  { message_auto_delete_timer_changed: { message_auto_delete_time: 3600 } },
  { message_auto_delete_timer_changed: { message_auto_delete_time: 86400 } },
  { pinned_message: { message_id: 1, date: 0 } },
  { pinned_message: { message_id: 1, date: 5, text: "oi" } },
  { boost_added: { boost_count: 2 } },
  { checklist_tasks_done: { checklist_message, marked_as_done_task_ids: [1] } },
  { checklist_tasks_done: { checklist_message, marked_as_not_done_task_ids: [1] } },
  { checklist_tasks_added: { checklist_message, tasks: [{ id: 1, text: "bolo" }] } },
  { poll_option_added: { option_persistent_id: "a", option_text: "Talvez" } },
  { poll_option_deleted: { option_persistent_id: "a", option_text: "Talvez" } },
  { forum_topic_created: { name: "Eventos" } },
  { forum_topic_edited: { name: "Festas" } },
  { forum_topic_closed: {} },
  { forum_topic_reopened: {} },
  { giveaway_created: {} },
  { giveaway_completed: { winner_count: 3 } },
  { video_chat_scheduled: { start_date: 1_700_000_000 } },
  { video_chat_started: {} },
  { video_chat_ended: { duration: 61 } },
  { video_chat_participants_invited: { users: [bia] } },
];

function texts(language: string): Readonly<Record<string, string>> {
  const url = new URL(`../../../../locales/${language}/telegram.json`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8")).notice;
}

function noticeOf(service: object): { readonly notice: Notice; readonly by?: Author } {
  const message = {
    message_id: 1,
    date: 1,
    from: ana,
    chat: { id: -5, type: "group", title: "G" },
    ...service,
  };
  const body = JSON.stringify({ update_id: 1, message });
  const [event] = parseUpdate({ account: "telegram", key: "1", body, receivedAt: 0 }, SELF);
  if (!event || !("notice" in event) || !event.notice) throw new Error(`no notice: ${body}`);
  return { notice: event.notice, ...(event.by ? { by: event.by } : {}) };
}

describe.each(LANGUAGES)("notices in %s", (language) => {
  const words = texts(language);

  it.each(SERVICES)("says %j with all its values", (service) => {
    const { notice, by } = noticeOf(service);
    const message = words[notice.key.replace("telegram.notice.", "")];
    const values = { ...notice.values, name: by?.name ?? "" };
    const said = String(new IntlMessageFormat(message ?? "{missing}", language).format(values));
    expect(said).not.toMatch(/[{}]/);
    for (const value of Object.values(notice.values ?? {})) {
      if (typeof value === "string") expect(said).toContain(value);
    }
  });

  it("has no words that nothing says", () => {
    const said = new Set(
      SERVICES.map((service) => noticeOf(service).notice.key.replace("telegram.notice.", "")),
    );
    expect(Object.keys(words).sort()).toEqual([...said].sort());
  });
});
