// Row "ingest": updates accepted durably over TLS, against a server of the same kind that only parses and answers 200.

import { connect, type TLSSocket } from "node:tls";
import { openStore } from "../src/storage/open.ts";
import { head, ratios, report } from "./stats.ts";
import { openWorld, type Rig } from "./world.ts";

/** What Telegram opens by default. */
const connections = 40;
const path = "/telegram/telegram/bench";
const secret = "bench-secret-of-the-webhook";

/** Prints updates per second for chats without a bridge, and for bridged ones whose lanes wait. */
export async function measureIngest(quick: boolean): Promise<void> {
  const [repetitions, seconds] = quick ? [3, 2] : [7, 4];
  const world = await openWorld();
  // Nothing that is sent gets an answer: the lanes wait, and what is measured is receiving alone.
  const match = ({ path: where }: { readonly path: string }) => /\/webhooks\/\d+\//.test(where);
  world.discord.faults.add({ match, chance: 1, fault: { kind: "slow", ms: 3_600_000 } });
  try {
    const real = await world.start("real", connections, { prepare: seedWebhook });
    const bare = await world.start("bare", 1);
    const { chats } = real;
    const strangers = chats.map((chat) => chat - 1_000_000_000);
    for (const [name, ids] of [
      ["chats without a bridge", strangers],
      ["bridged chats", chats],
    ] as const) {
      const [reals, bares]: [Flood[], Flood[]] = [[], []];
      for (const rig of [real, bare]) await flood(rig, ids, 1);
      for (let i = 0; i < repetitions; i += 1) {
        reals.push(await flood(real, ids, seconds));
        bares.push(await flood(bare, ids, seconds));
      }
      tell(name, reals, bares);
    }
  } finally {
    await world.close();
  }
}

function tell(name: string, reals: readonly Flood[], bares: readonly Flood[]): void {
  const pace = (floods: readonly Flood[]) => floods.map(({ perSecond }) => perSecond);
  const cpu = (floods: readonly Flood[]) => floods.map(({ cpuUs }) => cpuUs);
  head(`${name}, ${connections} connections`);
  report("  durable updates/s", pace(reals), "/s");
  report("  bare server, requests/s", pace(bares), "/s");
  report("  ingest, relative", ratios(pace(reals), pace(bares)), "x", { limit: 0.8, kind: "at least" });
  report("  CPU per update", cpu(reals), "µs");
  report("  CPU per request of the bare server", cpu(bares), "µs");
}

/** The address and secret of the webhook are chosen before the start: nobody is told them afterwards. */
async function seedWebhook(folder: string): Promise<void> {
  const store = await openStore(`sqlite:${folder}/data/matebot.db`);
  await store.transaction(async (tx) => {
    await tx.state.set("telegram", "webhook-path", "bench");
    await tx.state.set("telegram", "webhook-secret", secret);
  });
  await store.close();
}

let updateId = 1;

interface Flood {
  /** Updates, or requests. */
  readonly perSecond: number;
  readonly cpuUs: number;
}

/** Each connection sends the next one when the last is answered. */
async function flood(rig: Rig, chats: readonly number[], seconds: number): Promise<Flood> {
  const target = new URL(rig.publicUrl);
  const sockets = await Promise.all(chats.map(() => open(target)));
  const before = await rig.bridge.usage();
  const start = performance.now();
  const end = start + seconds * 1_000;
  const counts = await Promise.all(
    sockets.map((socket, i) => exchange(socket, () => request(target, chats[i] ?? 0), end)),
  );
  const elapsed = performance.now() - start;
  const after = await rig.bridge.usage();
  for (const socket of sockets) socket.destroy();
  const count = counts.reduce((sum, one) => sum + one, 0);
  return { perSecond: (count / elapsed) * 1_000, cpuUs: (after.cpuUs - before.cpuUs) / count };
}

function open({ hostname, port }: URL): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const options = { host: hostname, port: Number(port), rejectUnauthorized: false };
    const socket = connect(options, () => resolve(socket));
    socket.once("error", reject);
  });
}

/** One request after the other until `end`; how many were answered with 200. */
function exchange(socket: TLSSocket, next: () => string, end: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let count = 0;
    socket.on("data", (chunk: Buffer) => {
      // Both servers answer with a head alone, which comes in one piece.
      if (!chunk.toString("latin1").startsWith("HTTP/1.1 200")) reject(new Error(chunk.toString("latin1")));
      count += 1;
      if (performance.now() < end) socket.write(next());
      else resolve(count);
    });
    socket.once("error", reject);
    socket.write(next());
  });
}

function request({ host }: URL, chat: number): string {
  const update_id = updateId++;
  const from = {
    id: 5_000_000_017,
    is_bot: false,
    first_name: "Ana",
    username: "ana",
    language_code: "pt-br",
  };
  const message = {
    message_id: update_id,
    from,
    chat: { id: chat, title: "Comunidade", type: "supergroup" },
    date: 1_795_363_200,
    text: "Bom dia, pessoal! Alguem vem a reuniao de hoje a noite no hackerspace? Levo o chimarrao e as bolachas.",
    entities: [{ type: "bold", offset: 0, length: 7 }],
  };
  const body = JSON.stringify({ update_id, message });
  return `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nX-Telegram-Bot-Api-Secret-Token: ${secret}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: keep-alive\r\nAccept-Encoding: gzip, deflate\r\n\r\n${body}`;
}
