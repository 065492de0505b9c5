// Lets the demo's people join their two rooms, as people do: a command, a code, a yes; `demo.ts` calls it before the talk.

import { type Clock, sleep } from "../model/clock.ts";
import { plainText } from "../model/rich-text.ts";
import type { DemoSide } from "./side.ts";
import type { MessageView, Side } from "./view.ts";

/** Rooms that could not be joined by then are left to whoever opens the page. */
const MOST_WAIT_MS = 5_000;
const LOOK_EVERY_MS = 50;
/** As the robot writes codes. */
const CODE = /\b[A-Z2-9]{4}-[A-Z2-9]{4}\b/;

/** The first of each side runs the room. */
export async function joinRooms(sides: Readonly<Record<Side, DemoSide>>, clock: Clock): Promise<void> {
  const { telegram, discord } = sides;
  const ana = telegram.view().people[0]?.id ?? "";
  const carla = discord.view().people[0]?.id ?? "";
  const find = <T>(look: () => T | undefined) => eventually(look, clock);

  await telegram.say({ do: "say", side: "telegram", person: ana, text: "/ponte" });
  const code = await find(() => telegram.view().messages.map(codeIn).find(Boolean));
  if (code === undefined) return;
  await find(() => useCommand(discord, carla, `/ponte ${code}`));
  const asked = await find(() => discord.view().messages.find((message) => yesOf(message) !== undefined));
  const button = asked && yesOf(asked);
  if (!asked || button === undefined) return;
  const count = () => telegram.view().messages.length + discord.view().messages.length;
  const before = count();
  await discord.press({ do: "press", side: "discord", person: carla, message: asked.id, button });
  // Both rooms are told.
  await find(() => (count() >= before + 2 ? true : undefined));
}

function codeIn({ body }: MessageView): string | undefined {
  return CODE.exec(plainText(body))?.[0];
}

function yesOf({ buttons = [] }: MessageView): string | undefined {
  return buttons.flat().find(({ press }) => press?.startsWith("bridge:yes:") && press.endsWith(":both"))
    ?.press;
}

/** Discord shows the commands once they are announced; until then they would be words like any others. */
async function useCommand(side: DemoSide, person: string, text: string): Promise<true | undefined> {
  if (!side.knowsCommands()) return undefined;
  await side.say({ do: "say", side: "discord", person, text });
  return true;
}

async function eventually<T>(
  look: () => T | undefined | Promise<T | undefined>,
  clock: Clock,
): Promise<T | undefined> {
  for (let waited = 0; waited < MOST_WAIT_MS; waited += LOOK_EVERY_MS) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(clock, LOOK_EVERY_MS);
  }
  return undefined;
}
