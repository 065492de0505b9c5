// Decides from what is bound on this machine how Telegram can reach it; `ask-reach.ts` asks for what is left open. Pure.

import type { ProxyKind } from "../web/proxy-lines.ts";

/** `forbidden`: nobody has it, and this user may not either. */
export type PortState =
  | { readonly kind: "free" }
  | { readonly kind: "forbidden" }
  | { readonly kind: "taken"; readonly by?: string };

export interface ReachFacts {
  /** Addresses of this machine that the internet reaches. */
  readonly publicIpv4: readonly string[];
  /** Of 80, 88, 443 and 8443. */
  readonly ports: Readonly<Record<number, PortState>>;
}

export interface ReachPlan {
  /** Nobody outside reaches this machine: messages are fetched, and there is nothing to ask. */
  readonly isInside: boolean;
  /** The address outside. */
  readonly address?: string;
  /** The port that MateBot can have for itself, of those that Telegram calls. */
  readonly port?: number;
  /** Who serves 443 or 80 already, and knows how to pass requests on. */
  readonly front?: ProxyKind;
  /** An authority's question can be answered, now and at every renewal. */
  readonly canProve: boolean;
  readonly canHave8443: boolean;
}

/** The ones Telegram calls, in the order in which people's firewalls let them through. */
const OWN_PORTS = [443, 8443, 88];

export function planReach({ publicIpv4, ports }: ReachFacts): ReachPlan {
  const isFree = (port: number) => ports[port]?.kind === "free";
  const [address] = publicIpv4;
  if (address === undefined) return { isInside: true, canProve: false, canHave8443: isFree(8443) };
  const port = OWN_PORTS.find(isFree);
  const front = frontOf(ports);
  return {
    isInside: false,
    address,
    ...(port !== undefined && { port }),
    ...(front && { front }),
    canProve: isFree(443) || isFree(80),
    canHave8443: isFree(8443),
  };
}

function frontOf(ports: ReachFacts["ports"]): ProxyKind | undefined {
  for (const port of [443, 80]) {
    const state = ports[port];
    const program = state?.kind === "taken" ? state.by : undefined;
    if (program === "nginx" || program === "caddy") return program;
  }
  return undefined;
}
