// How much the web server takes from strangers, and for how long; `server.ts` uses these, tests give smaller ones.

export interface WebLimits {
  /** Connections at once. */
  readonly connections: number;
  /** Of one address (IPv6: of one /64). */
  readonly perAddress: number;
  /** Refused requests of one address within a minute; after as many again its connections are closed unheard. */
  readonly refusals: number;
  /** Addresses that are remembered for their refusals. */
  readonly addresses: number;
  /** Requests of one connection that wait for their answers. */
  readonly pipelined: number;
  /** Bodies that are read at once of those who brought no secret. */
  readonly strangers: number;
  readonly headBytes: number;
  readonly headMs: number;
  readonly handshakeMs: number;
  /** From the first byte of a request to its last. */
  readonly requestMs: number;
  /** A body brings at least `bytes` every `ms`, or is given up. */
  readonly pace: { readonly bytes: number; readonly ms: number };
  readonly keepAliveMs: number;
  /** How often the times above are looked at. */
  readonly checkMs: number;
}

export const WEB_LIMITS: WebLimits = {
  // Telegram opens at most 100 for each bot. A silent one over TLS takes some 40 KB: a thousand fit beside everything else.
  connections: 1_000,
  // All of Telegram's may come from one address, and two bots may share this server.
  perAddress: 200,
  // Somebody who tries out an address by hand does not come near it.
  refusals: 60,
  // Some 2 MB at most.
  addresses: 10_000,
  // Nobody honest has more than one request under way on a connection.
  pipelined: 8,
  // They may be 1 MiB each, and are read before it is known who sent them.
  strangers: 32,
  // Telegram's heads have some 300 bytes, those through two proxies some 2,000.
  headBytes: 8 * 1024,
  headMs: 10_000,
  handshakeMs: 10_000,
  // Telegram itself gives up after a minute (telegram.md 1.4).
  requestMs: 30_000,
  pace: { bytes: 1_024, ms: 5_000 },
  // Telegram keeps idle connections for 60 s. Whoever waits less closes them in its face.
  keepAliveMs: 75_000,
  checkMs: 1_000,
};
