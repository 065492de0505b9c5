// What becomes of every kind of thing a Discord message is or holds; the parsers obey it, and its test proves it whole.

import {
  type APIMessage,
  AttachmentFlags,
  ComponentType,
  EmbedType,
  MessageFlags,
  MessageType,
  StickerFormatType,
} from "discord-api-types/v10";

/** In which form a kind crosses. `detail` changes how its message looks; `inside` is read as part of another kind. */
export type Form =
  | "message"
  | "notice"
  | "pin"
  | "thread"
  | "poll"
  | "file"
  | "text"
  | "card"
  | "edit"
  | "deletion"
  | "reaction"
  | "vote"
  | "typing"
  | "detail"
  | "inside"
  | "nothing";

export interface Kind {
  readonly as: Form;
  /** What the other side shows; of `nothing` the reason. For the table of features. */
  readonly says: string;
}

export function kind(as: Form, says: string): Kind {
  return { as, says };
}

const advertising = kind("nothing", "Discord's own advertising or administration");
const forAdmins = kind("nothing", "for the server's administrators alone");
const modal = kind("nothing", "stands in dialogs only, never in a message");
const selection = kind("nothing", "a menu of the bot that works on Discord only");

/** 55 is known from Discord's OpenAPI document alone. */
export const MESSAGE_TYPES = {
  [MessageType.Default]: kind("message", "the message"),
  [MessageType.Reply]: kind("message", "the message as a reply"),
  [MessageType.ChatInputCommand]: kind("message", "the answer, with who used which command"),
  [MessageType.ContextMenuCommand]: kind("message", "the answer, with who used which command"),
  [MessageType.RecipientAdd]: kind("notice", "who was added to a thread"),
  [MessageType.RecipientRemove]: kind("notice", "who was removed from a thread"),
  [MessageType.Call]: kind("nothing", "calls exist in direct messages only, which are not bridged"),
  [MessageType.ChannelNameChange]: kind("thread", "the thread's new name"),
  [MessageType.ChannelIconChange]: kind(
    "nothing",
    "icons exist in group messages only, which are not bridged",
  ),
  [MessageType.ChannelPinnedMessage]: kind("pin", "the message is pinned; a notice where it is unknown"),
  [MessageType.UserJoin]: kind("notice", "who joined the server"),
  [MessageType.GuildBoost]: kind("notice", "who boosted the server"),
  [MessageType.GuildBoostTier1]: kind("notice", "who boosted the server, and the level it reached"),
  [MessageType.GuildBoostTier2]: kind("notice", "who boosted the server, and the level it reached"),
  [MessageType.GuildBoostTier3]: kind("notice", "who boosted the server, and the level it reached"),
  [MessageType.ChannelFollowAdd]: kind("notice", "which channel is followed from now on"),
  [MessageType.GuildDiscoveryDisqualified]: advertising,
  [MessageType.GuildDiscoveryRequalified]: advertising,
  [MessageType.GuildDiscoveryGracePeriodInitialWarning]: advertising,
  [MessageType.GuildDiscoveryGracePeriodFinalWarning]: advertising,
  [MessageType.ThreadCreated]: kind("thread", "a topic for the new thread; a notice where there are none"),
  [MessageType.ThreadStarterMessage]: kind(
    "thread",
    "a topic for the new thread; its first message stands in the channel already",
  ),
  [MessageType.GuildInviteReminder]: advertising,
  [MessageType.AutoModerationAction]: kind("nothing", "would repeat the words that were blocked"),
  [MessageType.RoleSubscriptionPurchase]: advertising,
  [MessageType.InteractionPremiumUpsell]: advertising,
  [MessageType.StageStart]: kind("notice", "the stage that began"),
  [MessageType.StageEnd]: kind("notice", "the stage that ended"),
  [MessageType.StageSpeaker]: kind("nothing", "who may speak on a stage concerns its listeners alone"),
  [MessageType.StageRaiseHand]: kind("nothing", "who wants to speak on a stage concerns its listeners alone"),
  [MessageType.StageTopic]: kind("notice", "the stage's new topic"),
  [MessageType.GuildApplicationPremiumSubscription]: advertising,
  [MessageType.GuildIncidentAlertModeEnabled]: forAdmins,
  [MessageType.GuildIncidentAlertModeDisabled]: forAdmins,
  [MessageType.GuildIncidentReportRaid]: forAdmins,
  [MessageType.GuildIncidentReportFalseAlarm]: forAdmins,
  [MessageType.PurchaseNotification]: advertising,
  [MessageType.PollResult]: kind("poll", "the poll is closed, and its result is said"),
  55: advertising,
} as const satisfies Readonly<Record<MessageType, Kind>> & Readonly<Record<number, Kind>>;

