// Looks at this machine and at DNS for the wizard: addresses, ports, who serves the web already; `init` hands it on.

import { Resolver } from "node:dns/promises";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { ownAddresses } from "../web/reach/own-addresses.ts";
import { canBind, listenersOn } from "../web/reach/port-holder.ts";
import type { PortState, ReachFacts } from "./reach-plan.ts";

const PORTS = [80, 88, 443, 8443];
const ASK_MS = 2_000;

export async function lookAround(): Promise<ReachFacts> {
  const { publicIpv4 } = ownAddresses();
  const states = await Promise.all(PORTS.map(async (port) => [port, await stateOf(port)] as const));
  return { publicIpv4, ports: Object.fromEntries(states) };
}

/** Never rejects; empty when there is none. */
export async function addressesOf(name: string): Promise<readonly string[]> {
  try {
    return await new Resolver({ timeout: ASK_MS, tries: 2 }).resolve4(name);
  } catch {
    return [];
  }
}

/** Whether this program could listen there now. */
export async function stateOf(port: number): Promise<PortState> {
  const bindable = await canBind("0.0.0.0", port);
  if (bindable === "free") return { kind: "free" };
  if (bindable !== "taken") return { kind: "forbidden" };
  const [listener] = await listenersOn(port);
  const by = listener?.program ?? (await serverAt(port));
  return { kind: "taken", ...(by !== undefined && { by }) };
}

/** What it calls itself in its answers: whose process it is often only root may know. */
export async function serverAt(port: number): Promise<string | undefined> {
  for (const ask of port === 443 || port === 8443
    ? [httpsRequest, httpRequest]
    : [httpRequest, httpsRequest]) {
    const name = await serverName(ask, port);
    if (name !== undefined) return name;
  }
  return undefined;
}

function serverName(
  ask: typeof httpRequest | typeof httpsRequest,
  port: number,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const options = {
      ...{ host: "127.0.0.1", port, method: "HEAD", path: "/", agent: false as const },
      signal: AbortSignal.timeout(ASK_MS),
      // Only its name is wanted, and nothing is told to it.
      rejectUnauthorized: false,
    };
    const asking = ask(options, (response) => {
      response.resume();
      resolve(/^[a-z]+/i.exec(String(response.headers.server ?? ""))?.[0].toLowerCase());
    });
    asking.once("error", () => resolve(undefined)).end();
  });
}
