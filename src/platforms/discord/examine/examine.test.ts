import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type DiscordRig, openDiscordRig } from "../../../../test/support/discord-rig.ts";
import type { ExamineContext } from "../../../bridge/examine.ts";
import type { Diagnosis } from "../../../model/diagnosis.ts";
import { PERMISSION } from "../../../sandbox/discord/permissions.ts";
import { loadTexts } from "../../../texts.ts";
import { discordSchema } from "../config.ts";
import { examine } from "./examine.ts";

let rig: DiscordRig;
beforeEach(async () => {
  rig = await openDiscordRig();
});
afterEach(() => rig.close());

const OURS = { "interactions-path": "canary-one", "install-events-path": "canary-two" };
const PUBLIC = { publicUrl: new URL("https://bot.example.org/base") };
const ENDPOINT = "https://bot.example.org/base/discord/discord/canary-one";
const EVENTS = "https://bot.example.org/base/discord/discord/canary-two";
const BOTH = ["APPLICATION_AUTHORIZED", "APPLICATION_DEAUTHORIZED"];

interface Case {
  readonly given?: Partial<ExamineContext>;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly state?: Readonly<Record<string, string>>;
}

async function look({ given = {}, config = {}, state = OURS }: Case = {}): Promise<readonly Diagnosis[]> {
  const context: ExamineContext = {
    account: "discord",
    conversations: [rig.at()],
    state: async (name) => state[name],
    clock: rig.clock,
    texts: loadTexts("en"),
    signal: AbortSignal.timeout(10_000),
    ...given,
  };
  const parsed = discordSchema.parse({
    ...{ platform: "discord", token: rig.bot.token, api: rig.sandbox.url, avatars: { show: false } },
    ...config,
  });
  const found = await examine(context, parsed);
  for (const language of ["pt-BR", "en", "es"] as const) {
    const texts = loadTexts(language);
    for (const { key, level, values } of found) {
      const words = [texts(key, values), ...(level === "ok" ? [] : [texts(`${key}-cure`, values)])].join(" ");
      expect(words).not.toMatch(/canary|discord-doctor\.|[{}]|undefined/);
    }
  }
  // The doctor changes nothing.
  expect(rig.sandbox.requests.filter(({ method }) => method !== "GET")).toEqual([]);
  expect(rig.sandbox.unexpected).toEqual([]);
  return found;
}

const notOk = (found: readonly Diagnosis[]) =>
  found
    .filter(({ level }) => level !== "ok")
    .map(({ level, key }) => `${level} ${key.replace("discord-doctor.", "")}`);

const set = (settings: Readonly<Record<string, unknown>>) => rig.sandbox.setApplication(rig.bot.id, settings);

/** All that the bot has but these. */
function without(...names: (keyof typeof PERMISSION)[]): void {
  const deny = names.reduce((sum, name) => sum | PERMISSION[name], 0n);
  rig.sandbox.setPermissions(rig.channel, [{ id: rig.bot.id, type: 1, deny }]);
}

describe("an account in order", () => {
  it("is examined whole, without a fault", async () => {
    const found = await look();
    expect(notOk(found)).toEqual([]);
    expect(found.map(({ check }) => check)).toEqual([
      "discord-token",
      "clock-skew",
      "discord-intents",
      "gateway",
      "channel-visible",
      "channel-kind",
      "channel-permissions",
      "webhook-count",
      "interactions-endpoint",
    ]);
  });

  it("with its own endpoints is as configured", async () => {
    set({
      interactions_endpoint_url: ENDPOINT,
      event_webhooks_url: EVENTS,
      event_webhooks_status: 2,
      event_webhooks_types: BOTH,
    });
    const config = { interactions: "endpoint", install_events: true };
    const found = await look({ given: PUBLIC, config });
    expect(notOk(found)).toEqual([]);
    expect(found.map(({ check }) => check)).toContain("install-events");
  });
});

