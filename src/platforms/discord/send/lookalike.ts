// Tells whether a message that stands in a channel is the one a request would have made; `reconcile.ts` asks.

import type { Texts } from "../../../model/texts.ts";
import { FLAGS, hasFlag, type MessagePayload } from "../parse/payload.ts";
import { withoutInvisible } from "../render/create-part.ts";
import { hashOf, withForms } from "../render/form-hash.ts";
import { spokenContent } from "../render/spoken-name.ts";
import type { CreateRequest } from "../request.ts";

/** As REST answers it. */
export type Standing = MessagePayload & { readonly nonce?: string | number };

/** The same words, the same poll, as many files; a file that could not be sent has words in its place. */
export function isAlike(message: Standing, request: CreateRequest, texts: Texts): boolean {
  if (message.nonce !== undefined && String(message.nonce) === request.nonce) return true;
  const { files = [], poll } = request;
  const attached = message.attachments?.length ?? 0;
  const added = addedWords(message, request);
  if (added === undefined || attached > files.length) return false;
  if (poll) {
    const asked = comparable(poll.question.text);
    return message.poll === undefined
      ? asked !== "" && added.includes(asked)
      : comparable(message.poll.question?.text ?? "") === asked;
  }
  if (added === "") return attached === files.length;
  return files.some(({ file }) => added.includes(comparable(texts(`bridge.attachment.${file.kind}`))));
}

/** How many files have just the size they had on the other side: tells apart what has no words. */
export function sameSizes({ attachments = [] }: Standing, { files = [] }: CreateRequest): number {
  return files.filter(
    ({ file }, index) => file.bytes !== undefined && attachments[index]?.size === file.bytes,
  ).length;
}

/** The hash of the form it has, where that is not the frozen one. */
export function standingHash(message: Standing, request: CreateRequest): string | undefined {
  const { files = [], poll, hash, voice } = request;
  if (poll) return message.poll ? undefined : hashOf({ content: message.content ?? "" });
  if (hash === undefined) return undefined;
  const plain = voice && !hasFlag(message, FLAGS.voice) ? hash.replace(/^voice:/, "files:") : hash;
  const isWhole = addedWords(message, request) === "";
  // Which of them the words stand for nobody knows: an edit sends them all again.
  const form = isWhole ? "file" : message.attachments?.length === files.length ? "still" : "words";
  const found = withForms(
    plain,
    files.map(() => form),
  );
  return found === hash ? undefined : found;
}

/** What it says beyond the words of the request; undefined when it says others. */
function addedWords({ content = "" }: Standing, request: CreateRequest): string | undefined {
  const said = comparable(content);
  const begin = [spokenContent(request), request.content]
    .map(comparable)
    .toSorted((a, b) => b.length - a.length)
    .find((words) => said.startsWith(words));
  return begin === undefined ? undefined : said.slice(begin.length);
}

/** Discord strips some characters from what is sent, and does not say which. */
function comparable(content: string): string {
  return withoutInvisible(content.normalize("NFC")).replace(/[\ufe0e\ufe0f]/g, "");
}
