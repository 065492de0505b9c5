// Joining rooms from the rooms: the command `/ponte`, what happens to bridged rooms, and codes that a link brings along.

import type { Area } from "../area.ts";
import { type Answer, type Command, type Question, Refusal } from "../command.ts";
import { hearAccess, startRechecks, wantsAccess } from "./access.ts";
import {
  askToLeave,
  changeable,
  leave,
  pauseOrResume,
  rename,
  showOptions,
  showPanel,
  toggle,
} from "./changing.ts";
import { codeIn } from "./codes.ts";
import { changeScope, enterCode, join, refuseJoin } from "./joining.ts";
import { loadRoster, moveRecords, moveRoster } from "./loading.ts";
import { invite, list, overview, START } from "./panel.ts";
import { checkMayJoin } from "./places.ts";
import { JOIN_WAYS } from "./plan.ts";
import { emptyRoster, type Roster } from "./roster.ts";
import { subcommand } from "./subcommands.ts";

const MOST_WORDS = 100;
const MOST_NAME = 60;

export interface Bridges extends Area {
  /**
   * The answer to what a deep link handed over (`/start CODE` in a group); undefined when it is nothing about joining rooms. @throws Refusal
   */
  onStart(question: Question, payload: string): Promise<Answer | undefined>;
}

export interface BridgesOptions {
  /** How long what is said waits for a room that cannot be reached, before it is brought nothing more; a day unless told. */
  readonly waitMs?: number;
}

/** Joins, changes and ends bridges at the word of the rooms' admins; `prepare` comes before anything is asked. */
export function createBridges(options: BridgesOptions = {}): Bridges {
  const roster = emptyRoster(options.waitMs);
  return {
    name: "bridges",
    commands: [bridgeCommand(roster)],
    prepare: (world) => loadRoster(roster, world),
    wants(event) {
      if (event.kind === "access.changed") return wantsAccess(event, roster);
      return event.kind === "conversation.moved";
    },
    async hear(event, world, signal) {
      if (event.kind === "access.changed") return hearAccess(event, world, roster, signal);
      if (event.kind !== "conversation.moved") return {};
      const settings = world.rooms.move(event.from, event.to);
      return {
        async keep(tx) {
          await moveRecords(tx, event);
          await settings.keep(tx);
        },
        after() {
          moveRoster(roster, world, event);
          settings.after();
        },
      };
    },
    start: (world) => startRechecks(world, roster),
    async onStart(question, payload) {
      if (question.ask.isPrivate) return undefined;
      if (payload === START) return overview(question, roster);
      if (!codeIn(payload)) return undefined;
      return enterCode(question, roster, payload);
    },
  };
}

function bridgeCommand(roster: Roster): Command {
  return {
    name: "bridge",
    texts: "robot-bridge.command",
    isCarried: false,
    isPrivate: true,
    args: [{ key: "code", type: "text", rest: true, most: MOST_WORDS }],
    answer: (question) => answered(question, roster, String(question.args.code ?? "").trim()),
    press: (question, words) => pressed(question, roster, words),
    async submit(question, words, fields) {
      const given = fields.words ?? "";
      return words === "rename" ? rename(question, roster, given) : enterCode(question, roster, given);
    },
  };
}

function answered(question: Question, roster: Roster, words: string): Promise<Answer> | Answer {
  if (words === "") return overview(question, roster);
  const found = subcommand(words, question.world);
  switch (found?.what) {
    case "pause":
    case "resume":
      return pauseOrResume(question, roster, found.what);
    case "rename":
      return rename(question, roster, found.rest);
    case "leave":
      return askToLeave(question, roster);
    case "list":
      return list(question, roster);
    case "options":
      return showOptions(question, roster);
    case undefined:
      return enterCode(question, roster, words);
  }
}

function pressed(question: Question, roster: Roster, words: string): Promise<Answer> {
  const [what, id = "", way] = words.split(":");
  const joinWay = JOIN_WAYS.find((one) => one === way);
  switch (what) {
    case "yes":
      if (joinWay) return join(question, roster, { id, way: joinWay });
      break;
    case "no":
      return refuseJoin(question, id);
    case "scope":
      return changeScope(question, roster, id);
    case "invite":
      return invite(question, roster, id === "whole" ? "whole" : "here");
    case "code":
      return askForCode(question);
    case "rename":
      return askForName(question, roster);
    case "pause":
    case "resume":
      return pauseOrResume(question, roster, what);
    case "leave":
      return askToLeave(question, roster);
    case "leave-yes":
      return leave(question, roster);
    case "options":
      return showOptions(question, roster);
    case "panel":
      return showPanel(question, roster);
    case "show":
    case "language":
    case "names":
    case "direction":
      return toggle(question, roster, words);
  }
  throw new Refusal("robot-bridge.refused.over");
}

/** A form, or how to type it where there are none. */
async function askForCode(question: Question): Promise<Answer> {
  await checkMayJoin(question);
  const { ask, texts } = question;
  if (!ask.can.forms) return { toast: texts("robot-bridge.form.type-code") };
  const title = texts("robot-bridge.form.code");
  const field = { name: "words", label: texts("robot-bridge.form.code-label"), isRequired: true, most: 20 };
  return { form: { action: "bridge:code", title, fields: [field] } };
}

async function askForName(question: Question, roster: Roster): Promise<Answer> {
  const { ask, texts } = question;
  const { name } = await changeable(question, roster);
  if (!ask.can.forms) return { toast: texts("robot-bridge.form.type-name") };
  const title = texts("robot-bridge.form.name");
  const label = texts("robot-bridge.form.name-label");
  const field = { name: "words", label, value: name, isRequired: true, most: MOST_NAME };
  return { form: { action: "bridge:rename", title, fields: [field] } };
}
