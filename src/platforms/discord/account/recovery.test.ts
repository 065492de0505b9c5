// Which of the Gateway's events are worth another attempt, and where.

import { expect, it } from "vitest";
import type { ConversationRef } from "../../../model/refs.ts";
import type { Directory } from "./directory.ts";
import { freedBy } from "./recovery.ts";

const at = (id: string, thread?: string): ConversationRef => ({
  account: "d",
  id,
  ...(thread && { thread }),
});
const bridged = [at("1"), at("1", "11"), at("2"), at("3")];
const guilds: Readonly<Record<string, string>> = { 1: "A", 2: "A", 3: "B" };
const directory: Directory = {
  self: { userId: "me", applicationId: "app" },
  channel: (id) => {
    const guild = guilds[id];
    return guild === undefined ? undefined : { id, guild, name: "", type: 0 };
  },
  roleName: () => undefined,
  isOwnWebhook: () => false,
};
const inA = [at("1"), at("1", "11"), at("2")];

it.each<[string, string, object, readonly ConversationRef[]]>([
  ["a guild that came back", "GUILD_CREATE", { id: "A" }, inA],
  ["a guild with another owner", "GUILD_UPDATE", { id: "B" }, [at("3")]],
  ["a role that changed", "GUILD_ROLE_UPDATE", { guild_id: "A", role: {} }, inA],
  ["a role that went", "GUILD_ROLE_DELETE", { guild_id: "A", role_id: "9" }, inA],
  ["the bot's own roles", "GUILD_MEMBER_UPDATE", { guild_id: "A", user: { id: "me" } }, inA],
  ["somebody else's roles", "GUILD_MEMBER_UPDATE", { guild_id: "A", user: { id: "you" } }, []],
  ["a channel that changed", "CHANNEL_UPDATE", { id: "1", guild_id: "A" }, [at("1"), at("1", "11")]],
  ["a thread that was opened", "THREAD_UPDATE", { id: "11", parent_id: "1" }, [at("1", "11")]],
  ["a private thread that let the bot in", "THREAD_CREATE", { id: "11", parent_id: "1" }, [at("1", "11")]],
  ["threads that came into view", "THREAD_LIST_SYNC", { guild_id: "A", threads: [] }, inA],
  ["a guild of no bridge", "GUILD_ROLE_UPDATE", { guild_id: "C", role: {} }, []],
  // Our own attempts change webhooks: an attempt at each such event would never end.
  ["webhooks that changed", "WEBHOOKS_UPDATE", { guild_id: "A", channel_id: "1" }, []],
  ["a message", "MESSAGE_CREATE", { id: "5", channel_id: "1", guild_id: "A" }, []],
])("%s", (_name, t, d, freed) => {
  expect(freedBy({ t, d }, bridged, directory)).toEqual(freed);
});
