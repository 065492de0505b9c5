// Captions of media, from parameters or from an InputMedia; senders and edits share it.

import { badRequest } from "../http/api-error.ts";
import type { Content } from "../types.ts";
import {
  codePoints,
  entitiesFromJson,
  type FormattedText,
  formatText,
  textFromParams,
} from "./formatted-text.ts";
import type { MethodContext } from "./method.ts";

const MAX_CAPTION = 1024; // Bot API 10.1, in code points after entities parsing

/** The caption fields of a request. @throws ApiError */
export function captionOf({ params, world }: MethodContext): Content {
  const caption = textFromParams(params, "caption", "caption_entities", (id) => world.users.get(id));
  return fields(caption, params.bool("show_caption_above_media"));
}

/** The caption fields of an InputMedia. @throws ApiError */
export function textOfCaption({ world }: MethodContext, item: Content): Content {
  if (item.parse_mode !== undefined) throw badRequest("SANDBOX: parse_mode is not simulated, send entities");
  if (typeof item.caption !== "string") return {};
  const entities = entitiesFromJson(item.caption_entities, (id) => world.users.get(id));
  return fields(formatText(item.caption, entities), item.show_caption_above_media === true);
}

function fields({ text, entities }: FormattedText, above: boolean): Content {
  if (codePoints(text) > MAX_CAPTION) throw badRequest("message caption is too long");
  if (text === "") return {};
  return {
    caption: text,
    ...(entities.length > 0 && { caption_entities: entities }),
    ...(above && { show_caption_above_media: true }),
  };
}
