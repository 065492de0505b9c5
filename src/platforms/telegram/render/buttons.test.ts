// Buttons below the robot's messages: as the Bot API takes them, below words and files, and in edits.

import { describe, expect, it } from "vitest";
import type { Resolved } from "../../../bridge/platform.ts";
import type { FileAttachment, FileKind } from "../../../model/attachment.ts";
import type { Keyboard } from "../../../model/buttons.ts";
import type { Copy, Part } from "../../../model/delivery.ts";
import type { Message } from "../../../model/message.ts";
import { type RichText, text } from "../../../model/rich-text.ts";
import { thawed } from "../request.ts";
import { renderEdit } from "./changes.ts";
import { formOf } from "./form-hash.ts";
import { renderMessage } from "./render.ts";

const TO = { account: "telegram", id: "-1001234567890" };
const KNOWN: Resolved = { prepared: null, now: 0, texts: (key) => key };
const BUTTONS: Keyboard = [
  [
    { label: "Sim", action: "vote:yes", style: "good" },
    { label: "Não", action: "vote:no", style: "danger" },
  ],
  [{ label: "Regras", href: "https://example.org" }],
];
const inline = {
  inline_keyboard: [
    [
      { text: "Sim", callback_data: "vote:yes", style: "success" },
      { text: "Não", callback_data: "vote:no", style: "danger" },
    ],
    [{ text: "Regras", url: "https://example.org" }],
  ],
};

function file(kind: FileKind, source: string = kind): FileAttachment {
  return { kind, account: "~robot", source, bytes: 1000 };
}

function rendered(body: RichText, files: readonly FileAttachment[] = [], buttons: Keyboard = BUTTONS) {
  const message: Message = {
    ref: { conversation: TO, id: "!1" },
    author: { kind: "robot", name: "MateBot" },
    ...{ at: 0, body, attachments: files, buttons },
  };
  return renderMessage(message, TO, KNOWN, { profiles: false, maxBytes: 1_000_000 });
}

const requests = (parts: readonly Part[]) => parts.map(({ request }) => thawed(request));
const keyboards = (parts: readonly Part[]) => requests(parts).map(({ payload }) => payload.reply_markup);
const only = (parts: readonly Part[]): Part => {
  const [part] = parts;
  if (!part || parts.length > 1) throw new Error(`${parts.length} parts`);
  return part;
};
const copyOf = ({ hash }: Part): Copy =>
  ({
    ...{ ref: { conversation: TO, id: "5" }, part: 0, source: "x", hash, at: 0 },
  }) as unknown as Copy;

describe("buttons", () => {
  it("stand below the words, with their colours", () => {
    expect(keyboards(rendered([text("vai?")]))).toEqual([inline]);
  });

  it("are none when there are none", () => {
    expect(keyboards(rendered([text("vai?")], [], []))).toEqual([undefined]);
  });

  it("stand below the last of several messages", () => {
    expect(keyboards(rendered([text("x".repeat(5000))]))).toEqual([undefined, inline]);
  });

  it("stand below a file and its caption", () => {
    const part = only(rendered([text("veja")], [file("photo")]));
    expect(thawed(part.request)).toMatchObject({
      ...{ kind: "files", words: { text: "veja" } },
      payload: { reply_markup: inline },
    });
  });

  it("stand below the words that go on behind a file", () => {
    expect(keyboards(rendered([text("x".repeat(2000))], [file("photo")]))).toEqual([undefined, inline]);
  });

  it("stand below the words behind an album, which can have none", () => {
    const parts = rendered([text("veja")], [file("photo", "a"), file("photo", "b")]);
    expect(requests(parts)).toMatchObject([
      { kind: "files", words: { text: "" }, files: [{}, {}] },
      { method: "sendMessage", payload: { text: "veja", reply_markup: inline } },
    ]);
  });

  it("change the hash of what stands there, and neither its form nor its file", () => {
    for (const files of [[], [file("photo")]]) {
      const without = only(rendered([text("a")], files, []));
      const one = only(rendered([text("a")], files));
      const other = only(rendered([text("a")], files, BUTTONS.slice(0, 1)));
      expect(new Set([without.hash, one.hash, other.hash]).size).toBe(3);
      expect(formOf(one.hash)).toEqual(formOf(without.hash));
    }
  });

  it("are kept, changed and removed by an edit of words", () => {
    const [before, after] = [only(rendered([text("a")])), only(rendered([text("b")], [], []))];
    expect(thawed(renderEdit(before, copyOf(after), KNOWN) ?? null)).toMatchObject({
      ...{ method: "editMessageText", payload: { message_id: 5, text: "a", reply_markup: inline } },
    });
    const removed = thawed(renderEdit(after, copyOf(before), KNOWN) ?? null);
    expect(removed.payload).not.toHaveProperty("reply_markup");
  });

  it("are kept by an edit of a caption", () => {
    const [before, after] = [
      only(rendered([text("a")], [file("photo")])),
      rendered([text("b")], [file("photo")]),
    ];
    expect(thawed(renderEdit(only(after), copyOf(before), KNOWN) ?? null)).toMatchObject({
      ...{ kind: "edit-files", was: "caption", payload: { message_id: 5, reply_markup: inline } },
    });
  });
});
