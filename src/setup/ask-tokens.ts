// Gets both tokens and waits until the bots may do what a bridge needs; `init` calls it.

import type { Texts } from "../model/texts.ts";
import type { DiscordBot, SetupPlatform, TelegramBot, Verdict } from "./platforms.ts";
import type { Prompts } from "./prompts.ts";

export interface FoundBot<Bot> {
  readonly token: string;
  readonly bot: Bot;
  /** It is the one the configuration already names. */
  readonly isKnown: boolean;
}

interface Asking<Bot> {
  readonly platform: SetupPlatform<Bot>;
  readonly name: "telegram" | "discord";
  /** Told by a flag or the environment. */
  readonly given: string | undefined;
  /** What the configuration has. */
  readonly known: string | undefined;
  readonly texts: Texts;
  readonly nameOf: (bot: Bot) => string;
  /** Keeps the token out of everything that is written from now on. */
  readonly hide: (token: string) => void;
}

/** A token that Telegram or Discord accepts. A given one that is refused throws nothing: its sentence is the answer. */
export async function findBot<Bot>(asking: Asking<Bot>): Promise<FoundBot<Bot> | string | undefined> {
  const token = asking.given ?? asking.known;
  if (token === undefined) return undefined;
  asking.hide(token);
  const verdict = await asking.platform.verify(token);
  return verdict.ok ? { token, bot: verdict.bot, isKnown: token === asking.known } : verdict.why;
}

/** Asks until the token is right. */
export async function askBot<Bot>(asking: Asking<Bot>, prompts: Prompts): Promise<FoundBot<Bot>> {
  const { texts, name, platform } = asking;
  const check = (token: string): Promise<Verdict<Bot>> =>
    prompts.busy(texts(`setup.${name}.checking`), platform.verify(token));
  const present = asking.given ?? asking.known;
  if (present !== undefined) {
    asking.hide(present);
    const verdict = await check(present);
    const isKnown = present === asking.known;
    if (verdict.ok && (!isKnown || (await keeps(asking, verdict.bot, prompts))))
      return { token: present, bot: verdict.bot, isKnown };
    if (!verdict.ok) prompts.warn(verdict.why);
  }
  prompts.say(texts(`setup.${name}.steps`));
  for (;;) {
    const token = withoutWords(await prompts.secret(texts(`setup.${name}.token`)));
    if (token === "") continue;
    asking.hide(token);
    const verdict = await check(token);
    if (verdict.ok) return { token, bot: verdict.bot, isKnown: token === asking.known };
    prompts.warn(verdict.why);
  }
}

/** A bot that is told by a flag or a variable is meant; one of a file that is there may be changed. */
function keeps<Bot>({ texts, nameOf }: Asking<Bot>, bot: Bot, prompts: Prompts): Promise<boolean> {
  return prompts.confirm(texts("setup.keep-bot", { bot: nameOf(bot) }), true);
}

/** Waits until privacy mode is off, or the person prefers to make the bot an administrator. */
export function awaitPrivacy(
  found: FoundBot<TelegramBot>,
  platform: SetupPlatform<TelegramBot>,
  prompts: Prompts,
  texts: Texts,
): Promise<TelegramBot> {
  return awaitSwitch(found, platform, prompts, {
    isOn: (bot) => bot.seesEverything,
    steps: (bot) => texts("setup.telegram.privacy", { bot: bot.username }),
    again: texts("setup.again"),
    anyway: texts("setup.telegram.privacy-anyway"),
    question: texts("setup.telegram.privacy-question"),
    checking: texts("setup.telegram.checking"),
  });
}

/** Waits until the bot may read what people write. */
export function awaitContent(
  found: FoundBot<DiscordBot>,
  platform: SetupPlatform<DiscordBot>,
  prompts: Prompts,
  texts: Texts,
): Promise<DiscordBot> {
  return awaitSwitch(found, platform, prompts, {
    isOn: (bot) => bot.readsContent,
    steps: (bot) => texts("setup.discord.content", { link: bot.settingsLink }),
    again: texts("setup.again"),
    anyway: texts("setup.discord.content-anyway"),
    question: texts("setup.discord.content-question"),
    checking: texts("setup.discord.checking"),
  });
}

interface Switch<Bot> {
  isOn(bot: Bot): boolean;
  steps(bot: Bot): string;
  readonly again: string;
  readonly anyway: string;
  readonly question: string;
  readonly checking: string;
}

async function awaitSwitch<Bot>(
  { token, bot }: FoundBot<Bot>,
  platform: SetupPlatform<Bot>,
  prompts: Prompts,
  words: Switch<Bot>,
): Promise<Bot> {
  let current = bot;
  while (!words.isOn(current)) {
    prompts.warn(words.steps(current));
    const next = await prompts.choose(words.question, [
      { value: "again", label: words.again },
      { value: "anyway", label: words.anyway },
    ]);
    if (next === "anyway") break;
    const verdict = await prompts.busy(words.checking, platform.verify(token));
    if (verdict.ok) current = verdict.bot;
    else prompts.warn(verdict.why);
  }
  return current;
}

/** People copy a whole line, or quotes with it. */
function withoutWords(text: string): string {
  return text.replace(/^["'`]|["'`]$/g, "").trim();
}
