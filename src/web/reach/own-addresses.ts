// Which addresses this machine has, and which of them the internet can reach; the start, `init` and `doctor` ask.

import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";
import { isReservedIpv4 } from "../../model/reserved-ipv4.ts";

export interface OwnAddresses {
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
  /** Those of `ipv4` that are of the public internet; without one the machine stands behind NAT. */
  readonly publicIpv4: readonly string[];
}

/** Without those that only this machine itself can reach. */
export function ownAddresses(
  interfaces: NodeJS.Dict<
    readonly Pick<NetworkInterfaceInfo, "address" | "family" | "internal">[]
  > = networkInterfaces(),
): OwnAddresses {
  const all = Object.values(interfaces)
    .flatMap((list) => list ?? [])
    .filter(({ internal }) => !internal);
  const of = (family: string) => all.filter((one) => one.family === family).map(({ address }) => address);
  const ipv4 = of("IPv4");
  return { ipv4, ipv6: of("IPv6"), publicIpv4: ipv4.filter((address) => !isReservedIpv4(address)) };
}
