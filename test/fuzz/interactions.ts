// Fuzzes what answers Discord's own requests: broken bodies and signatures, and nonsense that is signed rightly.

import { generateKeyPairSync, sign } from "node:crypto";
import type { WebReply } from "../../src/bridge/ports.ts";
import type { RobotPort } from "../../src/bridge/social.ts";
import { createGuildDirectory } from "../../src/platforms/discord/account/guild-directory.ts";
import { createAnswers } from "../../src/platforms/discord/interactions/answer.ts";
import {
  admitSigned,
  createEventHandler,
  createInteractionHandler,
  type DoorParts,
  type Handler,
} from "../../src/platforms/discord/interactions/door.ts";
import { createReplies } from "../../src/platforms/discord/interactions/reply.ts";
import { ManualClock } from "../../src/sandbox/manual-clock.ts";
import { loadTexts } from "../../src/texts.ts";
import { createTally, type FuzzEntry, seedOf, type Tally } from "./entry.ts";
import { createMutator, type Mutator } from "./mutate.ts";

const TOO_LONG_MS = 5_000;
const WARM = 0.1;
const CANARY = "canary-text-77aa";
const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const { privateKey: stranger } = generateKeyPairSync("ed25519");

const log = { debug() {}, info() {}, warn() {}, error() {} };

const directory = createGuildDirectory();
const never = () => Promise.reject(new Error("nobody asks for it"));

/** Reads all that stands in a question, and gives nothing of it back. */
const robot: RobotPort = {
  ask: async ({ asked, by, room }) => ({
    say: { body: [{ kind: "text", text: String(JSON.stringify([asked, by, room]).length) }] },
  }),
  stands: async () => {},
  complete: async (_ask, key, typed) => [{ label: "x", value: `${key.length}${typed.length}` }],
  isPrivate: ({ isPrivate }) => isPrivate,
  commands: () => [
    {
      ...{ name: "ponte", names: { "pt-BR": "ponte", en: "bridge", es: "puente" }, args: [] },
      ...{ about: { "pt-BR": "", en: "", es: "" }, forAdmins: false, where: "anywhere", onMessage: true },
    },
  ],
};

interface Door {
  readonly handle: Handler;
  readonly good: number;
  readonly bodies: readonly unknown[];
}

interface Doors {
  readonly doors: readonly Door[];
  /** How many rows were stored up to now. */
  readonly rows: () => number;
}

/** Every case is one request to one of the two doors. */
export const fuzzInteractions: FuzzEntry = async ({ seed, cases, progress }) => {
  const tally = createTally();
  const world = open(tally);
  for (let index = 0; index < cases; index++) {
    if (index === Math.floor(cases * WARM)) tally.warm();
    if (index % 10_000 === 0) progress?.(index);
    await one(world, createMutator(seedOf(seed, index)), tally, index);
  }
  return tally.result();
};

function open(tally: Tally): Doors {
  const clock = new ManualClock();
  let rows = 0;
  const texts = loadTexts("en");
  const media = { fit: async () => ({ unfit: "gone" }) as const, face: never, publish: () => undefined };
  const context = { account: "discord", clock, log, texts, media, robot };
  const parts: DoorParts = {
    context,
    key: () => publicKey,
    skewMs: () => 0,
    accept: async ({ key, body }) => {
      rows += 1;
      if (!/^(interaction:\d{15,20}|webhook-event:[\w-]{43})$/.test(key))
        tally.fault(`a row is called ${key}`);
      const { t, d } = JSON.parse(body);
      if (typeof t !== "string" || typeof d !== "object") tally.fault(`a row holds ${body.slice(0, 200)}`);
    },
  };
  const rest = {
    request: () => Promise.resolve(undefined),
    limits: { quota: () => undefined },
    skewMs: () => 0,
    close: () => Promise.resolve(),
  };
  const replies = createReplies({ context, rest, answers: createAnswers({ context, directory }) });
  const interactions = createInteractionHandler(parts, replies.inTime);
  const events = createEventHandler(parts, () => undefined);
  return {
    doors: [
      { handle: interactions, good: 200, bodies: interactionBodies(clock.now()) },
      { handle: events, good: 204, bodies: eventBodies },
    ],
    rows: () => rows,
  };
}

