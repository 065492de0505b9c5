// Turns a plugin's checked answer into what the robot says; commands, triggers, hooks and `say` use it.

import { basename } from "node:path";
import type { Saying } from "../model/ask.ts";
import type { FileKind } from "../model/attachment.ts";
import type { Keyboard } from "../model/buttons.ts";
import type { Answer } from "../robot/command.ts";
import type { RobotWorld } from "../robot/world.ts";
import { CallFailed } from "./fall.ts";
import { fromPluginNodes } from "./rich.ts";
import type { Sheet } from "./sheet.ts";
import type { WireAnswer } from "./wire.ts";

/** Undefined when nothing is said. @throws CallFailed when it does not fit the plugin */
export async function sayingOf(
  answer: WireAnswer,
  bytes: Buffer,
  sheet: Sheet,
  files: Pick<RobotWorld["files"], "put">,
): Promise<Saying | undefined> {
  const { nodes = [], buttons = [], files: given = [], isSilent } = answer;
  const keyboard = buttonsOf(buttons, sheet);
  const parts = cutBytes(given, bytes);
  const attached = await Promise.all(
    parts.map(({ name, mime, part }) => files.put(part, { name: safeName(name), mime, kind: kindOf(mime) })),
  );
  if (nodes.length === 0 && attached.length === 0) return undefined;
  return {
    body: fromPluginNodes(nodes),
    ...(keyboard.length > 0 && { buttons: keyboard }),
    ...(attached.length > 0 && { files: attached }),
    ...(isSilent && { silent: true }),
  };
}

/** @throws CallFailed */
export async function answerOf(
  answer: WireAnswer | null,
  bytes: Buffer,
  sheet: Sheet,
  files: Pick<RobotWorld["files"], "put">,
): Promise<Answer> {
  if (!answer) return {};
  const saying = await sayingOf(answer, bytes, sheet, files);
  return {
    ...(saying && (answer.isChange ? { change: saying } : { say: saying })),
    ...(answer.isPrivate && { isPrivate: true }),
    ...(answer.toast !== undefined && { toast: answer.toast }),
  };
}

function buttonsOf(rows: NonNullable<WireAnswer["buttons"]>, sheet: Sheet): Keyboard {
  return rows.map((row) =>
    row.map((button) => {
      if ("href" in button) return button;
      const name = button.action.slice(0, button.action.indexOf(":"));
      if (!sheet.commands.some((command) => command.name === name && command.presses)) {
        throw new CallFailed(
          "nonsense",
          `buttons: no command of the plugin is called ${name} and has \`press\``,
        );
      }
      const { label, action, style } = button;
      return { label, action, ...(style && { style }) };
    }),
  );
}

function cutBytes(files: NonNullable<WireAnswer["files"]>, bytes: Buffer) {
  let at = 0;
  const parts = files.map(({ name, mime, bytes: length }) => {
    const part = bytes.subarray(at, at + length);
    at += length;
    return { name, mime, part };
  });
  if (at !== bytes.length)
    throw new CallFailed("nonsense", "files: their lengths are not those of their bytes");
  return parts;
}

function safeName(name: string): string {
  const bare = basename(name.replaceAll("\\", "/")).replace(/[^\p{L}\p{M}\p{N} ._()-]/gu, "_");
  return bare.replace(/^\.+/, "").slice(-100) || "file";
}

function kindOf(mime: string): FileKind {
  if (mime === "image/gif") return "animation";
  const [group] = mime.split("/");
  if (group === "image") return "photo";
  return group === "video" || group === "audio" ? group : "document";
}
