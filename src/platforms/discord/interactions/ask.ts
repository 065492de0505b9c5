// Turns an interaction into what the robot is asked; `answer.ts` calls it. Pure.

import type { About, Ask, Asked, CommandSheet, OptionValue } from "../../../model/ask.ts";
import { type FileAttachment, isFile } from "../../../model/attachment.ts";
import type { AccountId, ConversationRef } from "../../../model/refs.ts";
import { plainText } from "../../../model/rich-text.ts";
import type { Directory } from "../account/directory.ts";
import { optionName, sheetOf } from "../commands/names.ts";
import { attachmentsOf } from "../parse/attachments.ts";
import { fileOf } from "../parse/files.ts";
import { authorOf, conversationOf, isOurs, jumpLink, richText, type Scene } from "../parse/names.ts";
import type { AttachmentPayload, MemberPayload, MessagePayload, UserPayload } from "../parse/payload.ts";
import { bornAt, type Interaction, TYPES } from "./interaction.ts";

export interface AskParts {
  readonly account: AccountId;
  readonly directory: Directory;
  /** What Discord's menus show. */
  readonly sheets: readonly CommandSheet[];
}

export interface LiveQuestion {
  readonly ask: Ask;
  /** Proposals are wanted for this argument, which begins so. */
  readonly completing?: { readonly key: string; readonly typed: string };
}

// Discord, interactions/application-commands: types of commands and of options.
const MESSAGE_MENU = 3;
const ATTACHMENT = 11;
// Discord, resources/channel: announcement, public and private threads.
const THREADS: ReadonlySet<unknown> = new Set([10, 11, 12]);
/** Discord, interaction contexts: between people, where the bot is only a guest. */
const OTHERS_PRIVATE = 2;

/** Undefined for what nobody could have asked here: Discord sends no such thing. */
export function askOf(interaction: Interaction, parts: AskParts): LiveQuestion | undefined {
  const { account, directory } = parts;
  const { guild_id, channel_id, context, member, user } = interaction.scene ?? {};
  const scene: Scene = { account, directory };
  const held = member instanceof Object ? (member as MemberPayload) : undefined;
  const who = (held?.user ?? user) as UserPayload | undefined;
  if (typeof channel_id !== "string" || typeof who?.id !== "string") return undefined;
  const room = roomOf(channel_id, interaction.scene?.channel, scene);
  const guild = typeof guild_id === "string" ? guild_id : undefined;
  const told = askedOf(interaction, room, channel_id, parts);
  if (!told) return undefined;
  const { locale } = interaction;
  const by = {
    ...authorOf(who, held, guild, scene),
    user: { account, id: who.id },
    ...(locale && { locale }),
  };
  const ask: Ask = {
    id: `interaction:${interaction.id}`,
    ...{ account, room, by, asked: told.asked },
    isPrivate: guild === undefined && context !== OTHERS_PRIVATE,
    ...(locale && { locale }),
    can: { forms: true, whispers: true },
    at: bornAt(interaction),
  };
  return { ask, ...(told.completing && { completing: told.completing }) };
}

/** As the bridge names it; a thread nobody has heard of is told by the interaction itself. */
function roomOf(id: string, channel: unknown, scene: Scene): ConversationRef {
  const { type, parent_id: parent } = Object(channel) as {
    readonly type?: unknown;
    readonly parent_id?: unknown;
  };
  const isUnknown = scene.directory.channel(id) === undefined;
  if (isUnknown && THREADS.has(type) && typeof parent === "string")
    return { account: scene.account, id: parent, thread: id };
  return conversationOf(id, scene);
}

interface Told {
  readonly asked: Asked;
  readonly completing?: LiveQuestion["completing"] & object;
}

function askedOf(
  { type, data, message, id }: Interaction,
  room: ConversationRef,
  channel: string,
  parts: AskParts,
): Told | undefined {
  const given = Object(data) as Data;
  const action = typeof given.custom_id === "string" ? given.custom_id : undefined;
  switch (type) {
    case TYPES.command:
    case TYPES.autocomplete:
      return commandOf(given, { ...parts, room, channel, id });
    case TYPES.component: {
      const on = Object(message).id;
      if (action === undefined) return undefined;
      const ref = typeof on === "string" ? { on: { conversation: room, id: on } } : {};
      return { asked: { kind: "press", action, ...ref } };
    }
    case TYPES.modal:
      return action === undefined
        ? undefined
        : { asked: { kind: "form", action, fields: fieldsIn(given.components) } };
    default:
      return undefined;
  }
}

