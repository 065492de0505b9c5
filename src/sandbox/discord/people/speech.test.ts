// Polls, forwards, GIFs and commands of people, as an application hears of them.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../manual-clock.ts";
import { startDiscordSandbox } from "../index.ts";
import { ALL_INTENTS, at, furnish, login, type RawGateway, textAt } from "../raw-client.ts";
import type { DiscordSandbox } from "../sandbox.ts";

const POLLS = 1 << 24;
let sandbox: DiscordSandbox;
let clock: ManualClock;
let home: ReturnType<typeof furnish>;
let gateway: RawGateway;

beforeEach(async () => {
  clock = new ManualClock();
  sandbox = await startDiscordSandbox({ clock });
  home = furnish(sandbox);
  gateway = (await login(sandbox, home.bot.token, ALL_INTENTS | POLLS)).gateway;
  await gateway.dispatch("GUILD_CREATE");
});
afterEach(async () => {
  gateway.close(1000);
  await sandbox.close();
});

const poll = {
  question: { text: "Mate?" },
  answers: [{ poll_media: { text: "sim" } }, { poll_media: { text: "não", emoji: { name: "👎" } } }],
  duration: 1,
};
const ask = (more: object = {}) => sandbox.say(home.channel.id, home.ana.id, { poll: { ...poll, ...more } });
const read = (id: string) => home.rest("GET", `/channels/${home.channel.id}/messages/${id}`);

describe("votes", () => {
  test("come one event for each answer, and a single choice is changed by two", async () => {
    const { id } = ask();
    sandbox.vote(home.channel.id, id, home.ana.id, 1);
    sandbox.vote(home.channel.id, id, home.ana.id, 2);
    const about = {
      user_id: home.ana.id,
      message_id: id,
      channel_id: home.channel.id,
      guild_id: home.guild.id,
    };
    expect((await gateway.dispatch("MESSAGE_POLL_VOTE_ADD")).d).toEqual({ ...about, answer_id: 1 });
    expect((await gateway.dispatch("MESSAGE_POLL_VOTE_REMOVE")).d).toEqual({ ...about, answer_id: 1 });
    expect((await gateway.dispatch("MESSAGE_POLL_VOTE_ADD")).d).toEqual({ ...about, answer_id: 2 });
    expect(at((await read(id)).body, "poll", "results")).toEqual({
      answer_counts: [{ id: 2, count: 1, me_voted: false }],
      is_finalized: false,
    });
  });
  test("stay where several answers may be chosen", async () => {
    const { id } = ask({ allow_multiselect: true });
    sandbox.vote(home.channel.id, id, home.ana.id, 1);
    sandbox.vote(home.channel.id, id, home.ana.id, 2);
    sandbox.unvote(home.channel.id, id, home.ana.id, 1);
    const voters = (answer: number) =>
      home.rest("GET", `/channels/${home.channel.id}/polls/${id}/answers/${answer}`);
    expect((await voters(1)).body).toEqual({ users: [] });
    expect((await voters(2)).body).toMatchObject({ users: [{ id: home.ana.id }] });
    expect((await voters(3)).body).toMatchObject({ code: 10008 });
  });
  test("are heard with the intent for polls alone", async () => {
    const other = await login(sandbox, home.bot.token, ALL_INTENTS);
    const { id } = ask();
    sandbox.vote(home.channel.id, id, home.ana.id, 1);
    sandbox.type(home.channel.id, home.ana.id);
    await other.gateway.dispatch("TYPING_START");
    expect(other.gateway.packets.filter(({ t }) => t === "MESSAGE_POLL_VOTE_ADD")).toEqual([]);
    other.gateway.close(1000);
  });
});

describe("the end of a poll", () => {
  test("comes with its time: an update with the results, and a line about them", async () => {
    const { id } = ask();
    sandbox.vote(home.channel.id, id, home.ana.id, 2);
    await clock.advance(3_600_000);
    const ended = (await read(id)).body;
    expect(at(ended, "poll", "results")).toMatchObject({
      is_finalized: true,
      answer_counts: [{ id: 2, count: 1 }],
    });
    const line = sandbox.messages(home.channel.id).at(-1);
    expect(line).toMatchObject({
      type: 46,
      message_reference: { message_id: id },
      author: { id: home.ana.id },
    });
    expect(at(line, "embeds", 0, "fields")).toEqual(
      expect.arrayContaining([
        { name: "victor_answer_text", value: "não", inline: false },
        { name: "total_votes", value: "1", inline: false },
      ]),
    );
    expect(() => sandbox.vote(home.channel.id, id, home.ana.id, 1)).toThrow("no open poll");
  });
  test("comes early for the application's own, once, and for nobody else's", async () => {
    const end = (id: string) => home.rest("POST", `/channels/${home.channel.id}/polls/${id}/expire`);
    const own = await home.rest("POST", `/channels/${home.channel.id}/messages`, { poll });
    await gateway.dispatch("MESSAGE_CREATE");
    const id = textAt(own.body, "id");
    expect((await end(id)).body).toMatchObject({ poll: { results: { is_finalized: true } } });
    const updated = (await gateway.dispatch("MESSAGE_UPDATE")).d;
    expect(updated).toMatchObject({ id, poll: { results: { is_finalized: true } } });
    expect((await gateway.dispatch("MESSAGE_CREATE")).d).toMatchObject({ type: 46 });
    expect((await end(id)).body).toMatchObject({ code: 520001 });
    expect((await end(ask().id)).body).toMatchObject({ code: 50005 });
    const text = sandbox.say(home.channel.id, home.ana.id, { content: "a" });
    expect((await end(text.id)).body).toMatchObject({ code: 520006 });
    const hook = (await home.rest("POST", `/channels/${home.channel.id}/webhooks`, { name: "Mate" })).body;
    const path = `/webhooks/${textAt(hook, "id")}/${textAt(hook, "token")}?wait=true`;
    const asked = await home.open("POST", path, { poll });
    expect((await end(textAt(asked.body, "id"))).status).toBe(403);
    sandbox.endPoll(home.channel.id, textAt(asked.body, "id"));
    expect(sandbox.messages(home.channel.id).at(-1)).toMatchObject({
      type: 46,
      webhook_id: textAt(hook, "id"),
    });
  });
});

