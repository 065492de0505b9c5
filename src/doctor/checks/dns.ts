// Checks where the public name leads: an IPv4 address, of the internet, and of this machine; `checks.ts` lists it.

import { isIP } from "node:net";
import { isLocalName } from "../../config/public-url.ts";
import type { Diagnosis } from "../../model/diagnosis.ts";
import { isReservedIpv4 } from "../../model/reserved-ipv4.ts";
import type { OwnAddresses } from "../../web/reach/own-addresses.ts";
import { bareHost } from "../ask.ts";
import type { Check, Net } from "../check.ts";

export const dnsCheck: Check = {
  name: "dns",
  group: "reach",
  run: async ({ told, net, machine }) => {
    const found = await told();
    const { publicUrl, ipAddress } = found ?? {};
    if (publicUrl === undefined || publicUrl.protocol !== "https:") return [];
    const host = bareHost(publicUrl);
    const family = isIP(host);
    // Those are for this machine or this house alone, and no DNS knows them.
    if (family === 6 || isLoopback(host) || (family === 0 && isLocalName(host))) return [];
    if (family === 4) return [judge(host, [host], machine.addresses())];
    return [await lookUp(host, ipAddress, net, machine.addresses())];
  },
};

function isLoopback(host: string): boolean {
  return isIP(host) === 4 && host.startsWith("127.");
}

async function lookUp(
  host: string,
  ipAddress: string | undefined,
  net: Net,
  own: OwnAddresses,
): Promise<Diagnosis> {
  const check = "dns";
  const ipv4 = await answers(net.resolve4(host));
  if (typeof ipv4 === "string")
    return { check, level: "skipped", key: "doctor.dns.unknown", values: { host, code: ipv4 } };
  if (ipv4.length > 0) return judge(host, ipv4, own);
  // Telegram is told the address apart: it need not look.
  if (ipAddress !== undefined)
    return { check, level: "note", key: "doctor.dns.pinned", values: { host, ip: ipAddress } };
  const ipv6 = await answers(net.resolve6(host));
  if (typeof ipv6 !== "string" && ipv6.length > 0)
    return { check, level: "fault", key: "doctor.dns.ipv6-only", values: { host, ip: ipv6.join(", ") } };
  return { check, level: "fault", key: "doctor.dns.none", values: { host } };
}

/** [] when the name has none, and the code of the error when nobody could say. */
async function answers(asked: Promise<readonly string[]>): Promise<readonly string[] | string> {
  try {
    return await asked;
  } catch (error) {
    const { code = "?" } = error as NodeJS.ErrnoException;
    return code === "ENOTFOUND" || code === "ENODATA" ? [] : code;
  }
}

function judge(host: string, ipv4: readonly string[], own: OwnAddresses): Diagnosis {
  const check = "dns";
  const values = { host, ip: ipv4.join(", ") };
  if (ipv4.some(isReservedIpv4)) return { check, level: "warning", key: "doctor.dns.reserved", values };
  if (ipv4.some((address) => own.ipv4.includes(address)))
    return { check, level: "ok", key: "doctor.dns.ok", values };
  const isBehind = own.publicIpv4.length === 0;
  const mine = { ...values, own: own.publicIpv4.join(", ") };
  return isBehind
    ? { check, level: "note", key: "doctor.dns.nat", values }
    : { check, level: "note", key: "doctor.dns.elsewhere", values: mine };
}
