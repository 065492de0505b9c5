// The course of the wizard: with a person at the terminal, or by what was told and found out; `init` calls it.

import { UserError } from "../model/errors.ts";
import type { Language, Texts } from "../model/texts.ts";
import type { Answers } from "./answers.ts";
import { askPlace, type Place } from "./ask-places.ts";
import { askReach, findReach, type ReachAnswer, type ReachParts } from "./ask-reach.ts";
import { askBot, awaitContent, awaitPrivacy, type FoundBot, findBot } from "./ask-tokens.ts";
import type { Given } from "./given.ts";
import type { DiscordBot, PlatformName, SetupPlatform, SetupPlatforms, TelegramBot } from "./platforms.ts";
import type { Prompts } from "./prompts.ts";
import type { Standing } from "./write-config.ts";

export interface InterviewParts {
  readonly given: Given;
  readonly standing: Standing;
  /** The tokens that the configuration has now, resolved. */
  readonly known: Readonly<Partial<Record<PlatformName, string>>>;
  readonly platforms: SetupPlatforms;
  readonly reach: Omit<ReachParts, "texts">;
  readonly language: Language;
  readonly texts: Texts;
  readonly hide: (token: string) => void;
  /** Without a person: what should be known but stops nothing. */
  readonly note: (line: string) => void;
  /** Take what there is only one of, and leave out what there is not. */
  readonly yes: boolean;
}

export interface Interview {
  readonly answers: Omit<Answers, "tokens">;
  /** Those that are new. */
  readonly tokens: Readonly<Partial<Record<PlatformName, string>>>;
  readonly reach?: ReachAnswer;
}

interface Bots {
  readonly telegram: FoundBot<TelegramBot>;
  readonly discord: FoundBot<DiscordBot>;
}

/** Asks what cannot be found out. @throws UserError when the person gives up */
export async function interview(prompts: Prompts, parts: InterviewParts): Promise<Interview> {
  const { texts, platforms, given, standing } = parts;
  const telegram = await askBot(askingTelegram(parts), prompts);
  const telegramBot = await awaitPrivacy(telegram, platforms.telegram, prompts, texts);
  prompts.say(texts("setup.telegram.good", { bot: telegramBot.username }));
  const discord = await askBot(askingDiscord(parts), prompts);
  const discordBot = await awaitContent(discord, platforms.discord, prompts, texts);
  prompts.say(texts("setup.discord.good", { bot: discordBot.name }));
  const isTold = given.publicUrl !== undefined || given.listen !== undefined || given.tls !== undefined;
  const keeps = standing.hasWeb && !isTold && (await prompts.confirm(texts("setup.keep-web"), true));
  const reach = keeps ? undefined : await askReach(given, prompts, { ...parts.reach, texts });
  if (reach) prompts.say(reach.why);
  const bots = { telegram: { ...telegram, bot: telegramBot }, discord: { ...discord, bot: discordBot } };
  const bridge = await askBridge(bots, prompts, parts);
  return conclude(bots, reach, bridge, parts);
}

/** @throws UserError (exit code 2) with everything that is missing */
export async function findOut(parts: InterviewParts): Promise<Interview> {
  const { texts, given, note } = parts;
  const found = {
    telegram: await findBot(askingTelegram(parts)),
    discord: await findBot(askingDiscord(parts)),
  };
  const { telegram, discord } = found;
  const missing = (["telegram", "discord"] as const).flatMap((name) => {
    const one = found[name];
    if (one === undefined) return [texts(`setup.missing.${name}-token`)];
    return typeof one === "string" ? [one] : [];
  });
  missing.push(...missingPlaces(parts));
  if (missing.length > 0 || typeof telegram !== "object" || typeof discord !== "object")
    throw new UserError([texts("setup.missing.head"), ...missing.map((line) => `  - ${line}`)].join("\n"), 2);
  if (!telegram.bot.seesEverything) note(texts("setup.telegram.privacy", { bot: telegram.bot.username }));
  if (!discord.bot.readsContent) note(texts("setup.discord.content", { link: discord.bot.settingsLink }));
  const isTold = given.publicUrl !== undefined || given.listen !== undefined || given.tls !== undefined;
  const keeps = parts.standing.hasWeb && !isTold;
  const reach = keeps ? undefined : await findReach(given, { ...parts.reach, texts });
  if (reach) note(reach.why);
  const bots = { telegram, discord };
  return conclude(bots, reach, await findBridge(bots, parts), parts);
}

