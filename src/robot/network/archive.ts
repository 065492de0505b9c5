// The archive command: asks the Wayback Machine to keep a page, and says where it is kept.

import type { RichText } from "../../model/rich-text.ts";
import { type Command, type Question, Refusal } from "../command.ts";
import type { RobotConfig } from "../config.ts";
import type { FetchWeb } from "./fetch.ts";
import type { Fetched } from "./fetch-job.ts";
import { addressAsked } from "./web-address.ts";

const ADDRESS = "https://web.archive.org";
/** Keeping a page is slow work. */
const SAVE_MS = 75_000;
const LOOK_MS = 20_000;
/** The answer is in its head; of the page behind it nothing is needed. */
const MOST_BYTES = 1024 * 1024;

export function archiveCommand({ network }: RobotConfig, fetchWeb: FetchWeb): Command {
  const service = (network.services.archive ?? ADDRESS).replace(/\/+$/, "");
  const asked = (path: string, ms: number, { signal }: Question) =>
    fetchWeb(
      {
        url: `${service}${path}`,
        ...{ method: "GET", maxBytes: MOST_BYTES, ms, stay: true },
        allowPrivate: network.allowPrivate,
      },
      signal,
    );
  return {
    name: "archive",
    texts: "robot-network.archive",
    timeoutMs: SAVE_MS + LOOK_MS + 20_000,
    args: [{ key: "url", type: "text", rest: true, most: 2_000 }],
    async answer(question) {
      const { href } = addressAsked(question, "archive", network.allowPrivate);
      const fresh = await asked(`/save/${href}`, SAVE_MS, question).catch(noAnswer);
      const saved = fresh && snapshotIn(fresh, service);
      if (saved) return shown(saved, "saved", question);
      const last = await asked(`/web/2/${href}`, LOOK_MS, question);
      const known = snapshotIn(last, service);
      if (!known) throw new Refusal(`robot-network.archive.${fresh?.status === 429 ? "often" : "none"}`);
      return shown(known, "known", question);
    },
  };
}

/** The service is slow, or says too much: an older snapshot may still be there. */
function noAnswer(error: unknown): undefined {
  if (error instanceof Refusal && /\.(time|big)$/.test(error.key)) return undefined;
  throw error;
}

interface Snapshot {
  readonly href: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Where the answer leads, when that is a snapshot of this very service. */
function snapshotIn({ status, headers, url }: Fetched, service: string): Snapshot | undefined {
  if (status >= 400) return undefined;
  const way = headers.location ?? headers["content-location"];
  if (way === undefined || !URL.canParse(way, url)) return undefined;
  const { href } = new URL(way, url);
  // Its own links say http now and then.
  const inside = href.replace(/^https?:\/\//, "");
  const match = /^[^/]+\/web\/(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(?:[a-z]{2}_)?\/./.exec(inside);
  if (!match || new URL(href).host !== new URL(service).host) return undefined;
  const [, year, month, day, hour, minute, second] = match.map(Number);
  const at = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
  return { href: service.startsWith("https:") ? href.replace(/^http:/, "https:") : href, at };
}

function shown({ href, at }: Snapshot, how: "saved" | "known", { texts }: Question) {
  const body: RichText = [
    { kind: "text", text: `${texts(`robot-network.archive.${how}`)} ` },
    { kind: "time", at, style: "f" },
    { kind: "text", text: "\n" },
    { kind: "link", href, children: [{ kind: "text", text: href }] },
  ];
  return { say: { body, buttons: [[{ label: texts("robot-network.archive.open"), href }]] } };
}
