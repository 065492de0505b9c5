// A coffee counter: /cafe counts, /cafe ranking tells, the word coffee may be answered, ☕ is added on the way, and a
// line of the day at nine. Take it as the beginning of your own plugin; docs/plugins.md tells about every part.

import { definePlugin, type PluginApi } from "matebot/plugin";

interface Config {
  /** Coffees in a day from which on it becomes worried. */
  readonly most: number;
  /** Where the line of the day is said, as in matebot.yaml; nowhere when it is missing. */
  readonly room?: string;
}

/** A schema of zod does as well: anything with `parse`. */
function config(given: unknown): Config {
  const { most = 5, room } = (given ?? {}) as { most?: unknown; room?: unknown };
  if (typeof most !== "number" || most < 1) throw new Error("`most` is a number of coffees, for example 5");
  if (room !== undefined && typeof room !== "string")
    throw new Error("`room` is a room, like telegram:-100123");
  return { most, ...(room !== undefined && { room }) };
}

interface Drinker {
  readonly name: string;
  readonly cups: number;
}

async function drink(id: string, name: string, api: PluginApi<Config>): Promise<number> {
  const known = (await api.storage.get(`cups/${id}`)) as Drinker | undefined;
  const cups = (known?.cups ?? 0) + 1;
  await api.storage.set(`cups/${id}`, { name, cups });
  return cups;
}

async function ranking(api: PluginApi<Config>): Promise<readonly Drinker[]> {
  const rows = await api.storage.list("cups/");
  return rows.map(({ value }) => value as unknown as Drinker).sort((a, b) => b.cups - a.cups);
}

const MORE = { label: "☕ +1", action: "cafe:more" };

// biome-ignore lint/style/noDefaultExport: a plugin is its file's default export.
export default definePlugin<Config>({
  name: "cafe",
  config,

  commands: {
    cafe: {
      names: { "pt-BR": "cafe", en: "coffee", es: "cafecito" },
      aliases: { "pt-BR": ["cafezinho"], en: ["espresso"], es: [] },
      about: { "pt-BR": "conta um café", en: "counts a coffee", es: "cuenta un café" },
      example: { "pt-BR": "cafe ranking", en: "coffee ranking", es: "cafecito ranking" },
      args: [{ key: "what", type: "choice", choices: ["ranking"] }],
      async answer({ args, by }, api) {
        if (args.what === "ranking") {
          const best = await ranking(api);
          const lines = best.map(({ name, cups }, i) => ({
            kind: "text" as const,
            text: `${i + 1}. ${name}: ${cups}\n`,
          }));
          return best.length === 0 ? "☕ 0" : { nodes: lines };
        }
        const cups = await drink(by.id, by.name, api);
        return { text: `☕ **${cups}**${cups > api.config.most ? " 😳" : ""}`, buttons: [[MORE]] };
      },
      async press({ by }, _words, api) {
        const cups = await drink(by.id, by.name, api);
        return { text: `☕ **${cups}**`, buttons: [[MORE]], isChange: true, toast: `☕ ${cups}` };
      },
    },
  },

  triggers: [{ words: ["café", "coffee"], chance: 0.1, cooldown: "10m", run: () => "☕?" }],

  before: ({ text }) =>
    /(?<!\p{L})caf[eé](?!\p{L})/iu.test(text) && !text.includes("☕") ? { text: `${text} ☕` } : undefined,

  jobs: [
    {
      at: "09:00",
      async run(api) {
        const [first] = await ranking(api);
        if (api.config.room)
          await api.say(api.config.room, first ? `☀️☕ ${first.name}: ${first.cups}` : "☀️☕");
      },
    },
  ],
});
