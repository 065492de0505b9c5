// What a REST route is: its method, path, keys and handler; the route files declare them and `rest.ts` runs them.

import type { Fields } from "../forms/form.ts";
import type { KeyList } from "../forms/keys.ts";
import type { UploadedFile } from "../forms/upload.ts";
import type { BotRecord } from "../records.ts";
import type { World } from "../world.ts";

/** A request whose form was understood: right version, right credentials, known keys. */
export interface RouteCall {
  readonly world: World;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Fields;
  /** The body of a route that takes a list. */
  readonly list: readonly unknown[];
  /** What `X-Audit-Log-Reason` says. */
  readonly reason: string | null;
  readonly files: ReadonlyMap<number, UploadedFile>;
}

export interface BotCall extends RouteCall {
  readonly bot: BotRecord;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

interface RouteBase {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** As in the specification, `{name}` for a parameter. */
  readonly path: string;
  /** Several lists: the body must fit one of them as a whole. */
  readonly keys?: readonly KeyList[];
  readonly query?: readonly string[];
  /** The body is a list. */
  readonly takesList?: boolean;
  /** May carry multipart with files. */
  readonly files?: boolean;
  /** Name of the rate limit bucket; routes that share it share the quota. */
  readonly bucket?: string;
}

/** Needs `Authorization: Bot`. */
export interface BotRoute extends RouteBase {
  readonly auth: "bot";
  readonly handle: (call: BotCall) => Answer;
}

/** Carries its credential in the path, or needs none. */
export interface OpenRoute extends RouteBase {
  readonly auth: "none";
  readonly handle: (call: RouteCall) => Answer;
}

export type Route = BotRoute | OpenRoute;

export const ok = (body: unknown): Answer => ({ status: 200, body });
export const noContent: Answer = { status: 204 };

/** A path parameter. The router has filled every parameter of the route's path. */
export function param(call: RouteCall, name: string): string {
  return call.params[name] ?? "";
}
