// The download command: brings a film or sound of the web into the room, by yt-dlp, one at a time.

import { extname } from "node:path";
import type { FileKind } from "../../model/attachment.ts";
import { type Answer, type Command, type Question, Refusal } from "../command.ts";
import type { RobotConfig } from "../config.ts";
import { type Reach, resolveByDns } from "./address.ts";
import { download } from "./downloader.ts";
import { addressAsked } from "./web-address.ts";

const MEBIBYTE = 1024 * 1024;
/** For starting it, and for taking over the file. */
const SPARE_MS = 20_000;

const KINDS: Readonly<Record<string, { readonly mime: string; readonly kind: FileKind }>> = {
  ".mp4": { mime: "video/mp4", kind: "video" },
  ".m4v": { mime: "video/mp4", kind: "video" },
  ".mov": { mime: "video/quicktime", kind: "video" },
  ".webm": { mime: "video/webm", kind: "video" },
  ".mkv": { mime: "video/x-matroska", kind: "document" },
  ".mp3": { mime: "audio/mpeg", kind: "audio" },
  ".m4a": { mime: "audio/mp4", kind: "audio" },
  ".ogg": { mime: "audio/ogg", kind: "audio" },
  ".opus": { mime: "audio/ogg", kind: "audio" },
  ".gif": { mime: "image/gif", kind: "animation" },
  ".jpg": { mime: "image/jpeg", kind: "photo" },
  ".png": { mime: "image/png", kind: "photo" },
};
const ANY = { mime: "application/octet-stream", kind: "document" } as const;

export function downloadCommand(
  { network }: RobotConfig,
  options: Partial<Omit<Reach, "allowPrivate">> = {},
): readonly Command[] {
  const { download: limits, allowPrivate } = network;
  if (limits === false) return [];
  const { program, maxBytes, seconds } = limits;
  const reach = { resolve: resolveByDns, ...options, allowPrivate };
  const values = { program, mebibytes: Math.floor(maxBytes / MEBIBYTE), seconds };
  let isBusy = false;

  async function bring(url: URL, { world, signal, texts }: Question): Promise<Answer> {
    const folder = world.config.dataFolder;
    const order = { program, url: url.href, maxBytes, ms: seconds * 1000, reach, signal };
    return download({ ...order, ...(folder !== "" && { folder }) }, async (file) => {
      if ("trouble" in file) throw new Refusal(`robot-network.download.${file.trouble}`, values);
      const as = KINDS[extname(file.name).toLowerCase()] ?? ANY;
      const adopted = await world.files.adopt(file.path, { ...as, name: file.name });
      const words = texts("robot-network.download.said", { host: url.hostname });
      return { say: { body: [{ kind: "text", text: words }], files: [adopted] } };
    });
  }

  return [
    {
      name: "download",
      texts: "robot-network.download",
      timeoutMs: seconds * 1000 + SPARE_MS,
      args: [{ key: "url", type: "text", rest: true, most: 2_000 }],
      async answer(question) {
        const url = addressAsked(question, "download", allowPrivate);
        if (isBusy) throw new Refusal("robot-network.download.busy");
        isBusy = true;
        try {
          return await bring(url, question);
        } finally {
          isBusy = false;
        }
      },
    },
  ];
}
