// Teaching the robot answers of a room's own, and hearing what was taught: `/command add`, `/c name`, `/name`.

import type { Line } from "../../bridge/social.ts";
import type { BridgeEvent } from "../../model/event.ts";
import type { ConversationRef } from "../../model/refs.ts";
import { plainText } from "../../model/rich-text.ts";
import type { Area } from "../area.ts";
import { type Answer, type Command, type Question, Refusal, ROLES, said } from "../command.ts";
import { folded, typedCommand } from "../words.ts";
import type { RobotWorld } from "../world.ts";
import { type CustomReplies, MOST_REPLIES, MOST_REPLY_TEXT } from "./custom-replies.ts";
import { isCommandName } from "./links.ts";

const ACTIONS = ["add", "remove", "list"] as const;
const MOST_PROPOSALS = 25;

/** `/command add|remove|list`: everybody may list, admins may teach. */
export function teachCommand(replies: CustomReplies): Command {
  return {
    name: "command",
    texts: "robot-everyday.command",
    where: "rooms",
    isCarried: false,
    args: [
      { key: "action", type: "choice", choices: ACTIONS },
      { key: "name", type: "text", most: 32, completes: true },
      { key: "text", type: "text", rest: true, most: MOST_REPLY_TEXT },
    ],
    answer(question) {
      const { args } = question;
      if (args.action === "add") return add(question, replies);
      if (args.action === "remove") return remove(question, replies);
      return list(question, replies);
    },
    complete: ({ ask }, key, typed) => (key === "name" ? proposals(ask.room, typed, replies) : []),
  };
}

function add(question: Question, replies: CustomReplies): Answer {
  const { ask, args, texts, world } = question;
  mustBeAdmin(question);
  const name = nameIn(args.name);
  const about = ask.asked.kind === "command" ? ask.asked.about?.text : undefined;
  const words = String(args.text ?? about ?? "").trim();
  if (words === "") throw new Refusal("robot-everyday.command.no-text", { name });
  if ([...words].length > MOST_REPLY_TEXT)
    throw new Refusal("robot-everyday.command.long", { most: MOST_REPLY_TEXT, count: [...words].length });
  if (world.command(name)) throw new Refusal("robot-everyday.command.taken", { name });
  const isNew = replies.get(ask.room, name) === undefined;
  if (isNew && replies.names(ask.room).length >= MOST_REPLIES)
    throw new Refusal("robot-everyday.command.full", { most: MOST_REPLIES });
  const key = `robot-everyday.command.${isNew ? "added" : "changed"}`;
  return said(texts(key, { name }), replies.put(ask.room, name, words));
}

function remove(question: Question, replies: CustomReplies): Answer {
  const { ask, args, texts } = question;
  mustBeAdmin(question);
  const name = nameIn(args.name);
  if (replies.get(ask.room, name) === undefined)
    throw new Refusal("robot-everyday.command.unknown", { name });
  return said(texts("robot-everyday.command.removed", { name }), replies.remove(ask.room, name));
}

function list({ ask, texts }: Question, replies: CustomReplies): Answer {
  const names = replies.names(ask.room);
  if (names.length === 0) return said(texts("robot-everyday.command.none"));
  const listed = names.map((name) => `/${name}`).join(" ");
  return said(texts("robot-everyday.command.listed", { count: names.length, names: listed }));
}

function mustBeAdmin({ role }: Question): void {
  if (ROLES.indexOf(role) < ROLES.indexOf("admin")) throw new Refusal("robot-everyday.command.admins");
}

function nameIn(value: unknown): string {
  const name = folded(String(value ?? "").replace(/^\//, ""));
  if (name === "") throw new Refusal("robot-everyday.command.no-name");
  if (!isCommandName(name)) throw new Refusal("robot-everyday.command.bad-name", { name: name.slice(0, 40) });
  return name;
}

/** `/c name`: for platforms where nobody types a slash and a name of their own. */
export function customCommand(replies: CustomReplies): Command {
  return {
    name: "c",
    texts: "robot-everyday.c",
    where: "rooms",
    args: [{ key: "name", type: "text", rest: true, most: 32, completes: true }],
    answer(question) {
      const { ask, args } = question;
      if (args.name === undefined) return list(question, replies);
      const name = nameIn(args.name);
      const words = replies.get(ask.room, name);
      if (words === undefined) throw new Refusal("robot-everyday.command.unknown", { name });
      return said(words);
    },
    complete: ({ ask }, _key, typed) => proposals(ask.room, typed, replies),
  };
}

function proposals(room: Question["ask"]["room"], typed: string, replies: CustomReplies) {
  const begun = folded(typed);
  return replies
    .names(room)
    .filter((name) => name.startsWith(begun))
    .slice(0, MOST_PROPOSALS)
    .map((name) => ({ label: name, value: name }));
}

/** The words that `/name` means in the room where it was written; undefined when it means nothing, or a real command. */
function taughtBy(event: BridgeEvent, world: RobotWorld, replies: CustomReplies): string | undefined {
  if (event.kind !== "message.created" || event.message.author.kind === "robot") return undefined;
  if (["bot", "relay"].includes(event.message.author.kind)) return undefined;
  const room = event.message.ref.conversation;
  const typed = typedCommand(plainText(event.message.body));
  if (!typed || world.command(typed.name)) return undefined;
  const handle = world.social(room.account)?.handle();
  if (typed.handle !== undefined && typed.handle !== handle) return undefined;
  return replies.get(room, typed.name);
}

/** Where the question is carried its answer is, too. */
function elsewhere(room: ConversationRef, words: string, { table }: RobotWorld): readonly Line[] {
  if (!table.shows(room, "commands")) return [];
  return table.others(room).map((to) => ({ to, saying: { body: [{ kind: "text", text: words }] } }));
}

export function customHearing(replies: CustomReplies): Pick<Required<Area>, "wants" | "hear"> {
  return {
    wants: (event, world) =>
      event.kind === "conversation.moved"
        ? replies.names(event.from).length > 0
        : taughtBy(event, world, replies) !== undefined,
    async hear(event, world) {
      if (event.kind === "conversation.moved") return replies.move(event.from, event.to);
      const words = taughtBy(event, world, replies);
      if (words === undefined || event.kind !== "message.created") return {};
      return said(words, { also: elsewhere(event.message.ref.conversation, words, world) });
    },
  };
}
