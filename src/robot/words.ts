// How people write commands and values: slashes, names with accents, quotes; pure, the robot's parts share it.

/** A message that begins with a slash and a word. */
export interface Typed {
  /** Lower case, without accents. */
  readonly name: string;
  /** The bot it is for, lower case; undefined when nobody is named. */
  readonly handle?: string;
  readonly rest: string;
}

const COMMAND = /^\/([\p{L}\p{M}\p{N}_-]{1,32})(?:@([A-Za-z0-9_]{1,64}))?(?:\s+([\s\S]*))?$/u;

/** Undefined for what is no command: "/", "/usr/bin", "//". */
export function typedCommand(text: string): Typed | undefined {
  const match = COMMAND.exec(text.trim());
  if (!match?.[1]) return undefined;
  const [, name, handle, rest = ""] = match;
  return { name: folded(name), ...(handle && { handle: handle.toLowerCase() }), rest: rest.trim() };
}

/** The same for every way to write it: lower case, without accents. */
export function folded(word: string): string {
  return word.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

const TOKEN = /"([^"]*)"|“([^”]*)”|(\S+)/gu;

/** Words, or what stands between quotes; each with where it begins. */
export function tokens(text: string): readonly { readonly word: string; readonly at: number }[] {
  return [...text.matchAll(TOKEN)].map((match) => ({
    word: match[1] ?? match[2] ?? match[3] ?? "",
    at: match.index,
  }));
}
