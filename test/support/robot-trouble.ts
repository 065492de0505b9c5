// Tells whether the robot did what was asked, or said in one of its ways that it did not; the proofs of its commands ask.

import type { Language } from "../../src/model/texts.ts";
import type { Command } from "../../src/robot/command.ts";
import { exampleOf } from "../../src/robot/registry.ts";
import { texts } from "./robot-scene.ts";

const REFUSALS = [
  ...["robot.unknown", "robot.flood", "robot.off", "robot.only-in-rooms", "robot.only-in-private"],
  ...["robot.only-for.trusted", "robot.only-for.admin", "robot.only-for.owner"],
  ...["robot.slow", "robot.stopping", "robot.failed"],
];
/** Nobody has made the codes of these examples. */
const WITH_CODE: Readonly<Record<string, string>> = {
  bridge: "robot-bridge.refused.wrong-code",
  link: "robot-people.link.wrong",
};

/** The answer to a command's own example, when it is not what was wanted. */
export function troubleIn(text: string, command: Command, language: Language): string | undefined {
  const say = texts[language];
  const withCode = WITH_CODE[command.name];
  if (withCode !== undefined) return text === say(withCode) ? undefined : text;
  const isRefused = REFUSALS.some((key) => say(key) === text);
  // Whoever is shown the example once more was not understood.
  const isShown = (command.args ?? []).length > 0 && text.includes(exampleOf(command, language, say));
  return isRefused || isShown ? text : undefined;
}
