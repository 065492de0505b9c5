// Turns what is typed on the demo's Telegram side into text and entities, as the Telegram apps do; `telegram-side.ts` calls it.

interface Entity {
  readonly type: string;
  readonly offset: number;
  readonly length: number;
  readonly language?: string;
}

/** The apps' own typing shortcuts. Code comes first: nothing inside it is markup. */
const MARKS: readonly { readonly pattern: RegExp; readonly type: string; readonly raw?: boolean }[] = [
  { pattern: /```(?:([\w+#-]+)\n)?([\s\S]+?)```/, type: "pre", raw: true },
  { pattern: /`()([^`\n]+)`/, type: "code", raw: true },
  { pattern: /\*\*()([^\n]+?)\*\*/, type: "bold" },
  { pattern: /__()([^\n]+?)__/, type: "italic" },
  { pattern: /~~()([^\n]+?)~~/, type: "strikethrough" },
  { pattern: /\|\|()([^\n]+?)\|\|/, type: "spoiler" },
];

export function readTelegramMarkup(typed: string): { text: string; entities: readonly Entity[] } {
  let text = "";
  const entities: Entity[] = [];

  const read = (piece: string) => {
    let rest = piece;
    for (;;) {
      const found = firstMark(rest);
      if (!found) break;
      text += rest.slice(0, found.index);
      const offset = text.length;
      if (found.raw) text += found.inner;
      else read(found.inner);
      const language = found.language ? { language: found.language } : {};
      entities.push({ type: found.type, offset, length: text.length - offset, ...language });
      rest = rest.slice(found.index + found.length);
    }
    text += rest;
  };

  read(typed);
  return { text, entities: entities.sort((a, b) => a.offset - b.offset || b.length - a.length) };
}

function firstMark(text: string) {
  let first:
    | { index: number; length: number; inner: string; language: string; type: string; raw: boolean }
    | undefined;
  for (const { pattern, type, raw = false } of MARKS) {
    const match = pattern.exec(text);
    if (!match || (first && match.index >= first.index)) continue;
    first = {
      index: match.index,
      length: match[0].length,
      inner: match[2] ?? "",
      language: match[1] ?? "",
      type,
      raw,
    };
  }
  return first;
}
