// States how several sections stand in one Discord message, and that each is still whole there.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Resolved } from "../../../bridge/platform.ts";
import type { Copy, Part, Section } from "../../../model/delivery.ts";
import type { Author, Message } from "../../../model/message.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import { type Node, type RichText, text } from "../../../model/rich-text.ts";
import { parseMarkdown } from "../markdown/parse.ts";
import type { DiscordRequest } from "../request.ts";
import { renderEdit } from "./edit.ts";
import { renderJoined } from "./joined.ts";
import { renderMessage } from "./render.ts";

const to: ConversationRef = { account: "discord", id: "300" };
const known = (puppets = true): Resolved => ({
  prepared: { puppets, guild: "200" },
  now: 1_700_000_000_000,
  texts: (key) => key,
});

let ids = 0;
function says(name: string, body: RichText | string, more: Partial<Message> = {}): Section {
  const author: Author = { kind: "person", name, user: { account: "telegram", id: name } };
  const ref = { conversation: { account: "telegram", id: "-100" }, id: String(ids++) };
  const message = {
    ref,
    author,
    at: 0,
    body: typeof body === "string" ? [text(body)] : body,
    attachments: [],
  };
  return { kind: "message", message: { ...message, ...more } };
}
const notice = (words: string): Section => ({ kind: "notice", body: [text(words)] });
const quote = (words: string): Node => ({ kind: "quote", expandable: false, children: [text(words)] });
const list = (...words: readonly string[]): Node => ({
  kind: "list",
  ordered: false,
  items: words.map((each) => [text(each)]),
});

type Create = Extract<DiscordRequest, { kind: "create" }>;
const requestOf = (part: Part) => part.request as unknown as Create;
function joined(sections: readonly Section[], puppets = true) {
  const result = renderJoined(sections, to, known(puppets));
  if (result === undefined) throw new Error("nothing fits");
  const { content, puppet } = requestOf(result.part);
  return { content, name: puppet?.name, count: result.count, part: result.part };
}

describe("sections of one person", () => {
  it("are lines under that person's name", () => {
    const { content, name, count } = joined([
      says("Ana", "oi"),
      says("Ana", "tudo bem?"),
      says("Ana", "eu\nestou"),
    ]);
    expect({ content, name, count }).toEqual({ content: "oi\ntudo bem?\neu\nestou", name: "Ana", count: 3 });
  });

  it("say the name in the text where no puppet can speak", () => {
    expect(joined([says("Ana", "oi"), says("Ana", "tudo bem?")], false)).toMatchObject({
      content: "**Ana**: oi\ntudo bem?",
      name: undefined,
    });
  });

  it("are told apart from those of a namesake", () => {
    const other = {
      author: { kind: "person", name: "Ana", user: { account: "telegram", id: "9" } },
    } as const;
    expect(joined([says("Ana", "oi"), says("Ana", "olá", other)])).toMatchObject({
      content: "**Ana**: oi\n**Ana**: olá",
      name: "Ana, Ana",
    });
  });
});

