// Which JSON keys each request may carry, with the schema of the specification they come from; routes refuse others.

import { sandboxRefusal } from "../rest/errors.ts";

export interface KeyList {
  /** Schema name(s) in the OpenAPI file that must know every key. */
  readonly schemas: readonly string[];
  readonly keys: readonly string[];
  /** Keys that are no part of this request and are ignored, as Discord does. */
  readonly ignored?: readonly string[];
}

const list = (schemas: string | readonly string[], keys: string, ignored = ""): KeyList => ({
  schemas: typeof schemas === "string" ? [schemas] : schemas,
  keys: keys.split(" "),
  ...(ignored === "" ? {} : { ignored: ignored.split(" ") }),
});

export const KEYS = {
  messageCreate: list(
    "MessageCreateRequest",
    "content embeds allowed_mentions sticker_ids components flags attachments poll message_reference nonce enforce_nonce tts",
  ),
  messageEdit: list(
    "MessageEditRequestPartial",
    "content embeds flags allowed_mentions components attachments",
  ),
  webhookExecute: list(
    "IncomingWebhookRequestPartial",
    "content embeds allowed_mentions components attachments poll tts flags username avatar_url thread_name applied_tags",
    // Not in the documentation of this route; assumed to have no effect.
    "nonce enforce_nonce message_reference sticker_ids",
  ),
  webhookEdit: list(
    "IncomingWebhookUpdateRequestPartial",
    "content embeds allowed_mentions components attachments flags",
  ),
  allowedMentions: list("MessageAllowedMentionsRequest", "parse users roles replied_user"),
  attachment: list(
    "MessageAttachmentRequest",
    "id filename description duration_secs waveform title is_spoiler",
  ),
  reference: list("MessageReferenceRequest", "type message_id channel_id guild_id fail_if_not_exists"),
  embed: list(
    "RichEmbed",
    "type url title color timestamp description author image thumbnail footer fields provider video",
  ),
  embedAuthor: list("RichEmbedAuthor", "name url icon_url"),
  embedFooter: list("RichEmbedFooter", "text icon_url"),
  embedField: list("RichEmbedField", "name value inline"),
  embedImage: list("RichEmbedImage", "url"),
  poll: list("PollCreateRequest", "question answers allow_multiselect layout_type duration"),
  forumThread: list(
    "CreateForumThreadRequest",
    "name auto_archive_duration rate_limit_per_user applied_tags message",
  ),
  forumMessage: list(
    "BaseCreateMessageCreateRequest",
    "content embeds allowed_mentions sticker_ids components flags attachments poll",
  ),
  thread: list(
    "CreateTextThreadWithoutMessageRequest",
    "name auto_archive_duration rate_limit_per_user type invitable",
  ),
  threadFromMessage: list(
    "CreateTextThreadWithMessageRequest",
    "name auto_archive_duration rate_limit_per_user",
  ),
  channelCreate: list(
    "CreateGuildChannelRequest",
    "name type topic parent_id position permission_overwrites nsfw",
  ),
  overwrite: list("ChannelPermissionOverwriteRequest", "id type allow deny"),
  channelEdit: list(
    ["UpdateGuildChannelRequestPartial", "UpdateThreadRequestPartial"],
    "name topic parent_id position archived locked auto_archive_duration applied_tags",
  ),
  application: list(
    "ApplicationFormPartial",
    "flags interactions_endpoint_url event_webhooks_url event_webhooks_status event_webhooks_types role_connections_verification_url description tags custom_install_url install_params",
  ),
  directMessage: list("CreatePrivateChannelRequest", "recipient_id"),
  webhookCreate: list([], "name avatar"),
  webhookUpdate: list([], "name avatar channel_id"),
  bulkDelete: list([], "messages"),
  interactionCallback: list([], "type data"),
  callbackMessage: list(
    "IncomingWebhookInteractionRequest",
    "content embeds allowed_mentions components attachments poll tts flags",
  ),
  callbackUpdate: list(
    "IncomingWebhookUpdateForInteractionCallbackRequestPartial",
    "content embeds allowed_mentions components attachments flags",
  ),
  callbackModal: list("ModalInteractionCallbackRequestData", "custom_id title components"),
  modalLabel: list("LabelComponentForModalRequest", "type id label description component"),
  modalText: list(
    "TextInputComponentForModalRequest",
    "type id custom_id style label value placeholder required min_length max_length",
  ),
  row: list("ActionRowComponentForMessageRequest", "type id components"),
  button: list("ButtonComponentForMessageRequest", "type id custom_id style label disabled url emoji"),
  command: list(
    "ApplicationCommandUpdateRequest",
    "id type name name_localizations description description_localizations options default_member_permissions contexts integration_types",
  ),
  commandOption: list(
    ["ApplicationCommandStringOption", "ApplicationCommandIntegerOption"],
    "type name name_localizations description description_localizations required autocomplete choices min_length max_length min_value max_value",
  ),
  commandChoice: list("ApplicationCommandOptionStringChoice", "name name_localizations value"),
  ban: list("BanUserFromGuildRequest", "delete_message_seconds"),
  memberEdit: list([], "communication_disabled_until"),
  none: list([], ""),
} as const satisfies Record<string, KeyList>;

/** A key of the object that the list does not know. */
export function unknownKey(value: Readonly<Record<string, unknown>>, allowed: KeyList): string | undefined {
  return Object.keys(value).find((key) => !allowed.keys.includes(key) && !allowed.ignored?.includes(key));
}

/** @throws ApiFailure when the object carries a key that the list does not know */
export function checkKeys(value: Readonly<Record<string, unknown>>, allowed: KeyList, where: string): void {
  const key = unknownKey(value, allowed);
  if (key !== undefined) throw sandboxRefusal(`unknown key ${JSON.stringify(key)} in ${where}`);
}