export const MESSAGE_FLAGS = {
  [MessageFlags.Crossposted]: kind("nothing", "other servers show the message, too"),
  [MessageFlags.IsCrosspost]: kind("detail", "a followed channel's message, forwarded from there"),
  [MessageFlags.SuppressEmbeds]: kind("detail", "no link previews"),
  [MessageFlags.SourceMessageDeleted]: kind("deletion", "what the followed channel withdrew is removed"),
  [MessageFlags.Urgent]: kind("nothing", "Discord's own system messages, which come in direct messages"),
  [MessageFlags.HasThread]: kind("nothing", "the thread itself tells"),
  [MessageFlags.Ephemeral]: kind("nothing", "only one person may see it"),
  [MessageFlags.Loading]: kind("detail", "nothing yet: the answer is sent when it is there"),
  [MessageFlags.FailedToMentionSomeRolesInThread]: kind(
    "nothing",
    "nobody on the other side has these roles",
  ),
  [MessageFlags.ShouldShowLinkNotDiscordWarning]: kind("nothing", "a hint of the Discord client"),
  [MessageFlags.SuppressNotifications]: kind("detail", "sent without a sound"),
  [MessageFlags.IsVoiceMessage]: kind("detail", "the audio is a voice message"),
  [MessageFlags.HasSnapshot]: kind("detail", "a forward with its text and files"),
  [MessageFlags.IsComponentsV2]: kind("detail", "the components are the text"),
} as const satisfies Readonly<Record<MessageFlags, Kind>>;

export const ATTACHMENT_FLAGS = {
  [AttachmentFlags.IsClip]: kind("nothing", "a clip is a video"),
  [AttachmentFlags.IsThumbnail]: kind("nothing", "a picture is a picture"),
  [AttachmentFlags.IsRemix]: kind("nothing", "a changed picture is a picture"),
  [AttachmentFlags.IsSpoiler]: kind("detail", "hidden until it is touched"),
  [AttachmentFlags.IsAnimated]: kind("detail", "the picture moves"),
} as const satisfies Readonly<Record<AttachmentFlags, Kind>>;

const preview = kind("nothing", "a preview of a link, which the other side makes itself");

export const EMBED_TYPES = {
  [EmbedType.Rich]: kind("card", "title, author, text, fields and footer; its pictures as files"),
  [EmbedType.GIFV]: kind("file", "an animation, when the message is nothing but its link"),
  [EmbedType.Image]: preview,
  [EmbedType.Video]: preview,
  [EmbedType.Article]: preview,
  [EmbedType.Link]: preview,
  [EmbedType.AutoModerationMessage]: kind("nothing", "would repeat the words that were blocked"),
  [EmbedType.PollResult]: kind("inside", "the poll's result"),
} as const satisfies Readonly<Record<EmbedType, Kind>>;

