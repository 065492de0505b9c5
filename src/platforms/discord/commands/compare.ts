// Whether the commands that stand at Discord are those that MateBot wants; `register.ts` asks.

type Json = Readonly<Record<string, unknown>>;

/** What Discord adds by itself, or keeps for old clients. */
const ADDED: ReadonlySet<string> = new Set([
  "id",
  "application_id",
  "version",
  "guild_id",
  "dm_permission",
  "default_permission",
  "nsfw",
  "name_localized",
  "description_localized",
]);

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What means the same as if it were not there. */
function isDefault(key: string, value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === false) return true;
  if (key === "integration_types") return Array.isArray(value) && value.length === 1 && value[0] === 0;
  if (Array.isArray(value)) return key !== "contexts" && value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normal);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, each]) => !isDefault(key, each))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [
        key,
        key === "contexts" && Array.isArray(each) ? [...each].sort() : normal(each),
      ]),
  );
}

function line(command: object): string {
  const known = Object.entries(command).filter(([key]) => !ADDED.has(key));
  // A command without a type is a slash command.
  return JSON.stringify(normal({ type: 1, ...Object.fromEntries(known) }));
}

/** In whatever order; `standing` with its dictionaries of languages. */
export function sameCommands(standing: readonly object[], wanted: readonly object[]): boolean {
  const [there, here] = [standing, wanted].map((list) => list.map(line).sort());
  return JSON.stringify(there) === JSON.stringify(here);
}

interface Named {
  readonly type?: unknown;
  readonly name?: unknown;
}

/** The names of those that are there and not wanted. */
export function strangers(standing: readonly Named[], wanted: readonly Named[]): readonly string[] {
  const key = ({ type = 1, name }: Named) => `${String(type)} ${String(name)}`;
  const known = new Set(wanted.map(key));
  return standing.flatMap((each) => (known.has(key(each)) ? [] : [String(each.name)]));
}
