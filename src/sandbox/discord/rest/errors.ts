// The errors Discord answers with: status, code and words; routes throw them and the REST server writes them down.

/** A refusal as it goes over the wire. */
export class ApiFailure extends Error {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    body: Readonly<Record<string, unknown>>,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(String(body.message));
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

// Discord docs, topics/opcodes-and-status-codes: code -> HTTP status and message.
const CODES = {
  10003: [404, "Unknown Channel"],
  10004: [404, "Unknown Guild"],
  10007: [404, "Unknown Member"],
  10008: [404, "Unknown Message"],
  10013: [404, "Unknown User"],
  10014: [400, "Unknown Emoji"],
  10015: [404, "Unknown Webhook"],
  10026: [404, "Unknown Ban"],
  10062: [404, "Unknown interaction"],
  10063: [404, "Unknown application command"],
  20012: [403, "You are not authorized to perform this action on this application"],
  30003: [400, "Maximum number of pins reached for the channel (250)"],
  30007: [400, "Maximum number of webhooks reached (15)"],
  30010: [400, "Maximum number of reactions reached (20)"],
  30015: [400, "Maximum number of attachments in a message reached (10)"],
  30032: [400, "Maximum number of application commands reached (100)"],
  40005: [413, "Request entity too large"],
  40007: [403, "The user is banned from this guild."],
  40060: [400, "Interaction has already been acknowledged."],
  40062: [429, "Service resource is being rate limited."],
  40067: [400, "A tag is required to create a forum post in this channel"],
  40333: [403, "internal network error"],
  50001: [403, "Missing Access"],
  50003: [403, "Cannot execute action on a DM channel"],
  50005: [403, "Cannot edit a message authored by another user"],
  50006: [400, "Cannot send an empty message"],
  50007: [403, "Cannot send messages to this user"],
  50008: [400, "Cannot send messages in a non-text channel"],
  50013: [403, "Missing Permissions"],
  50016: [
    400,
    "Provided too few or too many messages to delete. Must provide at least 2 and fewer than 100 messages to delete.",
  ],
  50021: [403, "Cannot execute action on a system message"],
  50024: [400, "Cannot execute action on this channel type"],
  50027: [401, "Invalid Webhook Token"],
  50034: [400, "A message provided was too old to bulk delete"],
  50035: [400, "Invalid Form Body"],
  50081: [400, "Invalid Sticker Sent"],
  50083: [400, "Thread is archived"],
  50109: [400, "The request body contains invalid JSON."],
  50159: [400, "Voice messages do not support additional content."],
  50160: [400, "Voice messages must have a single audio attachment."],
  50161: [400, "Voice messages must have supporting metadata."],
  50162: [400, "Voice messages cannot be edited."],
  50173: [403, "You cannot send voice messages in this channel"],
  160002: [400, "You cannot reply to a message without permission to read message history"],
  160004: [400, "A thread has already been created for this message"],
  160005: [400, "Thread is locked"],
  160014: [403, "You cannot forward a message whose content you cannot read"],
  220001: [400, "Webhooks posted to forum channels must have a thread_name or thread_id"],
  220002: [400, "Webhooks posted to forum channels cannot have both a thread_name and thread_id"],
  520001: [400, "Poll expired"],
  520006: [400, "Cannot expire a non-poll message"],
  220003: [400, "Webhooks can only create threads in forum channels"],
} as const satisfies Record<number, readonly [number, string]>;

export type ErrorCode = keyof typeof CODES;

/** The refusal with this code, in Discord's words. */
export function refuse(code: ErrorCode): ApiFailure {
  const [status, message] = CODES[code];
  return new ApiFailure(status, { message, code });
}

// Discord docs, reference: a bad bot token.
export function unauthorized(): ApiFailure {
  return new ApiFailure(401, { message: "401: Unauthorized", code: 0 });
}

/** One fault of a form: where it is and what is wrong with it. */
export interface FormFault {
  /** Field path; array indexes are keys too. */
  readonly path: readonly (string | number)[];
  readonly code: string;
  readonly message: string;
}

/** 50035 with its faults nested by field path down to `_errors`. */
export function invalidForm(faults: readonly FormFault[]): ApiFailure {
  const errors: Record<string, unknown> = {};
  for (const { path, code, message } of faults) {
    let node = errors;
    for (const step of path) {
      const next = (node[step] ?? {}) as Record<string, unknown>;
      node[step] = next;
      node = next;
    }
    const list = (node._errors ?? []) as unknown[];
    node._errors = [...list, { code, message }];
  }
  return new ApiFailure(400, { message: "Invalid Form Body", code: 50035, errors });
}

/** 50035 with a single fault. */
export function badField(path: FormFault["path"], code: string, message: string): ApiFailure {
  return invalidForm([{ path, code, message }]);
}

/** What the simulator refuses for strictness' sake, where Discord might let it pass in silence. */
export function sandboxRefusal(reason: string): ApiFailure {
  return new ApiFailure(400, { message: `SANDBOX: ${reason}`, code: 0 });
}
