// States what the robot is asked by each kind of interaction, and what Discord is given back.

import { describe, expect, it } from "vitest";
import type { RobotPort } from "../../../bridge/social.ts";
import type { Ask, CommandSheet, PerLanguage, Reply } from "../../../model/ask.ts";
import type { FileAttachment } from "../../../model/attachment.ts";
import { text } from "../../../model/rich-text.ts";
import { loadTexts } from "../../../texts.ts";
import { createGuildDirectory } from "../account/guild-directory.ts";
import { createAnswers } from "./answer.ts";
import { type Interaction, interactionIn } from "./interaction.ts";

const words = (en: string, pt = en): PerLanguage<string> => ({ en, "pt-BR": pt, es: pt });
const sheets: readonly CommandSheet[] = [
  {
    ...{ name: "quote-save", names: words("save-quote", "guardar"), about: words("Keeps it") },
    ...{ forAdmins: false, where: "anywhere", onMessage: true },
    args: [
      { key: "who", name: words("person", "pessoa"), about: words("Who"), type: "user", isRequired: false },
      { key: "many", name: words("how-many"), about: words("N"), type: "integer", isRequired: false },
      { key: "tag", name: words("tag"), about: words("T"), type: "text", isRequired: false, completes: true },
    ],
  },
];

const guild = "1400000000000000002";
const channel = "1400000000000000003";
const ana = { id: "1400000000000000030", username: "ana.s", global_name: "Ana", avatar: "own" };
const bia = { id: "1400000000000000031", username: "bia" };
const inGuild = { guild_id: guild, channel_id: channel, context: 0, member: { nick: "Aninha", user: ana } };

const directory = createGuildDirectory();
directory.introduce({ userId: "1400000000000000010", applicationId: "1400000000000000001" });
directory.note("GUILD_CREATE", {
  id: guild,
  channels: [{ id: channel, name: "geral", type: 0 }],
  threads: [{ id: "1400000000000000004", name: "fio", type: 11, parent_id: channel }],
});

function open(reply: Reply | ((ask: Ask) => Reply) = {}) {
  const asked: Ask[] = [];
  const completed: (readonly [Ask, string, string])[] = [];
  const robot: RobotPort = {
    ask: async (ask) => {
      asked.push(ask);
      return typeof reply === "function" ? reply(ask) : reply;
    },
    stands: async () => {},
    complete: async (ask, key, typed) => {
      completed.push([ask, key, typed]);
      return [
        { label: "L".repeat(130), value: "long" },
        { label: "none", value: "" },
      ];
    },
    isPrivate: ({ asked: what }) => what.kind === "command" && what.name === "quote-save",
    commands: () => sheets,
  };
  const context = { account: "discord", texts: loadTexts("en"), robot };
  return { ...createAnswers({ context, directory }), asked, completed };
}

function interaction(more: Readonly<Record<string, unknown>>): Interaction {
  const given = {
    ...{ id: "1500000000000000001", application_id: "1400000000000000001", token: "t", type: 2 },
    ...{ locale: "pt-BR", ...inGuild, ...more },
  };
  const read = interactionIn(given);
  if (!read) throw new Error("this is no interaction");
  return read;
}

const slash = (data: object = {}, more: object = {}) =>
  interaction({ type: 2, data: { name: "save-quote", type: 1, ...data }, ...more });
const press = interaction({
  type: 3,
  data: { custom_id: "poll:yes", component_type: 2 },
  message: { id: "1400000000000000099", channel_id: channel },
});
const say = (words: string) => ({ body: [text(words)] });

