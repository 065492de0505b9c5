// Answers an interaction in time, once, through whichever door it came: `door.ts` (HTTPS) and the Gateway's side call it.

import type { PlatformContext } from "../../../bridge/platform.ts";
import { sleep } from "../../../model/clock.ts";
import { DiscordError } from "../errors.ts";
import type { DiscordRest } from "../rest/rest.ts";
import { type Answers, NO_CHOICES } from "./answer.ts";
import { fill, firstId, goOn, idIn, isWhisper } from "./deliver.ts";
import { ANSWERS, type Interaction, type InteractionAnswer, isOnMessage, TYPES } from "./interaction.ts";
import { EPHEMERAL } from "./say.ts";

export interface ReplyParts {
  readonly context: Pick<PlatformContext, "account" | "clock" | "log" | "media" | "texts">;
  readonly rest: DiscordRest;
  readonly answers: Answers;
}

export interface Replies {
  /** The answer to give at once; undefined when it was given already. A deferred one is followed up by itself. */
  inTime(interaction: Interaction): Promise<InteractionAnswer | undefined>;
  /** Answers by the callback, as those of the Gateway are. Never rejects. */
  byCallback(interaction: Interaction): Promise<void>;
  /** Resolves when nothing is under way any more. */
  settle(): Promise<void>;
}

/** Discord waits 3 s; the answer itself has to travel too. */
const patienceMs = 2_000;
const arrivalMs = 1_000;
/** More than come in the 15 minutes for which an interaction can be answered. */
const remembered = 10_000;
// Discord: unknown interaction (too late), and acknowledged already (by the other door, or before a crash).
const over: ReadonlySet<number | undefined> = new Set([10062, 40060]);

export function createReplies({ context, rest, answers }: ReplyParts): Replies {
  const underWay = new Set<Promise<void>>();
  const { account, clock, log } = context;

  function track(work: Promise<void>): Promise<void> {
    const done = work.catch((error: unknown) => sayLost(error)).finally(() => underWay.delete(done));
    underWay.add(done);
    return done;
  }

  function sayLost(error: unknown): void {
    if (error instanceof DiscordError && over.has(error.json)) return;
    const code = error instanceof DiscordError ? error.code : error instanceof Error ? error.name : "unknown";
    log.warn({ account, code }, "an interaction could not be answered");
  }

  const decide = createDeciding({ context, rest, answers }, sayLost);

  return {
    async inTime(interaction) {
      const decision = await decide(interaction);
      const tell = decision?.tell;
      // The announcement has to be there before it can be filled.
      if (tell) {
        const first = () => firstId({ context, rest }, interaction);
        void track(sleep(clock, arrivalMs).then(() => tell(first)));
      }
      return decision?.now;
    },
    byCallback: (interaction) =>
      track(
        (async () => {
          const decision = await decide(interaction);
          if (decision === undefined) return;
          const route = `/interactions/${interaction.id}/${interaction.token}/callback` as const;
          const { now: body, tell } = decision;
          const query = tell && { query: { with_response: "true" } };
          const made = await rest.request({ method: "POST", route, body, auth: false, ...query });
          await tell?.(async () => madeIn(made));
        })(),
      ),
    async settle() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

/** What is answered at once, and what goes on behind it; undefined for an interaction that was answered already. */
function createDeciding(
  { context, rest, answers }: ReplyParts,
  sayLost: (error: unknown) => void,
): (interaction: Interaction) => Promise<Decision | undefined> {
  const isNew = createMemory();
  const isPrivate = answers.isPrivate ?? (() => true);
  return async (interaction) => {
    if (!isNew(interaction.id)) return undefined;
    const answer = Promise.resolve()
      .then(() => answers.answerInteraction(interaction))
      .catch((error: unknown) => {
        sayLost(error);
        return answers.failed(interaction);
      });
    const waiting = new AbortController();
    const late = sleep(context.clock, patienceMs, waiting.signal).then(() => undefined);
    const now = await Promise.race([answer, late]);
    waiting.abort();
    if (now !== undefined && !now.files) {
      const { more = [], type, data, stands } = now;
      const plain = { type, ...(data && { data }) };
      if (more.length === 0 && !stands) return { now: plain };
      const tell: Decision["tell"] = async (first) => {
        const id = stands && (await first().catch(() => undefined));
        let ids: readonly string[] = [];
        try {
          ids = await goOn({ context, rest }, interaction, more);
        } finally {
          if (id !== undefined) await stands?.([id, ...ids]);
        }
      };
      return { now: plain, tell };
    }
    const deferral = deferralOf(interaction, now ? isWhisper(now.data ?? {}) : isPrivate(interaction));
    if (deferral.type === ANSWERS.choices) return { now: deferral };
    const tell = async () => {
      const told = await answer;
      // A form can only be the first answer.
      const said = told.type === ANSWERS.modal ? answers.failed(interaction) : told;
      const ids = await fill({ context, rest }, interaction, deferral, said);
      if (ids.length > 0) await said.stands?.(ids);
    };
    return { now: deferral, tell };
  };
}

/** True the first time it is asked for an id. */
function createMemory(): (id: string) => boolean {
  const seen = new Set<string>();
  return (id) => {
    if (seen.has(id)) return false;
    seen.add(id);
    for (const oldest of seen) {
      if (seen.size <= remembered) break;
      seen.delete(oldest);
    }
    return true;
  };
}

interface Decision {
  readonly now: InteractionAnswer;
  /** Says the rest of it; `first`: the message that `now` has made. */
  readonly tell?: (first: () => Promise<string | undefined>) => Promise<void>;
}

/** The message in the answer to a callback that was asked for it (Discord, interaction callback response object). */
function madeIn(answer: unknown): string | undefined {
  const resource = answer instanceof Object && "resource" in answer ? answer.resource : undefined;
  return idIn(resource instanceof Object && "message" in resource ? resource.message : undefined);
}

/** What keeps Discord waiting; suggestions cannot wait, and none are given. */
function deferralOf(interaction: Interaction, isPrivate: boolean): InteractionAnswer {
  if (interaction.type === TYPES.autocomplete) return NO_CHOICES;
  if (isOnMessage(interaction)) return { type: ANSWERS.deferredUpdate };
  return { type: ANSWERS.deferredMessage, ...(isPrivate && { data: { flags: EPHEMERAL } }) };
}
