// A platform without a network, for the tests of the bridge: a room that holds texts, cut at ten characters.

import type { Doubt, Platform, Rate } from "../../src/bridge/platform.ts";
import type { Call, Json, Part, RawUpdate, Section, Sent } from "../../src/model/delivery.ts";
import { ParseError } from "../../src/model/errors.ts";
import type { BridgeEvent } from "../../src/model/event.ts";
import type { Message } from "../../src/model/message.ts";
import type { ConversationRef, MessageRef } from "../../src/model/refs.ts";
import { plainText, text } from "../../src/model/rich-text.ts";

export interface ToyUpdate {
  readonly do: "say" | "edit" | "delete" | "poison" | "move";
  readonly chat: string;
  readonly id?: string;
  readonly ids?: readonly string[];
  readonly text?: string;
  readonly replyTo?: string;
  readonly to?: string;
}

export interface ToyLine {
  readonly id: string;
  readonly text: string;
  readonly replyTo?: string;
}

interface ToyRequest {
  readonly text?: string;
  readonly id?: string;
  readonly ids?: readonly string[];
  readonly replyTo?: string;
}

/** What one chat shows; survives "crashes" of the platform object, as a real platform does. */
export class ToyRoom {
  lines: ToyLine[] = [];
  /** Every text that was ever sent, in order. */
  readonly sent: string[] = [];
  #next = 1;

  apply(op: Call["op"], request: ToyRequest): string | undefined {
    if (op === "create") {
      const id = String(this.#next++);
      this.sent.push(request.text ?? "");
      this.lines.push({ id, text: request.text ?? "", ...(request.replyTo && { replyTo: request.replyTo }) });
      return id;
    }
    if (op === "edit") {
      this.lines = this.lines.map((line) =>
        line.id === request.id ? { ...line, text: request.text ?? "" } : line,
      );
    } else this.lines = this.lines.filter((line) => !request.ids?.includes(line.id));
    return undefined;
  }
}

export interface ToyOptions {
  readonly account: string;
  readonly rooms: Map<string, ToyRoom>;
  /** Runs around each send; may throw before or after `effect`, or never return. */
  readonly network?: (
    effect: () => Sent | undefined,
    to: ConversationRef,
    call: Call,
  ) => Promise<Sent | undefined>;
  readonly prepare?: () => Promise<null>;
  /** How many characters a part holds. */
  readonly cut?: number;
  /** How many characters a joined message holds. */
  readonly joinedCut?: number;
  readonly rates?: Platform["rates"];
  /** False: the platform cannot tell what became of a lost call. */
  readonly tells?: boolean;
  /** True once the program is a newer one, which understands what was poison. */
  readonly upgraded?: () => boolean;
}

/** The rooms on the right go by their number alone. */
export function roomKey(account: string, id: string): string {
  return account === "right" ? id : `${account}:${id}`;
}

export function toyUpdate(account: string, key: string, update: ToyUpdate): RawUpdate {
  return { account, key, body: JSON.stringify(update), receivedAt: 0 };
}

export function toyPlatform(options: ToyOptions): Platform {
  const { account, rooms } = options;
  const cut = options.cut ?? 10;
  const room = (id: string) => {
    const key = roomKey(account, id);
    const found = rooms.get(key) ?? new ToyRoom();
    rooms.set(key, found);
    return found;
  };
  const part = (words: string, replyTo?: string): Part => ({
    hash: words,
    request: { text: words, ...(replyTo && { replyTo }) },
  });
  return {
    account,
    capabilities: { edit: true, delete: true },
    check: async () => {},
    start: async () => {},
    stop: async () => {},
    parse: (raw) => parseToy(account, raw, options.upgraded?.() ?? false),
    prepare: options.prepare ?? (async () => null),
    renderMessage(message, _to, known) {
      const words = plainText(message.body);
      const count = Math.max(1, Math.ceil(words.length / cut));
      return Array.from({ length: count }, (_, index) =>
        part(words.slice(index * cut, (index + 1) * cut), index === 0 ? known.replyTo?.id : undefined),
      );
    },
    renderNotice: (body) => [part(plainText(body))],
    renderAside: (body, _to, known) => part(plainText(body), known.replyTo?.id),
    open: () => Promise.reject(new Error("toys have no files")),
    renderJoined(sections) {
      const lines = sections.map(lineOf);
      let count = lines.length;
      while (count > 0 && lines.slice(0, count).join("").length > (options.joinedCut ?? 1_000)) count -= 1;
      return count === 0 ? undefined : { part: part(lines.slice(0, count).join("")), count };
    },
    renderEdit: (changed, copy) => ({ ...(changed.request as ToyRequest), id: copy.ref.id }),
    renderDelete: (copies) => [
      { request: { ids: copies.map(({ ref }) => ref.id) }, targets: copies.map(({ ref }) => ref) },
    ],
    async send(call, to) {
      const effect = (): Sent | undefined => {
        const id = room(to.id).apply(call.op, call.request as Json & ToyRequest);
        return id === undefined ? undefined : { ref: { conversation: to, id } };
      };
      return options.network ? options.network(effect, to, call) : effect();
    },
    rates: options.rates ?? ((): readonly Rate[] => []),
    ...(options.tells !== false && {
      reconcile: (_call: Call, to: ConversationRef, doubt: Doubt) => findLost(room(to.id), to, doubt),
    }),
  };
}

function lineOf(section: Section): string {
  return section.kind === "notice" ? plainText(section.body) : plainText(section.message.body);
}

/** The one message of the room that nobody knows. */
async function findLost(
  room: ToyRoom,
  conversation: ConversationRef,
  doubt: Doubt,
): Promise<Sent | "absent"> {
  const younger = room.lines.filter(({ id }) => Number(id) > Number(doubt.newest ?? 0));
  const refs = younger.map(({ id }) => ({ conversation, id }));
  const known = await doubt.known(refs);
  const ref = refs.find((_ref, index) => !known[index]);
  return ref ? { ref } : "absent";
}

function parseToy(account: string, raw: RawUpdate, upgraded: boolean): readonly BridgeEvent[] {
  const update = JSON.parse(raw.body) as ToyUpdate;
  const conversation = { account, id: update.chat };
  const ref = (id: string): MessageRef => ({ conversation, id });
  switch (update.do) {
    case "poison":
      if (!upgraded) throw new ParseError("no such update");
      return parseToy(account, { ...raw, body: JSON.stringify({ ...update, do: "say" }) }, upgraded);
    case "move":
      return [{ kind: "conversation.moved", from: conversation, to: { account, id: update.to ?? "" } }];
    case "delete":
      return [{ kind: "message.deleted", conversation, refs: (update.ids ?? []).map(ref) }];
    default: {
      const message: Message = {
        ref: ref(update.id ?? ""),
        author: { kind: "person", name: "Ana" },
        at: 0,
        body: [text(update.text ?? "")],
        attachments: [],
        ...(update.replyTo && { reply: { ref: ref(update.replyTo) } }),
      };
      return [{ kind: update.do === "say" ? "message.created" : "message.edited", message }];
    }
  }
}
