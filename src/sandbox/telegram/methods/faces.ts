// getUserProfilePhotos and getCustomEmojiStickers: pictures of people, and of the emoji they write.

import { badRequest } from "../http/api-error.ts";
import { ownFileIds } from "../messages.ts";
import { photoSizes } from "./media-content.ts";
import type { Method } from "./method.ts";

const getUserProfilePhotos: Method = {
  name: "getUserProfilePhotos",
  params: ["user_id", "offset", "limit"],
  run({ world, params, bot }) {
    const userId = params.int("user_id", 0, 0, 2 ** 52);
    if (!world.users.has(userId)) throw badRequest("invalid user_id specified");
    const all = world.photos.get(userId) ?? [];
    const offset = params.int("offset", 0, 0);
    const shown = all.slice(offset, offset + params.int("limit", 100, 1, 100));
    const photos = shown.map((file) => photoSizes(world, file));
    return ownFileIds({ total_count: all.length, photos }, bot.user.id);
  },
};

const MAX_EMOJI = 200; // Bot API 10.1, getCustomEmojiStickers

/** Ids nobody knows are left out. */
const getCustomEmojiStickers: Method = {
  name: "getCustomEmojiStickers",
  params: ["custom_emoji_ids"],
  run({ world, params, bot }) {
    const ids = params.json("custom_emoji_ids", "can't parse custom emoji identifiers JSON object");
    if (!Array.isArray(ids)) throw badRequest("expected an Array of custom emoji identifiers");
    if (ids.length > MAX_EMOJI) throw badRequest("too many custom emoji identifiers specified");
    return ids.flatMap((id: unknown) => {
      const sticker = world.customEmoji.get(String(id));
      return sticker ? [ownFileIds({ sticker }, bot.user.id).sticker] : [];
    });
  },
};

export const faceMethods: readonly Method[] = [getUserProfilePhotos, getCustomEmojiStickers];
