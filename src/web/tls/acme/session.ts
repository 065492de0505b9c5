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

/** Its own `createAccount` updates an account that exists with the same data, which not every authority takes. */
interface Accounts {
  createAccount(data: object): Promise<{ readonly status: number; readonly data: Account }>;
}

/** RFC 8555, 7.1.2. */
interface Account {
  readonly status: string;
  readonly contact?: readonly string[];
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
    await openAccount(client, options);
    const profiles = typeof offered === "object" && offered !== null ? Object.keys(offered) : [];
    return { client, profiles, close: () => transport.close() };
  } catch (error) {
    transport.close();
    throw error;
  }
}

async function openAccount(client: Client, { host, directory, email }: SessionOptions): Promise<void> {
  const accounts = (client as unknown as { readonly api: Accounts }).api;
  const contact = email === undefined ? [] : [`mailto:${email}`];
  const { status, data } = await accounts.createAccount({
    termsOfServiceAgreed: true,
    ...(contact.length > 0 && { contact }),
  });
  if (data.status !== "valid")
    throw new AcmeFault("account", { host, authority: new URL(directory).host, detail: data.status });
  // An authority that keeps no addresses tells none; there is nothing to change then.
  const isOld = status === 200 && data.contact !== undefined && data.contact.join() !== contact.join();
  if (isOld) await client.updateAccount({ contact });
}

function notAcme({ host, directory }: SessionOptions, cause: unknown): AcmeFault {
  return new AcmeFault("not-acme", { host, authority: new URL(directory).host, detail: "-" }, { cause });
}
