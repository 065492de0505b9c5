// The words people say in a story, and how they are found again in a room, whole, cut, joined or quoted.
//
// A message carries marks: «17v2w0» is the first mark of version 2 of message 17. Those that can be answered begin with
// a head, ⟨17⟩ and words enough that an excerpt shows no mark. Some messages are only "ok", again and again: they have
// no mark and are known by their place alone.

import type { Saying } from "./story.ts";

/** More than any excerpt of an answered message shows. */
const HEAD_LENGTH = 190;
const LONG_MARKS = 45;

const FILLER = ["mate", "erva", "cuia", "bomba", "água", "quente", "térmica", "chimarrão", "tereré", "roda"];

function filler(seed: number, length: number): string {
  let words = "";
  for (let i = seed; words.length < length; i += 7) words += `${FILLER[i % FILLER.length]} `;
  return words.trim();
}

const mark = (message: number, version: number, index: number) => `«${message}v${version}w${index}»`;

/** What message `n` says in this version; the same whenever it is asked. */
export function wordsOf(n: number, { form, version }: Saying): string {
  switch (form) {
    case "ok":
      return "ok";
    case "short":
      return `${mark(n, version, 0)} ${filler(n + version, 10)}`;
    case "answerable":
      return `${headOf(n)} ${filler(n, HEAD_LENGTH)} ${mark(n, version, 0)} fim`;
    case "long": {
      const body = Array.from({ length: LONG_MARKS }, (_, index) => [
        `${filler(n + index, 80)}${index % 5 === 4 ? ".\n\n" : "."}`,
        mark(n, version, index),
      ]);
      return `${headOf(n)} ${filler(n, HEAD_LENGTH)} ${body.flat().join(" ")}`;
    }
  }
}

const headOf = (n: number): string => `⟨${n}⟩`;

/** A mark, or an "ok" that stands alone behind a name or on its line. */
export type Found =
  | { readonly kind: "mark"; readonly n: number; readonly version: number; readonly index: number }
  | { readonly kind: "ok" };

const MARKS = /«(\d+)v(\d+)w(\d+)»|(?<=^|[\n:] ?|[*_] )ok(?=$|\n)/g;

/** What stands in a text, in order. */
export function findWords(text: string): readonly Found[] {
  return [...text.matchAll(MARKS)].map((match): Found => {
    const [, n, version, index] = match;
    if (n === undefined) return { kind: "ok" };
    return { kind: "mark", n: Number(n), version: Number(version), index: Number(index) };
  });
}

/** Does a text show the beginning of message `n`, its own or repeated from another? */
export function mentions(text: string, n: number): boolean {
  return text.includes(headOf(n)) || text.includes(`«${n}v`);
}
