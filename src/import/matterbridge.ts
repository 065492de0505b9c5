// Reads the matterbridge.toml of matterbridge (https://github.com/42wim/matterbridge, 1.26); `matebot import` calls it. Pure.

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

/** Keys as matterbridge reads them: whatever their case. */
const OF_BOTH: Rules = {
  editdisable: { code: "edits", when: true },
  editsuffix: "edits",
  ignorenicks: "plugin",
  ignoremessages: "plugin",
  replacemessages: "plugin",
  replacenicks: "plugin",
  extractnicks: "plugin",
  label: "fixed",
  stripnick: { code: "plugin", when: true },
  showtopicchange: { code: "titles", when: false },
  synctopic: { code: "titles", when: true },
  nosendjoinpart: { code: "joins", when: true },
  preservethreading: { code: "fixed", when: false },
  messagesplitmaxcount: "fixed",
  messagelength: "fixed",
};
const RULES: Readonly<Record<"telegram" | "discord", Rules>> = {
  telegram: {
    ...OF_BOTH,
    messageformat: "fixed",
    disablewebpagepreview: { code: "plugin", when: true },
    usefirstname: { code: "names", when: false },
    usefullname: { code: "names", when: false },
    useinsecureurl: { code: "media", when: true },
    quotedisable: { code: "replies", when: true },
    quotelengthlimit: "replies",
    quoteformat: "replies",
    mediaconvertwebptopng: "media",
    mediaconverttgs: "media",
    userid: "fixed",
  },
  discord: {
    ...OF_BOTH,
    server: { code: "fixed", when: undefined },
    allowmention: "mentions",
    showembeds: { code: "fixed", when: false },
    uselocalavatar: "people",
    useusername: { code: "names", when: true },
    usediscriminator: { code: "names", when: true },
    autowebhooks: { code: "fixed", when: undefined },
    webhookurl: "webhooks",
    threaded: "fixed",
  },
};
const GENERAL: Rules = {
  ...OF_BOTH,
  mediaserverupload: "media",
  mediaserverdownload: "media",
  mediadownloadpath: "media",
  mediadownloadsize: "media",
  mediadownloadblacklist: "plugin",
  ignorefailureonstart: "fixed",
  logfile: "log",
  debug: "log",
};
const GATEWAY = ["name", "enable", "in", "out", "inout"];
const END = ["account", "channel", "options"];
const OPTIONS: Rules = { webhookurl: "webhooks" };
const CARRIED = ["remotenickformat", "showjoinpart", "showusertyping"] as const;

interface Account {
  readonly name: string;
  readonly platform: "telegram" | "discord";
  readonly fields: Fields;
}

/** Never throws: what is not understood is a note. */
export function importMatterbridge(settings: unknown): Imported {
  const top = folded(settings);
  const general = fieldsOf(top.general);
  const notes: ImportNote[] = [...notesOn(general, "general", GENERAL, CARRIED)];
  const accounts = accountsOf(top, notes);
  for (const [key, value] of Object.entries(top)) {
    if (key === "tengo") notes.push({ path: "tengo", code: "plugin" });
    else if (key === "samechannelgateway")
      notes.push(...listOf(value).map((_, i) => ({ path: `${key}[${i}]`, code: "same-channels" })));
    else if (!["general", "gateway", "telegram", "discord"].includes(key))
      notes.push({ path: key, code: "platform", values: { platform: key } });
  }
  const names = new Set<string>();
  const found = listOf(top.gateway).flatMap((gateway, i) =>
    gatewayOf(fieldsOf(gateway), `gateway[${i}]`, { accounts, general, names, notes }),
  );
  const { bridges, notes: shared } = withoutShared(found);
  return {
    accounts: Object.fromEntries(
      [...accounts.values()].map(({ name, platform, fields }) => [
        name,
        { platform, token: textOf(fields.token) },
      ]),
    ),
    ...{ bridges, notes: [...notes, ...shared] },
  };
}

/** By `protocol.name`. */
function accountsOf(top: Fields, notes: ImportNote[]): ReadonlyMap<string, Account> {
  const accounts = new Map<string, Account>();
  const names = new Set<string>();
  for (const platform of ["telegram", "discord"] as const) {
    for (const [given, value] of Object.entries(fieldsOf(top[platform]))) {
      const path = `${platform}.${given}`;
      const fields = fieldsOf(value);
      if (fields !== value) {
        notes.push({ path, code: "unknown" });
        continue;
      }
      notes.push(...notesOn(fields, path, RULES[platform], ["token", ...CARRIED]));
      const word = given.replace(/[^A-Za-z0-9_-]/g, "-");
      const name = nameFor(/^[A-Za-z]/.test(word) ? word : `${platform}-${word}`, platform, names);
      names.add(name);
      const token = textOf(fields.token);
      const variable = `MATTERBRIDGE_${platform}_${given}_TOKEN`.toUpperCase().replace(/\W/g, "_");
      const isToken = token !== "" && token !== "Yourtokenhere";
      if (!isToken) notes.push({ path: `${path}.token`, code: "token", values: { variable } });
      accounts.set(path, {
        name,
        platform,
        fields: { ...fields, token: isToken ? token : `env:${variable}` },
      });
    }
  }
  return accounts;
}

