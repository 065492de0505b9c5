// Finds the group and the channel that shall be joined: waits for the bot to be there, lists what it sees; `init` calls it.

import type { Texts } from "../model/texts.ts";
import { platforms } from "../platforms/index.ts";
import { splitId } from "./given.ts";
import type { PlatformName, SeenPlace, SetupPlatform } from "./platforms.ts";
import type { Choice, Prompts } from "./prompts.ts";

export interface Place {
  /** As members of a bridge have it, without the account: `id` or `id/thread`. */
  readonly id: string;
  /** Undefined for one that was typed. */
  readonly title?: string;
}

const MOST_LISTED = 20;

/** Undefined: the person leaves it for later. */
export async function askPlace(
  name: PlatformName,
  token: string,
  link: string,
  {
    platform,
    prompts,
    texts,
  }: {
    readonly platform: SetupPlatform<unknown>;
    readonly prompts: Prompts;
    readonly texts: Texts;
  },
): Promise<Place | undefined> {
  prompts.say(texts(`setup.${name}.add`, { link }));
  for (;;) {
    const { places: seen, why } = await prompts.busy(texts("setup.looking"), platform.places(token));
    if (why !== undefined) prompts.warn(why);
    const shown = seen.slice(0, MOST_LISTED);
    const picked = await prompts.choose(
      texts(`setup.${name}.${seen.length === 0 ? "none-seen" : "which"}`),
      choices(shown, texts, name),
    );
    if (picked === "skip") return undefined;
    if (picked === "type") return { id: await askId(name, prompts, texts) };
    const place = shown.find(({ id }) => `id:${id}` === picked);
    if (place?.trouble !== undefined) prompts.warn(place.trouble);
    if (place !== undefined) return { id: place.id, title: place.title };
  }
}

function choices(seen: readonly SeenPlace[], texts: Texts, name: PlatformName): readonly Choice<string>[] {
  return [
    ...seen.map(({ id, title, trouble }) => ({
      value: `id:${id}`,
      label: title,
      hint: trouble === undefined ? id : `${id} – ${trouble}`,
    })),
    { value: "again", label: texts("setup.look-again") },
    { value: "type", label: texts(`setup.${name}.type`) },
    { value: "skip", label: texts("setup.skip") },
  ];
}

function askId(name: PlatformName, prompts: Prompts, texts: Texts): Promise<string> {
  return prompts.ask(texts(`setup.${name}.id`), {
    check: (text) => {
      const fault = platforms[name].conversationIdFault(...splitId(text));
      return fault === undefined ? undefined : texts(fault);
    },
  });
}
