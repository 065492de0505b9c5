// Applies what an application answers to an interaction: messages, edits, choices, forms; both doors and the routes end here.

import { readChoices } from "../forms/command-options.ts";
import { mustBeOneOf } from "../forms/component.ts";
import { type Fields, fieldsAt } from "../forms/form.ts";
import { checkKeys, KEYS } from "../forms/keys.ts";
import { FLAG, type FormContext, type MessageForm, readMessageForm, refuseEmpty } from "../forms/message.ts";
import { readModal } from "../forms/modal.ts";
import { fileLimit, type UploadedFile } from "../forms/upload.ts";
import { ALLOW_ALL } from "../mentions.ts";
import { buildMessage, createMessage, editMessage, type NewMessage } from "../messages.ts";
import type { MessageRecord } from "../records.ts";
import { ApiFailure, sandboxRefusal } from "../rest/errors.ts";
import { guildOf, type World } from "../world.ts";
import type { InteractionRecord } from "./records.ts";

/** Discord docs, interactions/receiving-and-responding: callback types. */
export const CALLBACK = {
  message: 4,
  deferred: 5,
  deferredUpdate: 6,
  update: 7,
  choices: 8,
  modal: 9,
} as const;

const OWN_FLAGS = FLAG.SUPPRESS_EMBEDS | FLAG.SUPPRESS_NOTIFICATIONS | FLAG.COMPONENTS_V2 | FLAG.EPHEMERAL;
/** Discord docs, resources/message: types. */
const MESSAGE = { reply: 19, slash: 20, menu: 23 } as const;

export interface Upload {
  readonly body: Fields;
  readonly files: ReadonlyMap<number, UploadedFile>;
}

const NO_FILES: ReadonlyMap<number, UploadedFile> = new Map();

function context(world: World, record: InteractionRecord, files: Upload["files"]): FormContext {
  const { channel } = record;
  const maxFileBytes = fileLimit(guildOf(world, channel));
  const [channelId, kept] = [channel.id, []];
  return { world, channelId, files, maxFileBytes, flags: OWN_FLAGS, mentionsByDefault: ALLOW_ALL, kept };
}

function typeOf({ type, source, payload }: InteractionRecord): number {
  if (source || type === 3) return MESSAGE.reply;
  const { data } = payload as { readonly data?: { readonly type?: unknown } };
  return data?.type === 3 ? MESSAGE.menu : MESSAGE.slash;
}

function replyTo(target: MessageRecord | undefined): Partial<NewMessage> {
  if (!target) return {};
  return { reference: { type: 0, message_id: target.id, channel_id: target.channelId } };
}

/** Says it in the channel, or to the person alone. */
function speak(
  world: World,
  record: InteractionRecord,
  form: MessageForm,
  more: Partial<NewMessage>,
): MessageRecord {
  const { bot, about, channel } = record;
  const input: NewMessage = {
    author: { kind: "user", id: bot.id },
    speaker: bot.id,
    form,
    interaction: about,
    ...more,
  };
  if ((form.flags ?? 0) & FLAG.EPHEMERAL) return buildMessage(world, channel, input);
  return createMessage(world, channel, input);
}

/** The same faults, one step deeper in the body. */
function within<T>(step: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof ApiFailure) || !cause.body.errors) throw cause;
    throw new ApiFailure(cause.status, { ...cause.body, errors: { [step]: cause.body.errors } });
  }
}

/** Which answers an interaction may get; those that change a message need one that was pressed on. */
function checkType(record: InteractionRecord, type: unknown): void {
  const says = [CALLBACK.message, CALLBACK.deferred];
  const changes = [CALLBACK.deferredUpdate, CALLBACK.update];
  const isPressed = record.type === 3 || (record.type === 5 && record.source !== undefined);
  const allowed: number[] = record.type === 4 ? [CALLBACK.choices] : [...says, ...(isPressed ? changes : [])];
  if (record.type === 2 || record.type === 3) allowed.push(CALLBACK.modal);
  if (type === 12) throw sandboxRefusal("activities are not simulated");
  if (typeof type !== "number" || !allowed.includes(type)) mustBeOneOf(["type"], allowed);
}

function sayFirst(world: World, record: InteractionRecord, { body, files }: Upload): void {
  checkKeys(body, KEYS.callbackMessage, "the answer to an interaction");
  const form = readMessageForm(body, context(world, record, files));
  refuseEmpty(form);
  record.original = speak(world, record, form, { type: typeOf(record), ...replyTo(record.source) });
  record.isTold = true;
}

function announce(world: World, record: InteractionRecord, body: Fields): void {
  const { flags = 0 } = readMessageForm({ flags: body.flags }, context(world, record, NO_FILES));
  const form: MessageForm = { content: "", flags: flags | FLAG.LOADING, allowed: ALLOW_ALL, tts: false };
  record.original = speak(world, record, form, { type: typeOf(record), ...replyTo(record.source) });
}

/** Changes one of the interaction's messages. @throws ApiFailure 50006, 50035 */
export function rewrite(
  world: World,
  record: InteractionRecord,
  message: MessageRecord,
  upload: Upload,
): void {
  const flags = FLAG.SUPPRESS_EMBEDS | FLAG.COMPONENTS_V2 | message.flags;
  const place = { ...context(world, record, upload.files), flags, kept: message.attachments };
  const form = readMessageForm(upload.body, place);
  refuseEmpty({ ...message, ...form });
  editMessage(world, record.channel, message, form, record.bot.id);
  if (message === record.original) record.isTold = true;
}

function update(world: World, record: InteractionRecord, upload: Upload): void {
  checkKeys(upload.body, KEYS.callbackUpdate, "the change of a message");
  if (!record.source) return;
  record.original = record.source;
  rewrite(world, record, record.source, upload);
}

/**
 * Takes the first answer. `files`: of the request that brings it.
 * @throws ApiFailure 50035 with the tree, 50006
 */
export function answerFirst(
  world: World,
  record: InteractionRecord,
  answer: Fields,
  files: Upload["files"] = NO_FILES,
): void {
  const { type } = answer;
  checkType(record, type);
  within("data", () => {
    const body = fieldsAt(answer.data, []) ?? {};
    if (type === CALLBACK.message) sayFirst(world, record, { body, files });
    if (type === CALLBACK.deferred) announce(world, record, body);
    if (type === CALLBACK.deferredUpdate && record.source) record.original = record.source;
    if (type === CALLBACK.update) update(world, record, { body, files });
    if (type === CALLBACK.choices) readChoices(body.choices ?? [], record.focused ?? 3, ["choices"]);
    if (type === CALLBACK.modal) record.modal = readModal(body);
  });
  record.answer = { type: type as number, ...(answer.data !== undefined && { data: answer.data }) };
}

/** Says more; what comes behind an announcement fills that. @throws ApiFailure 50006, 50035 */
export function sayMore(world: World, record: InteractionRecord, upload: Upload): MessageRecord {
  const { original } = record;
  if (original && original.flags & FLAG.LOADING) {
    const { flags: _flags, ...body } = upload.body;
    rewrite(world, record, original, { ...upload, body });
    return original;
  }
  const form = readMessageForm(upload.body, context(world, record, upload.files));
  refuseEmpty(form);
  const followsUp = original?.id;
  const about = { ...record.about, ...(followsUp !== undefined && { followsUp }) };
  const message = speak(world, record, form, {
    ...(original ? { type: MESSAGE.reply, ...replyTo(original) } : { type: typeOf(record) }),
    interaction: about,
  });
  record.followUps.push(message);
  return message;
}
