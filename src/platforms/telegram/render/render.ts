// Makes the requests that put a message, a notice or a small line below a message on Telegram; the bridge calls it, pure.

import type { Resolved } from "../../../bridge/platform.ts";
import { type FileAttachment, isFile, isPoll } from "../../../model/attachment.ts";
import type { Part } from "../../../model/delivery.ts";
import type { Message } from "../../../model/message.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import { type RichText, text } from "../../../model/rich-text.ts";
import { cut, split } from "../../../model/split.ts";
import { type EntityText, treeToEntities } from "../entities/render.ts";
import type { Payload } from "../request.ts";
import { hasCaption, inAlbums } from "../wants.ts";
import { keyboardOf, withKeyboard } from "./buttons.ts";
import { pollPart, pollQuestion } from "./poll.ts";
import { codePoints, filesPart, MAX_CAPTION, MAX_TEXT, replyTo, sendPart } from "./send.ts";
import { isNamed, type Manner, mannerIn, oneLine, previewPast, replyQuote, withName } from "./words.ts";

/** What is kept free in an album's caption for each file, should it have to be named instead of shown. */
const ROOM_FOR_CARD = 24;

/** What the parts of one message share. */
interface Stage {
  readonly to: ConversationRef;
  readonly known: Resolved;
  /** Of all its messages. */
  readonly more: Payload;
  /** Of the first. */
  readonly first: Payload;
  readonly preview: (piece: EntityText) => Payload;
}

/**
 * The parts of `message`, the first under the author's bold name. `known.replyTo` makes a native reply; a reply to what
 * is not known here becomes a quote, and one to a joined message is both, for that stands for several.
 *
 * Files come before a poll. The words are the caption of the first; what does not fit there goes on in messages of
 * text right behind it, so that an edit which grows or shrinks changes parts in place instead of sending files again. A
 * sticker and a video note have no caption: the words go before them. A caption stands once, at the first file: more
 * than one in an album, and the apps show none below it.
 */
export function renderMessage(
  message: Message,
  to: ConversationRef,
  known: Resolved,
  account: Manner,
): readonly Part[] {
  const manner = mannerIn(known, account);
  const files = message.attachments.filter(isFile);
  const poll = message.attachments.find(isPoll);
  const inWords = known.replyTo === undefined || known.replyIsJoined === true;
  const quoted = message.reply && inWords ? replyQuote(message.reply) : [];
  const stage: Stage = {
    ...{ to, known, more: message.silent ? { disable_notification: true } : {} },
    // A quote of a native reply is left out: it must match the target to the letter, or QUOTE_TEXT_INVALID.
    first: replyTo(known),
    preview: (piece) => {
      if (message.previews === false) return { link_preview_options: { is_disabled: true } };
      const isLinked = manner.profiles && isNamed(message.author, manner);
      return isLinked ? previewPast([message.author], piece) : {};
    },
  };
  const said: RichText = [...quoted, ...message.body];
  const question = poll && files.length === 0 ? pollQuestion(message.author, poll, said, manner) : undefined;
  if (poll && question !== undefined)
    return [pollPart(poll, question, to, { ...stage.more, ...stage.first }, known)];
  const words = [...withName(message.author, said, manner), ...altLines(files)];
  const keyboard = keyboardOf(message.buttons);
  // An album has no keyboard: what is said below it has.
  const isBelow = keyboard !== undefined && inAlbums(files, manner.maxBytes).at(-1)?.length !== 1;
  const parts =
    files.length === 0
      ? sendAll(words, stage)
      : isBelow
        ? [...filesAlone(files, stage, manner), ...sendAll(words, { ...stage, first: {} })]
        : withFiles(files, words, stage, manner);
  const all = poll ? [...parts, pollPart(poll, poll.poll.question, to, stage.more, known)] : parts;
  return keyboard ? withKeyboard(all, keyboard) : all;
}

/** A line of the robot itself, without a name. */
export function renderNotice(body: RichText, to: ConversationRef, known: Resolved): readonly Part[] {
  return sendAll(body, { to, known, more: {}, first: {}, preview: () => ({}) });
}

/** The small line about a message. It is one message, whatever it says. */
export function renderAside(body: RichText, to: ConversationRef, known: Resolved): Part {
  const { people } = known;
  const head = cut(body, MAX_TEXT, (piece) => codePoints(treeToEntities(piece, people).text))?.head ?? body;
  const piece = treeToEntities(head, people);
  return sendPart(piece.text === "" ? nothing : piece, to, {
    ...{ disable_notification: true, link_preview_options: { is_disabled: true } },
    ...replyTo(known),
  });
}

const nothing: EntityText = { text: "…", entities: [] };

/** One sendMessage per piece; only the first is a reply. */
function sendAll(body: RichText, { to, known, more, first, preview }: Stage): readonly Part[] {
  const pieces = split(body, MAX_TEXT, (piece) => codePoints(treeToEntities(piece, known.people).text))
    .map((piece) => treeToEntities(piece, known.people))
    .filter((piece) => piece.text !== "");
  const whole: readonly EntityText[] = pieces.length > 0 ? pieces : [nothing];
  return whole.map((piece, index) =>
    sendPart(piece, to, { ...preview(piece), ...more, ...(index === 0 && first) }),
  );
}

/** Without a word; the first is the reply. */
function filesAlone(files: readonly FileAttachment[], { to, more, first }: Stage, manner: Manner) {
  return inAlbums(files, manner.maxBytes).map((album, index) =>
    filesPart(album, undefined, to, { ...more, ...(index === 0 && first) }),
  );
}

function withFiles(
  files: readonly FileAttachment[],
  words: RichText,
  stage: Stage,
  manner: Manner,
): readonly Part[] {
  const { to, known, more, first } = stage;
  const [head, ...others] = inAlbums(files, manner.maxBytes);
  if (!head) return sendAll(words, stage);
  const further = others.map((album) => filesPart(album, undefined, to, more));
  if (!hasCaption(head[0].file.kind))
    return [...sendAll(words, stage), filesPart(head, undefined, to, more), ...further];
  const room = head.length === 1 ? MAX_CAPTION : MAX_CAPTION - ROOM_FOR_CARD * head.length;
  const { head: caption, rest } = cut(words, room, (piece) =>
    codePoints(treeToEntities(piece, known.people).text),
  ) ?? { head: words, rest: [] };
  const goesOn = treeToEntities(rest, known.people).text !== "";
  return [
    filesPart(head, treeToEntities(caption, known.people), to, { ...more, ...first }),
    ...(goesOn ? sendAll(rest, { ...stage, first: {} }) : []),
    ...further,
  ];
}

/** What the files show, for those who cannot see it; numbered when there are several files. */
function altLines(files: readonly FileAttachment[]): RichText {
  return files.flatMap(({ alt }, index): RichText => {
    const said = oneLine(alt ?? "", MAX_CAPTION);
    if (said === "") return [];
    const line = files.length > 1 ? `${index + 1}. ${said}` : said;
    return [text("\n"), { kind: "italic", children: [text(line)] }];
  });
}
