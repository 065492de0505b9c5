// Plays a story on a stage, and keeps in plain lists what was really said; `run-seed.ts` compares them with the rooms.

import type { Fault } from "../../src/sandbox/faults.ts";
import { botMessages, type Written } from "./rooms.ts";
import { isSend, type Stage } from "./stage.ts";
import { SIDES, type Side, type Step, type Strike } from "./story.ts";
import { findWords, wordsOf } from "./words.ts";

export interface Played {
  readonly written: readonly Written[];
  /** A right was missing for a while: the bot may have said so. */
  readonly rightsWereMissing: boolean;
}

const sendMessages = 1n << 11n;

export async function play(
  stage: Stage,
  steps: readonly Step[],
  onStep: (step: Step) => void,
): Promise<Played> {
  const written: Written[] = [];
  let rightsWereMissing = false;
  await stage.start();
  while (!hasArrived(stage)) await stage.pass(1_000);
  for (const step of steps) {
    onStep(step);
    stage.count(nameOf(step));
    if (step.do === "rights") rightsWereMissing = true;
    if (step.do === "wait") await stage.pass(step.ms);
    else if (step.do === "restart") await stage.restart(step.downMs);
    else act(stage, step, written);
    // What is said after a swap was told to the Gateway must come before anything else does.
    const swapping = step.do === "gateway" && step.how === "swap";
    const swapped = stage.discord.gateway.mischief.reorder > 0;
    if (!swapping && !swapped) await stage.pass(0);
  }
  stage.discord.gateway.mischief.reorder = 0;
  for (const side of SIDES) setRights(stage, side, true);
  stage.discord.gateway.muteHeartbeats(false);
  return { written, rightsWereMissing };
}

/** Discord keeps nothing for a session that never was, and until the bot knows that it is in the chat, it knows no ids. */
function hasArrived({ running, discord, telegram, places }: Stage): boolean {
  const told = telegram.pendingUpdates(places.telegramBot.token).length === 0;
  return running && told && discord.gateway.sessions().length > 0;
}

function nameOf(step: Step): string {
  switch (step.do) {
    case "fault":
      return step.strike.kind === "cut" ? `cut ${step.strike.when}` : `fault ${step.strike.kind}`;
    case "gateway":
    case "updates":
      return `${step.do} ${step.how}`;
    case "disk":
      return `disk ${step.trouble.code}`;
    default:
      return step.do;
  }
}

function act(stage: Stage, step: Exclude<Step, { do: "wait" | "restart" }>, written: Written[]): void {
  switch (step.do) {
    case "say":
      written.push(say(stage, step, written));
      return;
    case "edit":
    case "delete":
    case "react":
      change(stage, step, written);
      return;
    case "purge":
      purge(stage, step.n, written);
      return;
    case "fault": {
      const simulator = stage[step.side];
      const match = step.on === "sends" ? isSend : () => true;
      simulator.faults.add({ match, times: step.times, fault: faultOf(step.strike) });
      return;
    }
    case "gateway":
      shake(stage, step.how);
      return;
    case "updates": {
      const fault = step.how === "delay" ? ({ kind: "delay", ms: 5_000 } as const) : { kind: step.how };
      stage.telegram.deliveryFaults.add({ match: () => true, times: 1, fault });
      return;
    }
    case "disk":
      stage.flaky.trouble(step.trouble);
      return;
    case "rights":
      setRights(stage, step.side, !step.lost);
      return;
    case "leap":
      stage.time.leap(step.ms);
      return;
    case "outage":
      stage.cutOff(step.side, step.ms);
      return;
    case "kill":
      stage.planKill(step.how, step.downMs);
      return;
  }
}

function faultOf(strike: Strike): Fault {
  return strike.kind === "page" ? { kind: "status", status: 502, html: "<h1>Bad Gateway</h1>" } : strike;
}

function say(stage: Stage, step: Step & { do: "say" }, written: readonly Written[]): Written {
  const { telegram, discord, places } = stage;
  const { n, side, who, form, styled } = step;
  const words = wordsOf(n, { form, version: 0 }).slice(0, 4096).trim();
  const target = step.answers === undefined ? undefined : written.find((each) => each.n === step.answers);
  const there = target && whereIs(stage, side, target);
  const base = {
    n,
    side,
    form,
    version: 0,
    deleted: false,
    ...(there?.shows && { answers: there.shows, answered: there.text }),
  };
  if (side === "telegram") {
    const message = telegram.say(places.chat, places.onTelegram[who] ?? 0, {
      text: words,
      ...(styled && form !== "ok" && { entities: [{ type: "bold", offset: words.length - 3, length: 3 }] }),
      ...(there && { replyTo: Number(there.id) }),
    });
    return { ...base, id: String(message.message_id), words };
  }
  const content = styled && form !== "ok" ? `${words} **forte** ||surpresa||` : words;
  const message = discord.say(places.channel, places.onDiscord[who] ?? "", {
    content: content.slice(0, 2000),
    ...(there && { replyTo: there.id }),
  });
  return { ...base, id: message.id, words: message.content };
}

