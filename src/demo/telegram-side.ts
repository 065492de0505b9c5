// The Telegram half of the demo: a simulated group with two people in it, seen as the page shows it.

import type { MessageEntity } from "@grammyjs/types";
import { plainText, type RichText } from "../model/rich-text.ts";
import { entitiesToTree } from "../platforms/telegram/entities-parse.ts";
import { startTelegramSandbox } from "../sandbox/telegram/index.ts";
import { answered, type DemoSide, SHOWN } from "./side.ts";
import { readTelegramMarkup } from "./telegram-markup.ts";
import type { MessageView } from "./view.ts";

export interface TelegramSide extends DemoSide {
  /** For matebot.yaml. */
  readonly settings: { readonly api: string; readonly token: string; readonly conversation: string };
}

const PEOPLE = [{ firstName: "Ana" }, { firstName: "Bento" }];

export async function startTelegramSide(title: string): Promise<TelegramSide> {
  const sandbox = await startTelegramSandbox({ local: true });
  const bot = sandbox.createBot({ name: "MateBot", username: "mate_bot", privacy: false });
  const chat = sandbox.createChat({ title, type: "supergroup" });
  const people = PEOPLE.map((person) => ({ id: sandbox.createUser(person).id, name: person.firstName }));
  for (const { id } of people) sandbox.join(chat.id, id);
  // The bot comes last, so that the arrival of the others is no news to it.
  sandbox.join(chat.id, bot.id, "administrator");
  /** What was typed, for the box when it is edited. */
  const typed = new Map<number, string>();

  type Shown = ReturnType<typeof sandbox.messages>[number];
  const nameOf = (message: Shown) =>
    [message.from?.first_name, message.from?.last_name].filter(Boolean).join(" ");
  const show = (message: Shown): MessageView => {
    const { message_id: id, from, text = "", reply_to_message: reply } = message;
    const person = people.find((one) => one.id === from?.id);
    const carried = from?.id === bot.id;
    const body = entitiesToTree(text, message.entities as readonly MessageEntity[] | undefined);
    const speaker = carried ? speakerOf(body) : undefined;
    return {
      id: String(id),
      author: nameOf(message),
      ...{ carried, body },
      ...(speaker && { speaker }),
      source: typed.get(id) ?? text,
      edited: message.edit_date !== undefined,
      at: message.date * 1000,
      ...(person && { person: String(person.id) }),
      ...(reply && answered(reply.message_id, nameOf(reply), reply.text ?? "")),
    };
  };

  return {
    settings: { api: sandbox.url, token: bot.token, conversation: String(chat.id) },
    view: () => ({
      title,
      people: people.map(({ id, name }) => ({ id: String(id), name })),
      messages: sandbox
        .messages(chat.id)
        .filter(({ text }) => text !== undefined)
        .slice(-SHOWN)
        .map(show),
    }),
    say({ person, text, replyTo }) {
      const saying = { ...readTelegramMarkup(text), ...(replyTo && { replyTo: Number(replyTo) }) };
      typed.set(sandbox.say(chat.id, Number(person), saying).message_id, text);
    },
    edit(message, text) {
      sandbox.edit(chat.id, Number(message), readTelegramMarkup(text));
      typed.set(Number(message), text);
    },
    remove: (message) => sandbox.remove(chat.id, Number(message)),
    onChange: (listener) => sandbox.onChange(listener),
    close: () => sandbox.close(),
  };
}

/** The bridge begins each message with the bold name of who spoke. */
function speakerOf([first]: RichText): string | undefined {
  return first?.kind === "bold" ? plainText(first.children) : undefined;
}
