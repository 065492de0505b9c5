// Whose word about an address is believed, and what an address counts as.

import { describe, expect, it } from "vitest";
import { createProxies, placeOf, readNetworks } from "./client-address.ts";
import { TELEGRAM_NETWORKS } from "./telegram-networks.ts";

const proxies = createProxies(["10.0.0.0/8", "2001:db8::/32", "192.0.2.7"]);
const forwardedFor = (list: string | string[]) => ({ "x-forwarded-for": list });

describe("the client", () => {
  it.each([
    ["a stranger who names another", "203.0.113.9", forwardedFor("149.154.160.1"), "203.0.113.9"],
    ["behind a proxy of this machine", "127.0.0.1", forwardedFor("203.0.113.9"), "203.0.113.9"],
    ["behind one that is reached by IPv6", "::1", forwardedFor("203.0.113.9"), "203.0.113.9"],
    ["behind a Unix socket", undefined, forwardedFor("203.0.113.9"), "203.0.113.9"],
    ["behind a proxy that is listed", "10.1.2.3", forwardedFor("203.0.113.9"), "203.0.113.9"],
    [
      "behind one on a socket of both families",
      "::ffff:10.1.2.3",
      forwardedFor("203.0.113.9"),
      "203.0.113.9",
    ],
    [
      "who wrote a header of their own",
      "127.0.0.1",
      forwardedFor("149.154.160.1, 203.0.113.9"),
      "203.0.113.9",
    ],
    ["behind two proxies", "127.0.0.1", forwardedFor("1.1.1.1, 203.0.113.9, 10.9.9.9"), "203.0.113.9"],
    ["in two headers", "127.0.0.1", forwardedFor(["1.1.1.1", "203.0.113.9, 10.9.9.9"]), "203.0.113.9"],
    ["with a port", "127.0.0.1", forwardedFor("203.0.113.9:4711"), "203.0.113.9"],
    ["of IPv6 with a port", "127.0.0.1", forwardedFor("[2001:470::1]:4711"), "2001:470::1"],
    ["who is only a proxy", "127.0.0.1", forwardedFor("10.1.1.1"), "10.1.1.1"],
    ["of whom the proxy says nothing", "127.0.0.1", {}, "127.0.0.1"],
    ["whom the proxy hides", "127.0.0.1", forwardedFor("1.1.1.1, unknown"), "127.0.0.1"],
    [
      "of a proxy that speaks the standard",
      "127.0.0.1",
      { forwarded: 'for=1.1.1.1, for="203.0.113.9:1"' },
      "203.0.113.9",
    ],
    [
      "of IPv6 in the standard",
      "127.0.0.1",
      { forwarded: 'proto=https;For="[2001:470::1]:1"' },
      "2001:470::1",
    ],
    [
      "whose own Forwarded the proxy let through",
      "127.0.0.1",
      { forwarded: "for=149.154.160.1", "x-forwarded-for": "203.0.113.9" },
      "203.0.113.9",
    ],
  ])("%s", (_, peer, headers, client) => {
    expect(proxies.clientOf(peer, headers)).toBe(client);
  });

  it("is undefined only at the end of a Unix socket", () => {
    expect(proxies.clientOf(undefined, {})).toBeUndefined();
    expect(proxies.trusts(undefined)).toBe(true);
  });
});

describe("an address counts as", () => {
  it.each([
    ["203.0.113.9", "203.0.113.9"],
    ["::ffff:203.0.113.9", "203.0.113.9"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2::1", "2001:db8:1:2::/64"],
    ["2001:0db8:0001:0002:ffff::", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["64:ff9b::192.0.2.1", "64:ff9b:0:0::/64"],
  ])("%s: %s", (address, place) => expect(placeOf(address)).toBe(place));
});

it("Telegram's networks begin and end where Telegram says", () => {
  const telegram = readNetworks(TELEGRAM_NETWORKS);
  const all = ["149.154.160.0", "149.154.175.255", "91.108.4.0", "91.108.7.255"];
  expect(all.filter((address) => !telegram.has(address))).toEqual([]);
  const none = [
    "149.154.159.255",
    "149.154.176.0",
    "91.108.3.255",
    "91.108.8.0",
    "::1",
    "",
    "149.154.160.1.1",
  ];
  expect(none.filter((address) => telegram.has(address))).toEqual([]);
});
