// Which IPv4 addresses are not of the public internet, so that Telegram's cloud refuses to call them.

import { BlockList } from "node:net";

/** What setWebhook refuses ("IP address 10.0.0.5 is reserved"). Telegram's td, IPAddress.cpp. */
const RESERVED: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
];

const reserved = new BlockList();
for (const [network, bits] of RESERVED) reserved.addSubnet(network, bits, "ipv4");

export function isReservedIpv4(address: string): boolean {
  return reserved.check(address);
}
