// What somebody asks of the robot and what it answers, whichever platform and door it came through.

import type { FileAttachment } from "./attachment.ts";
import type { Keyboard } from "./buttons.ts";
import type { Author } from "./message.ts";
import type { AccountId, ConversationRef, MessageRef, UserRef } from "./refs.ts";
import type { RichText } from "./rich-text.ts";
import type { Language } from "./texts.ts";

export type OptionValue = string | number | boolean;

/** The message a command is about: the one it answers, or the one in whose menu it was chosen. */
export interface About {
  readonly ref: MessageRef;
  readonly user?: UserRef;
  readonly text?: string;
  readonly files: readonly FileAttachment[];
}

export type Asked =
  | {
      readonly kind: "command";
      /** As it was typed, lower case, without slash and `@bot`; any alias in any language. */
      readonly name: string;
      /** Plain text behind the name; "" when the platform gave `options`. */
      readonly words: string;
      /** By the names of the definition, where the platform knows types (Discord). */
      readonly options?: Readonly<Record<string, OptionValue>>;
      readonly files: readonly FileAttachment[];
      readonly about?: About;
      /** The message that asks; absent for Discord's own commands. */
      readonly message?: MessageRef;
    }
  | { readonly kind: "press"; readonly action: string; readonly on?: MessageRef }
  /** A form was sent; `fields` by their names. */
  | { readonly kind: "form"; readonly action: string; readonly fields: Readonly<Record<string, string>> };

export interface Ask {
  /** Unique, and the same when it is asked again after a crash. */
  readonly id: string;
  readonly account: AccountId;
  readonly room: ConversationRef;
  /** Between the person and the robot alone. */
  readonly isPrivate: boolean;
  readonly by: Author & { readonly user: UserRef };
  /** As the person's app is set, `pt-BR`. */
  readonly locale?: string;
  /** The platform shows forms and answers for one person's eyes (Discord's interactions). */
  readonly can: { readonly forms: boolean; readonly whispers: boolean };
  readonly asked: Asked;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What the robot says, in one message. */
export interface Saying {
  readonly body: RichText;
  readonly buttons?: Keyboard;
  readonly files?: readonly FileAttachment[];
  readonly silent?: boolean;
}

export interface FormField {
  readonly name: string;
  /** At most 45 characters. */
  readonly label: string;
  readonly value?: string;
  readonly hint?: string;
  readonly isLong?: boolean;
  readonly isRequired?: boolean;
  readonly most?: number;
}

/** Shown where `Ask.can.forms`; at most 5 fields, a title of at most 45 characters. */
export interface Form {
  readonly action: string;
  readonly title: string;
  readonly fields: readonly FormField[];
}

/** What a platform brings to the person who asked. At most one of `say`, `change` and `form`. */
export interface Reply {
  /** An answer of its own. */
  readonly say?: Saying;
  /** For the eyes of the person alone, where `Ask.can.whispers`; else it is said in the room. */
  readonly isPrivate?: boolean;
  /** The message whose button was pressed becomes this. */
  readonly change?: Saying;
  /** A short line that passes (a press on Telegram); where there is none it is whispered. */
  readonly toast?: string;
  readonly form?: Form;
  /** Copies of `say` cross under this name: `RobotPort.stands` shall be told where it stands here. */
  readonly ref?: MessageRef;
}

export interface Choice {
  readonly label: string;
  readonly value: string;
}

/** In each language, the way people write it there. */
export type PerLanguage<T> = Readonly<Record<Language, T>>;

/** An argument as a platform may announce it. */
export interface ArgumentSheet {
  /** The name in the definition: what `options` are called by. */
  readonly key: string;
  readonly name: PerLanguage<string>;
  readonly about: PerLanguage<string>;
  readonly type: "text" | "integer" | "number" | "boolean" | "user" | "file" | "choice";
  readonly isRequired: boolean;
  readonly min?: number;
  readonly max?: number;
  /** Of `choice`: at most 25. */
  readonly choices?: readonly { readonly value: string; readonly label: PerLanguage<string> }[];
  /** `RobotPort.complete` has proposals. */
  readonly completes?: boolean;
}

/** A command as a platform may announce it in its own menus. */
export interface CommandSheet {
  /** The canonical name. */
  readonly name: string;
  readonly names: PerLanguage<string>;
  /** At most 100 characters. */
  readonly about: PerLanguage<string>;
  readonly args: readonly ArgumentSheet[];
  /** Only admins see it. */
  readonly forAdmins: boolean;
  readonly where: "anywhere" | "rooms" | "private";
  /** It is about a message: it stands in the menu of messages, too. */
  readonly onMessage: boolean;
}
