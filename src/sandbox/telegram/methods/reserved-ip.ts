// The IPv4 ranges Telegram refuses for webhooks (tdlib IPAddress.cpp); setWebhook asks here.

import { BlockList } from "node:net";

const RANGES: readonly (readonly [string, number])[] = [
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
for (const [net, bits] of RANGES) reserved.addSubnet(net, bits);

export function isReserved(ipv4: string): boolean {
  return reserved.check(ipv4);
}
