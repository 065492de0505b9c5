// What a plugin is written against: everything behind `import … from "matebot/plugin"`; the host hands it to the plugin.
//
// This file imports nothing and promises to stay: fields may be added, none is taken away or given another meaning
// before the next major version. All values are plain data; times are milliseconds since 1970.

/** The languages people read; words may be given for some of them. */
export type PluginLanguage = "pt-BR" | "en" | "es";

/** The same for all languages, or for each; where one is missing, the first of pt-BR, en, es that is there. */
export type PluginWords<T = string> = T | Readonly<Partial<Record<PluginLanguage, T>>>;

/** What can be kept: JSON. */
export type PluginValue =
  | null
  | boolean
  | number
  | string
  | readonly PluginValue[]
  | { readonly [key: string]: PluginValue };

/** A length of time: "90s", "15m", "1h", "2d". */
export type PluginDuration = `${number}${"s" | "m" | "h" | "d"}`;

/** A room as matebot.yaml writes it: `telegram:-1001234`, with a topic or thread `telegram:-1001234/7`. */
export type PluginRoomKey = string;

export interface PluginPerson {
  /** `account:id`, the same for ever; "" for somebody without an account (an anonymous admin). */
  readonly id: string;
  readonly name: string;
  /** `telegram` or `discord`. */
  readonly platform: string;
  readonly isBot: boolean;
}

/** Formatted text. Newlines stand in the text. */
export type PluginNode =
  | { readonly kind: "text" | "code"; readonly text: string }
  | { readonly kind: "pre"; readonly text: string; readonly language?: string | undefined }
  | {
      readonly kind: "bold" | "italic" | "underline" | "strike" | "spoiler" | "quote";
      readonly children: readonly PluginNode[];
    }
  /** `href`: http, https or mailto. */
  | { readonly kind: "link"; readonly href: string; readonly children: readonly PluginNode[] }
  /** `user`: a `PluginPerson.id`; with it the person is told. */
  | { readonly kind: "mention"; readonly label: string; readonly user?: string | undefined };

export interface PluginMessage {
  /** `account:chat#id`, the same for ever, also when it is edited. */
  readonly id: string;
  readonly room: PluginRoomKey;
  readonly author: PluginPerson;
  /** What is to be read, without formatting. */
  readonly text: string;
  readonly nodes: readonly PluginNode[];
  readonly hasFiles: boolean;
  readonly files: readonly {
    readonly kind: string;
    readonly name?: string | undefined;
    readonly bytes?: number | undefined;
  }[];
  readonly reply?: {
    readonly id?: string | undefined;
    readonly author?: string | undefined;
    readonly excerpt?: string | undefined;
  };
  readonly isEdit: boolean;
  readonly at: number;
}

/** `action`: `command:words` of a command of the same plugin that has `press`; at most 64 bytes. */
export type PluginButton =
  | { readonly label: string; readonly action: string; readonly style?: "good" | "danger" | undefined }
  | { readonly label: string; readonly href: string };

/** At most 4 in an answer, 8 MiB together. */
export interface PluginFile {
  readonly name: string;
  readonly mime: string;
  readonly bytes: Uint8Array;
}

/**
 * Text with a little Markdown: **bold**, *italic*, ~~strike~~, ||spoiler||, `code`, ``` for blocks, > at the beginning of
 * a line for a quote, [words](https://…), \ before a mark that is meant as it is. Or the same with more around it; `nodes`
 * instead of `text` where words come from people. At most 4000 characters.
 */
export type PluginAnswer =
  | string
  | {
      readonly text?: string;
      readonly nodes?: readonly PluginNode[];
      /** At most 5 rows of 5. */
      readonly buttons?: readonly (readonly PluginButton[])[];
      readonly files?: readonly PluginFile[];
      readonly isSilent?: boolean;
      /** For the person's eyes alone, where the platform can (an answer to a command). */
      readonly isPrivate?: boolean;
      /** A line that passes: the answer to a button. */
      readonly toast?: string;
      /** The message whose button was pressed becomes this, rather than a new one being said. */
      readonly isChange?: boolean;
    };

// biome-ignore lint/suspicious/noConfusingVoidType: a function that returns nothing says nothing.
export type PluginSays = PluginAnswer | undefined | void;

export interface PluginQuestion {
  /** By the keys of the command's `args`; absent where nothing was said. */
  readonly args: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly by: PluginPerson;
  readonly role: "everyone" | "trusted" | "admin" | "owner";
  readonly room: PluginRoomKey;
  readonly isPrivate: boolean;
  readonly language: PluginLanguage;
  /** The message that the command answers. */
  readonly about?: { readonly id: string; readonly text?: string | undefined };
  readonly at: number;
}

export interface PluginArgument {
  readonly key: string;
  /** `rest`: all that is left of the words; only the last one may be. */
  readonly type: "text" | "rest" | "integer" | "number" | "boolean" | "user" | "choice";
  /** As people read it; the key unless told. */
  readonly name?: PluginWords;
  readonly about?: PluginWords;
  readonly isRequired?: boolean;
  readonly min?: number;
  readonly max?: number;
  /** Of `choice`: at most 25. */
  readonly choices?: readonly string[];
}