function interactionBodies(now: number): readonly unknown[] {
  const id = String((BigInt(now) - 1_420_070_400_000n) << 22n);
  const member = { user: { id: "1400000000000000005", username: CANARY }, roles: [], permissions: "0" };
  const common = {
    id,
    application_id: "1400000000000000001",
    token: "a".repeat(90),
    version: 1,
    locale: "pt-BR",
    channel_id: "1400000000000000003",
    guild_id: "1400000000000000002",
    channel: { id: "1400000000000000003", type: 11, parent_id: "1400000000000000004" },
  };
  const target = {
    ...{ id: "1400000000000000009", channel_id: "1400000000000000003", content: CANARY, author: member.user },
    attachments: [{ id: "1400000000000000011", filename: "a.png", url: "https://cdn.discordapp.com/a.png" }],
  };
  return [
    { ...common, type: 1 },
    { ...common, type: 2, member, data: { id: "1400000000000000007", name: "ponte", type: 1 } },
    {
      ...{ ...common, type: 2, member },
      data: {
        name: "Bridge",
        type: 3,
        target_id: target.id,
        resolved: { messages: { [target.id]: target } },
      },
    },
    { ...common, type: 3, member, message: target, data: { custom_id: CANARY, component_type: 2 } },
    {
      ...common,
      type: 4,
      member,
      data: { name: "ponte", options: [{ name: "x", focused: true, value: "" }] },
    },
    {
      ...common,
      type: 5,
      member,
      data: { custom_id: "x", components: [{ type: 18, component: { value: CANARY } }] },
    },
  ];
}

const event = { type: "APPLICATION_AUTHORIZED", timestamp: "2026-11-23T02:00:00.000000" };
const eventBodies: readonly unknown[] = [
  { version: 1, application_id: "1400000000000000001", type: 0 },
  {
    ...{ version: 1, application_id: "1400000000000000001", type: 1 },
    event: { ...event, data: { integration_type: 0, scopes: ["bot"], guild: { id: "1400000000000000002" } } },
  },
];

interface Request {
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
  /** Signed by Discord, and not touched since. */
  readonly genuine: boolean;
  readonly kind: "whole" | "signed nonsense" | "touched" | "strange head" | "stranger's";
}

/** A snowflake that is new in each case, so that it is not taken for a repetition. */
function renew(body: unknown, mutator: Mutator): unknown {
  if (typeof body !== "object" || body === null || !("id" in body)) return body;
  return { ...body, id: String(BigInt(String(body.id)) + BigInt(mutator.integer(2 ** 30))) };
}

function make({ bodies }: Door, mutator: Mutator): Request {
  const whole = renew(mutator.pick(bodies), mutator);
  const kind = mutator.pick(["whole", "signed nonsense", "touched", "strange head", "stranger's"] as const);
  const nonsense = () => {
    const text = JSON.stringify(mutator.json(whole)) ?? "";
    return mutator.chance(0.3) ? mutator.bytes(Buffer.from(text)) : Buffer.from(text);
  };
  const body = kind === "signed nonsense" ? nonsense() : Buffer.from(JSON.stringify(whole));
  const timestamp = String(1_700_000_000 + mutator.integer(1_000_000));
  const key = kind === "stranger's" ? stranger : privateKey;
  const signature = sign(null, Buffer.concat([Buffer.from(timestamp), body]), key).toString("hex");
  const headers = { "x-signature-ed25519": signature, "x-signature-timestamp": timestamp };
  if (kind === "touched") return touch({ headers, body, genuine: true, kind }, mutator);
  if (kind === "strange head") return strangeHead({ headers, body, genuine: true, kind }, mutator);
  return { headers, body, genuine: kind !== "stranger's", kind };
}

function touch({ headers, body, kind }: Request, mutator: Mutator): Request {
  const touched = mutator.bytes(body);
  return { headers, body: touched, genuine: touched.equals(body), kind };
}

function strangeHead({ headers, body, kind }: Request, mutator: Mutator): Request {
  const name = mutator.pick(["x-signature-ed25519", "x-signature-timestamp"]);
  const before = String(headers[name]);
  const after = mutator.pick<string | string[] | undefined>([
    undefined,
    "",
    before.slice(1),
    `${before}0`,
    `0x${before}`,
    [before, before],
    "0".repeat(128),
    "f".repeat(128),
    mutator.bytes(Buffer.from(before)).toString("latin1"),
  ]);
  const genuine = typeof after === "string" && after.toLowerCase() === before;
  return { headers: { ...headers, [name]: after }, body, genuine, kind };
}

async function one({ doors, rows }: Doors, mutator: Mutator, tally: Tally, index: number): Promise<void> {
  const door = mutator.pick(doors);
  const request = make(door, mutator);
  const before = rows();
  const began = performance.now();
  let reply: WebReply;
  try {
    reply = admitSigned(request.headers) ?? (await door.handle(request));
  } catch (error) {
    tally.fault(`case ${index}: the door threw ${String(error)}`);
    return;
  }
  const ms = performance.now() - began;
  const status = typeof reply === "number" ? reply : reply.status;
  tally.count(`${request.kind}: ${status}`, ms);
  const at = `case ${index} (${request.kind})`;
  if (ms > TOO_LONG_MS) tally.fault(`${at} took ${Math.round(ms)} ms`);
  if (status >= 500) tally.fault(`${at} was answered with ${status}`);
  if (!request.genuine && (status !== 401 || rows() !== before))
    tally.fault(`${at} was believed: ${status}, ${rows() - before} rows`);
  if (request.kind === "whole" && status !== door.good && status !== 202) tally.fault(`${at} got ${status}`);
  if (JSON.stringify(reply).includes(CANARY)) tally.fault(`${at} was given back what it sent`);
}