describe("a question", () => {
  it("names the command, the arguments as they are defined, the person and the room", async () => {
    const { answerInteraction, asked } = open({ say: say("ok") });
    const options = [
      { name: "person", type: 6, value: bia.id },
      { name: "how-many", type: 4, value: 3 },
    ];
    await answerInteraction(slash({ options }));
    expect(asked).toEqual([
      {
        id: "interaction:1500000000000000001",
        account: "discord",
        room: { account: "discord", id: channel },
        isPrivate: false,
        by: {
          kind: "person",
          name: "Aninha",
          user: { account: "discord", id: ana.id },
          username: "ana.s",
          href: `https://discord.com/users/${ana.id}`,
          face: "own",
          locale: "pt-BR",
        },
        locale: "pt-BR",
        can: { forms: true, whispers: true },
        asked: {
          ...{ kind: "command", name: "quote-save", words: "", files: [] },
          options: { who: bia.id, many: 3 },
        },
        at: Number((1500000000000000001n >> 22n) + 1_420_070_400_000n),
      },
    ]);
  });

  it("in a private talk says so, and who asks by the user's own name", async () => {
    const { answerInteraction, asked } = open();
    await answerInteraction(
      slash({}, { guild_id: undefined, member: undefined, user: ana, context: 1, channel_id: "14" }),
    );
    expect(asked[0]).toMatchObject({ isPrivate: true, room: { id: "14" }, by: { name: "Ana" } });
  });

  it("in a thread names its channel, though nobody has heard of the thread", async () => {
    const { answerInteraction, asked } = open();
    await answerInteraction(slash({}, { channel_id: "1400000000000000004" }));
    const strange = { id: "1400000000000000077", type: 11, parent_id: channel };
    await answerInteraction(slash({}, { channel_id: strange.id, channel: strange }));
    expect(asked.map(({ room }) => room)).toEqual([
      { account: "discord", id: channel, thread: "1400000000000000004" },
      { account: "discord", id: channel, thread: strange.id },
    ]);
  });

  it("with a file brings the file", async () => {
    const { answerInteraction, asked } = open();
    const attachment = { id: "9", filename: "a.png", content_type: "image/png", size: 5, url: "https://x/" };
    await answerInteraction(
      slash({
        options: [{ name: "picture", type: 11, value: "9" }],
        resolved: { attachments: { 9: attachment } },
      }),
    );
    expect(asked[0]?.asked).toMatchObject({
      files: [{ kind: "photo", name: "a.png", bytes: 5 }],
      options: {},
    });
  });

  it("from the menu of a message is about that message", async () => {
    const { answerInteraction, asked } = open();
    const message = {
      ...{ id: "1400000000000000098", channel_id: channel, author: bia, content: "**bom** dia" },
      attachments: [{ id: "9", filename: "a.png", content_type: "image/png", url: "https://x/" }],
    };
    const data = { type: 3, name: "Save quote", target_id: message.id };
    await answerInteraction(slash({ ...data, resolved: { messages: { [message.id]: message } } }));
    expect(asked[0]?.asked).toMatchObject({
      name: "quote-save",
      about: {
        ref: { conversation: { account: "discord", id: channel }, id: message.id },
        user: { account: "discord", id: bia.id },
        text: "bom dia",
        files: [{ name: "a.png" }],
      },
    });
  });

  it("about a copy of ours names no user, who would be a webhook", async () => {
    const { answerInteraction, asked } = open();
    const message = {
      ...{ id: "98", channel_id: channel, author: bia, content: "oi" },
      ...{ webhook_id: bia.id, application_id: "1400000000000000001" },
    };
    const data = { type: 3, name: "Save quote", target_id: "98" };
    await answerInteraction(slash({ ...data, resolved: { messages: { 98: message } } }));
    const [ask] = asked;
    expect(ask?.asked.kind === "command" && ask.asked.about).toEqual({
      ref: { conversation: { account: "discord", id: channel }, id: "98" },
      text: "oi",
      files: [],
    });
  });

  it("by a button says which, and on which message", async () => {
    const { answerInteraction, asked } = open();
    await answerInteraction(press);
    const on = { conversation: { account: "discord", id: channel }, id: "1400000000000000099" };
    expect(asked[0]?.asked).toEqual({ kind: "press", action: "poll:yes", on });
  });

  it("by a form has its fields, in labels and in rows", async () => {
    const { answerInteraction, asked } = open();
    const components = [
      { type: 18, component: { type: 4, custom_id: "what", value: "festa" } },
      { type: 1, components: [{ type: 4, custom_id: "when", value: "" }] },
    ];
    await answerInteraction(interaction({ type: 5, data: { custom_id: "event:new", components } }));
    expect(asked[0]?.asked).toEqual({
      ...{ kind: "form", action: "event:new" },
      fields: { what: "festa", when: "" },
    });
  });

  it("for proposals names the argument and what is typed", async () => {
    const { answerInteraction, completed, asked } = open();
    const options = [
      { name: "how-many", type: 4, value: 2 },
      { name: "tag", type: 3, value: "fe", focused: true },
    ];
    const data = { name: "save-quote", type: 1, options };
    const answer = await answerInteraction(interaction({ type: 4, data }));
    expect(completed.map(([, key, typed]) => [key, typed])).toEqual([["tag", "fe"]]);
    expect(completed[0]?.[0].asked).toMatchObject({ options: { many: 2 } });
    expect(asked).toEqual([]);
    expect(answer).toEqual({
      type: 8,
      data: { choices: [{ name: `${"L".repeat(99)}…`, value: "long" }] },
    });
  });
});