describe("forwards", () => {
  test("carry the text and the files, also when the source is gone and the first URL expired", async () => {
    const far = sandbox.createChannel(home.guild.id, { name: "longe" });
    const file = { filename: "a.txt", contentType: "text/plain", bytes: Buffer.from("mate") };
    const source = sandbox.say(far.id, home.ana.id, { content: "veja", attachments: [file] });
    const { id } = sandbox.forward(home.channel.id, home.ana.id, { channelId: far.id, messageId: source.id });
    const told = (await gateway.next(({ d }) => at(d, "id") === id)).d;
    expect(told).toMatchObject({
      content: "",
      flags: 16384,
      message_reference: { type: 1, message_id: source.id },
    });
    expect(at(told, "message_snapshots", 0, "message")).toMatchObject({ content: "veja" });
    expect(at(told, "message_snapshots", 0, "message")).not.toHaveProperty("author");
    sandbox.remove(far.id, source.id);
    await clock.advance(48 * 3_600_000);
    const again = (await read(id)).body;
    const url = textAt(again, "message_snapshots", 0, "message", "attachments", 0, "url");
    expect(await (await fetch(url)).text()).toBe("mate");
  });
});

describe("a GIF", () => {
  test("is a link with a moving picture that Discord's own host serves", async () => {
    const bytes = Buffer.from("....ftypisom");
    const gif = { page: "https://tenor.com/view/mate-1", video: "https://media.tenor.com/x/mate.mp4", bytes };
    const said = sandbox.say(home.channel.id, home.ana.id, { content: gif.page });
    sandbox.unfurl(home.channel.id, said.id, sandbox.gifEmbed(gif));
    const embed = at((await gateway.dispatch("MESSAGE_UPDATE")).d, "embeds", 0);
    expect(embed).toMatchObject({ type: "gifv", url: gif.page, provider: { name: "Tenor" } });
    const answer = await fetch(textAt(embed, "video", "proxy_url"));
    expect(answer.headers.get("content-type")).toBe("video/mp4");
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(bytes);
  });
});

describe("commands", () => {
  test("are answered later by an update without the flag LOADING", async () => {
    const { id } = sandbox.useCommand(home.channel.id, home.ana.id, { botId: home.bot.id, name: "clima" });
    const first = (await gateway.next(({ d }) => at(d, "id") === id)).d;
    expect(first).toMatchObject({
      type: 20,
      flags: 128,
      content: "",
      interaction_metadata: { name: "clima", user: { id: home.ana.id } },
    });
    sandbox.answerCommand(home.channel.id, id, { content: "sol" });
    expect((await gateway.dispatch("MESSAGE_UPDATE")).d).toMatchObject({ id, flags: 0, content: "sol" });
    expect(() => sandbox.answerCommand(home.channel.id, id, { content: "chuva" })).toThrow();
  });
  test("may be answered at once with components alone", () => {
    const components = [{ type: 17, components: [{ type: 10, content: "olá" }] }];
    const answer = { components, flags: 32768 };
    const said = sandbox.useCommand(home.channel.id, home.ana.id, { botId: home.bot.id, name: "x", answer });
    expect(said).toMatchObject({ flags: 32768, components });
  });
});

describe("edits of people", () => {
  test("take files away, and previews", async () => {
    const file = (filename: string) => ({
      filename,
      contentType: "text/plain",
      bytes: Buffer.from(filename),
    });
    const said = sandbox.say(home.channel.id, home.ana.id, {
      content: "https://a.org",
      attachments: [file("a"), file("b")],
    });
    const kept = said.attachments[1]?.id ?? "";
    sandbox.edit(home.channel.id, said.id, { keep: [kept] });
    const edited = (await gateway.dispatch("MESSAGE_UPDATE")).d;
    expect(at(edited, "attachments")).toMatchObject([{ id: kept, filename: "b" }]);
    expect(edited).toMatchObject({ content: "https://a.org" });
    sandbox.unfurl(home.channel.id, said.id);
    await gateway.dispatch("MESSAGE_UPDATE");
    sandbox.suppressEmbeds(home.channel.id, said.id);
    expect((await gateway.dispatch("MESSAGE_UPDATE")).d).toMatchObject({ flags: 4, embeds: [] });
  });
  test("voice messages have their waveform and duration", () => {
    const voice = {
      filename: "voice-message.ogg",
      contentType: "audio/ogg",
      bytes: Buffer.from("OggS"),
      durationSecs: 2.5,
      waveform: "AAEC",
    };
    const said = sandbox.say(home.channel.id, home.ana.id, { attachments: [voice], flags: 8192 });
    expect(said).toMatchObject({ flags: 8192, attachments: [{ duration_secs: 2.5, waveform: "AAEC" }] });
  });
});