/** What is broken, how, and the only findings that are not well then. */
const TABLE: readonly (readonly [string, () => Case, readonly string[]])[] = [
  ["a wrong token", () => ({ config: { token: "no.such.token" } }), ["fault discord-token.wrong"]],
  [
    "a Discord that is not there",
    () => ({ config: { api: "http://127.0.0.1:9/api" } }),
    ["fault discord-token.unreachable"],
  ],
  [
    "a clock that is a minute ahead",
    () => {
      const { clock } = rig;
      const ahead = { now: () => clock.now() + 60_000, after: clock.after.bind(clock) };
      return { given: { clock: ahead } };
    },
    ["fault clock-skew.off"],
  ],
  [
    "message content switched off",
    () => {
      rig.sandbox.setFlags(rig.bot.id, 0);
      return {};
    },
    ["fault discord-intents.content-off"],
  ],
  [
    "who leaves wished for, and not switched on",
    () => ({ config: { members: true } }),
    ["warning discord-intents.members-off"],
  ],
  [
    "a Gateway that nobody can name",
    () => {
      const match = ({ path }: { readonly path: string }) => path === "/gateway/bot";
      rig.sandbox.faults.add({ match, times: 9, fault: { kind: "status", status: 503 } });
      return {};
    },
    ["fault gateway.unreachable"],
  ],
  ["few logins left", () => logins(50), ["warning gateway.few"]],
  ["no login left", () => logins(0), ["fault gateway.used-up"]],
  [
    "a channel the bot cannot see",
    () => {
      without("VIEW_CHANNEL");
      return {};
    },
    ["fault channel-visible.hidden"],
  ],
  [
    "a channel that does not exist",
    () => ({ given: { conversations: [{ account: "discord", id: "1400000000000000009" }] } }),
    ["fault channel-visible.hidden"],
  ],
  [
    "no right to speak",
    () => {
      without("SEND_MESSAGES");
      return {};
    },
    ["fault channel-permissions.vital"],
  ],
  [
    "no right to carry files and polls",
    () => {
      without("ATTACH_FILES", "SEND_POLLS");
      return {};
    },
    ["warning channel-permissions.lacking"],
  ],
  [
    "no right to make the channel for pictures",
    () => ({ config: { avatars: { show: true } } }),
    ["warning channel-permissions.lacking"],
  ],
  [
    "no right to webhooks",
    () => {
      without("MANAGE_WEBHOOKS");
      return {};
    },
    ["warning channel-permissions.lacking", "skipped webhook-count.not-allowed"],
  ],
  [
    "a channel full of webhooks",
    () => {
      for (let i = 0; i < 15; i++) rig.sandbox.createWebhook(rig.channel, { name: `w${i}`, userId: rig.ana });
      return {};
    },
    ["warning webhook-count.full"],
  ],
  [
    "a thread given as a channel",
    () => {
      const { id } = rig.sandbox.createThread(rig.channel, { name: "fio", ownerId: rig.ana });
      return { given: { conversations: [{ account: "discord", id }] } };
    },
    ["fault channel-kind.thread"],
  ],
  [
    "a thread of another channel",
    () => {
      const other = rig.sandbox.createChannel(rig.guild, { name: "outro" }).id;
      const { id } = rig.sandbox.createThread(other, { name: "fio", ownerId: rig.ana });
      return { given: { conversations: [rig.at(id)] } };
    },
    ["fault channel-kind.no-thread"],
  ],
  [
    "a category given as a channel",
    () => {
      const { id } = rig.sandbox.createChannel(rig.guild, { name: "Grupo", type: 4 });
      return { given: { conversations: [{ account: "discord", id }] } };
    },
    ["fault channel-kind.unfit"],
  ],
  [
    "an endpoint of another program",
    () => {
      set({ interactions_endpoint_url: "https://other.example.org/x" });
      return {};
    },
    ["fault interactions-endpoint.foreign"],
  ],
  [
    "an endpoint of ours that is not wished any more",
    () => {
      set({ interactions_endpoint_url: ENDPOINT });
      return {};
    },
    ["warning interactions-endpoint.left"],
  ],
  ...(
    [
      ["interactions-endpoint", { interactions: "endpoint" }],
      ["install-events", { install_events: true }],
    ] as const
  ).flatMap(([check, config]) => [
    [`${check} without an address`, () => ({ config }), [`warning ${check}.no-address`]] as const,
    [
      `${check} with a certificate of our own`,
      () => ({ config, given: { ...PUBLIC, certificate: "PEM" } }),
      [`warning ${check}.untrusted`],
    ] as const,
    [`${check} that is not set`, () => ({ config, given: PUBLIC }), [`warning ${check}.unset`]] as const,
  ]),
  [
    "an endpoint that leads elsewhere",
    () => {
      set({ interactions_endpoint_url: "https://old.example.org/x" });
      return { config: { interactions: "endpoint" }, given: PUBLIC };
    },
    ["fault interactions-endpoint.elsewhere"],
  ],
  [
    "install events that lead elsewhere",
    () => events("https://old.example.org/x"),
    ["warning install-events.elsewhere"],
  ],
  [
    "install events that Discord switched off",
    () => events(EVENTS, 3),
    ["warning install-events.switched-off"],
  ],
  [
    "install events of one type only",
    () => events(EVENTS, 2, ["APPLICATION_AUTHORIZED"]),
    ["warning install-events.unset"],
  ],
  [
    "install events that are not wished any more",
    () => ({ ...events(EVENTS), config: {} }),
    ["warning install-events.left"],
  ],
];

function events(url: string, status = 2, types: readonly string[] = BOTH): Case {
  set({ event_webhooks_url: url, event_webhooks_status: status, event_webhooks_types: types });
  return { config: { install_events: true }, given: PUBLIC };
}

function logins(remaining: number): Case {
  const session_start_limit = { total: 1000, remaining, reset_after: 7_200_000, max_concurrency: 1 };
  const body = { url: "ws://127.0.0.1:9", shards: 1, session_start_limit };
  const match = ({ path }: { readonly path: string }) => path === "/gateway/bot";
  rig.sandbox.faults.add({ match, times: 1, fault: { kind: "status", status: 200, body } });
  return {};
}

describe("an account with", () => {
  it.each(TABLE)("%s is told so, and nothing else", async (_name, broken, expected) => {
    expect(notOk(await look(broken()))).toEqual(expected);
  });

  it("missing rights names each of them", async () => {
    without("ATTACH_FILES", "SEND_POLLS");
    const found = await look();
    const values = found.find(({ check }) => check === "channel-permissions")?.values;
    expect(values?.rights).toBe("Attach Files, Create Polls");
    expect(values?.link).toContain("permissions=2885445466057808");
  });
});
