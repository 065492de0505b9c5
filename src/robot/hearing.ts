// Hears every event on its way to the lanes: what is asked of the robot, and what crosses; `intake.ts` asks it.

import type { BridgeTable } from "../bridge/bridge-table.ts";
import type { Heard } from "../bridge/intake.ts";
import type { Social } from "../bridge/social.ts";
import type { RobotTask } from "../bridge/store-port.ts";
import type { RawUpdate } from "../model/delivery.ts";
import type { BridgeEvent } from "../model/event.ts";
import type { AccountId, ConversationRef } from "../model/refs.ts";
import { plainText } from "../model/rich-text.ts";
import type { Area } from "./area.ts";
import type { Command } from "./command.ts";
import { askOf, askOfPress, eventTaskId, taskOf } from "./task.ts";
import { typedCommand } from "./words.ts";
import type { RobotWorld } from "./world.ts";

export interface HearingParts {
  readonly areas: readonly Area[];
  readonly world: RobotWorld;
  readonly table: BridgeTable;
  readonly social: (account: AccountId) => Social | undefined;
  /** Remembers who writes. */
  readonly note: (event: BridgeEvent) => void;
}

/** What waited longer than this for us, or for the platform, is no question any more. */
const STALE_MS = 15 * 60_000;

/** Quick; changes nothing but memory. */
export function hear(event: BridgeEvent, raw: RawUpdate, index: number, parts: HearingParts): Heard {
  const { areas, world } = parts;
  parts.note(event);
  const asked = askedIn(event, parts);
  const tasks: RobotTask[] = asked?.task ? [asked.task] : [];
  if (!asked) {
    for (const area of areas) {
      if (area.wants?.(event, world))
        tasks.push(
          taskOf(
            eventTaskId(area.name, raw, index),
            { kind: "event", area: area.name, event },
            raw.receivedAt,
          ),
        );
    }
  }
  return { tasks, carried: asked?.isCarried === false ? undefined : carriedBy(event, areas, world) };
}

interface Asked {
  /** Absent when it is too late to answer. */
  readonly task?: RobotTask;
  readonly isCarried: boolean;
}

/** Undefined when nothing is asked of us. */
function askedIn(event: BridgeEvent, parts: HearingParts): Asked | undefined {
  const { world, social, table } = parts;
  if (event.kind === "button.pressed") {
    const ask = askOfPress(event);
    if (!ask) return undefined;
    return { task: taskOf(ask.id, { kind: "ask", ask, press: event.press }, event.at), isCarried: false };
  }
  if (event.kind === "message.edited")
    return isCarriedText(event, world, table) ? undefined : { isCarried: false };
  if (event.kind !== "message.created") return undefined;
  const { message } = event;
  const room = message.ref.conversation;
  const ask = askOf(message, social(room.account)?.handle());
  const command = ask?.asked.kind === "command" ? world.command(ask.asked.name) : undefined;
  if (!ask || !command) return isCarriedText(event, world, table) ? undefined : { isCarried: false };
  const isCarried = crosses(command, room, table);
  const isStale = world.clock.now() - message.at > STALE_MS;
  return isStale ? { isCarried } : { task: taskOf(ask.id, { kind: "ask", ask }, message.at), isCarried };
}

/** Whether the question and the answer cross the room's bridge. */
export function crosses(command: Command, room: ConversationRef, table: BridgeTable): boolean {
  return command.isCarried !== false && table.shows(room, "commands");
}

/** A command of somebody else's is a message like any other, unless the bridge shows no commands at all. */
function isCarriedText(
  { message }: Extract<BridgeEvent, { message: unknown }>,
  world: RobotWorld,
  table: BridgeTable,
): boolean {
  const typed = typedCommand(plainText(message.body));
  if (!typed) return true;
  const command = world.command(typed.name);
  return command
    ? crosses(command, message.ref.conversation, table)
    : table.shows(message.ref.conversation, "commands");
}

/** What crosses in the place of an event, by the word of every area. */
export function carriedBy(
  event: BridgeEvent,
  areas: readonly Area[],
  world: RobotWorld,
): BridgeEvent | undefined {
  let carried: BridgeEvent | undefined = event;
  for (const area of areas) {
    if (carried === undefined) return undefined;
    if (area.carries) carried = area.carries(carried, world);
  }
  return carried;
}
