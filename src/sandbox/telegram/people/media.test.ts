// What people send beside text, as the bot receives it: files with their bytes, albums, places, polls, checklists.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bench, openBench } from "../test-bench.ts";
import { png, SAMPLES } from "../test-files.ts";
import type { Message } from "../types.ts";
import { UPDATE_KINDS } from "../updates/update-queue.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await openBench({ status: "administrator" });
  await bench.done("getUpdates", { allowed_updates: UPDATE_KINDS });
});
afterEach(() => bench.sandbox.close());

async function told(kind: string): Promise<readonly Record<string, unknown>[]> {
  const updates = await bench.updates();
  return updates.flatMap((update) => (kind in update ? [update[kind] as Record<string, unknown>] : []));
}

describe("files of people", () => {
  it.each(Object.entries(SAMPLES))("a %s can be downloaded as it was sent", async (kind, bytes) => {
    const { sandbox, chatId, ana, bot } = bench;
    sandbox.sendFile(chatId, ana.id, {
      kind: kind as keyof typeof SAMPLES,
      bytes,
      duration: 3,
      spoiler: true,
    });
    const [message] = await told("message");
    const media = [message?.[kind]].flat().at(-1);
    const { file_id } = media as { file_id: string };
    const { file_path } = await bench.done<{ file_path: string }>("getFile", { file_id });
    const answer = await fetch(`${sandbox.url}/file/bot${bot.token}/${file_path}`);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(bytes);
    expect(sandbox.file(file_id).bytes).toEqual(bytes);
  });
  it("an album is several updates of one group, and the caption stands at the first", async () => {
    const files = [png(8, 8), png(9, 9)].map((bytes) => ({ kind: "photo" as const, bytes }));
    bench.sandbox.sendAlbum(bench.chatId, bench.ana.id, files, { caption: "férias" });
    const messages = await told("message");
    expect(messages.map(({ caption }) => caption)).toEqual(["férias", undefined]);
    expect(new Set(messages.map((message) => message.media_group_id)).size).toBe(1);
  });
  it("a replaced file is an edit with the new one alone", async () => {
    const { sandbox, chatId, ana } = bench;
    const sent = sandbox.sendFile(chatId, ana.id, { kind: "photo", bytes: png(8, 8) }, { caption: "um" });
    sandbox.replaceFile(
      chatId,
      sent.message_id,
      { kind: "video", bytes: SAMPLES.video },
      { caption: "dois" },
    );
    const [edited] = await told("edited_message");
    expect(edited).toMatchObject({ caption: "dois", video: expect.anything() });
    expect(edited).not.toHaveProperty("photo");
    expect(sandbox.everSent(chatId).at(-1)?.earlier).toMatchObject([{ caption: "um" }]);
  });
  it("one that is too big is said to be so", async () => {
    const file = { kind: "video", bytes: SAMPLES.video, size: 21 << 20 } as const;
    bench.sandbox.sendFile(bench.chatId, bench.ana.id, file);
    const [message] = await told("message");
    const file_id = Reflect.get(Object(message?.video), "file_id");
    expect(await bench.refused("getFile", { file_id })).toBe("Bad Request: file is too big");
  });
});

describe("a live location", () => {
  it("moves by edits, and stops by one without its period", async () => {
    const { sandbox, chatId, ana } = bench;
    const place = { latitude: -30.03, longitude: -51.23, livePeriod: 900 };
    const { message_id } = sandbox.sendLocation(chatId, ana.id, place);
    sandbox.moveLocation(chatId, message_id, { latitude: -30.04, longitude: -51.23 });
    sandbox.stopLocation(chatId, message_id);
    const [moved, stopped] = await told("edited_message");
    expect(moved?.location).toEqual({ latitude: -30.04, longitude: -51.23, live_period: 900 });
    expect(stopped?.location).toEqual({ latitude: -30.04, longitude: -51.23 });
  });
});