function nameFor(word: string, platform: string, taken: ReadonlySet<string>): string {
  if (!taken.has(word)) return word;
  return uniqueName(`${platform}-${word}`, taken).replace(/ /g, "-");
}

interface Scene {
  readonly accounts: ReadonlyMap<string, Account>;
  readonly general: Fields;
  readonly names: Set<string>;
  readonly notes: ImportNote[];
}

interface End {
  readonly account: Account;
  readonly channel: string;
  readonly member: string | undefined;
  readonly speaks: boolean;
  readonly hears: boolean;
}

function gatewayOf(gateway: Fields, path: string, scene: Scene): readonly ImportedBridge[] {
  const { names, notes, general } = scene;
  const given = textOf(gateway.name) || path;
  notes.push(...notesOn(gateway, path, {}, GATEWAY));
  if (gateway.enable !== true) {
    notes.push({ path, code: "disabled", values: { bridge: given } });
    return [];
  }
  const ends = endsOf(gateway, path, scene);
  if (ends.length < 2) {
    notes.push({ path, code: "lonely", values: { bridge: given } });
    return [];
  }
  const name = uniqueName(given, names);
  names.add(name);
  const unknown = ends
    .filter(({ member }) => member === undefined)
    .map(({ account, channel }) => `${account.name}:${channel}`);
  for (const member of unknown) notes.push({ path, code: "unresolved", values: { bridge: name, member } });
  const isOn = (key: string) => ends.some(({ account }) => (account.fields[key] ?? general[key]) === true);
  const attribution = attributionOf(ends, general);
  return [
    {
      ...{ name, unknown, members: ends.flatMap(({ member }) => member ?? []) },
      ways: Object.fromEntries(
        ends.flatMap(({ member, speaks, hears }) =>
          member === undefined || speaks === hears ? [] : [[member, speaks ? "speaks" : "hears"] as const],
        ),
      ),
      show: {
        ...(!isOn("showjoinpart") && { joins: false }),
        ...(isOn("showusertyping") && { typing: true }),
      },
      ...(attribution && { attribution }),
    },
  ];
}

/** Each channel once, with what it may. */
function endsOf(gateway: Fields, path: string, { accounts, notes }: Scene): readonly End[] {
  const ends = new Map<string, End>();
  for (const way of ["in", "out", "inout"] as const) {
    for (const [i, value] of listOf(gateway[way]).entries()) {
      const end = fieldsOf(value);
      const { account: given, channel: where, options } = end;
      const at = `${path}.${way}[${i}]`;
      notes.push(...notesOn(end, at, {}, END), ...notesOn(fieldsOf(options), `${at}.options`, OPTIONS, []));
      const account = accounts.get(textOf(given).toLowerCase());
      const channel = textOf(where);
      if (!account) {
        const [platform = ""] = textOf(given).split(".");
        notes.push({ path: at, code: "platform", values: { platform } });
        continue;
      }
      const key = `${account.name}:${channel}`;
      const known = ends.get(key);
      ends.set(key, {
        ...{ account, channel, member: memberOf(account, channel) },
        speaks: way !== "out" || known?.speaks === true,
        hears: way !== "in" || known?.hears === true,
      });
    }
  }
  return [...ends.values()];
}

/** Telegram's channels are ids (with a topic behind a slash), Discord's are `ID:…` or names, which only Discord knows. */
function memberOf({ name, platform }: Account, channel: string): string | undefined {
  const shape = platform === "telegram" ? /^(-?\d+(?:\/\d+)?)$/ : /^ID:(\d{15,20})$/i;
  const id = shape.exec(channel)?.[1];
  return id === undefined ? undefined : `${name}:${id}`;
}

/** Only Telegram shows the name in the text. */
function attributionOf(ends: readonly End[], general: Fields): "name-platform" | "none" | undefined {
  const telegram = ends.find(({ account }) => account.platform === "telegram");
  if (!telegram) return undefined;
  const format = textOf(telegram.account.fields.remotenickformat ?? general.remotenickformat);
  if (!/\{(NICK|USERID|TENGO)\}/.test(format)) return "none";
  return /\{(PROTOCOL|BRIDGE|LABEL)\}/.test(format) ? "name-platform" : undefined;
}

/** All keys in lower case, however deep; values as they are. */
function folded(value: unknown): Fields {
  const fold = (inner: unknown): unknown => {
    if (Array.isArray(inner)) return inner.map(fold);
    if (typeof inner !== "object" || inner === null || inner instanceof Date) return inner;
    return Object.fromEntries(Object.entries(inner).map(([key, below]) => [key.toLowerCase(), fold(below)]));
  };
  return fieldsOf(fold(value));
}