interface Answerable {
  readonly id: string;
  /** The messages it stands for: several, when they were joined; undefined when one is an "ok", known by no mark. */
  readonly shows?: readonly number[];
  readonly text: string;
}

/** A message, or its copy, as people on `side` can answer it. */
function whereIs(stage: Stage, side: Side, message: Written): Answerable | undefined {
  if (message.side === side)
    return message.deleted ? undefined : { id: message.id, shows: [message.n], text: message.words };
  for (const { id, own, text } of botMessages(stage.rooms, side)) {
    const words = findWords(own);
    const shows = words.flatMap((found) => (found.kind === "mark" ? [found.n] : []));
    if (!shows.includes(message.n)) continue;
    return words.length === shows.length ? { id, shows, text } : { id, text };
  }
  return undefined;
}

function change(
  stage: Stage,
  step: Extract<Step, { do: "edit" | "delete" | "react" }>,
  written: readonly Written[],
): void {
  const { telegram, discord, places } = stage;
  const message = written.find(({ n }) => n === step.n);
  if (!message || message.deleted) return;
  const onTelegram = message.side === "telegram";
  if (step.do === "edit") {
    const words = wordsOf(message.n, step)
      .slice(0, onTelegram ? 4096 : 2000)
      .trim();
    if (onTelegram) telegram.edit(places.chat, Number(message.id), { text: words });
    else discord.edit(places.channel, message.id, { content: words });
    Object.assign(message, { words, form: step.form, version: step.version });
  } else if (step.do === "delete") {
    if (onTelegram) telegram.remove(places.chat, Number(message.id));
    else discord.remove(places.channel, message.id);
    message.deleted = true;
  } else if (onTelegram) telegram.react(places.chat, Number(message.id), places.onTelegram[1] ?? 0, ["👍"]);
  else discord.react(places.channel, message.id, places.onDiscord[1] ?? "", "👍");
}

/** Only a copy that stands for nothing else. */
function purge({ telegram, discord, places, rooms }: Stage, n: number, written: readonly Written[]): void {
  const message = written.find((each) => each.n === n);
  if (!message) return;
  const side = message.side === "telegram" ? "discord" : "telegram";
  const copy = botMessages(rooms, side).find(({ own }) => {
    const words = findWords(own);
    return words.length > 0 && words.every((found) => found.kind === "mark" && found.n === n);
  });
  if (!copy) return;
  if (side === "telegram") telegram.remove(places.chat, Number(copy.id));
  else discord.remove(places.channel, copy.id);
  message.purged = true;
}

function shake({ discord, running }: Stage, how: (Step & { do: "gateway" })["how"]): void {
  const { gateway } = discord;
  const listening = running && gateway.sessions().some(({ connected }) => connected);
  if (how === "op7") gateway.kickOffAll(7);
  else if (how === "op9") gateway.kickOffAll({ op9: false });
  else if (how === "op9-resumable") gateway.kickOffAll({ op9: true });
  else if (how === "cut") gateway.kickOffAll("cut");
  else if (how === "twice" && listening) gateway.duplicateNext();
  else if (how === "swap" && listening) gateway.reorderNext();
  else if (how === "deaf" || how === "hearing") gateway.muteHeartbeats(how === "deaf");
}

function setRights({ telegram, discord, places }: Stage, side: Side, has: boolean): void {
  const { chat, channel, telegramBot, discordBot } = places;
  if (side === "discord") {
    const lost = [{ id: discordBot.id, type: 1 as const, deny: sendMessages | (1n << 29n) }];
    discord.setPermissions(channel, has ? [] : lost);
  } else if (has) telegram.join(chat, telegramBot.id, "administrator");
  else if (isChannel(telegram, chat))
    telegram.join(chat, telegramBot.id, "administrator", { can_post_messages: false });
  else telegram.join(chat, telegramBot.id, "restricted", { can_send_messages: false });
}

function isChannel(telegram: Stage["telegram"], chat: number): boolean {
  return telegram.everSent(chat).some(({ message }) => message.chat.type === "channel");
}
