// What the wizard learns of a Discord bot, and switches on for it: token, Message Content, channels; `live-platforms.ts` makes it.

import { systemClock } from "../model/clock.ts";
import type { Texts } from "../model/texts.ts";
import { type DiscordConfig, discordSchema } from "../platforms/discord/config.ts";
import { createRest, type RestCall } from "../platforms/discord/rest.ts";
import { ASK_MS, faultInWords, fieldsOf, refusalInWords, refusedIsNothing } from "./live-words.ts";
import type { DiscordBot, SeenPlace, SetupPlatform } from "./platforms.ts";

// Discord, resources/application, application flags: MESSAGE_CONTENT, above and below the review limit.
const CONTENT_APPROVED = 1 << 18;
const CONTENT_LIMITED = 1 << 19;

/** Discord, resources/channel: text and announcement; what is said in both can be bridged. */
const TEXT_TYPES: ReadonlySet<unknown> = new Set([0, 5]);

/** Topics/permissions: all that a bridge uses, and the channel for people's pictures (MANAGE_CHANNELS). */
const PERMISSIONS = [4, 6, 10, 11, 13, 14, 15, 16, 18, 29, 34, 35, 37, 38, 46, 49, 51]
  .reduce((sum, bit) => sum | (1n << BigInt(bit)), 0n)
  .toString();

type Ask = (method: RestCall["method"], route: RestCall["route"], body?: object) => Promise<Fields>;
type Fields = Readonly<Record<string, unknown>>;

export function liveDiscord(fields: Fields, texts: Texts): SetupPlatform<DiscordBot> {
  const read = (token: string) => discordSchema.safeParse({ ...fields, platform: "discord", token });
  return {
    verify: async (token) => {
      const config = read(token);
      if (!config.success) return { ok: false, why: faultInWords(config.error.issues, texts) };
      try {
        return { ok: true, bot: await withRest(config.data, introduce) };
      } catch (error) {
        return { ok: false, why: refusalInWords(error, "discord", texts) };
      }
    },
    places: async (token) => {
      const config = read(token);
      return { places: config.success ? await withRest(config.data, channelsOf) : [] };
    },
  };
}

async function withRest<T>({ api, token }: DiscordConfig, work: (ask: Ask) => Promise<T>): Promise<T> {
  const rest = createRest({ api, token, clock: systemClock });
  const signal = AbortSignal.timeout(ASK_MS);
  try {
    return await work(async (method, route, body) =>
      fieldsOf(await rest.request({ method, route, signal, ...(body && { body }) })),
    );
  } finally {
    await rest.close();
  }
}

async function introduce(ask: Ask): Promise<DiscordBot> {
  const application = await ask("GET", "/applications/@me");
  const me = await ask("GET", "/users/@me");
  const id = String(application.id);
  return {
    name: String(me.username),
    readsContent: await switchOn(ask, application.flags),
    installLink: `https://discord.com/oauth2/authorize?client_id=${id}&scope=bot%20applications.commands&permissions=${PERMISSIONS}`,
    settingsLink: `https://discord.com/developers/applications/${id}/bot`,
  };
}

/** True when the bot may read messages now. Above the review limit only people can change it. */
async function switchOn(ask: Ask, flags: unknown): Promise<boolean> {
  if (typeof flags !== "number") return true;
  if (flags & (CONTENT_APPROVED | CONTENT_LIMITED)) return true;
  const answer = await refusedIsNothing(
    ask("PATCH", "/applications/@me", { flags: flags | CONTENT_LIMITED }),
  );
  return typeof answer?.flags === "number" && (answer.flags & CONTENT_LIMITED) !== 0;
}

async function channelsOf(ask: Ask): Promise<readonly SeenPlace[]> {
  const guilds = Object.values((await refusedIsNothing(ask("GET", "/users/@me/guilds"))) ?? {}).map(fieldsOf);
  const found: SeenPlace[] = [];
  for (const guild of guilds) {
    const channels = await refusedIsNothing(ask("GET", `/guilds/${String(guild.id)}/channels`));
    for (const channel of Object.values(channels ?? {}).map(fieldsOf)) {
      if (!TEXT_TYPES.has(channel.type)) continue;
      found.push({ id: String(channel.id), title: `${String(guild.name)} #${String(channel.name)}` });
    }
  }
  return found;
}
