import { expect, it } from "vitest";
import { ownAddresses } from "./own-addresses.ts";

const one = (address: string, family: "IPv4" | "IPv6" = "IPv4", internal = false) => ({
  address,
  family,
  internal,
});

it("tells the addresses of the public internet from those of the house", () => {
  const found = ownAddresses({
    lo: [one("127.0.0.1", "IPv4", true), one("::1", "IPv6", true)],
    eth0: [one("10.0.0.5"), one("8.8.4.4"), one("2606:4700::1", "IPv6")],
    docker0: [one("172.17.0.1")],
    gone: undefined,
  });
  expect(found).toEqual({
    ipv4: ["10.0.0.5", "8.8.4.4", "172.17.0.1"],
    ipv6: ["2606:4700::1"],
    publicIpv4: ["8.8.4.4"],
  });
});

it("finds none where there is none", () => {
  expect(ownAddresses({ lo: [one("127.0.0.1", "IPv4", true)] }).publicIpv4).toEqual([]);
});
