// States which requests come out for messages, notices, edits and deletes on Discord.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Resolved } from "../../../bridge/platform.ts";
import type { Copy, Part } from "../../../model/delivery.ts";
import type { Message } from "../../../model/message.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import { plainText, type RichText, text } from "../../../model/rich-text.ts";
import { parseMarkdown } from "../markdown/parse.ts";
import type { DiscordRequest } from "../request.ts";
import { renderEdit } from "./edit.ts";
import { renderDelete, renderMessage, renderNotice } from "./render.ts";

const to: ConversationRef = { account: "discord", id: "300" };
const thread: ConversationRef = { ...to, thread: "301" };

const known = (more: Partial<Resolved> = {}, puppets = true): Resolved => ({
  prepared: { puppets, guild: "200" },
  now: 1_700_000_000_000,
  texts: (key) => `<${key}>`,
  ...more,
});

const message = (body: RichText, more: Partial<Message> = {}): Message => ({
  ref: { conversation: { account: "telegram", id: "-100" }, id: "7" },
  author: { kind: "person", name: "Ana" },
  at: 1_700_000_000_000,
  body,
  attachments: [],
  ...more,
});

type Create = Extract<DiscordRequest, { kind: "create" }>;
const create = (part: Part | undefined): Create => part?.request as unknown as Create;
const contents = (parts: readonly Part[]) => parts.map((part) => create(part).content);
const points = (value: string) => [...value].length;

describe("a message", () => {
  it("is spoken by a puppet under the author's name", () => {
    const [part, ...rest] = renderMessage(message([text("oi")]), to, known());
    expect(rest).toEqual([]);
    expect(part?.hash).toMatch(/^[0-9a-f]{32}$/);
    expect(create(part)).toEqual({
      kind: "create",
      channel: "300",
      puppet: { name: "Ana" },
      content: "oi",
      nonce: expect.stringMatching(/^[\w-]{1,25}$/),
    });
  });

  it("has the name in bold before it where no puppet can speak", () => {
    const author = { kind: "person", name: "A*na" } as const;
    const [part] = renderMessage(message([text("oi")], { author }), to, known({}, false));
    expect(create(part).content).toBe("**A\\*na**: oi");
    expect(create(part).puppet).toBeUndefined();
  });

  it("begins a quote on a line below the name", () => {
    const body: RichText = [{ kind: "quote", expandable: false, children: [text("a")] }];
    expect(contents(renderMessage(message(body), to, known({}, false)))).toEqual(["**Ana**:\n> a"]);
  });

  it("goes into the thread", () => {
    expect(create(renderMessage(message([text("oi")]), thread, known())[0])).toMatchObject({
      channel: "300",
      thread: "301",
    });
  });

  it("keeps silence and previews as flags", () => {
    const flags = (more: Partial<Message>) =>
      create(renderMessage(message([text("a")], more), to, known())[0]).flags;
    expect(flags({})).toBeUndefined();
    expect(flags({ previews: false })).toBe(4);
    expect(flags({ silent: true })).toBe(4096);
    expect(flags({ silent: true, previews: false })).toBe(4100);
  });

  it.each([
    ["nothing", []],
    ["spaces", [text(" \n ")]],
    ["invisible characters", [text("\u200b\u2800")]],
  ])("of %s is a message that shows nothing", (_name, body) => {
    expect(contents(renderMessage(message(body), to, known()))).toEqual(["_ _"]);
  });

  it("has the same nonce at every attempt, another one in every part and place", () => {
    const long = message([text("palavra ".repeat(600))]);
    const nonces = renderMessage(long, to, known()).map((part) => create(part).nonce);
    expect(renderMessage(long, to, known()).map((part) => create(part).nonce)).toEqual(nonces);
    expect(
      new Set([...nonces, ...renderMessage(long, thread, known()).map((part) => create(part).nonce)]).size,
    ).toBe(nonces.length * 2);
  });
});

