// `matebot dead-letters list|show|retry|drop`: what could not be delivered, and what becomes of it; `main.ts` calls it.

import type { StoreTx } from "../bridge/store-port.ts";
import { UserError } from "../model/errors.ts";
import type { MessageRef } from "../model/refs.ts";
import type { LoadedTexts } from "../texts.ts";
import type { Desk } from "./desk.ts";
import { messagesOf, placeWords } from "./event-facts.ts";
import { fieldLines, tableLines, timeWords, widthOf } from "./lay-out.ts";
import { letterFields } from "./letter-fields.ts";
import { type Letter, readLetters, reasonWords, whatOf } from "./letters.ts";
import { linkOf } from "./message-names.ts";

/** Prints all of them, newest last. `json`: for machines, without the words of the messages. */
export async function listLetters(desk: Desk, options: { readonly json: boolean }): Promise<number> {
  const { texts, say } = desk;
  const letters = await desk.store.transaction(readLetters);
  if (options.json) {
    say(
      JSON.stringify(
        letters.map((letter) => machineForm(letter, texts)),
        undefined,
        2,
      ),
    );
    return 0;
  }
  if (letters.length === 0) {
    say(texts("cli.dead-letters.empty"));
    return 0;
  }
  for (const line of listLines(letters, texts, desk.columns)) say(line);
  say("");
  say(texts("cli.dead-letters.hint", { count: letters.length }));
  return 0;
}

/** A table; where the terminal is too narrow for it, what and why stand below each line. */
function listLines(
  letters: readonly Letter[],
  texts: LoadedTexts,
  columns = Number.POSITIVE_INFINITY,
): readonly string[] {
  const head = ["id", "when", "from", "to", "what", "reason"].map((name) =>
    texts(`cli.dead-letters.column.${name}`),
  );
  const rows = letters.map((letter) => [
    letter.id,
    timeWords(letter.at),
    letter.from,
    letter.kind === "delivery" ? placeWords(letter.dead.to, texts) : "",
    whatOf(letter, texts),
    reasonWords(letter, texts).words.replaceAll("\n", " "),
  ]);
  const wide = tableLines([head, ...rows]);
  if (wide.every((line) => widthOf(line) <= columns)) return wide;
  const narrow = tableLines([head, ...rows].map((row) => row.slice(0, 4)));
  return narrow.flatMap((line, i) => {
    const [what, reason] = rows[i - 1]?.slice(4) ?? [];
    return what === undefined ? [line] : [line, `    ${what}: ${reason}`];
  });
}

/** Prints everything that is known of one, its words included. */
export async function showLetter(desk: Desk, id: string): Promise<number> {
  const [letter] = await desk.store.transaction((tx) => choose(tx, desk.texts, [id]));
  if (!letter) return 1;
  const [about] = sourcesOf(letter);
  const link = about && (await linkOf(desk, about));
  for (const line of fieldLines(letterFields(letter, desk.texts, link))) desk.say(line);
  return 0;
}

export interface Choice {
  readonly ids: readonly string[];
  readonly all: boolean;
}

/** They go out again: at once when MateBot runs, else at its next start. All of them or, when an id is wrong, none. */
export async function retryLetters(desk: Desk, choice: Choice): Promise<number> {
  const { texts, store } = desk;
  const count = await store.transaction(async (tx) => {
    const letters = await chosen(tx, texts, choice);
    for (const letter of letters) {
      if (letter.kind === "delivery") await tx.outbox.retry(letter.dead.id);
      else await tx.journal.retry(letter.dead.raw.account, letter.dead.raw.key);
      await note(tx, letter, "asked-again", desk.clock.now());
    }
    return letters.length;
  });
  desk.say(texts(count === 0 ? "cli.dead-letters.empty" : "cli.dead-letters.retried", { count }));
  return 0;
}

/** They are forgotten, once the person at the terminal has agreed. */
export async function dropLetters(
  desk: Desk,
  { yes, ...choice }: Choice & { readonly yes: boolean },
): Promise<number> {
  const { texts, store, ask, say } = desk;
  const wanted = await store.transaction((tx) => chosen(tx, texts, choice));
  const count = wanted.length;
  if (count === 0) {
    say(texts("cli.dead-letters.empty"));
    return 0;
  }
  if (!yes) {
    if (!ask) throw new UserError(texts("cli.dead-letters.confirm-missing"), 2);
    const answer = await ask(`${texts("cli.dead-letters.confirm", { count })} `);
    if (!isYes(answer)) {
      say(texts("cli.dead-letters.kept"));
      return 1;
    }
  }
  // While the person thought it over, some may have gone: those that were named, and no newer ones.
  const dropped = await store.transaction(async (tx) => {
    let gone = 0;
    for (const letter of wanted) {
      const { kind, dead } = letter;
      const isGone =
        kind === "delivery"
          ? await tx.outbox.drop(dead.id)
          : await tx.journal.settle(dead.raw.account, dead.raw.key);
      if (!isGone) continue;
      gone += 1;
      await note(tx, letter, "dropped", desk.clock.now());
    }
    return gone;
  });
  say(texts("cli.dead-letters.dropped", { count: dropped }));
  return 0;
}

/** Yes, sim, sí. */
function isYes(answer: string): boolean {
  return /^\s*(y|yes|s|sim|si|sí)\s*$/i.test(answer);
}

async function chosen(tx: StoreTx, texts: LoadedTexts, { ids, all }: Choice): Promise<readonly Letter[]> {
  if (all === ids.length > 0) throw new UserError(texts("cli.dead-letters.which"), 2);
  return all ? await readLetters(tx) : await choose(tx, texts, ids);
}

/** @throws UserError when one of the ids is none, so that nothing is done by halves. */
async function choose(tx: StoreTx, texts: LoadedTexts, ids: readonly string[]): Promise<readonly Letter[]> {
  const letters = new Map((await readLetters(tx)).map((letter) => [letter.id, letter]));
  const wanted = [...new Set(ids)].map((id) => ({ id, letter: letters.get(id.toLowerCase()) }));
  const unknown = wanted.filter(({ letter }) => !letter).map(({ id }) => id);
  if (unknown.length > 0) {
    const values = { count: unknown.length, ids: unknown.join(", ") };
    throw new UserError(texts("cli.dead-letters.unknown", values));
  }
  return wanted.flatMap(({ letter }) => letter ?? []);
}

async function note(tx: StoreTx, letter: Letter, step: string, at: number): Promise<void> {
  if (letter.kind !== "delivery") return;
  const { to } = letter.dead;
  await tx.trace.note(sourcesOf(letter).map((about) => ({ about, to, at, step })));
}

/** [] for an update that nobody understood. */
function sourcesOf(letter: Letter): readonly MessageRef[] {
  return letter.kind === "update" ? [] : messagesOf(letter.dead.event);
}

function machineForm(letter: Letter, texts: LoadedTexts): object {
  const { id, kind, from, at, dead } = letter;
  return {
    id,
    kind,
    what: letter.kind === "delivery" ? letter.dead.event.kind : "update",
    at: new Date(at).toISOString(),
    from,
    ...(letter.kind === "delivery" && { to: letter.to, attempts: letter.dead.attempts }),
    words: reasonWords(letter, texts).words,
    reason: dead.reason,
  };
}
