// What a process that fetches is asked, and what it answers; both ends share it.

export interface FetchJob {
  readonly url: string;
  readonly method: "GET" | "HEAD";
  /** Of the body, unpacked. */
  readonly maxBytes: number;
  /** For everything, redirects included. */
  readonly ms: number;
  readonly accept?: string;
  readonly allowPrivate: boolean;
  /** The answer ends at the first that says where to go on; nothing is followed. */
  readonly stay?: boolean;
}

/**
 * Why nothing came: `address` it is not public; `name` it is not to be found; `web` it is no http(s) address; `big` and
 * `time` the limits; `redirects` too many of them; `connection` all else.
 */
export type FetchTrouble = "address" | "name" | "web" | "big" | "time" | "redirects" | "connection";

export interface Fetched {
  readonly status: number;
  /** Where it was in the end. */
  readonly url: string;
  /** Those that anybody asked about: lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export type FetchOutcome = Fetched | { readonly trouble: FetchTrouble };
