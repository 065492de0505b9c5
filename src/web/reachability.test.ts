import { expect, it } from "vitest";
import { loadTexts } from "../texts.ts";
import { reachabilityOf } from "./reachability.ts";
import { planTls } from "./tls/plan.ts";

const texts = loadTexts("en");
const listen = { kind: "tcp", host: "0.0.0.0", port: 8443 } as const;

it("tells no name and no password of the public URL", () => {
  const publicUrl = new URL("https://ana:hush@bot.example.org/mate/");
  const facts = { listen: "0.0.0.0:8443", publicUrl, plan: planTls({ tls: "auto", listen }, publicUrl) };
  const told = reachabilityOf({ ...facts, certificate: undefined }, texts);
  expect(told.publicUrl).toBe("https://bot.example.org/mate");
  expect(JSON.stringify(told)).not.toContain("hush");
  expect(told.passedOver[0]).toContain("letsencrypt.org");
});

it("says of a certificate that could not be renewed why, and what to do", () => {
  const publicUrl = new URL("https://bot.example.org");
  const certificate = {
    source: "self-signed",
    trust: "uploaded",
    names: ["bot.example.org"],
    issuer: "CN=x",
    validUntil: 2,
    fault: { at: 1, key: "web.certificate.not-renewed", values: { host: "bot.example.org" } },
  } as const;
  const plan = planTls({ tls: "self-signed", listen }, publicUrl);
  const told = reachabilityOf({ listen: "0.0.0.0:8443", publicUrl, plan, certificate }, texts);
  expect(told.certificate?.fault?.reason).toMatch(/could not be renewed; it is tried again/);
});
