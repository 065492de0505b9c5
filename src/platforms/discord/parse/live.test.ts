// States what the bridge hears of what people do on the simulated Discord, from the Gateway to the canonical events.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type DiscordAccount,
  type DiscordRig,
  openDiscordRig,
} from "../../../../test/support/discord-rig.ts";
import type { BridgeEvent } from "../../../model/event.ts";

let rig: DiscordRig;
let account: DiscordAccount;
beforeEach(async () => {
  rig = await openDiscordRig();
});
afterEach(() => rig.close());

const events = (): readonly BridgeEvent[] => account.stored.flatMap((raw) => account.platform.parse(raw));
const kinds = () => events().map(({ kind }) => kind);
const messages = () => events().flatMap((event) => (event.kind === "message.created" ? [event.message] : []));
const heard = (count: number) => rig.until(() => account.stored.length >= count);

async function start(channel = rig.channel): Promise<void> {
  account = rig.account({ bridged: [{ account: "discord", id: channel }] });
  await account.start();
}

describe("what people send", () => {
  it("files, stickers and lone emoji are files", async () => {
    await start();
    const bytes = Buffer.from("x");
    const sticker = rig.sandbox.createSticker(rig.guild, { name: "oi", format: 3, bytes });
    const emoji = rig.sandbox.createEmoji(rig.guild, { name: "blob", animated: true });
    const file = { filename: "SPOILER_a.png", bytes, contentType: "image/png" };
    rig.sandbox.say(rig.channel, rig.ana, { content: "veja", attachments: [file] });
    rig.sandbox.say(rig.channel, rig.ana, { stickers: [sticker] });
    rig.sandbox.say(rig.channel, rig.ana, { content: `<a:blob:${emoji.id}>` });
    await heard(3);
    expect(messages().map(({ attachments }) => attachments)).toMatchObject([
      [{ kind: "photo", name: "a.png", mime: "image/png", bytes: 1, spoiler: true }],
      [{ kind: "sticker", mime: "application/vnd.lottie+json", source: `cdn:/stickers/${sticker.id}.json` }],
      [{ kind: "sticker", stable: `emoji:${emoji.id}`, emoji: ":blob:" }],
    ]);
  });

  it("a picked GIF is an animation, at once or when its preview comes", async () => {
    await start();
    const page = "https://tenor.com/view/gato-1";
    const gif = { page, video: "https://media.tenor.com/a.mp4", bytes: Buffer.from("x") };
    const embed = rig.sandbox.gifEmbed(gif);
    rig.sandbox.say(rig.channel, rig.ana, { content: page, embeds: [embed] });
    const later = rig.sandbox.say(rig.channel, rig.ana, { content: page });
    rig.sandbox.unfurl(rig.channel, later.id, embed);
    await heard(3);
    const animation = { body: [], attachments: [{ kind: "animation", mime: "video/mp4" }] };
    expect(events()).toMatchObject([
      { kind: "message.created", message: animation },
      { kind: "message.created", message: { body: [{ text: page }], attachments: [] } },
      { kind: "message.edited", message: animation },
    ]);
  });

  it("a forward has what was forwarded", async () => {
    const other = rig.sandbox.createChannel(rig.guild, { name: "outro" }).id;
    await start();
    const attachments = [{ filename: "a.ogg", bytes: Buffer.from("x"), contentType: "audio/ogg" }];
    const source = rig.sandbox.say(other, rig.ana, { content: "**aviso**", attachments });
    rig.sandbox.forward(rig.channel, rig.ana, { channelId: other, messageId: source.id });
    await heard(1);
    expect(messages()).toMatchObject([
      { forward: { from: "#outro" }, body: [{ kind: "bold" }], attachments: [{ kind: "audio" }] },
    ]);
  });

  it("the answer to a command is sent once, when it is there", async () => {
    const dice = rig.sandbox.createBot({ name: "Dado" });
    rig.sandbox.addBot(rig.guild, dice.id);
    await start();
    const use = { botId: dice.id, name: "rolar" };
    const deferred = rig.sandbox.useCommand(rig.channel, rig.ana, use);
    rig.sandbox.useCommand(rig.channel, rig.ana, { ...use, answer: { content: "2" } });
    rig.sandbox.answerCommand(rig.channel, deferred.id, { content: "6" });
    rig.sandbox.unfurl(rig.channel, deferred.id);
    rig.sandbox.edit(rig.channel, deferred.id, { content: "5" });
    await heard(4);
    const command = { kind: "command", name: "/rolar", description: "Ana" };
    expect(events()).toMatchObject([
      { kind: "message.created", message: { body: [{ text: "2" }], attachments: [command] } },
      { kind: "message.created", message: { body: [{ text: "6" }], attachments: [command] } },
      // Its preview came: an update that changes nothing on the other side.
      { kind: "message.edited", message: { body: [{ text: "6" }] } },
      { kind: "message.edited", message: { body: [{ text: "5" }] } },
    ]);
  });
});

