// What plugins answer to that is no command: cheap looks here, patterns in the plugin's own process; the area hears by it.

import type { BridgeEvent } from "../model/event.ts";
import type { Message } from "../model/message.ts";
import { conversationKey } from "../model/refs.ts";
import { plainText } from "../model/rich-text.ts";
import type { Answer } from "../robot/command.ts";
import type { RobotWorld } from "../robot/world.ts";
import { answerOf } from "./answers.ts";
import { CallFailed } from "./fall.ts";
import { pluginMessage } from "./inbound.ts";
import type { Keeper } from "./keeper.ts";
import type { PluginLimits } from "./limits.ts";
import type { Sheet } from "./sheet.ts";

const MOST_COOLING = 2_000;

export interface Triggers {
  wants(event: BridgeEvent, world: RobotWorld): boolean;
  hear(event: BridgeEvent, world: RobotWorld): Promise<Answer>;
}

export function createTriggers(keepers: () => readonly Keeper[], limits: PluginLimits): Triggers {
  /** `plugin/place room` -> when it answered there last. */
  const cooling = new Map<string, number>();
  const isCool = (key: string, ms: number | undefined, now: number) =>
    ms === undefined || now - (cooling.get(key) ?? Number.NEGATIVE_INFINITY) >= ms;
  const warm = (key: string, now: number) => {
    cooling.delete(key);
    cooling.set(key, now);
    const [oldest] = cooling.keys();
    if (cooling.size > MOST_COOLING && oldest !== undefined) cooling.delete(oldest);
  };

  const hearWith = async (keeper: Keeper, sheet: Sheet, message: Message, world: RobotWorld) => {
    const shown = pluginMessage(message, false, world.platformOf);
    for (const place of await fitting(keeper, sheet, shown, limits)) {
      const { chance = 1, cooldownMs } = sheet.triggers[place] ?? {};
      const key = `${sheet.name}/${place} ${conversationKey(message.ref.conversation)}`;
      const now = world.clock.now();
      if (!isCool(key, cooldownMs, now) || world.random() >= chance) continue;
      warm(key, now);
      const { value, bytes } = await keeper.call<"trigger">(
        { to: "trigger", place, message: shown },
        limits.commandMs,
      );
      const answer = await answerOf(value, bytes, sheet, world.files);
      if (answer.say) return answer;
    }
    return undefined;
  };

  return {
    wants(event, world) {
      const message = heard(event, world);
      if (!message) return false;
      const text = folded(plainText(message.body));
      return keepers().some(
        ({ sheet, state }) => state === "up" && sheet !== undefined && candidates(sheet, text).length > 0,
      );
    },
    async hear(event, world) {
      const message = heard(event, world);
      for (const keeper of message ? keepers() : []) {
        if (!message || !keeper.sheet || keeper.state !== "up") continue;
        try {
          const answer = await hearWith(keeper, keeper.sheet, message, world);
          if (answer) return answer;
        } catch (error) {
          if (!(error instanceof CallFailed)) throw error;
          keeper.trouble("trigger", error);
        }
      }
      return {};
    },
  };
}

/** New words of a person who wants to be carried; neither commands nor what bots and the robot say. */
function heard(event: BridgeEvent, world: RobotWorld): Message | undefined {
  if (event.kind !== "message.created") return undefined;
  const { author, body } = event.message;
  if (author.kind !== "person" && author.kind !== "anonymous") return undefined;
  if (author.user && world.people.get(author.user).optedOut) return undefined;
  const text = plainText(body);
  return text.trim() === "" || text.startsWith("/") ? undefined : event.message;
}

/** The triggers that fit, those with a pattern by the plugin's own word. */
async function fitting(
  keeper: Keeper,
  sheet: Sheet,
  message: ReturnType<typeof pluginMessage>,
  limits: PluginLimits,
): Promise<readonly number[]> {
  const places = candidates(sheet, folded(message.text));
  const of = places.filter((place) => sheet.triggers[place]?.hasPattern);
  if (of.length === 0) return places;
  const { value } = await keeper.call<"match">({ to: "match", message, of }, limits.commandMs);
  return places.filter((place) => !sheet.triggers[place]?.hasPattern || value.includes(place));
}

function candidates({ triggers }: Sheet, text: string): readonly number[] {
  return triggers.flatMap(({ words }, place) =>
    !words || words.some((word) => stands(folded(word), text)) ? [place] : [],
  );
}

/** As a word of its own: neither a letter nor a digit before or behind it. */
function stands(word: string, text: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const [before, behind] = [text.slice(0, at), text.slice(at + word.length)];
    const isWord = /^[\p{L}\p{N}]/u.test(word);
    if (!isWord || !(/[\p{L}\p{N}]$/u.test(before) || /^[\p{L}\p{N}]/u.test(behind))) return true;
  }
  return false;
}

function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
