// Who does TLS, for every mode and kind of public URL.

import { expect, it } from "vitest";
import type { TlsMode } from "../../config/schema.ts";
import { planTls } from "./plan.ts";

it.each<[TlsMode, string | undefined, string, string | undefined]>([
  ["auto", "https://bot.example.org:8443/x", "self-signed", "bot.example.org"],
  ["auto", "https://203.0.113.5", "self-signed", "203.0.113.5"],
  ["auto", "https://[2001:db8::1]", "self-signed", "2001:db8::1"],
  ["auto", "http://127.0.0.1:9000", "off", undefined],
  ["auto", undefined, "off", undefined],
  ["self-signed", "https://bot.example.org", "self-signed", "bot.example.org"],
  ["off", "https://bot.example.org", "off", undefined],
])("%s with %s is %s", (tls, url, mode, host) => {
  const plan = planTls(url === undefined ? { tls } : { tls, publicUrl: new URL(url) });
  expect(plan.mode).toBe(mode);
  expect("host" in plan ? plan.host : undefined).toBe(host);
  expect(plan.why).toMatch(/web\./);
});
