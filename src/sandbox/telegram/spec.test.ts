// The simulator's methods and answers against the published description of the Bot API, when it is at hand.

import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeIf } from "../../../test/support/needs.ts";
import { capital } from "./methods/media-content.ts";
import { METHODS } from "./methods/method-table.ts";
import { type Bench, openBench } from "./test-bench.ts";
import { SAMPLES } from "./test-files.ts";
import { isRecord, type Message } from "./types.ts";
import { UPDATE_KINDS } from "./updates/update-queue.ts";

interface Field {
  readonly name: string;
  readonly types: readonly string[];
  readonly required: boolean;
}
interface Spec {
  readonly methods: Readonly<Record<string, { readonly fields?: readonly Field[] }>>;
  readonly types: Readonly<
    Record<string, { readonly fields?: readonly Field[]; readonly subtypes?: readonly string[] }>
  >;
}

const folder = process.env.MATEBOT_SPEC ?? resolve(import.meta.dirname, "../../../../shared/spec");
const path = folder.endsWith(".json") ? folder : resolve(folder, "telegram-bot-api.json");
const found = existsSync(path);
const MISSING = "telegram-bot-api.json is not here; MATEBOT_SPEC names its folder";
const spec: Spec = found ? JSON.parse(readFileSync(path, "utf8")) : { methods: {}, types: {} };

/** Still sent by the server though no longer documented. Client.cpp, JsonMessage::store */
const LEGACY = ["Message.new_chat_participant", "Message.new_chat_member"];

/** What is wrong with a value of a type: unknown fields, missing ones, wrong kinds. */
function faults(value: unknown, type: string, at: string): string[] {
  const array = /^Array of (.+)$/.exec(type)?.[1];
  if (array) {
    if (!Array.isArray(value)) return [`${at}: no array`];
    return value.flatMap((item: unknown, i) => faults(item, array, `${at}[${i}]`));
  }
  if (type === "Integer") return Number.isInteger(value) ? [] : [`${at}: no integer`];
  if (type === "Float") return typeof value === "number" ? [] : [`${at}: no number`];
  if (type === "String") return typeof value === "string" ? [] : [`${at}: no string`];
  if (type === "Boolean" || type === "True") return typeof value === "boolean" ? [] : [`${at}: no boolean`];
  const definition = spec.types[type];
  if (!definition) return [`${at}: unknown type ${type}`];
  if (definition.subtypes?.length) {
    const tries = definition.subtypes.map((subtype) => faults(value, subtype, at));
    return tries.some((list) => list.length === 0)
      ? []
      : (tries.toSorted((a, b) => a.length - b.length)[0] ?? []);
  }
  if (!isRecord(value)) return [`${at}: no object`];
  const fields = definition.fields ?? [];
  const missing = fields
    .filter((f) => f.required && !(f.name in value))
    .map((f) => `${at}.${f.name}: missing`);
  const wrong = Object.entries(value).flatMap(([key, item]) => {
    if (LEGACY.includes(`${type}.${key}`)) return [];
    const field = fields.find((f) => f.name === key);
    if (!field) return [`${at}.${key}: unknown`];
    const tries = field.types.map((t) => faults(item, t, `${at}.${key}`));
    return tries.some((list) => list.length === 0) ? [] : (tries[0] ?? []);
  });
  return [...missing, ...wrong];
}

describeIf(found, MISSING, { always: false })("every method", () => {
  it.each(METHODS.map((method) => [method.name, method] as const))(
    "%s has the documented parameters",
    (name, method) => {
      const fields = spec.methods[name]?.fields ?? [];
      expect(spec.methods).toHaveProperty(name);
      expect([...method.params].sort()).toEqual(fields.map((field) => field.name).sort());
    },
  );
});

describeIf(found, MISSING, { always: false })("every kind of update", () => {
  it("is a field of Update", () => {
    const documented = spec.types.Update?.fields
      ?.map((field) => field.name)
      .filter((name) => name !== "update_id");
    expect([...UPDATE_KINDS].sort()).toEqual(documented?.sort());
  });
});

