// Opens a conversation with the authority: its directory, our account, requests over our own transport; `order.ts` leads it.

import type { Client } from "acme-client";
import { AcmeFault } from "./fault.ts";
import { createTransport, type Transport, type TransportOptions } from "./transport.ts";

export interface SessionOptions extends TransportOptions {
  readonly email?: string | undefined;
  /** PEM. */
  readonly accountKey: string;
}

export interface Session {
  readonly client: Client;
  /** The profiles the authority offers; empty when it knows none. */
  readonly profiles: readonly string[];
  close(): void;
}

/** What acme-client sends everything with, and keeps to itself in its types. */
interface Sender {
  request: (
    url: string,
    method: string,
    options?: { readonly headers?: Readonly<Record<string, string>>; readonly data?: unknown },
  ) => ReturnType<Transport["send"]>;
  maxBadNonceRetries: number;
  getMetaField(field: string): Promise<unknown>;
}

const NONCE_TRIES = 15;

/**
 * The account is made where there is none. Agreeing to the terms is the user's: they did so in the config, or none of
 * this runs. @throws AcmeFault
 */
export async function openSession(options: SessionOptions): Promise<Session> {
  // Loaded only when needed: a certificate that is still good takes none of it.
  const { Client } = await import("acme-client");
  const transport = createTransport(options);
  const client = new Client({ directoryUrl: options.directory, accountKey: options.accountKey });
  const sender = (client as unknown as { readonly http: Sender }).http;
  sender.maxBadNonceRetries = NONCE_TRIES;
  // Its own would go through a global axios, which retries for minutes on timers nobody can stop, and keeps no more of
  // a problem document than its words.
  sender.request = (url, method, { headers, data } = {}) =>
    transport.send(url, method, { "content-type": "application/jose+json", ...headers }, data);
  try {
    const offered = await sender.getMetaField("profiles").catch((error: unknown) => {
      throw error instanceof AcmeFault ? error : notAcme(options, error);
    });
    await client.createAccount({
      termsOfServiceAgreed: true,
      ...(options.email !== undefined && { contact: [`mailto:${options.email}`] }),
    });
    const profiles = typeof offered === "object" && offered !== null ? Object.keys(offered) : [];
    return { client, profiles, close: () => transport.close() };
  } catch (error) {
    transport.close();
    throw error;
  }
}

function notAcme({ host, directory }: SessionOptions, cause: unknown): AcmeFault {
  return new AcmeFault("not-acme", { host, authority: new URL(directory).host, detail: "-" }, { cause });
}
