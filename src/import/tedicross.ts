// Reads the settings.yaml of TediCross (https://github.com/TediCross/TediCross, 0.12); `matebot import tedicross` calls it. Pure.

import {
  type Fields,
  fieldsOf,
  type Imported,
  type ImportedBridge,
  type ImportNote,
  listOf,
  notesOn,
  type Rules,
  textOf,
  uniqueName,
  withoutShared,
} from "./imported.ts";

const TELEGRAM: Rules = {
  useFirstNameInsteadOfUsername: { code: "names", when: false },
  colonAfterSenderName: { code: "fixed", when: false },
  skipOldMessages: { code: "nothing-skipped", when: true },
  sendEmojiWithStickers: { code: "fixed", when: false },
  useCustomEmojiFilter: { code: "fixed", when: true },
  replaceAtWithHash: { code: "mentions", when: true },
  replaceExcessiveSpaces: { code: "plugin", when: true },
  removeNewlineSpaces: { code: "plugin", when: true },
  suppressFileTooBigMessages: { code: "never-silent", when: true },
  suppressThisIsPrivateBotMessage: { code: "private", when: true },
  emojiMap: "emoji",
};
const DISCORD: Rules = {
  useNickname: { code: "names", when: false },
  skipOldMessages: { code: "nothing-skipped", when: true },
  replyLength: "replies",
  maxReplyLines: "replies",
  suppressThisIsPrivateBotMessage: { code: "private", when: true },
  enableCustomStatus: { code: "status", when: true },
  customStatusMessage: "status",
};
const TOP: Rules = {
  debug: { code: "log", when: true },
  messageTimeoutAmount: "map",
  messageTimeoutUnit: "map",
  persistentMessageMap: { code: "map", when: false },
};
const OF_TELEGRAM: Rules = {
  sendUsernames: { code: "puppets", when: false },
  crossDeleteOnDiscord: { code: "deletes", when: false },
};
const OF_DISCORD: Rules = {
  crossDeleteOnTelegram: { code: "deletes", when: false },
  disableWebPreviewOnTelegram: { code: "plugin", when: true },
  useEmbeds: { code: "puppets", when: "always" },
  // Where a channel is has been found by its id alone for years.
  serverId: { code: "fixed", when: undefined },
  guild: { code: "fixed", when: undefined },
};
const JOINS = ["relayJoinMessages", "relayLeaveMessages"] as const;

/** Never throws: what is not understood is a note. */
export function importTediCross(settings: unknown): Imported {
  const top = fieldsOf(settings);
  const telegram = fieldsOf(top.telegram);
  const discord = fieldsOf(top.discord);
  const notes: ImportNote[] = [
    ...notesOn(telegram, "telegram", TELEGRAM, ["token"]),
    ...notesOn(discord, "discord", DISCORD, ["token"]),
    ...notesOn(top, "", TOP, ["telegram", "discord", "bridges"]),
  ];
  const tokens = {
    telegram: tokenOf(telegram.token, "telegram", "TELEGRAM_BOT_TOKEN", notes),
    discord: tokenOf(discord.token, "discord", "DISCORD_BOT_TOKEN", notes),
  };
  const names = new Set<string>();
  const found = listOf(top.bridges).flatMap((bridge, i) =>
    bridgesOf(fieldsOf(bridge), `bridges[${i}]`, names, notes),
  );
  const { bridges, notes: shared } = withoutShared(found);
  return {
    accounts: {
      telegram: { platform: "telegram", token: tokens.telegram },
      discord: { platform: "discord", token: tokens.discord },
    },
    ...{ bridges, notes: [...notes, ...shared] },
  };
}

/** "env" is TediCross's word for the environment; the example's own words are no tokens. */
function tokenOf(value: unknown, path: string, variable: string, notes: ImportNote[]): string {
  const token = textOf(value);
  if (token !== "" && token !== "env" && !token.endsWith("_HERE")) return token;
  if (token !== "env") notes.push({ path: `${path}.token`, code: "token", values: { variable } });
  return `env:${variable}`;
}

function bridgesOf(
  bridge: Fields,
  path: string,
  names: Set<string>,
  notes: ImportNote[],
): readonly ImportedBridge[] {
  const telegram = fieldsOf(bridge.telegram);
  const discord = fieldsOf(bridge.discord);
  notes.push(
    ...notesOn(bridge, path, {}, ["name", "direction", "threadMap", "telegram", "discord"]),
    ...notesOn(telegram, `${path}.telegram`, OF_TELEGRAM, ["chatId", "relayCommands", ...JOINS]),
    ...notesOn(discord, `${path}.discord`, OF_DISCORD, ["channelId", "sendUsernames", ...JOINS]),
  );
  const joins = JOINS.flatMap((key) => [telegram[key], discord[key]]).filter((value) => value !== undefined);
  if (new Set(joins).size > 1) notes.push({ path, code: "joins" });
  const show = {
    ...(joins.length > 0 && joins.every((value) => value === false) && { joins: false }),
    ...(telegram.relayCommands === false && { commands: false }),
  };
  const shared = {
    show,
    ...(discord.sendUsernames === false && { attribution: "none" as const }),
  };
  const [chat, channel] = [textOf(telegram.chatId), textOf(discord.channelId)];
  const make = (name: string, thread?: readonly [string, string]): ImportedBridge => {
    const unique = uniqueName(name, names);
    names.add(unique);
    const [topic, twin] = thread ?? [];
    const ends = [
      memberOf("telegram", chat, topic, /^-?\d+$/),
      memberOf("discord", channel, twin, /^\d{15,20}$/),
    ] as const;
    const members = ends.flatMap((end) => ("member" in end ? [end.member] : []));
    const unknown = ends.flatMap((end) => ("unknown" in end ? [end.unknown] : []));
    for (const member of unknown)
      notes.push({ path, code: "unresolved", values: { bridge: unique, member } });
    return {
      ...shared,
      name: unique,
      members,
      unknown,
      ways: waysOf(bridge.direction, members, path, notes),
    };
  };
  const name = textOf(bridge.name) || path;
  const threads = listOf(bridge.threadMap).map((pair) => {
    const { name: given, telegram: topic, discord: twin } = fieldsOf(pair);
    const label = textOf(given) || textOf(topic);
    return make(`${name} / ${label}`, [textOf(topic), textOf(twin)]);
  });
  return [make(name), ...threads];
}

function memberOf(
  account: string,
  id: string,
  thread: string | undefined,
  shape: RegExp,
): { readonly member: string } | { readonly unknown: string } {
  const whole = `${account}:${id}${thread === undefined ? "" : `/${thread}`}`;
  const isThread = thread === undefined || /^\d+$/.test(thread);
  return shape.test(id) && isThread ? { member: whole } : { unknown: whole };
}

/** `d2t`: from Discord to Telegram alone. */
function waysOf(
  direction: unknown,
  members: readonly string[],
  path: string,
  notes: ImportNote[],
): ImportedBridge["ways"] {
  const [telegram, discord] = members;
  if (direction === undefined || direction === "both" || !telegram || !discord) return {};
  if (direction === "d2t") return { [discord]: "speaks", [telegram]: "hears" };
  if (direction === "t2d") return { [telegram]: "speaks", [discord]: "hears" };
  notes.push({ path: `${path}.direction`, code: "unknown" });
  return {};
}