describe("a long message", () => {
  const context = {
    account: "d",
    mentionUser: () => undefined,
    role: () => undefined,
    channel: () => undefined,
  };

  it("is cut into parts that fit, without losing a word", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("*a*", "_b_", "😀", "word ", "\n", "`"), { maxLength: 3000 }),
        (words) => {
          const body = [text(words.join(""))];
          const parts = contents(renderMessage(message(body), to, known()));
          for (const content of parts) expect(points(content)).toBeLessThanOrEqual(2000);
          const seen = parts.map((content) => plainText(parseMarkdown(content, context))).join("");
          const letters = (value: string) => value.replace(/\s/g, "");
          if (letters(words.join("")) !== "") expect(letters(seen)).toBe(letters(words.join("")));
        },
      ),
      { numRuns: 40 },
    );
  });

  it("opens a fence again, with its language", () => {
    const code = Array.from({ length: 200 }, (_, i) => `const value${i} = ${i};`).join("\n");
    const parts = contents(
      renderMessage(message([{ kind: "pre", text: code, language: "ts" }]), to, known()),
    );
    expect(parts.length).toBeGreaterThan(1);
    for (const content of parts) expect(content).toMatch(/^```ts\n[^`]+\n```$/);
  });

  it("says the name once", () => {
    const parts = contents(renderMessage(message([text("palavra ".repeat(600))]), to, known({}, false)));
    expect(parts.filter((content) => content.includes("**Ana**"))).toHaveLength(1);
  });

  it("is cut even where nothing can be cut", () => {
    const parts = contents(renderMessage(message([text(`e${"\u0301".repeat(4100)}`)]), to, known()));
    for (const content of parts) expect(points(content)).toBeLessThanOrEqual(2000);
  });
});

describe("a reply", () => {
  const target = { conversation: to, id: "400" };

  it("has a small line with a jump link, the name and the first words", () => {
    const replied = message([text("sim")], { reply: { author: "Be_to", excerpt: "vamos\n*hoje*?" } });
    expect(contents(renderMessage(replied, to, known({ replyTo: target })))).toEqual([
      "-# [↩](<https://discord.com/channels/200/300/400>) **Be\\_to**: vamos \\*hoje\\*?\nsim",
    ]);
  });

  it("jumps into the thread", () => {
    const replied = message([text("sim")], { reply: { author: "Beto" } });
    const [content] = contents(
      renderMessage(replied, thread, known({ replyTo: { conversation: thread, id: "400" } })),
    );
    expect(content).toBe("-# [↩](<https://discord.com/channels/200/301/400>) **Beto**\nsim");
  });

  it("to something unknown has no link", () => {
    const replied = message([text("sim")], { reply: { author: "Beto", excerpt: "vamos?" } });
    expect(contents(renderMessage(replied, to, known()))).toEqual(["-# ↩ **Beto**: vamos?\nsim"]);
  });

  it("to which nothing is known still says that it is one", () => {
    const replied = message([text("sim")], { reply: {} });
    expect(contents(renderMessage(replied, to, known()))).toEqual(["-# ↩ \\<discord.reply.message>\nsim"]);
  });

  it("shows the quoted words instead of the first", () => {
    const quote: RichText = [{ kind: "bold", children: [text("hoje")] }];
    const replied = message([text("sim")], { reply: { author: "Beto", excerpt: "vamos hoje?", quote } });
    expect(contents(renderMessage(replied, to, known()))).toEqual(["-# ↩ **Beto**: hoje\nsim"]);
  });

  it("unfurls nothing, and pings nobody", () => {
    const replied = message([text("sim")], {
      reply: { author: "@everyone", excerpt: "https://a.example/x @here" },
    });
    const [content] = contents(renderMessage(replied, to, known()));
    expect(content).toBe("-# ↩ **@\u200beveryone**: <https://a.example/x> @\u200bhere\nsim");
  });

  it("stands before the name where no puppet can speak", () => {
    const replied = message([text("sim")], { reply: { author: "Beto", excerpt: "oi" } });
    expect(contents(renderMessage(replied, to, known({}, false)))).toEqual([
      "-# ↩ **Beto**: oi\n**Ana**: sim",
    ]);
  });
});

describe("a notice", () => {
  it("is the bot's own word", () => {
    const [part] = renderNotice([{ kind: "italic", children: [text("Ana entrou")] }], to, known());
    expect(create(part)).toEqual({
      kind: "create",
      channel: "300",
      content: "*Ana entrou*",
      nonce: expect.any(String),
    });
  });
});

describe("an edit", () => {
  const copy: Copy = { ref: { conversation: thread, id: "500" }, part: 0, hash: "x", via: "600", at: 0 };

  it("goes to the copy through the webhook that made it", () => {
    const [part] = renderMessage(message([text("oi!")], { previews: false, silent: true }), thread, known());
    if (!part) throw new Error("no part");
    expect(renderEdit(part, copy, known())).toEqual({
      kind: "edit",
      channel: "300",
      thread: "301",
      message: "500",
      via: "600",
      content: "oi!",
      flags: 4,
    });
  });

  it("keeps the name in front of a copy the bot itself made", () => {
    const reply = { author: "Beto", excerpt: "oi?" };
    const [part] = renderMessage(message([text("oi!")], { reply }), to, known());
    if (!part) throw new Error("no part");
    const own: Copy = { ref: { conversation: to, id: "500" }, part: 0, hash: "x", at: 0 };
    expect(renderEdit(part, own, known())).toEqual({
      kind: "edit",
      channel: "300",
      message: "500",
      content: "-# ↩ **Beto**: oi?\n**Ana**: oi!",
    });
  });
});

describe("a delete", () => {
  it("is one request for each copy", () => {
    const copies: readonly Copy[] = [
      { ref: { conversation: to, id: "500" }, part: 0, hash: "x", via: "600", at: 0 },
      { ref: { conversation: thread, id: "501" }, part: 1, hash: "y", at: 0 },
    ];
    expect(renderDelete(copies, to, known())).toEqual([
      { request: { kind: "delete", channel: "300", message: "500", via: "600" }, targets: [copies[0]?.ref] },
      {
        request: { kind: "delete", channel: "300", thread: "301", message: "501" },
        targets: [copies[1]?.ref],
      },
    ]);
  });
});
