// Who does TLS: every pair of what is asked for and where it runs.

import { describe, expect, it } from "vitest";
import { loadTexts } from "../../texts.ts";
import { parseListen } from "../listen.ts";
import { planTls } from "./plan.ts";

const listen = (text: string) => {
  const address = parseListen(text);
  if (!address) throw new Error(text);
  return address;
};
const open = listen("0.0.0.0:8443");
const shut = listen("127.0.0.1:8443");
const socket = listen("unix:/run/mate.sock");
const files = { certificate: "/c.pem", key: "/k.pem" };
const ours = {
  directory: "https://acme-v02.api.letsencrypt.org/directory",
  http: "0.0.0.0:80",
  alpn: "auto",
};
const own = { ...ours, directory: "https://ca.lan/dir" };

type Row = [string, Parameters<typeof planTls>[0], string | undefined, string, string, string | undefined];
const rows: readonly Row[] = [
  ["no address outside", { tls: "auto", listen: open }, undefined, "off", "no-url", undefined],
  ["http outside", { tls: "auto", listen: open }, "http://h.example.org", "off", "http", undefined],
  ["TLS switched off", { tls: "off", listen: shut }, "https://h.example.org", "off", "off-asked", undefined],
  [
    "a proxy before a port",
    { tls: "auto", listen: shut },
    "https://h.example.org",
    "off",
    "behind-proxy",
    undefined,
  ],
  [
    "a proxy before a socket",
    { tls: "auto", listen: socket },
    "https://h.example.org",
    "off",
    "behind-proxy",
    undefined,
  ],
  [
    "only this machine",
    { tls: "auto", listen: shut, acme: ours },
    "https://127.0.0.1:8443",
    "self-signed",
    "self-signed",
    "not-public",
  ],
  [
    "terms not accepted",
    { tls: "auto", listen: open },
    "https://h.example.org",
    "self-signed",
    "self-signed",
    "no-terms",
  ],
  [
    "terms accepted, a name",
    { tls: "auto", listen: open, acme: ours },
    "https://h.example.org",
    "acme",
    "acme-possible",
    undefined,
  ],
  [
    "terms accepted, an address",
    { tls: "auto", listen: open, acme: ours },
    "https://8.8.8.8:8443",
    "acme",
    "acme-possible",
    undefined,
  ],
  [
    "terms accepted, IPv6",
    { tls: "auto", listen: open, acme: ours },
    "https://[2606:4700::1]",
    "acme",
    "acme-possible",
    undefined,
  ],
  [
    "terms accepted, a private address",
    { tls: "auto", listen: open, acme: ours },
    "https://10.0.0.5",
    "self-signed",
    "self-signed",
    "not-public",
  ],
  [
    "terms accepted, a name of the house",
    { tls: "auto", listen: open, acme: ours },
    "https://nas.local",
    "self-signed",
    "self-signed",
    "not-public",
  ],
  [
    "an authority of the house",
    { tls: "auto", listen: open, acme: own },
    "https://nas.local",
    "acme",
    "acme-possible",
    undefined,
  ],
  [
    "files named",
    { tls: "auto", listen: open, files, acme: ours },
    "https://h.example.org",
    "files",
    "files-named",
    undefined,
  ],
  [
    "files named behind a forwarder",
    { tls: "auto", listen: shut, files },
    "https://h.example.org",
    "files",
    "files-named",
    undefined,
  ],
  [
    "self-signed asked for",
    { tls: "self-signed", listen: shut, acme: ours },
    "https://h.example.org",
    "self-signed",
    "self-signed-asked",
    undefined,
  ],
  [
    "acme asked for",
    { tls: "acme", listen: shut, acme: ours },
    "https://h.example.org",
    "acme",
    "acme-asked",
    undefined,
  ],
  [
    "files asked for",
    { tls: "files", listen: shut, files },
    "https://h.example.org",
    "files",
    "files-asked",
    undefined,
  ],
];

describe("who does TLS", () => {
  it.each(rows)("%s", (_, web, url, mode, why, passedOver) => {
    const plan = planTls(web, url === undefined ? undefined : new URL(url));
    expect([plan.mode, plan.why.key, plan.passedOver[0]?.key]).toEqual([mode, why, passedOver]);
    expect(plan.host === undefined).toBe(mode === "off");
    for (const language of ["pt-BR", "en", "es"] as const)
      for (const { key, values } of [plan.why, ...plan.passedOver])
        expect(loadTexts(language)(`web.tls.${key}`, values)).toMatch(/\S/);
  });

  it("names an IPv6 address as certificates do", () => {
    const url = new URL("https://[2606:4700::1]:8443");
    expect(planTls({ tls: "self-signed", listen: open }, url).host).toBe("2606:4700::1");
  });
});
