// The hash command: fingerprints of a text, of the message it answers, or of a file.

import { createHash, getHashes } from "node:crypto";
import type { Choice } from "../../model/ask.ts";
import { type Command, type Question, Refusal } from "../command.ts";

const MOST_FILE_BYTES = 20 * 1024 * 1024;
/** What one asks for; the others are known as well. */
const USUAL = ["sha256", "sha512", "sha1", "md5", "sha3-256", "blake2b512"];
/** Somebody can make a second text with the same fingerprint. */
const BROKEN = new Set(["md5", "sha1", "md5-sha1", "md4"]);
/** Twins of others under the names of certificates. */
const TWIN = /^(rsa-|ssl3-|id-)|withrsa|^ripemd$|^rmd160$/i;
/** Twice their strength; without a length they are an error. */
const LENGTHS: Readonly<Record<string, number>> = { shake128: 32, shake256: 64 };
const MOST_CHOICES = 25;

export function hashOf(algorithm: string, data: string | Uint8Array): string {
  const outputLength = LENGTHS[algorithm];
  return createHash(algorithm, outputLength === undefined ? undefined : { outputLength })
    .update(data)
    .digest("hex");
}

/** Those that work in this very program: each was tried. */
export function workingHashes(): readonly string[] {
  const names = getHashes().filter((name) => !TWIN.test(name));
  return [...new Set(names.map((name) => name.toLowerCase()))].filter(works).sort();
}

function works(name: string): boolean {
  try {
    return hashOf(name, "") !== "" && hashOf(name, "a") !== hashOf(name, "b");
  } catch {
    return false;
  }
}

/** `SHA-256`, `sha 256` and `Sha256` are sha256; `sha512/256` is sha512-256. */
function algorithmIn(word: string, all: readonly string[]): string | undefined {
  const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, "");
  return all.find((name) => name === word.toLowerCase()) ?? all.find((name) => plain(name) === plain(word));
}

export function hashCommand(): Command {
  const all = workingHashes();
  return {
    name: "hash",
    texts: "robot-everyday.hash",
    args: [
      { key: "algorithm", type: "text", most: 40, completes: true },
      { key: "text", type: "text", rest: true },
      { key: "file", type: "file" },
    ],
    async answer(question) {
      const { args, texts } = question;
      const word = String(args.algorithm ?? "");
      const algorithm = algorithmIn(word, all);
      if (word === "" || !algorithm) {
        const list = { usual: USUAL.filter((name) => all.includes(name)).join(", "), all: all.join(", ") };
        throw new Refusal(`robot-everyday.hash.${word === "" ? "usage" : "unknown"}`, { word, ...list });
      }
      const digest = hashOf(algorithm, await materialOf(question, algorithm));
      const warning = BROKEN.has(algorithm) ? `\n${texts("robot-everyday.hash.broken")}` : "";
      return {
        say: {
          body: [
            { kind: "text", text: `${algorithm}\n` },
            { kind: "pre", text: digest },
            { kind: "text", text: warning },
          ],
        },
      };
    },
    complete: (_question, key, typed): readonly Choice[] =>
      key === "algorithm" ? proposals(all, typed) : [],
  };
}

/** What was written, else the file, else what is answered. */
async function materialOf(
  { ask, args, world, signal }: Question,
  algorithm: string,
): Promise<string | Uint8Array> {
  if (args.text !== undefined) return String(args.text);
  const asked = ask.asked.kind === "command" ? ask.asked : undefined;
  const file = asked?.files[0] ?? asked?.about?.files[0];
  if (file) return world.files.read(file, MOST_FILE_BYTES, signal);
  if (asked?.about?.text) return asked.about.text;
  throw new Refusal("robot-everyday.hash.empty", { algorithm });
}

function proposals(all: readonly string[], typed: string): readonly Choice[] {
  const begun = typed.toLowerCase();
  return [...USUAL.filter((name) => all.includes(name)), ...all.filter((name) => !USUAL.includes(name))]
    .filter((name) => name.includes(begun))
    .slice(0, MOST_CHOICES)
    .map((name) => ({ label: name, value: name }));
}
