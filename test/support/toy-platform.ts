// A platform without a network, for the tests of the bridge: a room that holds texts, cut at ten characters.

import type { Doubt, Platform, Rate } from "../../src/bridge/platform.ts";
import type { Attachment } from "../../src/model/attachment.ts";
import type { Call, Json, Part, RawUpdate, Section, Sent } from "../../src/model/delivery.ts";
import { ParseError } from "../../src/model/errors.ts";
import type { BridgeEvent, ThreadChange } from "../../src/model/event.ts";
import type { Author, Message } from "../../src/model/message.ts";
import type { ConversationRef, MessageRef } from "../../src/model/refs.ts";
import { plainText, type RichText, text } from "../../src/model/rich-text.ts";

export interface ToyUpdate {
  readonly do:
    | "say"
    | "edit"
    | "delete"
    | "poison"
    | "move"
    | "react"
    | "unreact"
    | "pin"
    | "vote"
    | "choose"
    | "close"
    | "thread";
  readonly chat: string;
  readonly thread?: string;
  readonly topic?: string;
  readonly by?: string;
  readonly files?: readonly string[];
  readonly album?: string;
  readonly emoji?: string;
  /** The options of a poll that is said; its id is `poll:<message>`. */
  readonly options?: readonly string[];
  readonly votes?: readonly number[];
  readonly option?: string;
  readonly change?: ThreadChange;
  readonly id?: string;
  readonly ids?: readonly string[];
  readonly text?: string;
  readonly replyTo?: string;
  /** Somebody of the account who is named at the end. */
  readonly mention?: string;
  readonly to?: string;
}

export interface ToyLine {
  readonly id: string;
  readonly text: string;
  readonly replyTo?: string;
  readonly files?: readonly string[];
  readonly reactions?: readonly string[];
  readonly pinned?: boolean;
  readonly closed?: boolean;
}

interface ToyRequest {
  readonly text?: string;
  readonly files?: readonly string[];
  readonly reactions?: readonly string[];
  readonly pinned?: boolean;
  readonly closed?: boolean;
  readonly id?: string;
  readonly ids?: readonly string[];
  readonly replyTo?: string;
  /** Further messages, of one file each. */
  readonly more?: readonly string[];
}

/** What one chat shows; survives "crashes" of the platform object, as a real platform does. */
export class ToyRoom {
  lines: ToyLine[] = [];
  /** Every text that was ever sent, in order. */
  readonly sent: string[] = [];
  readonly acts: ToyRequest[] = [];
  #next = 1;

