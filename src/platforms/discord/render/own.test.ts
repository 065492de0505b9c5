// States which requests come out for what the robot itself says, and how names are told where there are no puppets.

import { describe, expect, it } from "vitest";
import type { Resolved } from "../../../bridge/platform.ts";
import type { FileAttachment } from "../../../model/attachment.ts";
import type { Keyboard } from "../../../model/buttons.ts";
import type { Copy, Part } from "../../../model/delivery.ts";
import type { Message } from "../../../model/message.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import { text } from "../../../model/rich-text.ts";
import type { CreateRequest, EditRequest } from "../request.ts";
import { cut, modalOf, rowsOf } from "./components.ts";
import { renderEdit } from "./edit.ts";
import { renderJoined } from "./joined.ts";
import { renderMessage } from "./render.ts";

const to: ConversationRef = { account: "discord", id: "300" };
const known = (more: Partial<Resolved> = {}, puppets = true): Resolved => ({
  prepared: { puppets, guild: "200" },
  now: 1_700_000_000_000,
  texts: (key) => `<${key}>`,
  ...more,
});
const message = (more: Partial<Message> = {}): Message => ({
  ref: { conversation: { account: "telegram", id: "-100" }, id: "7" },
  author: { kind: "robot", name: "MateBot" },
  at: 1,
  body: [text("oi")],
  attachments: [],
  ...more,
});
const ana = { kind: "person", name: "Ana" } as const;
const create = (part: Part | undefined) => part?.request as unknown as CreateRequest;
const requests = (parts: readonly Part[]) => parts.map((part) => create(part));
const buttons: Keyboard = [[{ label: "Sim", action: "poll:yes", style: "good" }]];
const photo: FileAttachment = { kind: "photo", account: "telegram", source: "f", stable: "s", bytes: 10 };
const answered = { conversation: to, id: "55" };