export interface PluginCommand<Config = unknown> {
  /** What people type in each language; the key unless told. */
  readonly names?: PluginWords;
  /** Further words for it. */
  readonly aliases?: PluginWords<readonly string[]>;
  /** One line for menus and lists, at most 100 characters. */
  readonly about: PluginWords;
  /** As one would type it, without the slash. */
  readonly example?: PluginWords;
  readonly args?: readonly PluginArgument[];
  /** `everyone`, unless told. */
  readonly who?: "everyone" | "trusted" | "admin" | "owner";
  /** `anywhere`, unless told. */
  readonly where?: "anywhere" | "rooms" | "private";
  /** For each person and room. */
  readonly cooldown?: PluginDuration;
  /** Has 10 s. What it throws is told to the person in general words, and to the log as it is. */
  answer(question: PluginQuestion, api: PluginApi<Config>): PluginSays | Promise<PluginSays>;
  /** One of its buttons was pressed; `words` stand behind `command:` in its action. */
  press?(question: PluginQuestion, words: string, api: PluginApi<Config>): PluginSays | Promise<PluginSays>;
}

/** Asked of what people write, commands excepted. At least one of `words` and `pattern`; both must fit. */
export interface PluginTrigger<Config = unknown> {
  /**
   * One of them stands in the message as a word of its own, in capitals or not, with accents or not. Messages without
   * never come to the plugin, so this is the cheap one.
   */
  readonly words?: readonly string[];
  readonly pattern?: RegExp;
  /** 0 to 1: how often it answers when it could; always, unless told. */
  readonly chance?: number;
  /** For each room. */
  readonly cooldown?: PluginDuration;
  run(message: PluginMessage, api: PluginApi<Config>): PluginSays | Promise<PluginSays>;
}

/**
 * What becomes of a message on its way: nothing said, it goes as it is. `text` is plain: what the author formatted stays
 * formatted as far as it is left unchanged. `nodes` replaces all of it. `add` is a line of the robot's behind it (of a new
 * message; not of an edit). `drop`: nothing of it crosses.
 */
export type PluginVerdict =
  | undefined
  // biome-ignore lint/suspicious/noConfusingVoidType: a function that returns nothing lets it pass.
  | void
  | { readonly drop: true }
  | { readonly text?: string; readonly nodes?: readonly PluginNode[]; readonly add?: PluginAnswer };

/** Local time of the machine. Has a minute. One at a time; missed ones are not made up for. */
export type PluginJob<Config = unknown> = (
  | { readonly every: PluginDuration }
  /** Each day at "09:00". */
  | { readonly at: string }
) & { run(api: PluginApi<Config>): unknown };

/** JSON by key, kept in MateBot's own store: 1 MiB in all, 64 KiB a value, keys of at most 200 characters. */
export interface PluginStorage {
  get(key: string): Promise<PluginValue | undefined>;
  /** Resolves once it is on disk. @throws Error when it does not fit */
  set(key: string, value: PluginValue): Promise<void>;
  /** False when there was none. */
  delete(key: string): Promise<boolean>;
  /** Ordered by key; those whose key begins with `prefix`. */
  list(prefix?: string): Promise<readonly { readonly key: string; readonly value: PluginValue }[]>;
}

export interface PluginRoom {
  readonly room: PluginRoomKey;
  readonly platform: string;
  /** The name of its bridge. */
  readonly bridge: string;
}

export interface PluginBridge {
  readonly name: string;
  readonly rooms: readonly PluginRoomKey[];
  readonly isPaused: boolean;
}

/** What MateBot does for a plugin. All that returns a promise rejects with an Error that says what is wrong. */
export interface PluginApi<Config = unknown> {
  /** What `config` of the definition made of the plugin's section in matebot.yaml. */
  readonly config: Config;
  readonly storage: PluginStorage;
  /** Says it as the robot, in one room; at most 30 lines a minute. Resolves once it is sure to be sent. */
  say(room: PluginRoomKey, answer: PluginAnswer): Promise<void>;
  /** Every bridged room. */
  rooms(): Promise<readonly PluginRoom[]>;
  bridges(): Promise<readonly PluginBridge[]>;
  /** Into MateBot's log, under the plugin's name. `console.log` goes there, too. */
  readonly log: Readonly<Record<"debug" | "info" | "warn" | "error", (line: string) => void>>;
  /** Words of commands that belong to others already, and so mean something else here. */
  readonly refused: readonly string[];
}

export interface PluginDefinition<Config = unknown> {
  /** Lower case letters, digits and hyphens, at most 32; its storage goes by it. */
  readonly name: string;
  /** Makes the plugin's configuration from what matebot.yaml says (or throws): a function, or a schema with `parse`. */
  readonly config?: ((given: unknown) => Config) | { parse(given: unknown): Config };
  /** By canonical names, written like `name`. */
  readonly commands?: Readonly<Record<string, PluginCommand<Config>>>;
  readonly triggers?: readonly PluginTrigger<Config>[];
  /** Before a message of a bridged room crosses. Has half a second; the message waits for it. */
  before?(message: PluginMessage, api: PluginApi<Config>): PluginVerdict | Promise<PluginVerdict>;
  /** After it was put on its way to `to`. */
  after?(message: PluginMessage, to: PluginRoomKey, api: PluginApi<Config>): unknown;
  readonly jobs?: readonly PluginJob<Config>[];
  /** Once the plugin runs, and again whenever it was started anew. */
  start?(api: PluginApi<Config>): unknown;
  /** MateBot ends. Has two seconds. */
  stop?(api: PluginApi<Config>): unknown;
}

/** Gives a plugin its types; the file's default export is what this returns. */
export function definePlugin<Config = unknown>(plugin: PluginDefinition<Config>): PluginDefinition<Config> {
  return plugin;
}
