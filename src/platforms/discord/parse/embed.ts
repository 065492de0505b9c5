// Turns the rich embed of a bot or webhook into a card with its words, and files; attachments.ts calls it.

import type { Attachment, CardAttachment } from "../../../model/attachment.ts";
import { type Node, plainText, type RichText, text } from "../../../model/rich-text.ts";
import { EMBED_TYPES, type Kind } from "../kinds.ts";
import { type FilePlace, mediaOf } from "./files.ts";
import { joinLines } from "./lines.ts";
import { richText, type Scene } from "./names.ts";
import type { ContentPayload, EmbedPayload } from "./payload.ts";

/** [] for previews that Discord made of links. A kind nobody knows is named, with the words it has. */
export function embedOf(
  embed: EmbedPayload,
  from: ContentPayload,
  place: FilePlace,
  scene: Scene,
): readonly Attachment[] {
  const { type = "rich" } = embed;
  const kind: Kind | undefined = new Map<string, Kind>(Object.entries(EMBED_TYPES)).get(type);
  if (kind !== undefined && (kind.as !== "card" || isUnfurled(embed, from.content ?? ""))) return [];
  const files = [embed.image, embed.thumbnail].flatMap((media) =>
    media?.url || media?.proxy_url ? [mediaOf(media, media.url ? { ...place, href: media.url } : place)] : [],
  );
  const card = cardOf(embed, from, scene);
  if (kind === undefined) {
    const { name: title, ...more } = card;
    const strange = { ...more, kind: "unsupported", name: `embed ${type}` } as const;
    return [title ? { ...strange, description: title } : strange, ...files];
  }
  return isEmpty(card) ? files : [card, ...files];
}

/** A site may describe itself as `rich`: then the text holds its address. */
function isUnfurled({ url }: EmbedPayload, content: string): boolean {
  return url !== undefined && content.includes(url);
}

function cardOf(embed: EmbedPayload, from: ContentPayload, scene: Scene): CardAttachment {
  const read = (words: string | undefined) => richText(words?.trim() ?? "", from, scene);
  const name = plainText(read(embed.title));
  const body = joinLines([
    authorLine(embed),
    read(embed.description),
    ...(embed.fields ?? []).flatMap((field) => [inBold(read(field.name)), read(field.value)]),
    footer(embed),
  ]);
  return {
    kind: "embed",
    ...(name ? { name } : {}),
    ...(embed.url ? { href: embed.url } : {}),
    ...(body.length > 0 ? { body } : {}),
  };
}

function isEmpty({ name, href, body }: CardAttachment): boolean {
  return name === undefined && href === undefined && body === undefined;
}

function authorLine({ author }: EmbedPayload): RichText {
  if (!author?.name) return [];
  const label = text(author.name);
  return inBold(author.url ? [{ kind: "link", href: author.url, children: [label] }] : [label]);
}

function inBold(children: RichText): RichText {
  return children.length === 0 ? [] : [{ kind: "bold", children }];
}

function footer({ footer: words, timestamp }: EmbedPayload): RichText {
  const at = Date.parse(timestamp ?? "");
  const time: readonly Node[] = Number.isNaN(at) ? [] : [{ kind: "time", at, style: "f" }];
  const said: readonly Node[] = words?.text ? [text(words.text)] : [];
  const children: RichText =
    said.length > 0 && time.length > 0 ? [...said, text(" • "), ...time] : [...said, ...time];
  return children.length === 0 ? [] : [{ kind: "subtext", children }];
}