describeIf(found, MISSING, { always: false })("the check itself", () => {
  it("sees unknown, missing and wrong fields", () => {
    const chat = { id: 1, type: "private", titel: "x" };
    expect(faults({ message_id: "1", chat }, "Message", "m")).toEqual([
      "m.date: missing",
      "m.message_id: no integer",
      "m.chat.titel: unknown",
    ]);
  });
});

describeIf(found, MISSING, { always: false })("every answer", () => {
  let bench: Bench;
  let topic: number;
  beforeAll(async () => {
    bench = await openBench({ forum: true, status: "administrator" });
    topic = bench.sandbox.createTopic(bench.chatId, "Horta");
  });
  afterAll(() => bench.sandbox.close());

  it("of a sender is a Message with known fields only", async () => {
    const reply_markup = { inline_keyboard: [[{ text: "a", callback_data: "b" }]] };
    const first = await bench.send("olá https://a.org", { message_thread_id: topic, reply_markup });
    const reply_parameters = { message_id: first.message_id, quote: "olá" };
    const samples: unknown[] = [
      first,
      await bench.send("b", { reply_parameters, link_preview_options: { is_disabled: true } }),
    ];
    for (const [kind, bytes] of Object.entries(SAMPLES)) {
      const method = `send${capital(kind)}`;
      const result = await bench.upload<Message>(method, { chat_id: bench.chatId, [kind]: bytes });
      expect(result).toHaveProperty(kind);
      samples.push(result);
    }
    expect(samples.flatMap((sample, i) => faults(sample, "Message", `sample ${i}`))).toEqual([]);
  });
  it("about a chat, its members, the bot and its webhook is of the documented type", async () => {
    const chat_id = bench.chatId;
    bench.sandbox.setUserPhoto(bench.ana.id, SAMPLES.photo);
    bench.sandbox.setChatPhoto(chat_id, SAMPLES.photo);
    const emoji = bench.sandbox.addCustomEmoji({ emoji: "🧉", bytes: SAMPLES.sticker });
    await bench.done("setMyCommands", { commands: [{ command: "a", description: "b" }] });
    const checks: readonly (readonly [string, object, string])[] = [
      ["getMe", {}, "User"],
      ["getChat", { chat_id }, "ChatFullInfo"],
      ["getChatMember", { chat_id, user_id: bench.ana.id }, "ChatMember"],
      ["getChatMember", { chat_id, user_id: bench.bot.id }, "ChatMember"],
      ["getChatAdministrators", { chat_id, return_bots: true }, "Array of ChatMember"],
      ["getChatMemberCount", { chat_id }, "Integer"],
      ["getUserProfilePhotos", { user_id: bench.ana.id }, "UserProfilePhotos"],
      ["createForumTopic", { chat_id, name: "x" }, "ForumTopic"],
      ["sendPoll", { chat_id, question: "?", options: [{ text: "a" }] }, "Message"],
      ["getCustomEmojiStickers", { custom_emoji_ids: [emoji] }, "Array of Sticker"],
      ["getWebhookInfo", {}, "WebhookInfo"],
      ["getMyCommands", {}, "Array of BotCommand"],
    ];
    for (const [method, params, type] of checks) {
      expect(faults(await bench.done(method, params), type, method)).toEqual([]);
    }
  });
  it("that is an update about what people send is an Update", async () => {
    const { sandbox, chatId, ana } = bench;
    await bench.done("getUpdates", { allowed_updates: [...UPDATE_KINDS] });
    await bench.updates();
    for (const [kind, bytes] of Object.entries(SAMPLES))
      sandbox.sendFile(chatId, ana.id, {
        kind: kind as keyof typeof SAMPLES,
        bytes,
        duration: 2,
        emoji: "🧉",
      });
    const place = { latitude: 1, longitude: 2, heading: 3, livePeriod: 60 };
    const live = sandbox.sendLocation(chatId, ana.id, place).message_id;
    sandbox.moveLocation(chatId, live, { latitude: 1.5, longitude: 2, horizontalAccuracy: 3 });
    sandbox.stopLocation(chatId, live);
    const options = [{ text: "a" }, { text: "b" }];
    const poll = sandbox.sendPoll(chatId, ana.id, { question: "?", options, correct: [0], explanation: "!" });
    sandbox.vote(chatId, poll.message_id, ana.id, [1]);
    sandbox.closePoll(chatId, poll.message_id);
    const asked = await bench.done<Message>("sendPoll", {
      chat_id: chatId,
      question: "?",
      options,
      is_anonymous: false,
    });
    sandbox.vote(chatId, asked.message_id, ana.id, [1]);
    const list = sandbox.sendChecklist(chatId, ana.id, { title: "t", tasks: ["a"] }).message_id;
    sandbox.tickTasks(chatId, list, ana.id, { done: [1] });
    sandbox.addTasks(chatId, list, ana.id, ["b"]);
    sandbox.forward(chatId, ana.id, { chatId, messageId: poll.message_id });
    sandbox.renameTopic(chatId, topic, "Jardim");
    sandbox.closeTopic(chatId, topic);
    sandbox.setTitle(chatId, "Pátio");
    sandbox.setChatPhoto(chatId, SAMPLES.photo);
    sandbox.react(chatId, list, ana.id, ["paid", "5400000000000000000"]);
    const updates = await bench.updates();
    expect(updates.length).toBeGreaterThan(20);
    expect(updates.flatMap((update) => faults(update, "Update", JSON.stringify(update)))).toEqual([]);
  });
  it("that is an update is an Update", async () => {
    const { sandbox, chatId, ana, bot } = bench;
    await bench.done("getUpdates", { allowed_updates: [...UPDATE_KINDS] });
    const said = sandbox.say(chatId, ana.id, { text: "um", thread: topic, asAnonymousAdmin: "chefe" });
    sandbox.edit(chatId, said.message_id, { text: "dois" });
    sandbox.react(chatId, said.message_id, ana.id, ["👍"]);
    sandbox.pin(chatId, said.message_id);
    const guest = sandbox.createUser({ firstName: "Beto" });
    sandbox.join(chatId, guest.id, "restricted");
    sandbox.kick(chatId, guest.id);
    const channel = sandbox.createChat({ title: "Jornal", type: "channel" });
    sandbox.join(channel.id, ana.id, "administrator");
    sandbox.join(channel.id, bot.id, "administrator");
    const post = sandbox.say(channel.id, ana.id, { text: "notícia", authorSignature: "Ana" });
    sandbox.react(channel.id, post.message_id, ana.id, ["👍"]);
    sandbox.say(chatId, ana.id, { text: "veja", replyTo: post.message_id, replyToChat: channel.id });
    const group = sandbox.createChat({ title: "Antigo", type: "group" });
    sandbox.join(group.id, bot.id);
    sandbox.upgrade(group.id);
    const reply_markup = { inline_keyboard: [[{ text: "a", callback_data: "b", style: "danger" }]] };
    const asked = await bench.send("?", { reply_markup });
    sandbox.press(chatId, asked.message_id, ana.id, "b");
    sandbox.mute(chatId, ana.id);
    sandbox.ban(chatId, ana.id, { anonymously: true });
    await bench.clock.advance(10 * 60_000);
    const updates = await bench.updates();
    const kinds = new Set(updates.flatMap((update) => Object.keys(update)));
    for (const kind of [
      "message",
      "edited_message",
      "channel_post",
      "message_reaction",
      "message_reaction_count",
      "chat_member",
      "my_chat_member",
      "callback_query",
    ]) {
      expect(kinds).toContain(kind);
    }
    expect(updates.flatMap((update) => faults(update, "Update", String(update.update_id)))).toEqual([]);
  });
});
