// Everything that is known of one dead letter, as names and values; `dead-letters show` prints it. Pure.

import type { DeadDelivery, DeadUpdate } from "../bridge/store-port.ts";
import type { LoadedTexts } from "../texts.ts";
import { authorOf, messagesOf, originOf, placeWords, wordsOf } from "./event-facts.ts";
import { timeWords } from "./lay-out.ts";
import { type Letter, reasonWords, whatOf } from "./letters.ts";
import { messageName } from "./message-names.ts";

type Field = readonly [name: string, value: string];

/** `link` opens the message it is about. Fields about which nothing is known are left out. */
export function letterFields(letter: Letter, texts: LoadedTexts, link?: string): readonly Field[] {
  const reason = reasonWords(letter, texts);
  const own =
    letter.kind === "delivery" ? deliveryFields(letter.dead, texts, link) : updateFields(letter.dead);
  const fields: readonly Known[] = [
    ["id", letter.id],
    ["what", whatOf(letter, texts)],
    ["when", timeWords(letter.at)],
    ["reason", reason.words],
    ["technical", reason.technical],
    ...own,
  ];
  return fields.flatMap(([name, value]): readonly Field[] =>
    value === undefined || value === "" ? [] : [[texts(`cli.dead-letters.field.${name}`), value]],
  );
}

type Known = readonly [name: string, value: string | undefined];

function deliveryFields(dead: DeadDelivery, texts: LoadedTexts, link: string | undefined): readonly Known[] {
  const { event, to, attempts, failingSince, frozenAt, calls = [], done } = dead;
  const requests = calls.map(({ op, part, request }, i) => {
    const state = i < done ? "sent" : "unsent";
    const head = texts(`cli.dead-letters.request.${state}`, { op, part: part + 1 });
    return `${head}\n${JSON.stringify(request, hideSources, 2)}`;
  });
  return [
    ["from", originOf(event)],
    ["message", messagesOf(event).map(messageName).join(", ")],
    ["link", link],
    ["author", authorOf(event)],
    ["to", placeWords(to, texts)],
    ["attempts", attempts === 0 ? undefined : String(attempts)],
    ["failing-since", failingSince === undefined ? undefined : timeWords(failingSince)],
    ["frozen", frozenAt === undefined ? undefined : timeWords(frozenAt)],
    ["text", wordsOf(event, texts)],
    ["requests", requests.join("\n")],
  ];
}

function updateFields({ raw }: DeadUpdate): readonly Known[] {
  return [
    ["account", raw.account],
    ["key", raw.key],
    ["body", pretty(raw.body)],
  ];
}

/** What opens a file is not for other eyes: it may be an address with a signature. */
function hideSources(key: string, value: unknown): unknown {
  return key === "source" && typeof value === "string" ? "…" : value;
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), undefined, 2);
  } catch {
    return body;
  }
}
