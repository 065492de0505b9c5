// Scripted and random faults, and the record of requests; both simulators ask here before they answer.

/** What a fault rule may look at. `path` and `body` are free of secrets, as in `RecordedRequest`. */
export interface FaultRequest {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/**
 * `status`: this answer instead of the real one, nothing takes effect (`html` answers a proxy's page, `body` is JSON).
 * `limit`: 429 with the simulator's own shape; `retryAfter` in seconds. `slow`: the answer is held back for `ms` of
 * the simulator's clock, the request takes effect at once. `cut`: the socket is destroyed before or after the request
 * took effect. `stall`: the answer is announced whole, and nothing comes any more after so many of its bytes.
 */
export type Fault =
  | {
      readonly kind: "status";
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
      readonly html?: string;
    }
  | { readonly kind: "limit"; readonly retryAfter: number; readonly scope?: string }
  | { readonly kind: "slow"; readonly ms: number }
  | { readonly kind: "cut"; readonly when: "before" | "after" }
  | { readonly kind: "stall"; readonly after: number };

/** Strikes the next `times` requests that match. */
export interface FaultRule {
  readonly match: (request: FaultRequest) => boolean;
  readonly times: number;
  readonly fault: Fault;
}

/** Strikes a matching request with this probability, 0 to 1, for as long as it is in the script. */
export interface RandomFaultRule {
  readonly match: (request: FaultRequest) => boolean;
  readonly chance: number;
  readonly fault: Fault;
}

/** One request as the simulator saw it: no token, no secret, neither in `path` nor in `headers`. */
export interface RecordedRequest {
  /** Milliseconds since 1970, on the simulator's clock. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
  /** The status answered; 0 when the connection was cut or is not answered yet. */
  readonly status: number;
}

/** Owns the rules and counts them down. Scripted rules come first, in the order they were added. */
export class FaultScript {
  readonly #random: () => number;
  #scripted: { readonly rule: FaultRule; left: number }[] = [];
  #chances: RandomFaultRule[] = [];

  /** `random` gives 0 <= x < 1. */
  constructor(random: () => number) {
    this.#random = random;
  }

  add(rule: FaultRule | RandomFaultRule): void {
    if ("times" in rule) this.#scripted.push({ rule, left: rule.times });
    else this.#chances.push(rule);
  }

  clear(): void {
    this.#scripted = [];
    this.#chances = [];
  }

  /** How often scripted rules will still strike; 0 says that a test's script was used up. */
  get left(): number {
    return this.#scripted.reduce((sum, entry) => sum + entry.left, 0);
  }

  /** The fault that strikes this request, if any; a scripted one is used up by it. */
  take(request: FaultRequest): Fault | undefined {
    const entry = this.#scripted.find(({ rule, left }) => left > 0 && rule.match(request));
    if (entry) {
      entry.left -= 1;
      return entry.rule.fault;
    }
    return this.#chances.find((rule) => rule.match(request) && this.#random() < rule.chance)?.fault;
  }
}

const SECRET_HEADERS: ReadonlySet<string> = new Set([
  "authorization",
  "cookie",
  "x-telegram-bot-api-secret-token",
]);

/** Request headers for the record, with the values of secret ones hidden. */
export function safeHeaders(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): Readonly<Record<string, string>> {
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    out[name] = SECRET_HEADERS.has(name) ? "<hidden>" : typeof value === "string" ? value : value.join(", ");
  }
  return out;
}
