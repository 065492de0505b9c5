// Feedback to the people who run this MateBot, and their answers back to where it was given.

import type { BridgeEvent } from "../../model/event.ts";
import { excerptOf } from "../../model/excerpt.ts";
import { answerRef, type MessageRef, sameConversation } from "../../model/refs.ts";
import { plainText, type RichText } from "../../model/rich-text.ts";
import type { Area } from "../area.ts";
import { type Answer, type Command, type Question, Refusal, ROLES, said } from "../command.ts";
import type { RobotWorld } from "../world.ts";
import {
  type Feedback,
  feedbackById,
  feedbackId,
  feedbackOf,
  keepFeedback,
  keepTimes,
  sentLately,
} from "./feedback-records.ts";

const MOST_AN_HOUR = 3;
const MOST_TEXT = 2_000;
const EXCERPT = 80;

export const feedbackCommand: Command = {
  name: "feedback",
  texts: "robot-everyday.feedback",
  isCarried: false,
  isPrivate: true,
  pressedBy: "trusted",
  args: [{ key: "text", type: "text", rest: true, most: MOST_TEXT }],
  async answer(question) {
    const { ask, args, texts, world } = question;
    const to = world.config.feedbackRoom;
    if (!to) throw new Refusal("robot-everyday.feedback.unset");
    const words = String(args.text ?? "").trim();
    if (words === "") throw new Refusal("robot-everyday.feedback.usage");
    const now = world.clock.now();
    const times = await sentLately(world.store, ask.by.user, now);
    if (times.length >= MOST_AN_HOUR)
      throw new Refusal("robot-everyday.feedback.often", { most: MOST_AN_HOUR });
    const id = feedbackId(ask.id);
    const feedback = feedbackIn(question, words);
    const theirs = world.texts(world.rooms.language(to));
    const body = [
      ...(await headOf(question, theirs)),
      { kind: "quote", expandable: words.length > 300, children: [{ kind: "text", text: words }] } as const,
    ];
    const buttons = [[{ label: theirs("robot-everyday.feedback.answer"), action: `feedback:answer:${id}` }]];
    return said(texts("robot-everyday.feedback.thanks"), {
      also: [{ to, saying: { body, buttons } }],
      keep: async (tx) => {
        await keepFeedback(tx, { id, feedback, line: answerRef(to, ask.id, 0), now });
        await keepTimes(tx, ask.by.user, [...times, now], now);
      },
    });
  },
  press(question, words) {
    const { ask, texts } = question;
    const id = idIn(question, words);
    if (!ask.can.forms) return { toast: texts("robot-everyday.feedback.how") };
    return {
      form: {
        action: `feedback:answer:${id}`,
        title: texts("robot-everyday.feedback.form"),
        fields: [
          {
            ...{ name: "words", label: texts("robot-everyday.feedback.field") },
            ...{ isLong: true, isRequired: true, most: MOST_TEXT },
          },
        ],
      },
    };
  },
  async submit(question, words, fields) {
    const { world, texts } = question;
    const feedback = await feedbackById(world.store, idIn(question, words));
    if (!feedback) throw new Refusal("robot-everyday.feedback.gone");
    const body: RichText = [{ kind: "text", text: (fields.words ?? "").trim() }];
    return delivered(feedback, body, world, texts("robot-everyday.feedback.delivered", nameOf(feedback)));
  },
};

/** Only where feedback is read may it be answered. */
function idIn({ ask, world }: Question, words: string): string {
  const [what, id = ""] = words.split(":");
  const { feedbackRoom } = world.config;
  if (what !== "answer" || !feedbackRoom || !sameConversation(ask.room, feedbackRoom))
    throw new Refusal("robot-everyday.feedback.gone");
  return id;
}

function feedbackIn({ ask, language }: Question, words: string): Feedback {
  const message = ask.asked.kind === "command" ? ask.asked.message : undefined;
  const { user, name } = ask.by;
  return {
    ...{ room: ask.room, by: { user, name }, isPrivate: ask.isPrivate, language },
    excerpt: excerptOf(words, EXCERPT),
    ...(message && { message }),
  };
}

/** Who, on what, where; the room has a link only where anybody may find and read it. */
async function headOf({ ask, world, signal }: Question, theirs: Question["texts"]): Promise<RichText> {
  const { name, username } = ask.by;
  const who = username ? `${name} (@${username})` : name;
  const platform = world.platformOf(ask.account);
  if (ask.isPrivate)
    return [{ kind: "text", text: `${theirs("robot-everyday.feedback.from-private", { who, platform })}\n` }];
  const facts = await world
    .social(ask.account)
    ?.room(ask.room, signal)
    .catch(() => undefined);
  const room = facts?.name ?? ask.room.id;
  const head = theirs("robot-everyday.feedback.from-room", { who, platform, room });
  if (!facts?.isOpen || !facts.href) return [{ kind: "text", text: `${head}\n` }];
  const link = theirs("robot-everyday.feedback.open");
  return [
    { kind: "text", text: `${head} ` },
    { kind: "link", href: facts.href, children: [{ kind: "text", text: link }] },
    { kind: "text", text: "\n" },
  ];
}

function nameOf({ by }: Feedback): { readonly name: string } {
  return { name: by.name };
}

/** The answer, said where the feedback was given: to the message, or with the person's name. */
function delivered(feedback: Feedback, body: RichText, world: RobotWorld, words: string): Answer {
  const { room, message, by, isPrivate, language, excerpt } = feedback;
  const head = world.texts(language)("robot-everyday.feedback.answered", { excerpt });
  const mention: RichText =
    message || isPrivate
      ? []
      : [
          { kind: "mention", user: by.user, label: by.name },
          { kind: "text", text: " " },
        ];
  const saying = {
    body: [
      ...mention,
      { kind: "text", text: `${head}\n` },
      { kind: "quote", expandable: false, children: body },
    ],
  } as const;
  return said(words, { also: [{ to: room, saying, ...(message && { reply: message }) }] });
}

/** A reply in the feedback room, which may be an answer; `hear` looks whether it is. */
function replyIn(event: BridgeEvent, { config }: RobotWorld): MessageRef | undefined {
  if (event.kind !== "message.created") return undefined;
  const { author, ref, reply } = event.message;
  if (["robot", "bot", "relay"].includes(author.kind) || !config.feedbackRoom) return undefined;
  return sameConversation(ref.conversation, config.feedbackRoom) ? reply?.ref : undefined;
}

export const feedbackHearing: Pick<Required<Area>, "wants" | "hear"> = {
  wants: (event, world) => replyIn(event, world) !== undefined,
  async hear(event, world, signal) {
    const answered = replyIn(event, world);
    if (!answered || event.kind !== "message.created") return {};
    const feedback = await feedbackOf(world.store, answered);
    if (!feedback) return {};
    const { author, body, ref } = event.message;
    const texts = world.texts(world.rooms.language(ref.conversation));
    const role = author.user ? await world.roleOf(author.user, ref.conversation, signal) : "admin";
    if (ROLES.indexOf(role) < ROLES.indexOf("trusted"))
      return said(texts("robot-everyday.feedback.only-admins"));
    if (plainText(body).trim() === "") return said(texts("robot-everyday.feedback.no-words"));
    return delivered(feedback, body, world, texts("robot-everyday.feedback.delivered", nameOf(feedback)));
  },
};
