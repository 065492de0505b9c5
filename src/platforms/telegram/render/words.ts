// The words that stand around a message's own text: who says it, and what it answers; the renderers share them.

import type { Resolved } from "../../../bridge/platform.ts";
import type { Author, Reply } from "../../../model/message.ts";
import { isBlock, type Node, type RichText, text } from "../../../model/rich-text.ts";
import { type EntityText, treeToEntities } from "../entities/render.ts";
import { isLinkable } from "../entities/rules.ts";
import type { Payload } from "../request.ts";

/** How an account speaks, by its configuration; and how who speaks is shown, by the bridge's. */
export interface Manner extends Pick<Resolved, "attribution" | "platform"> {
  /** The author's name leads to their page. */
  readonly profiles: boolean;
  /** The most that one request may upload. */
  readonly maxBytes: number;
}

/** The most of an answered message that is shown before the answer to it. */
const MAX_EXCERPT = 160;

/** What the bridge of a destination wants of the account. */
export function mannerIn(known: Resolved, manner: Manner): Manner {
  const { attribution, platform } = known;
  return { ...manner, ...(attribution && { attribution }), ...(platform !== undefined && { platform }) };
}

/** The robot has no name on any platform, and others have none where the bridge wants it so. */
export function isNamed(author: Author, { attribution }: Pick<Manner, "attribution">): boolean {
  return author.kind !== "robot" && attribution !== "none";
}

/** Name and text on one line; what owns whole lines begins on the next. */
export function withName(author: Author, body: RichText, manner: Manner): RichText {
  if (!isNamed(author, manner)) return body;
  const label = text(visibleName(author.name));
  const href = manner.profiles ? profileOf(author) : undefined;
  const behind = platformBehind(manner);
  const bold: Node = {
    kind: "bold",
    children: href === undefined ? [label] : [{ kind: "link", href, children: [label] }],
  };
  const first = body.find((node) => node.kind !== "text" || node.text !== "");
  if (!first || treeToEntities(body).text === "") return behind === "" ? [bold] : [bold, text(behind)];
  return [bold, text(`${behind}${isBlock(first) ? ":\n" : ": "}`), ...body];
}

/** " (Discord)" where the bridge wants it. */
export function platformBehind({ attribution, platform }: Pick<Manner, "attribution" | "platform">): string {
  return attribution === "name-platform" && platform !== undefined ? ` (${visibleName(platform)})` : "";
}

function profileOf({ href }: Author): string | undefined {
  return href !== undefined && isLinkable(href) ? href : undefined;
}

/** A name is one line and never invisible: it is all that tells who speaks. */
export function visibleName(name: string): string {
  const line = name.replace(/\s+/g, " ").trim();
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(line) ? line : "?";
}

/** Telegram previews the first link it finds: never the page of an author, who did not send it. */
export function previewPast(authors: readonly Author[], { text: said, entities }: EntityText): Payload {
  const pages = new Set(authors.flatMap((author) => profileOf(author) ?? []));
  const linked = entities.flatMap((entity) =>
    entity.type === "text_link" ? [{ at: entity.offset, url: entity.url }] : [],
  );
  if (!linked.some(({ url }) => pages.has(url))) return {};
  const bare = [...said.matchAll(/https?:\/\/\S+/gi)].map((match) => ({ at: match.index, url: match[0] }));
  const [first] = [...linked.filter(({ url }) => !pages.has(url)), ...bare].sort((a, b) => a.at - b.at);
  return { link_preview_options: first ? { url: first.url } : { is_disabled: true } };
}

/** Who said what is answered, as far as the source knew; a block, so the text starts on its own line. */
export function replyQuote(reply: Reply): RichText {
  const said = reply.quote ?? (reply.excerpt ? [text(oneLine(reply.excerpt))] : []);
  const who: RichText = reply.author ? [{ kind: "bold", children: [text(oneLine(reply.author))] }] : [];
  const children = who.length > 0 && said.length > 0 ? [...who, text(": "), ...said] : [...who, ...said];
  return children.length === 0 ? [] : [{ kind: "quote", expandable: false, children }];
}

/** At most so many code points, without line breaks. */
export function oneLine(value: string, most = MAX_EXCERPT): string {
  const line = [...value.replace(/\s+/g, " ").trim()];
  return line.length > most ? `${line.slice(0, most - 1).join("")}…` : line.join("");
}

/** The pieces on lines below each other. */
export function lines(pieces: readonly EntityText[]): EntityText {
  let offset = 0;
  const entities = pieces.flatMap((piece) => {
    const start = offset;
    offset += piece.text.length + 1;
    return piece.entities.map((entity) => ({ ...entity, offset: entity.offset + start }));
  });
  return { text: pieces.map((piece) => piece.text).join("\n"), entities };
}

/** The parameters of a caption; none for no words. */
export function captionFields({ text: caption, entities }: Pick<EntityText, "text" | "entities">): object {
  return caption === "" ? {} : { caption, caption_entities: entities };
}

/** At most so many code points; what is cut off is marked. */
export function clip(piece: EntityText, most: number): EntityText {
  const points = [...piece.text];
  if (points.length <= most) return piece;
  const kept = points.slice(0, most - 1).join("");
  const entities = piece.entities.flatMap((entity) => {
    const length = Math.min(entity.length, kept.length - entity.offset);
    return length > 0 ? [{ ...entity, length }] : [];
  });
  return { text: `${kept}…`, entities };
}
