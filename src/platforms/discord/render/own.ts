// Makes the requests for what the robot itself says: under no name, with a native reply and buttons; `render.ts` calls it. Pure.

import type { Resolved } from "../../../bridge/platform.ts";
import { isFile } from "../../../model/attachment.ts";
import type { Part } from "../../../model/delivery.ts";
import type { Message } from "../../../model/message.ts";
import { type ConversationRef, messageKey } from "../../../model/refs.ts";
import { preparedOf } from "../request.ts";
import { inMessages, usualFileBytes, voiceWants } from "../wants.ts";
import { createPart, flagsOf } from "./create-part.ts";
import { partsOf } from "./parts.ts";
import { replyLine } from "./reply-line.ts";

/** As `Platform.renderMessage`, for an author of the kind "robot". Buttons stand below the last part with words or files. */
export function renderOwn(message: Message, to: ConversationRef, known: Resolved): readonly Part[] {
  const { guild, fileBytes = usualFileBytes } = preparedOf(known);
  const { buttons = [], reply } = message;
  const files = message.attachments.filter(isFile);
  // A real voice message holds nothing else, no buttons either.
  const voices = buttons.length > 0 ? [] : files.filter(({ kind }) => kind === "voice");
  const others = files.filter((file) => !voices.includes(file));
  const source = messageKey(message.ref);
  // Of a joined message only words can tell who of its authors is answered.
  const isNative = known.replyTo !== undefined && known.replyIsJoined !== true;
  const line = reply && !isNative ? replyLine(reply, known, guild) : [];
  const flags = flagsOf([message]);
  const isVoiceAlone = voices.length > 0 && others.length === 0 && message.body.length === 0;
  const orders = inMessages(others, fileBytes);
  const wordy = isVoiceAlone
    ? []
    : partsOf([...line, ...message.body], to, source, {
        // An edit may move the buttons to another part: the others say that they have none.
        ...{ known, files: orders, more: { ...flags, buttons: [] } },
        first: isNative && known.replyTo ? { reply: known.replyTo.id } : {},
        last: { buttons },
      });
  const spoken = voices.map((file, index) =>
    createPart("", to, `${source}#voice${index}`, {
      ...flags,
      ...(isVoiceAlone && index === 0 && isNative && known.replyTo && { reply: known.replyTo.id }),
      voice: true,
      files: [{ file, wants: voiceWants(fileBytes) }],
    }),
  );
  return [...wordy, ...spoken];
}
