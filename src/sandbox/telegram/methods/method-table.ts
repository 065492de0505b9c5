// Every method the simulator knows, and how one is run; the server and method-in-response ask here.

import { ApiError, sandboxError } from "../http/api-error.ts";
import { albumMethods } from "./album.ts";
import { chatMethods } from "./chat.ts";
import { commandMethods } from "./commands.ts";
import { editMethods } from "./edit.ts";
import { faceMethods } from "./faces.ts";
import { mediaMethods } from "./media.ts";
import { memberMethods } from "./members.ts";
import { Described, type Method, type MethodContext } from "./method.ts";
import { pollMethods } from "./poll.ts";
import { pressMethods } from "./press.ts";
import { sendMethods } from "./send.ts";
import { topicMethods } from "./topic.ts";
import { updateMethods } from "./updates.ts";

export const METHODS: readonly Method[] = [
  ...sendMethods,
  ...editMethods,
  ...updateMethods,
  ...chatMethods,
  ...topicMethods,
  ...mediaMethods,
  ...albumMethods,
  ...faceMethods,
  ...pollMethods,
  ...commandMethods,
  ...pressMethods,
  ...memberMethods,
];

const BY_NAME = new Map(METHODS.map((method) => [method.name.toLowerCase(), method]));

export function findMethod(name: string): Method {
  const method = BY_NAME.get(name.toLowerCase());
  if (!method) throw new ApiError(404, "Not Found: method not found");
  return method;
}

/** Runs a method and gives the body of the answer. @throws ApiError */
export async function runMethod(
  method: Method,
  context: MethodContext,
): Promise<Readonly<Record<string, unknown>>> {
  const { bot, params } = context;
  if (bot.gone === "logged out") throw new ApiError(400, "Logged out");
  checkKeys(method, context);
  for (const name of method.unsupported ?? []) {
    if (params.has(name)) throw sandboxError(`parameter ${name} of ${method.name} is not simulated`);
  }
  const result = await method.run(context);
  if (result instanceof Described)
    return { ok: true, result: result.result, description: result.description };
  return { ok: true, result };
}

/** The real server ignores unknown parameters; here they are a loud error, for it hides misspelt ones. */
function checkKeys(method: Method, { params }: MethodContext): void {
  const values = [...params.values.values()].join("\n");
  const attached = new Set([...values.matchAll(/attach:\/\/([^"\s]+)/g)].map((match) => match[1]));
  const unknown = [
    ...[...params.values.keys()].filter((name) => !method.params.includes(name)),
    ...[...params.files.keys()].filter((name) => !method.params.includes(name) && !attached.has(name)),
  ];
  if (unknown.length === 0) return;
  throw sandboxError(`unknown parameter ${unknown.join(", ")} of ${method.name}`);
}
