// How the demo's people use slash commands, buttons and forms on Discord, and what they alone see of it; `discord-side.ts` owns it.

import type { DiscordSandbox } from "../sandbox/discord/sandbox.ts";
import type { Shown } from "./discord-view.ts";
import type { Doings } from "./side.ts";
import type { FormView } from "./view.ts";

export interface CommandParts {
  readonly sandbox: DiscordSandbox;
  readonly bot: { readonly id: string; readonly token: string; readonly applicationId: string };
  readonly guild: string;
  readonly channel: string;
  readonly changed: () => void;
  later(ms: number, work: () => void): void;
}

export interface DiscordCommands extends Pick<Doings, "press" | "submit"> {
  /** False when the words are no command that Discord would offer. */
  use(person: string, words: string, privately: boolean): Promise<boolean>;
  /** What one person alone sees in a channel, each with who that is. */
  whispers(channel: string): readonly (Shown & { readonly only: string })[];
  form(): FormView | undefined;
}

const LOCALES = ["pt-BR", "en-US", "es-ES"] as const;
const EPHEMERAL = 1 << 6;
/** An answer through the Gateway takes a moment. */
const ANSWERED_MS = [50, 300, 1_500];

interface Option {
  readonly name: string;
  readonly type: number;
  readonly name_localizations?: Readonly<Record<string, string>> | null;
}

interface Used {
  readonly id: string;
  readonly person: string;
  readonly channel: string;
}

export function createDiscordCommands(parts: CommandParts): DiscordCommands {
  const { sandbox, bot, guild, channel, changed, later } = parts;
  const used: Used[] = [];
  let closed = new Set<string>();
  const placeOf = (person: string, privately: boolean) =>
    privately ? sandbox.createDm(bot.id, person).id : channel;

  const begin = async (person: string, place: string, input: object): Promise<void> => {
    const { id } = await sandbox.use({ botId: bot.id, userId: person, channelId: place, ...input });
    used.push({ id, person, channel: place });
    for (const ms of ANSWERED_MS) later(ms, changed);
  };

  return {
    async use(person, words, privately) {
      const typed = /^\/(\S+)\s*([\s\S]*)$/.exec(words.trim());
      const known = sandbox.commands(bot.id, privately ? undefined : guild).filter(({ type }) => type === 1);
      const name = typed?.[1]?.toLowerCase() ?? "";
      for (const locale of LOCALES) {
        const command = known.find((each) => each.shown(locale) === name || each.name === name);
        if (!command) continue;
        const options = optionsIn(typed?.[2] ?? "", await definition(parts, command.name));
        await begin(person, placeOf(person, privately), { name: command.name, locale, options });
        return true;
      }
      return false;
    },
    press: ({ person, message, button, privately = false }) =>
      begin(person, placeOf(person, privately), { type: 3, message, name: button }),
    async submit({ person, form, fields }) {
      closed = new Set([...closed, form]);
      changed();
      const shown = used.find(({ id }) => id === form);
      if (fields && shown) await begin(person, shown.channel, { type: 5, form, fields });
    },
    whispers: (place) =>
      used
        .filter((one) => one.channel === place)
        .flatMap(({ id, person }) =>
          (sandbox.interaction(id).shown as unknown as readonly Shown[])
            .filter(({ flags = 0 }) => (Number(flags) & EPHEMERAL) !== 0)
            .map((message) => ({ ...message, only: person })),
        ),
    form() {
      const last = used.findLast(({ id }) => sandbox.interaction(id).form !== undefined);
      const form = last && sandbox.interaction(last.id).form;
      if (!last || !form || closed.has(last.id)) return undefined;
      return { id: last.id, person: last.person, title: form.title, fields: form.fields };
    },
  };
}

/** As Discord would list it to the bot. */
async function definition({ sandbox, bot }: CommandParts, name: string): Promise<readonly Option[]> {
  const url = `${sandbox.url}/v10/applications/${bot.applicationId}/commands?with_localizations=true`;
  const response = await fetch(url, {
    headers: { authorization: `Bot ${bot.token}`, "user-agent": "DiscordBot (https://example.org, 1)" },
  });
  const commands = (await response.json()) as readonly {
    readonly name: string;
    readonly type: number;
    readonly options?: readonly Option[];
  }[];
  return commands.find((command) => command.name === name && command.type === 1)?.options ?? [];
}

/** `name:value` as Discord's client shows it; else the words in the order of the options, the last one takes the rest. */
function optionsIn(
  words: string,
  options: readonly Option[],
): Readonly<Record<string, string | number | boolean>> {
  const given = options.filter(({ type }) => type !== 11 && type !== 6);
  const named = [...words.matchAll(/(\S+?):(\S+)/g)].flatMap(([, key = "", value = ""]) => {
    const option = given.find((each) => namesOf(each).includes(key.toLowerCase()));
    return option ? [[option.name, typedAs(option, value)] as const] : [];
  });
  if (named.length > 0) return Object.fromEntries(named);
  const tokens = words.split(/\s+/).filter((token) => token !== "");
  return Object.fromEntries(
    given.flatMap((option, i) => {
      const isLast = i === given.length - 1;
      const value = isLast ? tokens.slice(i).join(" ") : (tokens[i] ?? "");
      return value === "" ? [] : [[option.name, typedAs(option, value)] as const];
    }),
  );
}

function namesOf({ name, name_localizations: others }: Option): readonly string[] {
  return [name, ...Object.values(others ?? {})];
}

/** Discord, application command option types: 4 integer, 5 boolean, 10 number. */
function typedAs({ type }: Option, value: string): string | number | boolean {
  if (type === 5) return /^(true|sim|s|yes|y|si|sí|on)$/i.test(value);
  return type === 4 || type === 10 ? Number(value.replace(",", ".")) : value;
}
