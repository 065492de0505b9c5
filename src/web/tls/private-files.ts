// Folders and files that only MateBot's user may read, written whole or not at all; certificates and `app.ts` use it.

import { randomUUID } from "node:crypto";
import { access, constants, mkdir, open, rename, rm } from "node:fs/promises";
import { UserError } from "../../model/errors.ts";
import type { Texts } from "../../model/texts.ts";

/**
 * Makes the folder and its parents where they are missing, mode 0700; one that exists keeps its rights, for it may be
 * shared with good reason. @throws UserError when it cannot be made or written to
 */
export async function makePrivateFolder(folder: string, texts: Texts): Promise<void> {
  await inWords(folder, texts, async () => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.W_OK | constants.X_OK);
  });
}

/** After a crash at any instant the file holds its old content or the new one. @throws UserError when the disk refuses */
export async function writeWhole(
  file: { readonly folder: string; readonly name: string; readonly mode: number },
  content: string,
  texts: Texts,
): Promise<void> {
  const temporary = `${file.folder}/.${file.name}.${randomUUID()}`;
  await inWords(file.folder, texts, async () => {
    try {
      const handle = await open(temporary, "wx", file.mode);
      try {
        await handle.writeFile(content);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, `${file.folder}/${file.name}`);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  });
}

const REFUSALS = new Set(["EACCES", "EPERM", "EROFS", "ENOTDIR", "EEXIST", "ENOENT"]);

async function inWords(folder: string, texts: Texts, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code);
    const key =
      code === "ENOSPC" || code === "EDQUOT" ? "full" : REFUSALS.has(code) ? "unwritable" : undefined;
    if (key === undefined) throw error;
    throw new UserError(texts(`web.folder.${key}`, { folder }), 1, { cause: error });
  }
}
