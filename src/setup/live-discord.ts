// What the wizard learns of a Discord bot, and switches on for it: token, Message Content, channels; `live-platforms.ts` makes it.

import { sleep, systemClock } from "../model/clock.ts";
import type { Texts } from "../model/texts.ts";
import { askApplication, readsContent, switchOnContent } from "../platforms/discord/account/application.ts";
import { installLink } from "../platforms/discord/account/install-link.ts";
import { type DiscordConfig, discordSchema } from "../platforms/discord/config.ts";
import { createRest, type DiscordRest, type RestCall } from "../platforms/discord/rest/rest.ts";
import { ASK_MS, faultInWords, fieldsOf, refusalInWords, refusedIsNothing } from "./live-words.ts";
import type { DiscordBot, SeenPlace, SetupPlatform } from "./platforms.ts";

/** Between two looks at the servers the bot is in. */
const PAUSE_MS = 2_000;

/** Discord, resources/channel: text and announcement; what is said in both can be bridged. */
const TEXT_TYPES: ReadonlySet<unknown> = new Set([0, 5]);

type Fields = Readonly<Record<string, unknown>>;

export function liveDiscord(fields: Fields, texts: Texts, patienceMs: number): SetupPlatform<DiscordBot> {
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
      if (!config.success) return { places: [] };
      return { places: await withRest(config.data, (rest) => awaitChannels(rest, patienceMs)) };
    },
  };
}

async function withRest<T>(
  { api, token }: DiscordConfig,
  work: (rest: DiscordRest) => Promise<T>,
): Promise<T> {
  const rest = createRest({ api, token, clock: systemClock });
  try {
    return await work(rest);
  } finally {
    await rest.close();
  }
}

/** Switches Message Content on where Discord allows it: above the review limit only people can. */
async function introduce(rest: DiscordRest): Promise<DiscordBot> {
  const signal = AbortSignal.timeout(ASK_MS);
  const application = await askApplication(rest, signal);
  const me = fieldsOf(await rest.request({ method: "GET", route: "/users/@me", signal }));
  return {
    name: String(me.username),
    readsContent: readsContent(application) || (await switchOnContent(rest, application, signal)),
    installLink: installLink(application.id),
    settingsLink: `https://discord.com/developers/applications/${application.id}/bot`,
  };
}

/** Waits until the bot is in a server, `patienceMs` at most. */
async function awaitChannels(rest: DiscordRest, patienceMs: number): Promise<readonly SeenPlace[]> {
  const end = systemClock.now() + patienceMs;
  for (;;) {
    const found = await channelsOf(rest);
    if (found.length > 0 || systemClock.now() + PAUSE_MS > end) return found;
    await sleep(systemClock, PAUSE_MS);
  }
}

async function channelsOf(rest: DiscordRest): Promise<readonly SeenPlace[]> {
  const list = async (route: RestCall["route"]) => {
    const signal = AbortSignal.timeout(ASK_MS);
    const answer = await refusedIsNothing(rest.request({ method: "GET", route, signal }));
    return Array.isArray(answer) ? answer.map(fieldsOf) : [];
  };
  const found: SeenPlace[] = [];
  for (const guild of await list("/users/@me/guilds")) {
    for (const channel of await list(`/guilds/${String(guild.id)}/channels`)) {
      if (!TEXT_TYPES.has(channel.type)) continue;
      found.push({ id: String(channel.id), title: `${String(guild.name)} #${String(channel.name)}` });
    }
  }
  return found;
}
