// What the demo page shows and what it asks for, as JSON between server and page; both sides of the demo and the page share it.

import type { RichText } from "../model/rich-text.ts";

export type Side = "telegram" | "discord";

export interface PersonView {
  readonly id: string;
  readonly name: string;
}

export interface MessageView {
  readonly id: string;
  /** The name that stands above the message on that platform. */
  readonly author: string;
  /** Who really spoke, where the platform shows the bot as the author. */
  readonly speaker?: string;
  /** True for what the bridge wrote. */
  readonly carried: boolean;
  /** The person of this side who wrote it; only they may edit it. */
  readonly person?: string;
  readonly body: RichText;
  /** What an author would find in the box when editing. */
  readonly source: string;
  readonly reply?: { readonly id: string; readonly author: string; readonly excerpt: string };
  readonly edited: boolean;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface RoomView {
  readonly title: string;
  readonly people: readonly PersonView[];
  /** The last ones, oldest first. */
  readonly messages: readonly MessageView[];
}

/** One event on its way; milliseconds since 1970. */
export interface RouteView {
  readonly id: number;
  readonly from: Side;
  readonly kind: "created" | "edited" | "deleted";
  readonly author: string;
  readonly receivedAt: number;
  readonly storedAt: number;
  /** Absent when the platform refused it. */
  readonly sentAt?: number;
}

export interface DemoView {
  readonly rooms: Readonly<Record<Side, RoomView>>;
  /** Newest first. */
  readonly route: readonly RouteView[];
  /** `validUntil` is a date, `2027-01-31`. */
  readonly webhook: { readonly url: string; readonly validUntil: string };
}

export type DemoAction =
  | {
      readonly do: "say";
      readonly side: Side;
      readonly person: string;
      readonly text: string;
      readonly replyTo?: string;
    }
  | { readonly do: "edit"; readonly side: Side; readonly message: string; readonly text: string }
  | { readonly do: "delete"; readonly side: Side; readonly message: string };
