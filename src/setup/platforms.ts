// What the wizard wants to know of Telegram and Discord; `live-platforms.ts` asks the real ones.

/** A conversation that the bot is in. */
export interface SeenPlace {
  readonly id: string;
  readonly title: string;
  /** What keeps the bot from working there, as a sentence; undefined when nothing does. */
  readonly trouble?: string;
}

export interface Seen {
  readonly places: readonly SeenPlace[];
  /** Why there may be others, as a sentence. */
  readonly why?: string;
}

/** `why` is a sentence in the user's language. */
export type Verdict<T> =
  | { readonly ok: true; readonly bot: T }
  | { readonly ok: false; readonly why: string };

export interface TelegramBot {
  /** Without the @. */
  readonly username: string;
  /** Privacy mode is off. */
  readonly seesEverything: boolean;
  /** Opens Telegram and asks to which group the bot shall be added. */
  readonly addLink: string;
}

export interface DiscordBot {
  readonly name: string;
  /** It may read messages; where Discord allows it, it was switched on just now. */
  readonly readsContent: boolean;
  readonly installLink: string;
  /** The page of the application where the switch is. */
  readonly settingsLink: string;
}

/** Nothing rejects but with a UserError. */
export interface SetupPlatform<Bot> {
  verify(token: string): Promise<Verdict<Bot>>;
  /** Waits a while for the bot to be somewhere. */
  places(token: string): Promise<Seen>;
}

export interface SetupPlatforms {
  readonly telegram: SetupPlatform<TelegramBot>;
  readonly discord: SetupPlatform<DiscordBot>;
}

export type PlatformName = keyof SetupPlatforms;
