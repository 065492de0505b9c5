import { describe, expect, it } from "vitest";
import type { Message } from "../model/message.ts";
import type { ConversationRef, MessageRef } from "../model/refs.ts";
import { text } from "../model/rich-text.ts";
import { openStore } from "../storage/open.ts";
import { resolve } from "./resolve.ts";

const group: ConversationRef = { account: "left", id: "1" };
const channel: ConversationRef = { account: "right", id: "1" };
const inGroup = (id: string): MessageRef => ({ conversation: group, id });
const inChannel = (id: string): MessageRef => ({ conversation: channel, id });

function said(ref: MessageRef, reply: Message["reply"]): Message {
  const author = { kind: "person", name: "Ana" } as const;
  return { ref, author, at: 0, body: [text("sim")], attachments: [], ...(reply && { reply }) };
}

/** The group's 1 is known in the channel as 10 since 2000; the channel's 90 answers it and stands in the group. */
async function scene(answerSentAt: number) {
  const store = await openStore("sqlite::memory:");
  const row = { part: 0, hash: "h" };
  await store.transaction((tx) =>
    tx.map.record([
      { ...row, source: inGroup("1"), copy: inChannel("10"), at: 2_000 },
      { ...row, source: inChannel("90"), copy: inGroup("2"), at: answerSentAt },
    ]),
  );
  const edited = {
    kind: "message.edited",
    message: said(inChannel("90"), { ref: inChannel("10") }),
  } as const;
  return store.transaction((tx) => resolve(tx, edited, group));
}

describe("the edit of an answer", () => {
  it("answers natively when the answered message was known as the answer was sent", async () => {
    expect((await scene(3_000)).known).toMatchObject({ replyTo: inGroup("1") });
  });

  it("keeps telling in words what became known only later", async () => {
    expect((await scene(1_000)).known).toEqual({});
  });
});

describe("an answer to a joined message", () => {
  const joined = [
    { source: inGroup("1"), section: { kind: "message", message: said(inGroup("1"), undefined) } },
    {
      source: inGroup("2"),
      section: {
        kind: "message",
        message: { ...said(inGroup("2"), undefined), body: [text("outra coisa")] },
      },
    },
  ] as const;
  const answer = async (reply: Message["reply"]) => {
    const store = await openStore("sqlite::memory:");
    const copy = inChannel("10");
    return store.transaction(async (tx) => {
      await tx.map.record(
        joined.map(({ source }, section) => ({ source, copy, part: 0, hash: "h", at: 1, section })),
      );
      await tx.joined.save(copy, joined, 1);
      const message = said(inChannel("90"), reply);
      return (await resolve(tx, { kind: "message.created", message }, group)).known;
    });
  };

  it("goes to the line that is quoted", async () => {
    expect(await answer({ ref: inChannel("10"), quote: [text("outra")] })).toEqual({
      replyTo: inGroup("2"),
      replyIsJoined: false,
    });
  });

  it("says in words what is answered when no line is quoted", async () => {
    expect(await answer({ ref: inChannel("10") })).toEqual({ replyTo: inGroup("1"), replyIsJoined: true });
  });
});
