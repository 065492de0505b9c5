// Plays the story of one seed and says whether all ended well; `chaos.ts` and the tests call it.

import { seeded } from "../support/random.ts";
import { type Played, play } from "./play.ts";
import { isSend, Stage, type StageOptions } from "./stage.ts";
import { findStrays, judgeStore } from "./store-verdict.ts";
import { printStep, type Step, type Story, tellStory } from "./story.ts";
import { ruleLibraries } from "./story-time.ts";
import { judgeRooms } from "./verdict.ts";

export interface Outcome {
  readonly seed: number;
  /** Empty: all is well. */
  readonly faults: readonly string[];
  readonly excuses: Readonly<Record<string, number>>;
  /** How often what happened. */
  readonly counts: Readonly<Record<string, number>>;
  /** The story up to its end, for people. */
  readonly story: readonly string[];
  /** Everything the app logged. */
  readonly logged: readonly string[];
}

/** How long the bridge may need to come to rest when nothing disturbs it any more. */
const REST_MS = 6 * 60 * 60 * 1000;
const LOOK_EVERY_MS = 20_000;
/** Nothing changed for so long: the bridge is at rest. It covers every hold and backoff. */
const QUIET_MS = 60_000;

export function runSeed(seed: number, options: StageOptions = {}): Promise<Outcome> {
  return runStory(tellStory(seed), options);
}

/** One story at a time in a process: it rules the time of the libraries. */
export async function runStory(story: Story, options: StageOptions = {}): Promise<Outcome> {
  const stage = await Stage.open(story, options);
  const restore = ruleLibraries(stage.time, seeded(story.seed));
  const told: string[] = [JSON.stringify(story.setting)];
  const tell = (step: Step) => {
    const at = ((stage.time.now() - START) / 1000).toFixed(1);
    told.push(`${String(told.length).padStart(3)}. ${at}s ${printStep(step)}`);
    stage.logged.push(`{"msg":"STORY ${told.at(-1)?.replaceAll('"', "'")}"}\n`);
  };
  const START = stage.time.now();
  const faults: string[] = [];
  let excuses: Readonly<Record<string, number>> = {};
  try {
    const played = await play(stage, story.steps, tell);
    await stage.makePeace();
    stage.logged.push(`{"msg":"STORY peace"}\n`);
    if (!(await comesToRest(stage))) faults.push("the bridge does not come to rest");
    await stage.stop();
    ({ excuses } = await judge(stage, played, story, faults));
  } catch (error) {
    faults.push(`the story broke: ${error instanceof Error ? error.stack : String(error)}`);
  } finally {
    await stage.close().catch((error: unknown) => faults.push(`the stage did not close: ${String(error)}`));
    restore();
  }
  return { seed: story.seed, faults, excuses, counts: stage.counts, story: told, logged: stage.logged };
}

async function judge(stage: Stage, { written }: Played, { setting }: Story, faults: string[]) {
  const { rooms } = stage;
  const store = await stage.openDatabase();
  const strays = await findStrays(rooms, written, store, setting.chat);
  const verdict = judgeRooms(rooms, written, strays);
  faults.push(...verdict.faults, ...(await judgeStore(rooms, written, store, strays)));
  await store.close();
  for (const what of stage.discord.unexpected)
    faults.push(`Discord was asked what nobody should: ${JSON.stringify(what)}`);
  stage.count("messages", written.length);
  stage.count("notices", verdict.notices);
  stage.count("joined messages", verdict.joined);
  return verdict;
}

/** True when everything is connected, nothing waits and nothing moved for a while. */
async function comesToRest(stage: Stage): Promise<boolean> {
  const { telegram, discord, time, places } = stage;
  const end = time.now() + REST_MS;
  let before = "";
  let since = time.now();
  while (time.now() < end) {
    await stage.pass(LOOK_EVERY_MS);
    const pending = telegram.pendingUpdates(places.telegramBot.token).length;
    const sends = [telegram, discord].map(({ requests }) => requests.filter(isSend).length);
    const connected = discord.gateway.sessions().some((session) => session.connected);
    const now = [...sends, connected, pending, await stage.waiting()].join();
    if (now !== before) since = time.now();
    before = now;
    if (now.endsWith(",true,0,0") && time.now() - since >= QUIET_MS) return true;
  }
  return false;
}
