// What a plugin is shown of messages, people and questions: plain data made from MateBot's own.

import { type Attachment, isFile } from "../model/attachment.ts";
import type { Author, Message } from "../model/message.ts";
import { conversationKey, messageKey } from "../model/refs.ts";
import { plainText } from "../model/rich-text.ts";
import type { Question } from "../robot/command.ts";
import type { PluginMessage, PluginPerson, PluginQuestion } from "./api.ts";
import { personId, toPluginNodes } from "./rich.ts";

export type PlatformOf = (account: string) => string;

export function pluginMessage(message: Message, isEdit: boolean, platformOf: PlatformOf): PluginMessage {
  const { ref, author, at, body, attachments, reply } = message;
  return {
    ...{ id: messageKey(ref), room: conversationKey(ref.conversation) },
    author: pluginPerson(author, platformOf(ref.conversation.account)),
    ...{ text: plainText(body), nodes: toPluginNodes(body), isEdit, at },
    ...{ hasFiles: attachments.some(isFile), files: attachments.flatMap(fileOf) },
    ...(reply && {
      reply: {
        ...(reply.ref && { id: messageKey(reply.ref) }),
        ...{ author: reply.author, excerpt: reply.excerpt },
      },
    }),
  };
}

function fileOf(attachment: Attachment): PluginMessage["files"] {
  if (!isFile(attachment)) return [];
  const { kind, name, bytes } = attachment;
  return [{ kind, name, bytes }];
}

function pluginPerson({ user, name, kind }: Author, platform: string): PluginPerson {
  return { id: user ? personId(user) : "", name, platform, isBot: kind === "bot" || kind === "relay" };
}

export function pluginQuestion({ ask, args, role, language, world }: Question): PluginQuestion {
  const about = ask.asked.kind === "command" ? ask.asked.about : undefined;
  return {
    ...{ args, role, language, room: conversationKey(ask.room), isPrivate: ask.isPrivate, at: ask.at },
    by: pluginPerson(ask.by, world.platformOf(ask.by.user.account)),
    ...(about && { about: { id: messageKey(about.ref), text: about.text } }),
  };
}