describe("polls", () => {
  const draft = { question: "Mate?", options: [{ text: "sim" }, { text: "não" }] };
  const ask = (params: object = {}) =>
    bench.done<Message & { poll: { id: string } }>("sendPoll", {
      chat_id: bench.chatId,
      question: "Mate?",
      options: [{ text: "sim" }, { text: "não" }],
      ...params,
    });

  it("of people are told of when they are made and when they are stopped, not when somebody votes", async () => {
    const { sandbox, chatId, ana } = bench;
    const { message_id } = sandbox.sendPoll(chatId, ana.id, draft);
    sandbox.vote(chatId, message_id, ana.id, [1]);
    expect(await told("poll")).toEqual([]);
    sandbox.closePoll(chatId, message_id);
    const [poll] = await told("poll");
    expect(poll).toMatchObject({ is_closed: true, total_voter_count: 1 });
    expect(() => sandbox.vote(chatId, message_id, ana.id, [0])).toThrow("closed");
  });
  it("of the bot are told of at each vote, and of who voted when they are not anonymous", async () => {
    const { sandbox, chatId, ana } = bench;
    const asked = await ask({ is_anonymous: false, allows_multiple_answers: true });
    sandbox.vote(chatId, asked.message_id, ana.id, [0, 1]);
    sandbox.vote(chatId, asked.message_id, ana.id, []);
    const updates = await bench.updates();
    const options = (update: unknown) => (update as { options: { voter_count: number }[] }).options;
    const counts = updates.flatMap(({ poll }) => (poll ? [options(poll).map((o) => o.voter_count)] : []));
    expect(counts).toEqual([
      [1, 1],
      [0, 0],
    ]);
    const answers = updates.flatMap(({ poll_answer }) => (poll_answer ? [poll_answer] : []));
    expect(answers).toMatchObject([
      { poll_id: asked.poll.id, user: { id: ana.id }, option_ids: [0, 1] },
      { option_ids: [] },
    ]);
    expect(() => sandbox.vote(chatId, asked.message_id, ana.id, [2])).toThrow("no such option");
  });
  it("of the bot close when they are stopped, once", async () => {
    const { message_id } = await ask();
    const stop = { chat_id: bench.chatId, message_id };
    expect(await bench.done("stopPoll", stop)).toMatchObject({ is_closed: true });
    expect(await bench.refused("stopPoll", stop)).toBe("Bad Request: poll has already been closed");
    const text = await bench.send("a");
    const other = bench.sandbox.sendPoll(bench.chatId, bench.ana.id, draft);
    const refused = (id: number) => bench.refused("stopPoll", { ...stop, message_id: id });
    expect(await refused(text.message_id)).toBe("Bad Request: message is not a poll");
    expect(await refused(other.message_id)).toBe("Bad Request: poll can't be stopped");
    expect(await refused(999)).toBe("Bad Request: message with poll to stop not found");
  });
  it("close by themselves when their time has come", async () => {
    const { message_id } = await ask({ open_period: 60 });
    await bench.clock.advance(60_000);
    expect(await told("poll")).toMatchObject([{ is_closed: true }]);
    expect(bench.sandbox.messages(bench.chatId).at(-1)).toMatchObject({
      message_id,
      poll: { is_closed: true },
    });
  });
  it.each([
    [{ question: "" }, "text must be non-empty"],
    [{ question: "a".repeat(301) }, "poll question length must not exceed 300"],
    [{ options: [] }, "poll must have at least one answer option"],
    [{ options: Array.from({ length: 13 }, () => ({ text: "a" })) }, "poll can't have more than 12 options"],
    [{ options: [{ text: "a".repeat(101) }] }, "poll options length must not exceed 100"],
  ])("%j is refused", async (params, why) => {
    await expect(ask(params)).rejects.toThrow(why);
  });
});

describe("a checklist", () => {
  it("is ticked and grows by service messages", async () => {
    const { sandbox, chatId, ana } = bench;
    const list = sandbox.sendChecklist(chatId, ana.id, { title: "Feira", tasks: ["erva", "pão"] });
    sandbox.tickTasks(chatId, list.message_id, ana.id, { done: [1] });
    sandbox.addTasks(chatId, list.message_id, ana.id, ["café"]);
    const updates = await bench.updates();
    expect(updates.some((update) => "edited_message" in update)).toBe(false);
    const [, ticked, added] = updates.map(({ message }) => message);
    expect(ticked?.checklist_tasks_done).toMatchObject({ marked_as_done_task_ids: [1] });
    expect(added?.checklist_tasks_added).toMatchObject({ tasks: [{ id: 3, text: "café" }] });
    const stands = sandbox.messages(chatId).find((message) => message.message_id === list.message_id);
    expect(stands?.checklist).toMatchObject({
      tasks: [{ id: 1, completed_by_user: { id: ana.id } }, { id: 2 }, { id: 3 }],
    });
  });
});
