// Finds and takes a person out of the JSON that the tables keep; pure, `privacy.ts` uses it.

import type { JoinedSection, Section } from "../../model/delivery.ts";
import type { Message } from "../../model/message.ts";
import type { UserRef } from "../../model/refs.ts";

export type Sections = readonly JoinedSection[];

/** What stands in the place of words that are gone. */
const GONE = "[…]";

/** Does an update tell of the person? Wherever an object in it is called by the id. */
export function tells(body: string, id: string): boolean {
  try {
    return namesThem(JSON.parse(body), id);
  } catch {
    // What is no JSON was never understood, and holds nobody in a way that could be found.
    return false;
  }
}

function namesThem(value: unknown, id: string): boolean {
  if (Array.isArray(value)) return value.some((one) => namesThem(one, id));
  if (typeof value !== "object" || value === null) return false;
  const { id: own, user_id: user } = value as { readonly id?: unknown; readonly user_id?: unknown };
  if (isId(own, id) || isId(user, id)) return true;
  return Object.values(value).some((one) => namesThem(one, id));
}

function isId(value: unknown, id: string): boolean {
  return (typeof value === "string" || typeof value === "number") && String(value) === id;
}

export function sectionsWith(sections: Sections, user: UserRef): boolean {
  return sections.some(
    ({ section }) =>
      section.kind === "message" &&
      (isSame(section.message.author.user, user) || isSame(section.message.reply?.user, user)),
  );
}

/** Their words and name are gone; who answered them keeps the answer. */
export function sectionsWithout(sections: Sections, user: UserRef): Sections {
  return sections.map((one) => ({ ...one, section: without(one.section, user) }));
}

function without(section: Section, user: UserRef): Section {
  if (section.kind !== "message") return section;
  const { message } = section;
  if (isSame(message.author.user, user)) return { kind: "message", message: emptied(message) };
  const { reply, ...rest } = message;
  if (!reply || !isSame(reply.user, user)) return section;
  const bare = { ...(reply.ref && { ref: reply.ref }), excerpt: GONE };
  return { kind: "message", message: { ...rest, reply: bare } };
}

function emptied({ ref, at }: Message): Message {
  const author = { kind: "person", name: "?" } as const;
  return { ref, at, author, body: [{ kind: "text", text: GONE }], attachments: [] };
}

function isSame(one: UserRef | undefined, { account, id }: UserRef): boolean {
  return one?.account === account && one.id === id;
}
