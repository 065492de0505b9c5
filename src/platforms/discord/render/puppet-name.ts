// Makes names that Discord accepts for webhook messages; the renderers call it for every author.

import type { Author } from "../../../model/message.ts";
import type { CreateRequest } from "../request.ts";

/** Discord, resources/webhook: 1-80 characters. UTF-16 units are never fewer than what Discord counts. */
const MAX_NAME = 80;

/** A name among others. Three of this length fit, and two with the number of the rest. */
const MAX_SHARED_NAME = 24;

const HAIR_SPACE = "\u200a";

// Control, format (zero-width, direction) and unassigned characters, and letters that show nothing.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]/gu;
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u;

// `clyde` and `discord` are documented; `here`, `everyone` and three backticks are refused in practice, even inside
// words (MinnDevelopment/discord-webhooks#100).
const REFUSED = /(?<=c)(?=lyde)|(?<=d)(?=iscord)|(?<=h)(?=ere)|(?<=e)(?=veryone)|(?<=`)(?=``)/giu;

const graphemes = new Intl.Segmenter();

/** A name Discord takes: the author's, else the user name, else an ellipsis. Refused words keep their looks. */
export function puppetName(author: Author): string {
  const [name] = [author.name, author.username ?? ""]
    .map(clean)
    .filter((candidate) => VISIBLE.test(candidate));
  return cut((name ?? "…").replace(REFUSED, HAIR_SPACE));
}

/** What leads to the author's picture, as far as it is known. */
export function faceOf({
  user,
  face,
  portrait,
}: Author): Pick<NonNullable<CreateRequest["puppet"]>, "user" | "face"> {
  if (portrait === "none") return {};
  if (portrait) return { user: { account: portrait.account, id: portrait.id } };
  return {
    ...(user && { user: { account: user.account, id: user.id } }),
    ...(face !== undefined && { face }),
  };
}

/** One name for what several said together: `Ana, Bruno`, or `Ana, Bruno +3`. At least one author. */
export function puppetNames(authors: readonly Author[]): string {
  const names = authors.map(puppetName);
  const [only = "…"] = names;
  if (names.length <= 1) return only;
  const shown = (names.length <= 3 ? names : names.slice(0, 2)).map((name) => cut(name, MAX_SHARED_NAME));
  const others = names.length - shown.length;
  return `${shown.join(", ")}${others > 0 ? ` +${others}` : ""}`;
}

function clean(name: string): string {
  return name.replace(/\s+/gu, " ").replace(INVISIBLE, "").replace(/ +/g, " ").trim();
}

function cut(name: string, most = MAX_NAME): string {
  if (name.length <= most) return name;
  let out = "";
  for (const { segment } of graphemes.segment(name)) {
    if (out.length + segment.length >= most) break;
    out += segment;
  }
  return `${out.trimEnd()}…`;
}