describe("an answer", () => {
  const unpinged = { allowed_mentions: { parse: [] } };
  const answer = (reply: Reply, to: Interaction = slash()) => open(reply).answerInteraction(to);
  const photo: FileAttachment = { kind: "photo", account: "robot", source: "a", bytes: 10 };
  const buttons = [[{ label: "Sim", action: "poll:yes" }]];

  it("is said to all, or whispered", async () => {
    expect(await answer({ say: say("oi") })).toEqual({ type: 4, data: { content: "oi", ...unpinged } });
    expect(await answer({ say: say("oi"), isPrivate: true })).toEqual({
      type: 4,
      data: { content: "oi", flags: 64, ...unpinged },
    });
    expect(await answer({ say: { ...say("oi"), silent: true } })).toMatchObject({ data: { flags: 4096 } });
  });

  it("that has no room in one message goes on behind it, buttons last", async () => {
    const long = { ...say("palavra ".repeat(600)), buttons };
    const { data, more = [] } = await answer({ say: long, isPrivate: true });
    expect(more.length).toBeGreaterThanOrEqual(2);
    expect(data).not.toHaveProperty("components");
    for (const piece of [data, ...more.map((each) => each.data)]) {
      expect([...String(piece?.content)].length).toBeLessThanOrEqual(2000);
      expect(piece).toMatchObject({ flags: 64, ...unpinged });
    }
    expect(more.at(-1)?.data).toMatchObject({ components: [{ type: 1 }] });
  });

  it("with files has them, each in a form that Discord takes there", async () => {
    const to = slash({}, { attachment_size_limit: 50_000_000 });
    const { files } = await answer({ say: { body: [], files: [photo] } }, to);
    expect(files).toMatchObject([{ file: photo, wants: [{ maxBytes: 50_000_000 }, {}] }]);
  });

  it("changes the message whose button was pressed, with nothing left of what it was", async () => {
    const changed = await answer({ change: say("pronto") }, press);
    expect(changed).toEqual({
      type: 7,
      data: { content: "pronto", components: [], attachments: [], ...unpinged },
    });
    expect(await answer({ change: { ...say("e"), buttons } }, press)).toMatchObject({
      data: { components: [{ type: 1 }] },
    });
  });

  it("says a passing line to the person alone, behind a change", async () => {
    expect(await answer({ toast: "contado" }, press)).toEqual({
      type: 4,
      data: { content: "contado", flags: 64, ...unpinged },
    });
    expect(await answer({ change: say("2 votos"), toast: "contado" }, press)).toMatchObject({
      type: 7,
      more: [{ data: { content: "contado", flags: 64 } }],
    });
  });

  it("shows a form", async () => {
    const form = { action: "event:new", title: "Festa", fields: [{ name: "what", label: "O quê" }] };
    expect(await answer({ form })).toMatchObject({
      type: 9,
      data: { custom_id: "event:new", title: "Festa", components: [{ type: 18, component: { type: 4 } }] },
    });
  });

  it("of nothing leaves a button's message alone, and tells who gave a command that it is done", async () => {
    expect(await answer({}, press)).toEqual({ type: 6 });
    expect(await answer({})).toEqual({ type: 4, data: { content: "Feito.", flags: 64, ...unpinged } });
  });

  it("pings nobody, whatever it says", async () => {
    expect(await answer({ say: say("@everyone <@1400000000000000030>") })).toMatchObject({
      data: unpinged,
    });
  });

  it("is known to be private before it is there", () => {
    const { isPrivate } = open();
    expect(isPrivate?.(slash())).toBe(true);
    expect(isPrivate?.(slash({ name: "other" }))).toBe(false);
  });
});

describe("where there is no robot", () => {
  it("each is answered that it is not known", async () => {
    const { answerInteraction } = createAnswers({
      context: { account: "discord", texts: loadTexts("en") },
      directory,
    });
    expect(await answerInteraction(press)).toMatchObject({ type: 4, data: { flags: 64 } });
    expect((await answerInteraction(slash())).data?.content).toMatch(/não conhece/);
  });
});
