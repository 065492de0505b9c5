// Answers what is asked live, while somebody waits for it (Discord's interactions); `robot.ts` hands it to the platforms.

import { createOutgoing } from "../bridge/outgoing.ts";
import type { Platform } from "../bridge/platform.ts";
import { route } from "../bridge/route.ts";
import type { RobotPort } from "../bridge/social.ts";
import type { StoreTx } from "../bridge/store-port.ts";
import type { Ask, Choice, Reply } from "../model/ask.ts";
import { answerRef, type ConversationRef, type MessageRef } from "../model/refs.ts";
import type { Answered, Answering } from "./answering.ts";
import type { Area } from "./area.ts";
import { carriedBy, crosses } from "./hearing.ts";
import { questionOf, storeReply } from "./saying.ts";
import { runAfter } from "./work.ts";
import type { RobotWorld } from "./world.ts";

export interface LiveParts {
  readonly world: RobotWorld;
  readonly areas: readonly Area[];
  readonly answering: Answering;
  readonly platform: (account: string) => Platform;
  /** Aborted at a stop. */
  readonly signal: AbortSignal;
}

export interface Live {
  readonly port: Omit<RobotPort, "commands">;
  /** Resolves when nothing is under way any more. */
  settle(): Promise<void>;
}

const MOST_CHOICES = 25;

export function createLive(parts: LiveParts): Live {
  const { world, answering, signal } = parts;
  const underWay = new Set<Promise<unknown>>();
  const track = <T>(work: Promise<T>): Promise<T> => {
    const done = work.catch(() => {}).finally(() => underWay.delete(done));
    underWay.add(done);
    return work;
  };

  async function ask(question: Ask): Promise<Reply> {
    try {
      return await answered(question, await answering.answer(question, signal), parts);
    } catch (error) {
      world.log.error({ err: error }, "an answer could not be stored");
      const texts = world.texts(world.rooms.language(question.room));
      return { say: { body: [{ kind: "text", text: texts("robot.failed") }] }, isPrivate: true };
    }
  }

  async function stands(ref: MessageRef, messages: readonly MessageRef[]): Promise<void> {
    const at = world.clock.now();
    // Nobody knows what was made of it there, so that the next change is sent whatever it is.
    const rows = messages.map((copy, part) => ({ source: ref, copy, part, hash: "", at }));
    try {
      await world.store.transaction((tx) => tx.map.record(rows));
    } catch (error) {
      world.log.warn({ err: error }, "it could not be stored where an answer stands");
    }
  }

  async function complete(question: Ask, key: string, typed: string): Promise<readonly Choice[]> {
    try {
      return (await answering.complete(question, key, typed, signal)).slice(0, MOST_CHOICES);
    } catch (error) {
      world.log.warn({ err: error }, "proposals could not be made");
      return [];
    }
  }

  return {
    port: {
      ask: (question) => track(ask(question)),
      stands: (ref, messages) => track(stands(ref, messages)),
      complete: (question, key, typed) => track(complete(question, key, typed)),
      isPrivate: (question) => answering.isPrivate(question),
    },
    async settle() {
      await Promise.all(underWay);
    },
  };
}

/** On disk first: what the answer changes, and what of it the other sides shall see. */
async function answered(
  ask: Ask,
  { answer, command, isPrivate }: Answered,
  parts: LiveParts,
): Promise<Reply> {
  const { world, platform } = parts;
  const { table, store, clock } = world;
  const isCarried = command !== undefined && !isPrivate && crosses(command, ask.room, table);
  const on = ask.asked.kind === "press" ? ask.asked.on : undefined;
  const reply = { id: ask.id, room: ask.room, answer, isCarried, isBrought: true, ...(on && { on }) };
  const isQuestionCarried = isCarried && answer.say !== undefined && ask.asked.kind === "command";
  const { lanes, isChanging, isHeard } = await store.transaction(async (tx) => {
    const now = clock.now();
    const asked = isQuestionCarried ? await carryQuestion(ask, tx, parts, now) : [];
    const stored = await storeReply(reply, { tx, table, platform, now });
    return { ...stored, lanes: [...asked, ...stored.lanes] };
  });
  for (const lane of lanes) world.wake(lane);
  await runAfter(answer, world);
  const { say, change, toast, form } = answer;
  return {
    ...(say && { say }),
    ...(isPrivate && { isPrivate }),
    ...(change && !isChanging && { change }),
    ...(toast !== undefined && { toast }),
    ...(form && { form }),
    ...(say && isCarried && isHeard && { ref: answerRef(ask.room, ask.id) }),
  };
}

/** A slash command leaves no message that the bridge could carry. */
async function carryQuestion(
  ask: Ask,
  tx: StoreTx,
  { world, platform, areas, answering }: LiveParts,
  now: number,
): Promise<readonly ConversationRef[]> {
  if (ask.asked.kind !== "command") return [];
  const { words, options = {} } = ask.asked;
  const name = answering.nameFor(ask);
  const said = [`/${name}`, words, ...Object.values(options)].filter((word) => word !== "").join(" ");
  const event = carriedBy({ kind: "message.created", message: questionOf(ask, said) }, areas, world);
  const outgoing = createOutgoing(tx, now);
  if (event) await route(event, { tx, table: world.table, platform, outgoing, now });
  return outgoing.store();
}