function askingOf<Bot>(
  name: PlatformName,
  platform: SetupPlatform<Bot>,
  nameOf: (bot: Bot) => string,
  { given, known, texts, hide }: InterviewParts,
) {
  return { platform, name, nameOf, given: given.tokens[name], known: known[name], texts, hide };
}

const askingTelegram = (parts: InterviewParts) =>
  askingOf("telegram", parts.platforms.telegram, ({ username }) => `@${username}`, parts);
const askingDiscord = (parts: InterviewParts) =>
  askingOf("discord", parts.platforms.discord, ({ name }) => name, parts);

async function askBridge(bots: Bots, prompts: Prompts, parts: InterviewParts): Promise<Answers["bridge"]> {
  const { texts, platforms, given, standing } = parts;
  const isTold = given.places.telegram !== undefined || given.places.discord !== undefined;
  if (standing.bridges > 0 && !isTold) {
    const question = texts("setup.another-bridge", { count: standing.bridges });
    if (!(await prompts.confirm(question, false))) return undefined;
  }
  const place = async (name: PlatformName, link: string): Promise<Place | undefined> => {
    const id = given.places[name];
    if (id !== undefined) return { id };
    return await askPlace(name, bots[name].token, link, { platform: platforms[name], prompts, texts });
  };
  const telegram = await place("telegram", bots.telegram.bot.addLink);
  const discord = telegram && (await place("discord", bots.discord.bot.installLink));
  if (telegram === undefined || discord === undefined) {
    prompts.say(texts("setup.no-bridge"));
    return undefined;
  }
  return bridgeOf(telegram, discord, texts);
}

async function findBridge(bots: Bots, parts: InterviewParts): Promise<Answers["bridge"]> {
  const { given, platforms, yes, texts, note, standing } = parts;
  const only = async (name: PlatformName): Promise<Place | undefined> => {
    const id = given.places[name];
    if (id !== undefined) return { id };
    if (!yes || standing.bridges > 0) return undefined;
    const { places } = await platforms[name].places(bots[name].token);
    return places.length === 1 ? places[0] : undefined;
  };
  const [telegram, discord] = [await only("telegram"), await only("discord")];
  if (telegram !== undefined && discord !== undefined) return bridgeOf(telegram, discord, texts);
  if (standing.bridges === 0) note(texts("setup.no-bridge"));
  return undefined;
}

function missingPlaces({ given, standing, yes, texts }: InterviewParts): readonly string[] {
  const { telegram, discord } = given.places;
  const wanted = telegram !== undefined || discord !== undefined || standing.bridges === 0;
  if (yes || !wanted) return [];
  return [
    ...(telegram === undefined ? [texts("setup.missing.telegram-chat")] : []),
    ...(discord === undefined ? [texts("setup.missing.discord-channel")] : []),
  ];
}

function bridgeOf(telegram: Place, discord: Place, texts: Texts): NonNullable<Answers["bridge"]> {
  const title = (telegram.title ?? discord.title ?? "").trim();
  return { name: title || texts("setup.bridge-name"), telegram: telegram.id, discord: discord.id };
}

function conclude(
  { telegram, discord }: Bots,
  reach: ReachAnswer | undefined,
  bridge: Answers["bridge"],
  { given, standing, language }: InterviewParts,
): Interview {
  const isNewLanguage = given.language !== undefined || standing.language === undefined;
  return {
    answers: {
      ...(isNewLanguage && { language }),
      ...(reach && { web: reach.web ?? "none" }),
      ...(bridge && { bridge }),
    },
    tokens: {
      ...(telegram.isKnown ? {} : { telegram: telegram.token }),
      ...(discord.isKnown ? {} : { discord: discord.token }),
    },
    ...(reach && { reach }),
  };
}