describe("sections of several", () => {
  it("begin with the bold name, which those that follow each other share", () => {
    const sections = [says("Ana", "oi"), says("Ana", "tudo?"), says("Bruno", "tudo"), says("Ana", "que bom")];
    expect(joined(sections)).toMatchObject({
      content: "**Ana**: oi\ntudo?\n**Bruno**: tudo\n**Ana**: que bom",
      name: "Ana, Bruno",
      count: 4,
    });
  });

  it("stand under all names while these are few, else under the first and the number of the others", () => {
    const names = ["Ana", "Bruno", "Carla", "Davi", "Eva"];
    const of = (count: number) => joined(names.slice(0, count).map((name) => says(name, "oi"))).name;
    expect([2, 3, 4, 5].map(of)).toEqual([
      "Ana, Bruno",
      "Ana, Bruno, Carla",
      "Ana, Bruno +2",
      "Ana, Bruno +3",
    ]);
  });

  it("stand under names that Discord takes, however long and odd they are", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ unit: "grapheme" }), { minLength: 2, maxLength: 6 }),
        (names) => {
          const { name = "" } = joined(names.map((each) => says(each, "oi")));
          expect(name.length).toBeGreaterThan(0);
          expect(name.length).toBeLessThanOrEqual(80);
          expect(name).not.toMatch(/clyde|discord|here|everyone|```/i);
        },
      ),
    );
  });

  it("have the robot's lines between them, without a name", () => {
    const sections = [says("Ana", "oi"), notice("Beto entrou"), says("Ana", "olá")];
    expect(joined(sections)).toMatchObject({
      content: "**Ana**: oi\nBeto entrou\n**Ana**: olá",
      name: "Ana",
    });
  });

  it("begin a block on a line of its own", () => {
    expect(joined([says("Ana", [quote("a")]), says("Bruno", "b")]).content).toBe(
      "**Ana**:\n> a\n**Bruno**: b",
    );
  });
});

it("the robot's lines alone are the bot's own word", () => {
  expect(joined([notice("a"), notice("b")])).toMatchObject({ content: "a\nb", name: undefined });
});

describe("a reply among them", () => {
  const reply = { author: "Beto", excerpt: "vamos?" };

  it("is told in words before what is said", () => {
    expect(joined([says("Ana", "oi"), says("Ana", "sim", { reply })]).content).toBe(
      "oi\n-# ↩ **Beto**: vamos?\nsim",
    );
  });

  it("has the name told again after it", () => {
    const sections = [says("Bruno", "oi"), says("Ana", "não"), says("Ana", "sim", { reply })];
    expect(joined(sections).content).toBe("**Bruno**: oi\n**Ana**: não\n-# ↩ **Beto**: vamos?\n**Ana**: sim");
  });

  it("to a joined message says in words which of its sections is meant", () => {
    const section = says("Ana", "sim", { reply });
    if (section.kind !== "message") throw new Error("no message");
    const replyTo = { conversation: to, id: "400" };
    const [part] = renderMessage(section.message, to, { ...known(), replyTo, replyIsJoined: true });
    expect(part && requestOf(part).content).toBe(
      "-# [↩](<https://discord.com/channels/200/300/400>) **Beto**: vamos?\nsim",
    );
  });
});

describe("flags", () => {
  const flags = (...sections: readonly Section[]) => requestOf(joined(sections).part).flags;
  it("make no sound only when nobody wants one, and no previews as soon as one wants none", () => {
    expect(flags(says("Ana", "a"), says("Ana", "b"))).toBeUndefined();
    expect(flags(says("Ana", "a", { silent: true }), says("Ana", "b"))).toBeUndefined();
    expect(flags(says("Ana", "a", { silent: true }), says("Bruno", "b", { silent: true }))).toBe(4096);
    expect(flags(says("Ana", "a", { previews: false }), says("Bruno", "b"))).toBe(4);
  });
});

describe("what fits", () => {
  it("is taken from the front, whole", () => {
    const { count, content } = joined(Array.from({ length: 50 }, () => says("Ana", "x".repeat(99))));
    expect(count).toBe(20);
    expect([...content]).toHaveLength(20 * 100 - 1);
  });

  it("counts the names that another author makes necessary", () => {
    expect(joined([says("Ana", "x".repeat(1_990)), says("Bruno", "oi")])).toMatchObject({
      count: 1,
      name: "Ana",
    });
    expect(joined([says("Ana", "x".repeat(1_970)), says("Bruno", "oi")])).toMatchObject({ count: 2 });
  });

  it("counts code points", () => {
    expect(
      joined([says("Ana", "😀".repeat(1_500)), says("Ana", "😀".repeat(499)), says("Ana", "a")]).count,
    ).toBe(2);
  });

  it("is nothing when the first does not", () => {
    expect(renderJoined([says("Ana", "x".repeat(2_001)), says("Ana", "a")], to, known())).toBeUndefined();
    expect(renderJoined([says("Ana", "x".repeat(1_998))], to, known(false))).toBeUndefined();
  });

  it("takes no longer than its length", () => {
    const many = Array.from({ length: 20_000 }, () => says("Ana", "x".repeat(20)));
    const from = performance.now();
    joined(many);
    expect(performance.now() - from).toBeLessThan(1_000);
  });
});

describe("each section", () => {
  const context = {
    account: "d",
    mentionUser: () => undefined,
    role: () => undefined,
    channel: () => undefined,
  };

  /** Every letter in its styles, and every block: what a reader sees of a message, whatever the line breaks. */
  function seen(content: string) {
    const letters: string[] = [];
    let blocks = 0;
    const visit = (nodes: RichText, place: string): void => {
      for (const node of nodes) {
        if (node.kind === "quote" || node.kind === "list") blocks += 1;
        if (node.kind === "list") for (const item of node.items) visit(item, `${place} ${node.ordered}`);
        else if ("children" in node) visit(node.children, `${place} ${node.kind}`);
        else if ("text" in node) {
          for (const letter of node.text.replace(/\s/g, "")) letters.push(`${place} ${node.kind}: ${letter}`);
        }
      }
    };
    visit(parseMarkdown(content, context), "");
    return { letters, blocks };
  }

  const words = fc
    .array(
      fc.constantFrom(
        "a",
        "*b",
        "_c_",
        "> d",
        "- e",
        "1. f",
        "```",
        "`",
        "||",
        "~~",
        "# g",
        "-# h",
        "\n",
        " ",
        "\\",
      ),
      { minLength: 1, maxLength: 6 },
    )
    .map((parts) => parts.join(""));
  const node: fc.Arbitrary<Node> = fc.oneof(
    words.map(text),
    words.map((each): Node => ({ kind: "bold", children: [text(each)] })),
    words.map((each): Node => ({ kind: "spoiler", children: [text(each)] })),
    words.map((each): Node => ({ kind: "pre", text: each })),
    words.map((each): Node => ({ kind: "code", text: each })),
    words.map(quote),
    fc.array(words, { minLength: 1, maxLength: 3 }).map((each) => list(...each)),
    fc
      .array(words, { minLength: 1, maxLength: 3 })
      .map((each): Node => ({ kind: "list", ordered: true, items: each.map((item) => [text(item)]) })),
  );
  const section = fc
    .tuple(fc.constantFrom("Ana", "Bruno"), fc.array(node, { minLength: 1, maxLength: 3 }))
    .map(([name, body]) => says(name, body));

  it("stands there whole and in order, and nothing of it reaches into the next", () => {
    fc.assert(
      fc.property(fc.array(section, { minLength: 1, maxLength: 6 }), fc.boolean(), (sections, puppets) => {
        const { content, count } = joined(sections, puppets);
        expect([...content].length).toBeLessThanOrEqual(2_000);
        const several =
          new Set(sections.map((each) => each.kind === "message" && each.message.author.name)).size > 1;
        let last = "";
        const alone = sections.slice(0, count).map((each) => {
          const name = each.kind === "message" ? each.message.author.name : "";
          // Without a puppet a section alone says its name, as the first one in a row does here.
          const told = (several || !puppets) && name !== last;
          last = name;
          return seen(told ? joined([each], false).content : joined([each]).content);
        });
        const all = seen(content);
        expect(all.letters).toEqual(alone.flatMap(({ letters }) => letters));
        expect(all.blocks).toBe(alone.reduce((sum, { blocks }) => sum + blocks, 0));
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ["quotations", quote("a"), quote("b")],
    ["lists", list("a"), list("b")],
  ])("of %s is a block of its own", (_name, first, second) => {
    expect(seen(joined([says("Ana", [first]), says("Ana", [second])]).content).blocks).toBe(2);
  });
});

describe("once it stands there", () => {
  const copy: Copy = {
    ref: { conversation: to, id: "500" },
    part: 0,
    hash: "x",
    via: "600",
    at: 0,
    joined: true,
  };

  it("tells by its hash whether a section was changed", () => {
    const of = (second: string) => joined([says("Ana", "oi"), says("Bruno", second)]).part.hash;
    expect(of("a")).toBe(of("a"));
    expect(of("a")).not.toBe(of("b"));
  });

  it("is edited with its names, which are told once", () => {
    const { part } = joined([says("Ana", "oi"), says("Bruno", "olá")]);
    expect(renderEdit(part, copy, known())).toMatchObject({
      kind: "edit",
      via: "600",
      content: "**Ana**: oi\n**Bruno**: olá",
    });
  });

  it("says who is left when the others' sections went: the name above it names them still", () => {
    const { part } = joined([says("Ana", "oi"), says("Ana", "tudo bem?")]);
    expect(renderEdit(part, copy, known())).toMatchObject({ content: "**Ana**: oi\ntudo bem?" });
  });
});

it("has a nonce of its own place and sections, the same at every rendering", () => {
  const sections = [says("Ana", "oi"), says("Bruno", "olá")];
  const nonce = (place: ConversationRef, of = sections) => {
    const result = renderJoined(of, place, known());
    return result && requestOf(result.part).nonce;
  };
  expect(nonce(to)).toBe(nonce(to));
  expect(nonce(to)).toMatch(/^.{25}$/);
  expect(nonce({ ...to, thread: "301" })).not.toBe(nonce(to));
  expect(nonce(to, [says("Ana", "oi"), says("Bruno", "olá")])).not.toBe(nonce(to));
});
