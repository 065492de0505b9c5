// Finds the route of a request and checks its credentials, keys and ids; `rest.ts` calls it with a parsed body.

import type { Fields } from "../forms/form.ts";
import { checkKeys, KEYS, unknownKey } from "../forms/keys.ts";
import type { UploadedFile } from "../forms/upload.ts";
import type { BotRecord } from "../records.ts";
import { isSnowflake } from "../snowflake.ts";
import { botByToken, type World } from "../world.ts";
import { channelRoutes } from "./channels.ts";
import { commandRoutes } from "./commands.ts";
import { ApiFailure, badField, unauthorized } from "./errors.ts";
import { interactionRoutes } from "./interactions.ts";
import { messageRoutes } from "./messages.ts";
import { moderationRoutes } from "./moderation.ts";
import { pinRoutes } from "./pins.ts";
import { pollRoutes } from "./polls.ts";
import { reactionRoutes } from "./reactions.ts";
import type { Answer, Route } from "./route.ts";
import { selfRoutes } from "./self.ts";
import { threadRoutes } from "./threads.ts";
import { webhookRoutes } from "./webhooks.ts";

/** Every route the simulator answers; `path` without the version prefix. */
export const routes: readonly Route[] = [
  ...selfRoutes,
  ...channelRoutes,
  ...pinRoutes,
  ...messageRoutes,
  ...reactionRoutes,
  ...pollRoutes,
  ...threadRoutes,
  ...webhookRoutes,
  ...interactionRoutes,
  ...commandRoutes,
  ...moderationRoutes,
];

export interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

function matchPath(pattern: string, segments: readonly string[]): Record<string, string> | undefined {
  const steps = pattern.split("/");
  if (steps.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, step] of steps.entries()) {
    const segment = segments[index] ?? "";
    if (step.startsWith("{")) params[step.slice(1, -1)] = segment;
    else if (step !== segment) return undefined;
  }
  return params;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** The route; one with fewer parameters wins, as `/@me` does over `/{user_id}`. */
export function match(method: string, pathname: string): Match | undefined {
  const segments = pathname.split("/").map(decoded);
  return routes
    .flatMap((route) => {
      const params = route.method === method ? matchPath(route.path, segments) : undefined;
      return params ? [{ route, params }] : [];
    })
    .sort((a, b) => Object.keys(a.params).length - Object.keys(b.params).length)[0];
}

/** The bot an Authorization header names. @throws ApiFailure 401 */
function authorize(world: World, header: string | undefined): BotRecord {
  const token = /^Bot (.+)$/.exec(header ?? "")?.[1];
  const bot = token === undefined ? undefined : botByToken(world, token);
  if (!bot) throw unauthorized();
  return bot;
}

function checkParams(params: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(params))
    if (name.endsWith("_id") && name !== "answer_id" && !isSnowflake(value))
      throw badField([name], "NUMBER_TYPE_COERCE", `Value "${value}" is not snowflake.`);
}

function checkQuery(route: Route, query: URLSearchParams): void {
  for (const key of query.keys())
    if (!route.query?.includes(key))
      throw new ApiFailure(400, { message: `SANDBOX: unknown query key ${JSON.stringify(key)}`, code: 0 });
}

function checkBody(route: Route, body: Fields): void {
  const lists = route.keys ?? [KEYS.none];
  const fitting = lists.find((list) => unknownKey(body, list) === undefined);
  if (!fitting) checkKeys(body, lists[0] ?? KEYS.none, `${route.method} ${route.path}`);
}

/** @throws ApiFailure 50035 for an object where a list belongs, and the other way round */
function checkKind(route: Route, list: readonly unknown[] | undefined): void {
  if (route.takesList && list === undefined)
    throw badField([], "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType");
  if (!route.takesList && list !== undefined)
    throw badField([], "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType");
}

export interface Understood {
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  readonly body: Fields;
  readonly list?: readonly unknown[] | undefined;
  readonly reason?: string | undefined;
  readonly files: ReadonlyMap<number, UploadedFile>;
}

/** Runs the route. @throws ApiFailure */
export function run(world: World, { route, params }: Match, request: Understood): Answer {
  const bot = route.auth === "bot" ? authorize(world, request.authorization) : undefined;
  checkParams(params);
  checkQuery(route, request.query);
  checkKind(route, request.list);
  checkBody(route, request.body);
  if (request.files.size > 0 && !route.files)
    throw new ApiFailure(400, { message: "SANDBOX: this route takes no files", code: 0 });
  const { query, body, files, list = [], reason = null } = request;
  const call = { world, params, query, body, files, list, reason };
  if (route.auth === "none") return route.handle(call);
  if (!bot) throw unauthorized();
  return route.handle({ ...call, bot });
}