describe("what people do", () => {
  it("reactions come and go under the guild's name", async () => {
    rig.sandbox.setNick(rig.guild, rig.ana, "Aninha");
    await start();
    const { id } = rig.say("oi");
    rig.sandbox.react(rig.channel, id, rig.ana, "❤️");
    rig.sandbox.unreact(rig.channel, id, rig.ana, "❤️");
    await heard(3);
    const target = { id, conversation: rig.at() };
    const reaction = { emoji: "❤" };
    expect(events().slice(1)).toMatchObject([
      { kind: "reaction.changed", target, by: { name: "Aninha" }, change: { kind: "add", reaction } },
      {
        kind: "reaction.changed",
        target,
        by: { user: { id: rig.ana } },
        change: { kind: "remove", reaction },
      },
    ]);
  });

  it("a poll is voted in, its votes are counted, and it is closed", async () => {
    await start();
    const answers = ["Sim", "Não"].map((text, i) => ({ answer_id: i + 1, poll_media: { text } }));
    const expiry = new Date(rig.clock.now() + 3_600_000).toISOString();
    const poll = { question: { text: "Pizza?" }, answers, expiry, allow_multiselect: false, layout_type: 1 };
    const { id } = rig.sandbox.say(rig.channel, rig.ana, { poll });
    rig.sandbox.vote(rig.channel, id, rig.ana, 1);
    rig.sandbox.vote(rig.channel, id, rig.ana, 2);
    rig.sandbox.endPoll(rig.channel, id);
    await heard(6);
    const options = [
      { id: "1", text: "Sim" },
      { id: "2", text: "Não" },
    ];
    expect(events()).toMatchObject([
      {
        message: { attachments: [{ kind: "poll", poll: { question: "Pizza?", options, multiple: false } }] },
      },
      { kind: "vote.changed", change: { kind: "add", option: "1" } },
      { kind: "vote.changed", change: { kind: "remove", option: "1" } },
      { kind: "vote.changed", change: { kind: "add", option: "2" } },
      { kind: "vote.changed", change: { kind: "counts", counts: [{ count: 0 }, { option: "2", count: 1 }] } },
      { kind: "poll.closed", target: { id } },
      { kind: "poll.closed", target: { id } },
      { kind: "notice", notice: { group: "polls" } },
    ]);
  });

  it("a pin names its message", async () => {
    await start();
    const { id } = rig.say("oi");
    rig.sandbox.pin(rig.channel, id, rig.ana);
    await rig.until(() => kinds().includes("pin.changed"));
    expect(events().find(({ kind }) => kind === "pin.changed")).toMatchObject({
      target: { id },
      pinned: true,
      by: { name: "Ana" },
    });
  });

  it("a thread is created and named, and its messages know its name", async () => {
    await start();
    const thread = rig.sandbox.createThread(rig.channel, { name: "fio", ownerId: rig.ana, announced: true });
    rig.sandbox.say(thread.id, rig.ana, { content: "aqui" });
    await heard(3);
    const conversation = rig.at(thread.id);
    expect(events()).toMatchObject([
      { kind: "thread.changed", change: "created", name: "fio", conversation },
      { kind: "thread.changed", change: "created", name: "fio", conversation, by: { name: "Ana" } },
      { kind: "message.created", message: { ref: { conversation }, topic: "fio" } },
    ]);
  });

  it("a post in a forum is a thread with its first message", async () => {
    const forum = rig.sandbox.createChannel(rig.guild, { name: "ideias", type: 15 }).id;
    await start(forum);
    const post = rig.sandbox.createPost(forum, rig.ana, { title: "Pizza", content: "toda sexta" });
    await heard(2);
    const conversation = { account: "discord", id: forum, thread: post.id };
    expect(events()).toMatchObject([
      { kind: "thread.changed", change: "created", name: "Pizza", conversation },
      { kind: "message.created", message: { ref: { conversation, id: post.message.id }, topic: "Pizza" } },
    ]);
  });
});