describe("what the robot says", () => {
  it("is said by the bot itself, under no name, though puppets could speak", () => {
    const [request] = requests(renderMessage(message(), to, known()));
    expect(request?.puppet).toBeUndefined();
    expect(request?.content).toBe("oi");
  });

  it("answers natively where the message is known", () => {
    const reply = { ref: answered, author: "Ana", excerpt: "e aí" };
    const [request] = requests(renderMessage(message({ reply }), to, known({ replyTo: answered })));
    expect(request).toMatchObject({ reply: "55", content: "oi" });
  });

  it("tells in words what it answers where no native reply could tell", () => {
    const reply = { ref: answered, author: "Ana", excerpt: "e aí" };
    for (const more of [{}, { replyTo: answered, replyIsJoined: true }] as const) {
      const [request] = requests(renderMessage(message({ reply }), to, known(more)));
      expect(request?.reply).toBeUndefined();
      expect(request?.content).toMatch(/^-# .*Ana.*\noi$/s);
    }
  });

  it("answers once and has its buttons once, however many messages it needs", () => {
    const long = message({ body: [text("palavra ".repeat(600))], buttons });
    const said = requests(renderMessage(long, to, known({ replyTo: answered })));
    expect(said.length).toBeGreaterThan(2);
    expect(said.map(({ reply }) => reply)).toEqual(["55", ...said.slice(1).map(() => undefined)]);
    expect(said.map((request) => request.buttons)).toEqual([...said.slice(1).map(() => []), buttons]);
  });

  it("has its buttons below files, too", () => {
    const said = requests(renderMessage(message({ attachments: [photo], buttons }), to, known()));
    expect(said).toHaveLength(1);
    expect(said[0]).toMatchObject({ buttons, files: [{ file: photo }] });
  });

  it("is a voice message alone when it is nothing else, and a sound with buttons when it has some", () => {
    const attachments = [{ ...photo, kind: "voice" }] as const;
    const alone = requests(
      renderMessage(message({ body: [], attachments }), to, known({ replyTo: answered })),
    );
    expect(alone).toMatchObject([{ voice: true, content: "", reply: "55" }]);
    const pressed = requests(renderMessage(message({ body: [], attachments, buttons }), to, known()));
    expect(pressed).toHaveLength(1);
    expect(pressed[0]).toMatchObject({ buttons });
    expect(pressed[0]?.voice).toBeUndefined();
  });
});

describe("an edit of it", () => {
  const copyOf = (part: Part): Copy => ({
    ref: { conversation: to, id: "9" },
    part: 0,
    at: 1,
    hash: part.hash,
  });
  const edit = (before: Message, after: Message) => {
    const [old] = renderMessage(before, to, known());
    const [next] = renderMessage(after, to, known());
    if (!old || !next) throw new Error("nothing was rendered");
    return {
      isNew: old.hash !== next.hash,
      request: renderEdit(next, copyOf(old), known()) as unknown as EditRequest,
    };
  };

  it("changes the buttons, and takes them away when there are none any more", () => {
    const other: Keyboard = [[{ label: "Não", action: "poll:no" }]];
    expect(edit(message({ buttons }), message({ buttons: other }))).toMatchObject({
      isNew: true,
      request: { content: "oi", buttons: other },
    });
    expect(edit(message({ buttons }), message())).toMatchObject({ isNew: true, request: { buttons: [] } });
    expect(edit(message({ buttons }), message({ buttons })).isNew).toBe(false);
  });

  it("says nothing of buttons where a person spoke", () => {
    const said = edit(message({ author: ana }), message({ author: ana, body: [text("olá")] }));
    expect(said.request).not.toHaveProperty("buttons");
  });
});

describe("a joined message", () => {
  const section = (more: Partial<Message>) => ({ kind: "message", message: message(more) }) as const;

  it("shows what the robot said without a name", () => {
    const joined = renderJoined([section({ author: ana }), section({ body: [text("pronto")] })], to, known());
    expect(create(joined?.part)).toMatchObject({ content: "**Ana**: oi\npronto", puppet: { name: "Ana" } });
    const alone = renderJoined([section({}), section({})], to, known());
    expect(create(alone?.part).puppet).toBeUndefined();
    expect(create(alone?.part).content).toBe("oi\noi");
  });

  it("ends before words with buttons", () => {
    expect(renderJoined([section({}), section({ buttons })], to, known())?.count).toBe(1);
    expect(renderJoined([section({ buttons })], to, known())).toBeUndefined();
  });

  it("tells no name where none is wished", () => {
    const sections = [section({ author: ana }), section({ author: { kind: "person", name: "Bia" } })];
    const said = (more: Partial<Resolved>) =>
      create(renderJoined(sections, to, known(more, false))?.part).content;
    expect(said({ attribution: "none" })).toBe("oi\noi");
    expect(said({ attribution: "name-platform", platform: "Telegram" })).toBe(
      "**Ana** (Telegram): oi\n**Bia** (Telegram): oi",
    );
  });
});

describe("who speaks, where there are no puppets", () => {
  it.each([
    [{}, "**Ana**: oi"],
    [{ attribution: "name" }, "**Ana**: oi"],
    [{ attribution: "none" }, "oi"],
    [{ attribution: "name-platform", platform: "Telegram" }, "**Ana** (Telegram): oi"],
    [{ attribution: "name-platform" }, "**Ana**: oi"],
  ] as const)("%j gives %s", (more, content) => {
    const [part] = renderMessage(message({ author: ana }), to, known(more, false));
    expect(create(part).content).toBe(content);
  });

  it("is not told a second time where a puppet speaks", () => {
    const [part] = renderMessage(message({ author: ana }), to, known({ attribution: "name-platform" }));
    expect(create(part)).toMatchObject({ content: "oi", puppet: { name: "Ana" } });
  });
});

describe("components", () => {
  it("have a style of their own for each kind of button", () => {
    const keyboard: Keyboard = [
      [
        { label: "a", action: "x:1" },
        { label: "b", action: "x:2", style: "good" },
        { label: "c", action: "x:3", style: "danger" },
        { label: "d", href: "https://example.org/" },
      ],
      [],
    ];
    expect(rowsOf(keyboard)).toEqual([
      {
        type: 1,
        components: [
          { type: 2, style: 1, label: "a", custom_id: "x:1" },
          { type: 2, style: 3, label: "b", custom_id: "x:2" },
          { type: 2, style: 4, label: "c", custom_id: "x:3" },
          { type: 2, style: 5, label: "d", url: "https://example.org/" },
        ],
      },
    ]);
  });

  it("of a form are inputs in labels, within Discord's limits", () => {
    const form = modalOf({
      action: "event:new",
      title: "T".repeat(60),
      fields: [
        { name: "what", label: "O quê", isRequired: true, most: 10, value: "já", hint: "H" },
        { name: "more", label: "L".repeat(60), isLong: true },
      ],
    });
    expect(form).toEqual({
      custom_id: "event:new",
      title: cut("T".repeat(60), 45),
      components: [
        {
          type: 18,
          label: "O quê",
          component: {
            ...{ type: 4, custom_id: "what", style: 1, required: true, max_length: 10 },
            ...{ value: "já", placeholder: "H" },
          },
        },
        {
          type: 18,
          label: cut("L".repeat(60), 45),
          component: { type: 4, custom_id: "more", style: 2, required: false, max_length: 4000 },
        },
      ],
    });
    expect([...cut("T".repeat(60), 45)]).toHaveLength(45);
  });
});
