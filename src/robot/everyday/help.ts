// Help by role and place, with a button for each topic; `/help COMMAND` explains one; the list says all at once.

import type { Button, Keyboard } from "../../model/buttons.ts";
import type { RichText } from "../../model/rich-text.ts";
import { type Answer, type Command, type Question, Refusal, said } from "../command.ts";
import { aboutOf, aliasesIn, exampleOf, nameOf } from "../registry.ts";
import { isTopic, lineOf, TOPICS, type Topic, topicOf, usableCommands } from "./command-list.ts";
import type { Say } from "./start.ts";

const IN_A_ROW = 2;

export function helpCommand(say: Say): Command {
  return {
    name: "help",
    texts: "robot-everyday.help",
    isPrivate: true,
    isCarried: false,
    args: [{ key: "command", type: "text", rest: true, most: 40, completes: true }],
    answer(question) {
      const word = String(question.args.command ?? "").trim();
      return word === "" ? overview(question, say) : explanation(question, word);
    },
    press(question, words) {
      const [kind, topic = ""] = words.split(":");
      if (kind !== "topic" || !isTopic(topic)) return { change: overview(question, say).say ?? { body: [] } };
      return { change: { body: pageOf(topic, question), buttons: keyboard(question, topic) } };
    },
    complete(question, _key, typed) {
      const { language, texts } = question;
      return usableCommands(question)
        .map((command) => nameOf(command, language, texts))
        .filter((name) => name.startsWith(typed.replace(/^\//, "").toLowerCase()))
        .slice(0, 25)
        .map((name) => ({ label: `/${name}`, value: name }));
    },
  };
}

function overview(question: Question, say: Say): Answer {
  const { ask, role, texts } = question;
  const place = ask.isPrivate ? "private" : "room";
  const about = say("help", {}, question) ?? texts("robot-everyday.help.intro");
  const how = texts("robot-everyday.help.how", { place, role });
  return { say: { body: [{ kind: "text", text: `${about}\n\n${how}` }], buttons: keyboard(question) } };
}

/** The topics in which there is something to say, two in a row. */
function keyboard(question: Question, open?: Topic): Keyboard {
  const used = new Set(usableCommands(question).map(topicOf));
  const buttons = TOPICS.filter((topic) => used.has(topic) && topic !== open).map(
    (topic): Button => ({
      label: question.texts(`robot-everyday.help.topic.${topic}`),
      action: `help:topic:${topic}`,
    }),
  );
  const rows: Button[][] = [];
  for (let at = 0; at < buttons.length; at += IN_A_ROW) rows.push(buttons.slice(at, at + IN_A_ROW));
  return rows;
}

function pageOf(topic: Topic, question: Question): RichText {
  const lines = usableCommands(question)
    .filter((command) => topicOf(command) === topic)
    .map((command) => lineOf(command, question));
  return [
    {
      kind: "bold",
      children: [{ kind: "text", text: question.texts(`robot-everyday.help.topic.${topic}`) }],
    },
    { kind: "text", text: `\n${lines.join("\n")}` },
  ];
}

function explanation(question: Question, word: string): Answer {
  const { world, language, texts } = question;
  const command = world.command(word.replace(/^\//, ""));
  if (!command || command.isHidden) throw new Refusal("robot-everyday.help.unknown", { word });
  const name = nameOf(command, language, texts);
  const aliases = aliasesIn(command, language, texts);
  const { who = "everyone", where = "anywhere" } = command;
  const facts = [
    texts("robot-everyday.help.facts.example", { example: exampleOf(command, language, texts) }),
    ...(aliases.length > 0
      ? [
          texts("robot-everyday.help.facts.aliases", {
            aliases: aliases.map((alias) => `/${alias}`).join(", "),
          }),
        ]
      : []),
    ...(who === "everyone" ? [] : [texts("robot-everyday.help.facts.who", { who })]),
    ...(where === "anywhere" ? [] : [texts("robot-everyday.help.facts.where", { where })]),
  ];
  return {
    say: {
      body: [
        { kind: "bold", children: [{ kind: "text", text: `/${name}` }] },
        { kind: "text", text: ` — ${aboutOf(command, language, texts)}\n${facts.join("\n")}` },
      ],
    },
  };
}

export const listCommand: Command = {
  name: "list",
  texts: "robot-everyday.list",
  isPrivate: true,
  isCarried: false,
  answer(question) {
    const { texts } = question;
    const commands = usableCommands(question);
    const body = TOPICS.flatMap((topic): RichText => {
      const lines = commands.filter((one) => topicOf(one) === topic).map((one) => lineOf(one, question));
      if (lines.length === 0) return [];
      const head = texts(`robot-everyday.help.topic.${topic}`);
      return [
        { kind: "text", text: "\n\n" },
        { kind: "bold", children: [{ kind: "text", text: head }] },
        { kind: "text", text: `\n${lines.join("\n")}` },
      ];
    });
    if (body.length === 0) return said(texts("robot-everyday.list.none"));
    const head = texts("robot-everyday.list.said", { count: commands.length });
    return { say: { body: [{ kind: "text", text: head }, ...body] } };
  },
};
