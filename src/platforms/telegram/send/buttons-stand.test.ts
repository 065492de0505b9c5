// The robot's buttons in the simulated chat: below words, files, albums and words in a file's place, and after edits.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FileShelf, SHELVED } from "../../../../test/support/file-shelf.ts";
import { openRig, type Rig } from "../../../../test/support/telegram-rig.ts";
import type { Platform, Resolved } from "../../../bridge/platform.ts";
import type { FileAttachment } from "../../../model/attachment.ts";
import type { Keyboard } from "../../../model/buttons.ts";
import type { Copy, Part } from "../../../model/delivery.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import { text } from "../../../model/rich-text.ts";
import { loadTexts } from "../../../texts.ts";

const never = new AbortController().signal;
const YES: Keyboard = [[{ label: "Sim", action: "vote:yes", style: "good" }]];
const NO: Keyboard = [[{ label: "Não", action: "vote:no" }]];
const yes = [[{ text: "Sim", callback_data: "vote:yes", style: "success" }]];
const no = [[{ text: "Não", callback_data: "vote:no" }]];

let rig: Rig;
let shelf: FileShelf;
let platform: Platform;
let to: ConversationRef;
let known: Resolved;

beforeEach(async () => {
  rig = await openRig();
  shelf = new FileShelf();
  platform = rig.account({ media: shelf }).platform;
  to = { account: "telegram", id: String(rig.chat) };
  known = { prepared: null, now: rig.clock.now(), texts: loadTexts("en") };
});
afterEach(() => rig.close());

function parts(words: string, buttons: Keyboard, files: readonly FileAttachment[] = []): readonly Part[] {
  const ref = { conversation: to, id: "!1" };
  const author = { kind: "robot", name: "MateBot" } as const;
  const message = { ref, author, at: 0, body: [text(words)], attachments: files, buttons };
  return platform.renderMessage(message, to, known);
}

/** The copies of the parts, as the bridge would keep them. */
async function send(all: readonly Part[]): Promise<readonly Copy[]> {
  const copies: Copy[] = [];
  for (const [index, part] of all.entries()) {
    const sent = await platform.send({ op: "create", part: index, ...part }, to, never);
    if (!sent) throw new Error("nothing was sent");
    copies.push({ ref: sent.ref, part: index, hash: sent.hash ?? part.hash, at: rig.clock.now() });
  }
  return copies;
}

async function edit(copy: Copy | undefined, part: Part | undefined): Promise<void> {
  const request = copy && part && platform.renderEdit(part, copy, known);
  if (!request || !part) throw new Error("no edit does that");
  await platform.send({ op: "edit", part: 0, hash: part.hash, request, targets: [copy.ref] }, to, never);
}

const stands = () =>
  rig.sandbox
    .messages(rig.chat)
    .filter(({ from }) => from?.is_bot === true)
    .map(({ text: words, caption, reply_markup }) => ({
      words: words ?? caption,
      keyboard: (reply_markup as { inline_keyboard: unknown } | undefined)?.inline_keyboard,
    }));

describe("buttons", () => {
  it("stand below words, change with them and go with an edit that has none", async () => {
    const [copy] = await send(parts("vai?", YES));
    expect(stands()).toEqual([{ words: "vai?", keyboard: yes }]);
    await edit(copy, parts("vai?", NO)[0]);
    expect(stands()).toEqual([{ words: "vai?", keyboard: no }]);
    await edit(copy, parts("foi", [])[0]);
    expect(stands()).toEqual([{ words: "foi", keyboard: undefined }]);
  });

  it("stand below a picture, change with its caption and go with an edit that has none", async () => {
    const photo = shelf.put("photo", "p", SHELVED.png);
    const [copy] = await send(parts("veja", YES, [photo]));
    expect(stands()).toEqual([{ words: "veja", keyboard: yes }]);
    await edit(copy, parts("olhe", NO, [photo])[0]);
    expect(stands()).toEqual([{ words: "olhe", keyboard: no }]);
    await edit(copy, parts("olhe só", [], [photo])[0]);
    expect(stands()).toEqual([{ words: "olhe só", keyboard: undefined }]);
  });

  it("stand below the words behind an album", async () => {
    const photos = [shelf.put("photo", "a", SHELVED.png), shelf.put("photo", "b", SHELVED.png)];
    await send(parts("vejam", YES, photos));
    expect(stands()).toEqual([
      { words: undefined, keyboard: undefined },
      { words: undefined, keyboard: undefined },
      { words: "vejam", keyboard: yes },
    ]);
  });

  it("stand below the words in the place of a file that cannot be had", async () => {
    await send(parts("veja", YES, [{ kind: "photo", account: "~robot", source: "nowhere" }]));
    expect(stands()).toMatchObject([{ words: expect.stringContaining("veja"), keyboard: yes }]);
  });
});