interface Data {
  readonly name?: unknown;
  readonly type?: unknown;
  readonly custom_id?: unknown;
  readonly target_id?: unknown;
  readonly options?: unknown;
  readonly components?: unknown;
  readonly resolved?: {
    readonly messages?: Readonly<Record<string, MessagePayload>>;
    readonly attachments?: Readonly<Record<string, AttachmentPayload>>;
  };
}

interface Place extends AskParts {
  readonly room: ConversationRef;
  readonly channel: string;
  /** The interaction's. */
  readonly id: string;
}

function commandOf(data: Data, place: Place): Told | undefined {
  if (typeof data.name !== "string") return undefined;
  const isMenu = data.type === MESSAGE_MENU;
  const sheet = sheetOf(place.sheets, data.name, isMenu);
  const options: Record<string, OptionValue> = {};
  const files: FileAttachment[] = [];
  let completing: Told["completing"];
  for (const { name, type, value, focused } of optionsIn(data.options)) {
    const key = sheet?.args.find((argument) => optionName(argument) === name)?.key ?? name;
    const attached = type === ATTACHMENT ? data.resolved?.attachments?.[String(value)] : undefined;
    const { account, channel, id } = place;
    if (attached) files.push(fileOf(attached, false, { account, channel, message: id }));
    else if (focused) completing = { key, typed: String(value) };
    else options[key] = value;
  }
  const about = isMenu ? aboutOf(data, place) : undefined;
  if (isMenu && !about) return undefined;
  const name = sheet?.name ?? data.name.toLowerCase();
  const asked = { kind: "command", name, words: "", options, files, ...(about && { about }) } as const;
  return { asked, ...(completing && { completing }) };
}

interface Option {
  readonly name: string;
  readonly type: unknown;
  readonly value: OptionValue;
  readonly focused: boolean;
}

function optionsIn(options: unknown): readonly Option[] {
  if (!Array.isArray(options)) return [];
  return options.flatMap((option: unknown) => {
    const { name, type, value, focused } = Object(option) as Readonly<Record<string, unknown>>;
    if (typeof name !== "string" || !isValue(value)) return [];
    return [{ name, type, value, focused: focused === true }];
  });
}

function isValue(value: unknown): value is OptionValue {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

/** The message in whose menu it was chosen; who stands behind a copy of ours is not told by it. */
function aboutOf(
  { target_id: id, resolved }: Data,
  { account, directory, room, channel }: Place,
): About | undefined {
  const message = typeof id === "string" ? resolved?.messages?.[id] : undefined;
  if (typeof id !== "string" || !message) return undefined;
  const scene: Scene = { account, directory };
  const href = jumpLink({ ...message, id, channel_id: channel }, scene);
  const text = plainText(richText(message.content ?? "", message, scene));
  const files = attachmentsOf(message, { account, channel, message: id, href }, scene).filter(isFile);
  const { author } = message;
  const isKnown = author !== undefined && !isOurs(message, directory) && message.webhook_id === undefined;
  return {
    ref: { conversation: room, id },
    ...(isKnown && { user: { account, id: author.id } }),
    ...(text && { text }),
    files,
  };
}

/** Of inputs in labels, and in rows as older forms have them. */
function fieldsIn(components: unknown): Readonly<Record<string, string>> {
  if (!Array.isArray(components)) return {};
  const inputs = components.flatMap((each: unknown) => {
    const { component, components: inner } = Object(each) as Readonly<Record<string, unknown>>;
    return Array.isArray(inner) ? inner : [component];
  });
  const pairs = inputs.flatMap((input: unknown) => {
    const { custom_id: name, value } = Object(input) as Readonly<Record<string, unknown>>;
    return typeof name === "string" && typeof value === "string" ? [[name, value] as const] : [];
  });
  return Object.fromEntries(pairs);
}
