// The Discord half of the demo: a simulated channel with two people in it, seen as the page shows it.

import { plainText, type RichText } from "../model/rich-text.ts";
import { parseMarkdown } from "../platforms/discord/markdown-parse.ts";
import { startDiscordSandbox } from "../sandbox/discord/index.ts";
import { answered, type DemoSide, SHOWN } from "./side.ts";
import type { MessageView } from "./view.ts";

export interface DiscordSide extends DemoSide {
  /** For matebot.yaml. */
  readonly settings: {
    readonly api: string;
    readonly cdn: string;
    readonly media: string;
    readonly token: string;
    readonly conversation: string;
  };
}

const PEOPLE = [
  { username: "carla", globalName: "Carla" },
  { username: "davi", globalName: "Davi" },
];

export async function startDiscordSide(guildName: string, title: string): Promise<DiscordSide> {
  const sandbox = await startDiscordSandbox();
  const bot = sandbox.createBot({ name: "MateBot" });
  const guild = sandbox.createGuild({ name: guildName });
  const channel = sandbox.createChannel(guild.id, { name: title });
  sandbox.addBot(guild.id, bot.id);
  const people = PEOPLE.map((person) => ({ id: sandbox.createUser(person).id, name: person.globalName }));
  for (const { id } of people) sandbox.addMember(guild.id, id);

  type Shown = ReturnType<typeof sandbox.messages>[number];
  const nameOf = (message: Pick<Shown, "author">) =>
    people.find(({ id }) => id === message.author.id)?.name ?? message.author.username;
  const read = (content: string): RichText =>
    parseMarkdown(content, {
      account: "discord",
      mentionUser: (id) => people.find((one) => one.id === id)?.name,
      role: () => undefined,
      channel: (id) => (id === channel.id ? { name: title } : undefined),
    });
  const show = (message: Shown): MessageView => {
    const person = people.find(({ id }) => id === message.author.id);
    const reply = message.referenced_message;
    return {
      id: message.id,
      author: nameOf(message),
      carried: message.webhook_id !== undefined || message.author.id === bot.id,
      body: read(message.content),
      source: message.content,
      edited: message.edited_timestamp !== null,
      at: Date.parse(message.timestamp),
      ...(person && { person: person.id }),
      ...(reply && answered(reply.id, nameOf(reply), plainText(read(reply.content)))),
    };
  };

  return {
    settings: {
      api: sandbox.url,
      cdn: sandbox.cdnUrl,
      media: sandbox.mediaUrl,
      token: bot.token,
      conversation: channel.id,
    },
    view: () => ({
      title: `#${title}`,
      people,
      messages: sandbox.messages(channel.id).slice(-SHOWN).map(show),
    }),
    say: ({ person, text, replyTo }) =>
      void sandbox.say(channel.id, person, { content: text, ...(replyTo && { replyTo }) }),
    edit: (message, content) => void sandbox.edit(channel.id, message, { content }),
    remove: (message) => sandbox.remove(channel.id, message),
    onChange: (listener) => sandbox.onChange(listener),
    close: () => sandbox.close(),
  };
}
