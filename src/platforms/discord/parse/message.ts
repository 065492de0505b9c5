// Turns a Discord message or forward into the canonical message; parse.ts calls it.

import type { Attachment, CardAttachment } from "../../../model/attachment.ts";
import type { Forward, Message } from "../../../model/message.ts";
import type { RichText } from "../../../model/rich-text.ts";
import { isAnswer } from "../gateway/dispatch.ts";
import { attachmentsOf } from "./attachments.ts";
import { componentText } from "./components.ts";
import { bigEmoji, type FilePlace, gifPick } from "./files.ts";
import { joinLines } from "./lines.ts";
import { conversationOf, displayName, jumpLink, richText, type Scene, speakerOf } from "./names.ts";
import { type ContentPayload, FLAGS, hasFlag, type MessagePayload, type UserPayload } from "./payload.ts";
import { replyOf } from "./reply.ts";

/**
 * `at` is in milliseconds since 1970, `unknown` what its type is called if nobody knows the type. Something is always to
 * be seen: what is empty carries "unsupported".
 */
export function messageOf(
  payload: MessagePayload,
  author: UserPayload,
  at: number,
  scene: Scene,
  unknown?: string,
): Message {
  const conversation = conversationOf(payload.channel_id, scene);
  const topic =
    conversation.thread === undefined ? undefined : scene.directory.channel(conversation.thread)?.name;
  const forward = forwardOf(payload, author, scene);
  const reply = forward ? undefined : replyOf(payload, scene);
  const place: FilePlace = {
    account: scene.account,
    channel: payload.channel_id,
    message: payload.id,
    href: jumpLink(payload, scene),
  };
  // People send no embeds: theirs were made of links, whose addresses may be others by now.
  const isPerson = !author.bot && payload.webhook_id === undefined;
  const said = [
    contentOf(payload, place, scene, { cards: !isPerson }),
    ...forwarded(payload).map((content) => contentOf(content, place, scene, { cards: true })),
  ];
  const body = joinLines(said.map((each) => each.body));
  const carried = [...commandOf(payload), ...said.flatMap((each) => each.attachments)];
  const isEmpty = body.length === 0 && carried.length === 0;
  const strange: readonly CardAttachment[] =
    unknown !== undefined
      ? [{ kind: "unsupported", name: unknown }]
      : isEmpty
        ? [{ kind: "unsupported" }]
        : [];
  return {
    ref: { conversation, id: payload.id },
    author: speakerOf(payload, author, scene),
    at,
    body,
    attachments: [...strange, ...carried],
    ...(reply ? { reply } : {}),
    ...(forward ? { forward } : {}),
    ...(hasFlag(payload, FLAGS.suppressNotifications) ? { silent: true } : {}),
    ...(hasFlag(payload, FLAGS.suppressEmbeds) ? { previews: false } : {}),
    ...(topic ? { topic } : {}),
  };
}

interface Content {
  readonly body: RichText;
  readonly attachments: readonly Attachment[];
}

function contentOf(
  from: ContentPayload,
  place: FilePlace,
  scene: Scene,
  { cards }: { readonly cards: boolean },
): Content {
  const { content = "", embeds = [] } = from;
  const attachments = attachmentsOf(cards ? from : { ...from, embeds: [] }, place, scene);
  const below = componentText(from, scene);
  const pick = gifPick(content, embeds, place);
  if (pick) return { body: below, attachments: [...attachments, pick] };
  const words = richText(content, from, scene);
  const emoji = below.length + attachments.length === 0 ? bigEmoji(words, place) : undefined;
  return emoji ? { body: [], attachments: emoji } : { body: joinLines([words, below]), attachments };
}

function forwarded({ message_reference: reference, message_snapshots: snapshots }: MessagePayload) {
  return reference?.type === 1 ? [snapshots?.[0]?.message ?? {}] : [];
}

/** A snapshot does not say who wrote it: the channel stands for the author. A crosspost's author is its channel. */
function forwardOf(payload: MessagePayload, author: UserPayload, { directory }: Scene): Forward | undefined {
  const { message_reference: origin } = payload;
  const isCrosspost = hasFlag(payload, FLAGS.isCrosspost);
  if (origin === undefined || (origin.type !== 1 && !isCrosspost)) return undefined;
  const channel = origin.channel_id === undefined ? undefined : directory.channel(origin.channel_id);
  const from = channel ? `#${channel.name}` : isCrosspost ? displayName(author, undefined) : "Discord";
  const guild = origin.guild_id ?? channel?.guild;
  if (!guild || !origin.channel_id || !origin.message_id) return { from };
  return { from, href: `https://discord.com/channels/${guild}/${origin.channel_id}/${origin.message_id}` };
}

// Discord, resources/message, Message Types: CHAT_INPUT_COMMAND; the other kind of command stands in a menu.
const CHAT_INPUT = 20;

/** Who used which command, before its answer. The command's name is documented in the deprecated field alone. */
function commandOf(payload: MessagePayload): readonly CardAttachment[] {
  if (!isAnswer(payload)) return [];
  const { type, interaction, interaction_metadata: about } = payload;
  const user = interaction?.user ?? about?.user;
  if (!user) return [];
  const by = displayName(user, interaction?.member);
  const command = interaction?.name ?? about?.name;
  if (!command) return [{ kind: "command", name: by }];
  return [{ kind: "command", name: type === CHAT_INPUT ? `/${command}` : command, description: by }];
}
