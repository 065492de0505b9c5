// How large a command is by Discord's count; `payload.ts` leaves out what is larger than it takes.

interface Localized {
  readonly name?: string;
  readonly name_localizations?: Readonly<Record<string, string>>;
  readonly description?: string;
  readonly description_localizations?: Readonly<Record<string, string>>;
  readonly value?: string;
}

interface Command extends Localized {
  readonly options?: readonly (Localized & { readonly choices?: readonly Localized[] })[];
}

/** Discord, interactions/application-commands: characters in names, descriptions and values. */
export const LARGEST_COMMAND = 8000;

const lengthOf = (text = "") => [...text].length;

function longest(text: string | undefined, others: Localized["name_localizations"] = {}): number {
  return Math.max(lengthOf(text), ...Object.values(others).map(lengthOf));
}

function ofWords(item: Localized): number {
  const { name, name_localizations, description, description_localizations, value } = item;
  return (
    longest(name, name_localizations) + longest(description, description_localizations) + lengthOf(value)
  );
}

/** Characters, of each text those of its longest language. */
export function sizeOf(command: Command): number {
  const options = command.options ?? [];
  const inside = [...options, ...options.flatMap(({ choices }) => choices ?? [])];
  return inside.reduce((sum, item) => sum + ofWords(item), ofWords(command));
}
