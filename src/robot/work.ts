// What a task on disk comes to: a question is answered, an event told to its area; the runner calls it.

import type { Platform } from "../bridge/platform.ts";
import type { StoreTx } from "../bridge/store-port.ts";
import type { Ask } from "../model/ask.ts";
import type { BridgeEvent } from "../model/event.ts";
import type { ConversationRef, MessageRef } from "../model/refs.ts";
import type { Answering } from "./answering.ts";
import type { Area } from "./area.ts";
import type { Answer } from "./command.ts";
import { crosses } from "./hearing.ts";
import type { Ending, RunnerParts } from "./runner.ts";
import { type Reply, storeReply } from "./saying.ts";
import type { Work } from "./task.ts";
import type { RobotWorld } from "./world.ts";

export interface WorkParts {
  readonly world: RobotWorld;
  readonly areas: readonly Area[];
  readonly answering: Answering;
  readonly platform: (account: string) => Platform;
}

export function createWork(parts: WorkParts): Pick<RunnerParts, "work" | "gaveUp"> {
  const { world, areas } = parts;
  return {
    async work(work, { id }, signal) {
      return work.kind === "ask"
        ? answerAsk(work.ask, work.press, parts, signal)
        : hearEvent(id, work, areas, parts, signal);
    },
    gaveUp(work) {
      const what = work.kind === "ask" ? work.ask.asked.kind : work.area;
      world.log.error({ what }, "the robot gave something up that ended the process again and again");
      world.report("error", "robot.report.gave-up", { what });
    },
  };
}

async function answerAsk(
  given: Ask,
  press: string | undefined,
  parts: WorkParts,
  signal: AbortSignal,
): Promise<Ending> {
  const { world, answering } = parts;
  const ask = await settled(given, world, signal);
  const { answer, command, isPrivate } = await answering.answer(ask, signal);
  const { asked, room, id } = ask;
  const isCarried = command !== undefined && !isPrivate && crosses(command, room, world.table);
  const to = asked.kind === "command" ? asked.message : asked.kind === "press" ? asked.on : undefined;
  const on = asked.kind === "press" ? asked.on : undefined;
  const reply: Reply = { id, room, answer, isCarried, ...(to && { to }), ...(on && { on }) };
  return {
    write: (tx) => written(reply, tx, parts),
    async after() {
      if (press !== undefined) await world.social(ask.account)?.acknowledge?.(press, answer.toast, signal);
      await runAfter(answer, world);
    },
  };
}

/** Only the platform knows whether a room that belongs to no bridge is a private talk. */
async function settled(ask: Ask, { table, social }: RobotWorld, signal: AbortSignal): Promise<Ask> {
  if (ask.isPrivate || table.bridgeOf(ask.room)) return ask;
  const facts = await social(ask.account)
    ?.room(ask.room, signal)
    .catch(() => undefined);
  return facts?.kind === "private" ? { ...ask, isPrivate: true } : ask;
}

async function hearEvent(
  id: string,
  { area: name, event }: Extract<Work, { kind: "event" }>,
  areas: readonly Area[],
  parts: WorkParts,
  signal: AbortSignal,
): Promise<Ending> {
  const { world } = parts;
  const area = areas.find((one) => one.name === name);
  const answer = await heard(area, event, world, signal);
  const room = roomOf(event);
  const to: MessageRef | undefined = event.kind === "message.created" ? event.message.ref : undefined;
  return {
    async write(tx) {
      if (room) return written({ id, room, answer, isCarried: false, ...(to && { to }) }, tx, parts);
      await answer.keep?.(tx);
      return [];
    },
    after: () => runAfter(answer, world),
  };
}

async function heard(
  area: Area | undefined,
  event: BridgeEvent,
  world: RobotWorld,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    return (await area?.hear?.(event, world, signal)) ?? {};
  } catch (error) {
    world.log.error({ area: area?.name, err: error }, "an event could not be heard");
    world.report("error", "robot.report.failed", {
      command: area?.name ?? "",
      what: error instanceof Error ? error.name : "unknown",
    });
    return {};
  }
}

async function written(reply: Reply, tx: StoreTx, { world, platform }: WorkParts) {
  const { table, clock } = world;
  return (await storeReply(reply, { tx, table, platform, now: clock.now() })).lanes;
}

function roomOf(event: BridgeEvent): ConversationRef | undefined {
  if ("message" in event) return event.message.ref.conversation;
  if ("conversation" in event) return event.conversation;
  return event.kind === "button.pressed" ? event.on.conversation : undefined;
}

/** What happens behind an answer changes nothing of it. */
export async function runAfter({ after }: Answer, { log }: RobotWorld): Promise<void> {
  try {
    await after?.();
  } catch (error) {
    log.error({ err: error }, "what follows an answer failed");
  }
}