export const COMPONENT_TYPES = {
  [ComponentType.ActionRow]: kind("inside", "its buttons"),
  [ComponentType.Button]: kind("text", "a link, if it opens one; other buttons work on Discord only"),
  [ComponentType.StringSelect]: selection,
  [ComponentType.UserSelect]: selection,
  [ComponentType.RoleSelect]: selection,
  [ComponentType.MentionableSelect]: selection,
  [ComponentType.ChannelSelect]: selection,
  [ComponentType.Section]: kind("inside", "its text, and the picture or link beside it"),
  [ComponentType.TextDisplay]: kind("text", "its text"),
  [ComponentType.Thumbnail]: kind("file", "the picture"),
  [ComponentType.MediaGallery]: kind("file", "each picture or video"),
  [ComponentType.File]: kind("file", "the file"),
  [ComponentType.Separator]: kind("nothing", "space between two texts"),
  [ComponentType.ContentInventoryEntry]: kind("nothing", "a player's activity feed, which is not documented"),
  [ComponentType.Container]: kind("inside", "all it holds"),
  [ComponentType.TextInput]: modal,
  [ComponentType.Label]: modal,
  [ComponentType.FileUpload]: modal,
  [ComponentType.RadioGroup]: modal,
  [ComponentType.CheckboxGroup]: modal,
  [ComponentType.Checkbox]: modal,
} as const satisfies Readonly<Record<ComponentType, Kind>>;

export const STICKER_FORMATS = {
  [StickerFormatType.PNG]: kind("file", "a sticker"),
  [StickerFormatType.APNG]: kind("file", "a moving sticker"),
  [StickerFormatType.Lottie]: kind("file", "a moving sticker"),
  [StickerFormatType.GIF]: kind("file", "a moving sticker"),
} as const satisfies Readonly<Record<StickerFormatType, Kind>>;

const about = kind("nothing", "says nothing that a reader sees");

/** `member`, `guild_id` and `channel_type` are added by the Gateway. */
export const MESSAGE_FIELDS = {
  id: kind("inside", "which message it is"),
  channel_id: kind("inside", "where it stands"),
  guild_id: kind("inside", "where it stands"),
  channel_type: about,
  type: kind("inside", "what kind of message it is"),
  flags: kind("inside", "how it is shown"),
  author: kind("detail", "name and face"),
  member: kind("detail", "name and face in this server"),
  content: kind("text", "the text"),
  mentions: kind("inside", "the names of those who are mentioned"),
  mention_everyone: kind("nothing", "the words stand in the text; nobody on the other side is meant"),
  mention_roles: kind("inside", "the text names them"),
  mention_channels: kind("inside", "the text names them"),
  timestamp: kind("inside", "when it was said"),
  edited_timestamp: kind("inside", "when it was changed"),
  tts: kind("nothing", "read aloud on Discord only"),
  attachments: kind("file", "each file in its own form"),
  embeds: kind("card", "what bots and webhooks put into them"),
  components: kind("text", "texts, files and links"),
  sticker_items: kind("file", "each sticker"),
  stickers: kind("inside", "the older name of sticker_items"),
  poll: kind("poll", "the poll"),
  reactions: kind("nothing", "each is told by an event of its own"),
  pinned: kind("inside", "whether it was unpinned"),
  message_reference: kind("detail", "what it answers, or where it was forwarded from"),
  referenced_message: kind("detail", "who and what is answered"),
  message_snapshots: kind("message", "what is forwarded"),
  interaction_metadata: kind("card", "who used a command"),
  interaction: kind("card", "which command was used"),
  activity: kind("card", "an invitation to an activity or game"),
  application: kind("inside", "what the activity is called"),
  application_id: kind("inside", "whether it is our own"),
  webhook_id: kind("inside", "whether it is our own or another bridge's"),
  thread: kind("nothing", "the thread itself tells"),
  call: kind("nothing", "calls exist in direct messages only, which are not bridged"),
  role_subscription_data: advertising,
  purchase_notification: advertising,
  shared_client_theme: kind("card", "that it holds a theme for the Discord client"),
  resolved: kind("nothing", "what the menus of a bot hold"),
  position: about,
  nonce: about,
  lobby_member: kind("nothing", "lobbies of games are not bridged"),
} as const satisfies Readonly<Record<keyof APIMessage | "member" | "guild_id" | "channel_type", Kind>> &
  Readonly<Record<string, Kind>>;
