// What the simulated Discord remembers of an interaction, from the press of a person to the last answer.

import type { BotRecord, ChannelRecord, Interaction, MessageRecord, Snowflake } from "../records.ts";

/** A form as it was shown. */
export interface ModalRecord {
  readonly customId: string;
  readonly title: string;
  readonly fields: readonly ModalField[];
}

export interface ModalField {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly min: number;
  readonly max: number;
  /** Wrapped in a Label (18), or in an action row (1). */
  readonly holder: 1 | 18;
}

/** An interaction that a person began, and what became of it. */
export interface InteractionRecord {
  readonly id: Snowflake;
  readonly bot: BotRecord;
  readonly token: string;
  readonly type: number;
  readonly at: number;
  /** The way it was told. */
  readonly via: "gateway" | "endpoint";
  readonly payload: Readonly<Record<string, unknown>>;
  readonly channel: ChannelRecord;
  /** What its messages say of it. */
  readonly about: Interaction;
  /** The message whose button was pressed, also of the form that the press opened. */
  readonly source?: MessageRecord;
  /** Type of the option that is being typed. */
  readonly focused?: number;
  /** The first answer. */
  answer?: { readonly type: number; readonly data?: unknown };
  /** Why the endpoint's answer was not taken. */
  refused?: unknown;
  /** What `@original` is: the answer itself, or the message whose button was pressed. */
  original?: MessageRecord;
  /** `original` says what the application wanted; what is only announced does not. */
  isTold: boolean;
  modal?: ModalRecord;
  readonly followUps: MessageRecord[];
  /** The endpoint's status; 0: it could not be asked. */
  status?: number;
}
