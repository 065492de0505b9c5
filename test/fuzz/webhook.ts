// Fuzzes the webhook: broken requests over real sockets to a listening server, and broken updates to the handler itself.

import { once } from "node:events";
import { globSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import type { PlatformContext } from "../../src/bridge/platform.ts";
import { createTake } from "../../src/platforms/telegram/receive/sightings.ts";
import { Gaps } from "../../src/platforms/telegram/reconcile/gaps.ts";
import { Seen } from "../../src/platforms/telegram/reconcile/seen.ts";
import { createAdmit, createHandler } from "../../src/platforms/telegram/webhook/webhook.ts";
import { loadTexts } from "../../src/texts.ts";
import { createWebServer } from "../../src/web/server.ts";
import { recordContext } from "../support/platform-context.ts";
import { createTally, type FuzzEntry, seedOf, type Tally } from "./entry.ts";
import { createMutator, type Mutator } from "./mutate.ts";

const SECRET = "canary-secret-of-the-webhook-3f9a";
const PATH = "/telegram/bot/canary-path-77aa";
const TOO_LONG_MS = 5_000;
const AT_ONCE = 64;
const WARM = 0.1;

/** Only heads, each with an empty body. */
const PLAIN = /^(HTTP\/1\.1 [1-5]\d\d [^\r\n]*\r\n([\w-]+: [^\r\n]*\r\n)*\r\n)*$/;
const LEAK = /canary|node:|\.ts:|\n\s+at /;

const log = { debug() {}, info() {}, warn() {}, error() {} };

type Handle = ReturnType<typeof createHandler>;

/** One half of the cases goes over sockets, the other to the handler. */
export const fuzzWebhook: FuzzEntry = async ({ seed, cases, progress }) => {
  const tally = createTally();
  const updates = globSync(join(import.meta.dirname, "../corpus/telegram/*.json")).map(
    (file): unknown => JSON.parse(readFileSync(file, "utf8")).update,
  );
  const { handle, faults } = handler();
  const server = createWebServer({
    listen: { kind: "tcp", host: "127.0.0.1", port: 0 },
    health: async () => ({ status: "ok", connections: [] }),
    log: { ...log, error: ({ err }: { err?: unknown }) => tally.fault(`the server logged ${String(err)}`) },
    texts: loadTexts("en"),
  });
  server.port.post(PATH, handle, createAdmit(SECRET));
  await server.start();
  const address = server.address();
  const port = address.kind === "tcp" ? address.port : 0;
  let next = 0;
  const worker = async (overSockets: boolean, end: number) => {
    while (next < end) {
      const index = next++;
      if (index === Math.floor(cases * WARM)) tally.warm();
      if (index % 10_000 === 0) progress?.(index);
      const mutator = createMutator(seedOf(seed, index));
      if (overSockets) await overSocket(port, mutator, updates, tally, index);
      else await inProcess(handle, mutator, updates, tally, index);
    }
  };
  // The halves take turns, so that each is warm when the heap is measured.
  for (let part = 0; part < 20; part++) {
    await Promise.all(Array.from({ length: AT_ONCE }, () => worker(true, ((part + 0.5) * cases) / 20)));
    await worker(false, ((part + 1) * cases) / 20);
  }
  const well = await ask(port, request(JSON.stringify(updates[0])));
  if (!well.startsWith("HTTP/1.1 200 "))
    tally.fault(`at the end an honest update got ${JSON.stringify(well)}`);
  await server.stop();
  for (const fault of faults) tally.fault(fault);
  return tally.result();
};

function handler(): { handle: Handle; faults: Set<string> } {
  const faults = new Set<string>();
  const error = (fields: { readonly err?: unknown }) => {
    faults.add(
      `an update could not be taken: ${(fields.err as Error).stack?.split("\n").slice(0, 3).join(" ")}`,
    );
  };
  const state = new Map<string, string>();
  const context: PlatformContext = {
    ...recordContext().context,
    log: { ...log, error },
    recovered: () => {},
    state: { get: async (name) => state.get(name), set: async () => {} },
  };
  const take = createTake(context, new Seen(), new Gaps(context), async () => {});
  return { handle: createHandler(context, SECRET, take, () => {}), faults };
}

function brokenUpdate(mutator: Mutator, updates: readonly unknown[]): Buffer {
  const text = JSON.stringify(
    mutator.chance(0.8) ? mutator.json(mutator.pick(updates)) : mutator.pick(updates),
  );
  return mutator.chance(0.4) ? mutator.bytes(Buffer.from(text)) : Buffer.from(text);
}

async function inProcess(
  handle: Handle,
  mutator: Mutator,
  updates: readonly unknown[],
  tally: Tally,
  index: number,
): Promise<void> {
  const body = brokenUpdate(mutator, updates);
  const given = mutator.chance(0.95) ? SECRET : mutator.bytes(Buffer.from(SECRET)).toString("latin1");
  const began = performance.now();
  try {
    const status = await handle({ headers: { "x-telegram-bot-api-secret-token": given }, body });
    tally.count(`handler ${status}`, performance.now() - began);
    if (performance.now() - began > TOO_LONG_MS) tally.fault(`case ${index} took too long`);
  } catch (error) {
    tally.fault(`case ${index}: the handler threw ${String(error)}`);
  }
}

function request(body: string | Buffer, secret = SECRET): Buffer {
  const bytes = Buffer.from(body as string);
  const head = [
    `POST ${PATH} HTTP/1.1`,
    "Host: bot.example.org:8443",
    "Content-Type: application/json",
    `X-Telegram-Bot-Api-Secret-Token: ${secret}`,
    "Accept-Encoding: gzip, deflate",
    `Content-Length: ${bytes.length}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), bytes]);
}

const HEADS = [
  'Transfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\nffffffffffffffff\r\n',
  "Expect: 100-continue\r\nContent-Length: 4\r\n\r\n{}  ",
  "Expect: the-worst\r\n\r\n",
  "Connection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n",
  "Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
  `X-Long: ${"a".repeat(9_000)}\r\n\r\n`,
  `${"X-Many: 1\r\n".repeat(600)}\r\n`,
  'X-Forwarded-For: 1.2.3.4, [::1]:5, unknown\r\nForwarded: for="[::1]:1";proto=http\r\n\r\n',
];
const LINES = ["POST", "GET", "HEAD", "OPTIONS", "TRACE", "CONNECT", "PRI", "PUT", "QUERY"].flatMap(
  (method) =>
    [PATH, `${PATH}?a=%00`, "*", "//", `${PATH}/../..`, "http://h/x", "/%E0%A4%A", "h:443"].map(
      (target) => `${method} ${target} HTTP/1.1\r\nHost: h\r\n`,
    ),
);

/** What is on the wire: whole heads with broken bodies, broken heads, several requests in a row, and noise. */
function wire(mutator: Mutator, updates: readonly unknown[]): Buffer {
  const whole = () =>
    request(brokenUpdate(mutator, updates).subarray(0, 4_000), mutator.chance(0.9) ? SECRET : "x");
  switch (mutator.integer(6)) {
    case 0:
      return whole();
    case 1:
      return Buffer.concat([whole(), mutator.bytes(whole())]);
    case 2:
      return Buffer.from(mutator.pick(LINES) + mutator.pick(HEADS), "latin1");
    case 3:
      return mutator.bytes(Buffer.from(mutator.pick(LINES) + mutator.pick(HEADS), "latin1"), 6);
    case 4: {
      const bytes = whole();
      const head = mutator.bytes(bytes.subarray(0, bytes.indexOf("\r\n\r\n") + 4), 6);
      return Buffer.concat([head, bytes.subarray(bytes.indexOf("\r\n\r\n") + 4)]);
    }
    default:
      return mutator.bytes(Buffer.alloc(mutator.integer(64), mutator.integer(256)), 20);
  }
}

async function overSocket(
  port: number,
  mutator: Mutator,
  updates: readonly unknown[],
  tally: Tally,
  index: number,
): Promise<void> {
  const began = performance.now();
  const answer = await ask(port, wire(mutator, updates));
  const ms = performance.now() - began;
  tally.count(`socket ${/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? "closed"}`, ms);
  if (ms > TOO_LONG_MS) tally.fault(`case ${index} took ${Math.round(ms)} ms`);
  if (!PLAIN.test(answer)) tally.fault(`case ${index} was answered ${JSON.stringify(answer.slice(0, 300))}`);
  if (LEAK.test(answer)) tally.fault(`case ${index} tells a secret: ${JSON.stringify(answer.slice(0, 300))}`);
  if (/^HTTP\/1\.1 500/m.test(answer)) tally.fault(`case ${index} was answered with 500`);
}

/** Everything that was answered until the connection ended. */
async function ask(port: number, bytes: Buffer): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", () => {});
  const slow = setTimeout(() => socket.destroy(), TOO_LONG_MS + 1_000);
  socket.end(bytes);
  await once(socket, "close");
  clearTimeout(slow);
  return Buffer.concat(chunks).toString("latin1");
}
