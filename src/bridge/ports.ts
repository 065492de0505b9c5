// The ports the bridge and the platforms need from the outside world: the log, `/health` and the web server.

/** The subset of pino that the parts use. Never give it a token, a URL with one, or a message's text. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Where each connection says how it is; `/health` and the log read it. */
export interface HealthPort {
  /** The connection works (now). */
  up(connection: string): void;
  /** The connection fails; `reason` is one sentence without secrets. */
  down(connection: string, reason: string): void;
  /** How its updates come. */
  way?(connection: string, way: Way): void;
}

export type Way = "webhook" | "polling" | "gateway";

/** The web server as a platform sees it. */
export interface WebPort {
  /** What the outside is told, without a trailing slash. Absent: nobody outside can reach us. */
  readonly publicUrl?: URL;
  /** The IPv4 address behind the public URL, where it is known better than DNS knows it. */
  readonly ipAddress?: string;
  /**
   * What must be uploaded for others to trust us (PEM; both certificates while one follows the other); undefined when a
   * public CA (or a proxy) vouches.
   */
  certificate(): string | undefined;
  /**
   * Called when `certificate()` has changed, so that it can be uploaded again. A new certificate of our own is not served
   * before the listeners resolve (or too long a time has passed).
   */
  onCertificate(listener: () => Promise<void>): void;
  /**
   * Answers POST `path` (below the public URL's own path). Bodies are limited to 1 MiB before the handler sees them; who
   * is refused by `admit` has its body unread.
   */
  post(path: string, handler: (request: WebRequest) => Promise<WebReply>, admit?: Admit): void;
  /** Answers GET and HEAD of everything below `prefix` (itself below the public URL's own path). */
  get(prefix: string, handler: (request: WebGet) => Promise<WebAnswer>): void;
}

/** From the head alone: undefined lets the body be read, a status refuses it. */
export type Admit = (headers: WebRequest["headers"]) => number | undefined;

/** A status without a body, or with one as JSON. Never give it what a stranger sent: Telegram would run it as a call. */
export type WebReply = number | { readonly status: number; readonly json: unknown };

export interface WebGet {
  /** What follows the prefix, without a leading slash, decoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Only the head is asked for: a body would be closed unread. */
  readonly head?: boolean;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface WebAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Not read for HEAD. */
  readonly body?: AsyncIterable<Uint8Array>;
}

export interface WebRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}
