// Greets who comes to a room and who goes, where its admins wish it; many who come at once are greeted together. `robot-areas.ts` adds it.

import type { Line } from "../../bridge/social.ts";
import type { StoreTx } from "../../bridge/store-port.ts";
import type { BridgeEvent } from "../../model/event.ts";
import type { Author } from "../../model/message.ts";
import type { ConversationRef } from "../../model/refs.ts";
import type { Area } from "../area.ts";
import type { Answer } from "../command.ts";
import type { RobotWorld } from "../world.ts";
import {
  asking,
  askingId,
  forgetLacking,
  forgetWaiting,
  lackingRight,
  type Muted,
  mute,
} from "./accepting.ts";
import { goodbyeCommand, welcomeCommand } from "./commands.ts";
import { greetingFor, type WelcomeOptions } from "./greeting.ts";
import { endGroup, type Group, type Joiner, noteJoin, noteLeft, quietGroups } from "./joins.ts";
import { createPutOut, type PutOut } from "./put-out.ts";
import { rulesCommand } from "./rules.ts";

const LOOK_EVERY_MS = 10_000;

type MembersChanged = Extract<BridgeEvent, { kind: "members.changed" }>;

/** Says nothing of its own accord until an admin of the room switches it on. */
export function createWelcome(options: WelcomeOptions): Area {
  const putOut = createPutOut();
  return {
    name: "welcome",
    commands: [welcomeCommand(options), goodbyeCommand(options), rulesCommand],
    wants(event, world) {
      if (event.kind === "moderated") putOut.note(event, world.clock.now());
      if (event.kind !== "members.changed") return false;
      const { welcome, goodbye } = world.rooms.get(event.conversation);
      const joined = greetable(event.joined).length > 0 && welcome?.on === true;
      // Who goes is not waited for any more, even where nobody says goodbye.
      return joined || (event.left.length > 0 && (welcome?.on === true || goodbye?.on === true));
    },
    async hear(event, world, signal) {
      if (event.kind !== "members.changed") return {};
      if (greetable(event.joined).length > 0) return welcomed(event, world, options, signal);
      return missed(event, { world, options, signal, putOut });
    },
    start: (world) => watch(world, options),
  };
}

/** Bots are tools, and channels are no guests. */
function greetable(people: readonly Author[]): readonly Author[] {
  return people.filter(({ kind }) => kind === "person");
}

async function welcomed(
  { conversation: room, joined, at }: MembersChanged,
  world: RobotWorld,
  options: WelcomeOptions,
  signal: AbortSignal,
): Promise<Answer> {
  const settings = world.rooms.get(room);
  if (!settings.welcome?.on) return {};
  const muted: Muted = settings.accept
    ? await mute(greetable(joined), room, world, signal)
    : { people: greetable(joined), isRefused: false };
  const lacking = muted.isRefused ? await lackingRight(room, world) : undefined;
  const told = { ...(lacking && { also: [lacking.line], keep: lacking.keep }) };
  const { people } = muted;
  const now = world.clock.now();
  const noted = await world.store.transaction(async (tx) => {
    // The right is there (again): should it be lost, that is news.
    if (people.some(({ isMuted }) => isMuted)) await forgetLacking(tx, room);
    return noteJoin(tx, { room, people, at, now });
  });
  if (noted.kind === "grouped") {
    if (noted.began !== undefined) world.report("warn", "robot-welcome.report.raid", { count: noted.began });
    return told;
  }
  const said = await welcomeOf({ id: askingId(room, at, people), room, people }, world, options, signal);
  return {
    ...told,
    say: said.saying,
    keep: async (tx) => {
      await lacking?.keep(tx);
      await said.keep(tx);
    },
  };
}

/** The words, with the button where the rules are to be accepted. */
async function welcomeOf(
  given: { readonly id: string; readonly room: ConversationRef; readonly people: readonly Joiner[] },
  world: RobotWorld,
  options: WelcomeOptions,
  signal: AbortSignal,
) {
  const { room, people } = given;
  const saying = await greetingFor({ room, which: "welcome", people, world, signal }, options);
  const mustAccept = world.rooms.get(room).accept === true || people.some(({ isMuted }) => isMuted);
  if (!mustAccept) return { saying, keep: async (_tx: StoreTx) => {} };
  return asking({ ...given, saying }, world);
}

interface Missing {
  readonly world: RobotWorld;
  readonly options: WelcomeOptions;
  readonly signal: AbortSignal;
  readonly putOut: PutOut;
}

async function missed(event: MembersChanged, { world, options, signal, putOut }: Missing): Promise<Answer> {
  const { conversation: room, left } = event;
  const areMany = await world.store.transaction(async (tx) => {
    await forgetWaiting(tx, room, left);
    return noteLeft(tx, room, left);
  });
  // Who was put out is not waved after, and who runs through with many others neither.
  if (areMany || greetable(left).length === 0 || !world.rooms.get(room).goodbye?.on) return {};
  const people = greetable(await putOut.others(event, world, signal));
  if (people.length === 0) return {};
  return { say: await greetingFor({ room, which: "goodbye", people, world, signal }, options) };
}

/** Welcomes those together who came one after another, once nobody comes any more. */
function watch(world: RobotWorld, options: WelcomeOptions): { stop(): Promise<void> } {
  const { clock, log } = world;
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  let timer = clock.after(LOOK_EVERY_MS, tick);
  function tick() {
    timer = clock.after(LOOK_EVERY_MS, tick);
    running ??= welcomeGroups(world, options, stopping.signal)
      .catch((error: unknown) => {
        log.warn({ err: error }, "nobody knows yet who joined together");
      })
      .finally(() => {
        running = undefined;
      });
  }
  return {
    async stop() {
      timer.cancel();
      stopping.abort();
      await running;
    },
  };
}

async function welcomeGroups(world: RobotWorld, options: WelcomeOptions, signal: AbortSignal): Promise<void> {
  const { store, clock, log } = world;
  for (const group of await store.transaction((tx) => quietGroups(tx, clock.now()))) {
    if (signal.aborted) return;
    try {
      const line = await lineFor(group, world, options, signal);
      if (line) await world.say(line);
      await store.transaction((tx) => endGroup(tx, group));
    } catch (error) {
      // Tried again at the next look; the other rooms do not wait for it.
      log.warn({ err: error }, "those who joined together could not be welcomed yet");
    }
  }
}

/** Undefined when the room wants no welcome any more, unless somebody waits there for their voice. */
async function lineFor(
  { room, since, people }: Group,
  world: RobotWorld,
  options: WelcomeOptions,
  signal: AbortSignal,
): Promise<Line | undefined> {
  if (!world.rooms.get(room).welcome?.on && !people.some(({ isMuted }) => isMuted)) return undefined;
  const given = { id: askingId(room, since, people), room, people };
  const { saying, keep } = await welcomeOf(given, world, options, signal);
  await world.store.transaction(keep);
  return { to: room, saying };
}