  apply(op: Call["op"], request: ToyRequest): string | undefined {
    if (op === "create") {
      const id = String(this.#next++);
      this.sent.push(request.text ?? "");
      const { replyTo, files } = request;
      this.lines.push({ id, text: request.text ?? "", ...(replyTo && { replyTo }), ...(files && { files }) });
      return id;
    }
    if (op === "act" || op === "edit") {
      const { id: _, ...changed } = request;
      if (op === "act") this.acts.push(request);
      this.lines = this.lines.map((line) => (line.id === request.id ? { ...line, ...changed } : line));
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
  /** Names of the threads that were opened; absent: the platform has none. */
  readonly threads?: string[];
  /** False: a thread is wanted where none can be. */
  readonly forum?: boolean;
  /** No edit changes which files a message has. */
  readonly fixedFiles?: boolean;
  /** Of several files each is a message of its own, and so many go out together. */
  readonly apart?: number;
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
  const apart = (words: string, files: readonly string[], most: number): readonly Part[] => {
    const groups = Array.from({ length: Math.ceil(files.length / most) }, (_, index) =>
      files.slice(index * most, (index + 1) * most),
    );
    const [first, ...further] = groups.map(([head = "", ...more], index): Part => {
      const said = index === 0 ? words.slice(0, cut) : "";
      const hashes = more.map((file) => `|${file}`);
      const { hash, request } = part(said, undefined, [head]);
      return {
        hash,
        request: { ...(request as ToyRequest), more },
        ...(more.length > 0 && { more: hashes }),
      };
    });
    const rest = words.length > cut ? [part(words.slice(cut))] : [];
    return first ? [first, ...rest, ...further] : rest;
  };
  const part = (words: string, replyTo?: string, files?: readonly string[]): Part => ({
    hash: files ? `${words}|${files.join()}` : words,
    request: { text: words, ...(replyTo && { replyTo }), ...(files && { files }) },
  });
  return {
    account,
    capabilities: { edit: true, delete: true, fitsPoll: ({ poll }) => poll.options.length < 4 },
    check: async () => {},
    start: async () => {},
    stop: async () => {},
    parse: (raw) => parseToy(account, raw, options.upgraded?.() ?? false),
    prepare: options.prepare ?? (async () => null),
    renderMessage(message, _to, known) {
      const pinged = [...(known.people?.values() ?? [])].map(({ id }) => ` @${id}`);
      const words = plainText(message.body) + pinged.join("");
      if (words === "stumble") throw new TypeError("no such form");
      const files = message.attachments.map((one) =>
        one.kind === "poll" ? `poll:${one.poll.question}` : (one.name ?? ""),
      );
      if (files.length > 0 && options.apart) return apart(words, files, options.apart);
      if (files.length > 0) return [part(words, known.replyTo?.id, files)];
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
    renderEdit(changed, copy) {
      const filesOf = (hash: string) => hash.split("|")[1] ?? "";
      if (options.fixedFiles && filesOf(changed.hash) !== filesOf(copy.hash)) return undefined;
      return { ...(changed.request as ToyRequest), id: copy.ref.id };
    },
    renderReactions: (target, wanted, own) => {
      const reactions = wanted.map(({ emoji }) => emoji).slice(0, 1);
      const isSame = reactions.join() === own.map(({ emoji }) => emoji).join();
      return {
        requests: isSame ? [] : [{ id: target.id, reactions }],
        own: reactions.map((emoji) => ({ emoji })),
      };
    },
    renderPin: (target, pinned) => ({ id: target.id, pinned }),
    renderPollEnd: (copy) => ({ id: copy.ref.id, closed: true }),
    renderThread: (_to, change, name) => (change === "renamed" ? { id: "", text: name ?? "" } : undefined),
    ...(options.threads && {
      openThread: async (chat: ConversationRef, name: string) => {
        options.threads?.push(name);
        return options.forum === false ? chat : { ...chat, thread: `t${options.threads?.length}` };
      },
    }),
    renderDelete: (copies) => [
      { request: { ids: copies.map(({ ref }) => ref.id) }, targets: copies.map(({ ref }) => ref) },
    ],
    async send(call, to) {
      const effect = (): Sent | undefined => {
        const request = call.request as Json & ToyRequest;
        const id = room(placeOf(to)).apply(call.op, request);
        if (id === undefined) return undefined;
        const poll = request.files?.some((file) => file.startsWith("poll:")) ? { poll: `poll:${id}` } : {};
        const more = (request.more ?? []).flatMap((file) => {
          const next = room(placeOf(to)).apply(call.op, { files: [file] });
          return next === undefined ? [] : [{ conversation: to, id: next }];
        });
        return { ref: { conversation: to, id }, ...poll, ...(more.length > 0 && { more }) };
      };
      return options.network ? options.network(effect, to, call) : effect();
    },
    rates: options.rates ?? ((): readonly Rate[] => []),
    ...(options.tells !== false && {
      reconcile: (_call: Call, to: ConversationRef, doubt: Doubt) => findLost(room(placeOf(to)), to, doubt),
    }),
  };
}

function placeOf({ id, thread }: ConversationRef): string {
  return thread === undefined ? id : `${id}/${thread}`;
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
  const conversation = { account, id: update.chat, ...(update.thread && { thread: update.thread }) };
  const ref = (id: string): MessageRef => ({ conversation, id });
  switch (update.do) {
    case "poison":
      if (!upgraded) throw new ParseError("no such update");
      return parseToy(account, { ...raw, body: JSON.stringify({ ...update, do: "say" }) }, upgraded);
    case "move":
      return [{ kind: "conversation.moved", from: conversation, to: { account, id: update.to ?? "" } }];
    case "delete":
      return [{ kind: "message.deleted", conversation, refs: (update.ids ?? []).map(ref) }];
    case "react":
    case "unreact": {
      const kind = update.do === "react" ? "add" : "remove";
      const change = { kind, reaction: { emoji: update.emoji ?? "" } } as const;
      return [
        { kind: "reaction.changed", target: ref(update.id ?? ""), by: authorOf(account, update), change },
      ];
    }
    case "pin":
      return [{ kind: "pin.changed", target: ref(update.id ?? ""), pinned: true, notice: { key: "pinned" } }];
    case "vote": {
      // Names that count downwards: nobody may sort them.
      const counts = (update.votes ?? []).map((count, index) => ({ option: `${9 - index}`, count }));
      return [
        {
          kind: "vote.changed",
          target: { account, poll: `poll:${update.id}` },
          change: { kind: "counts", counts },
        },
      ];
    }
    case "choose": {
      const change = { kind: "add", option: update.option ?? "" } as const;
      return [{ kind: "vote.changed", target: ref(update.id ?? ""), by: authorOf(account, update), change }];
    }
    case "close":
      return [{ kind: "poll.closed", target: { account, poll: `poll:${update.id}` } }];
    case "thread":
      return [
        {
          ...{
            kind: "thread.changed",
            conversation,
            change: update.change ?? "created",
            notice: { key: "thread" },
          },
          ...(update.topic && { name: update.topic }),
        },
      ];
    default: {
      const message: Message = {
        ref: ref(update.id ?? ""),
        author: authorOf(account, update),
        at: 0,
        body: bodyOf(account, update),
        attachments: attachmentsOf(account, update),
        ...(update.album && { album: update.album }),
        ...(update.topic && { topic: update.topic }),
        ...(update.replyTo && { reply: { ref: ref(update.replyTo) } }),
      };
      return [{ kind: update.do === "say" ? "message.created" : "message.edited", message }];
    }
  }
}

function bodyOf(account: string, { text: words, mention }: ToyUpdate): RichText {
  const named = mention ? [{ kind: "mention", user: { account, id: mention }, label: mention } as const] : [];
  return [...(words ? [text(words)] : []), ...named];
}

function authorOf(account: string, { by = "Ana" }: ToyUpdate): Author {
  return { kind: "person", name: by, user: { account, id: by } };
}

function attachmentsOf(
  account: string,
  { files = [], options, text: question = "", id }: ToyUpdate,
): readonly Attachment[] {
  if (options) {
    const all = options.map((option, index) => ({ id: `${9 - index}`, text: option }));
    const poll = { question, options: all, multiple: false, anonymous: true, closed: false };
    return [{ kind: "poll", id: `poll:${id}`, poll }];
  }
  return files.map((name) => ({ kind: "photo", account, source: name, name }));
}
