// How the simulated Telegram verifies a webhook's certificate: the table of OpenSSL's answers in both modes.

import { createServer as createTcpServer } from "node:net";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { describeIf, hasOpenssl, NO_OPENSSL } from "../../../../test/support/needs.ts";
import { type Bench, openBench, until } from "../test-bench.ts";
import { type CertificateRequest, makeCertificate, type TestCertificate } from "../test-certificates.ts";
import { openWebhook } from "../test-webhook.ts";

const VERIFY_FAILED = "SSL error {error:0A000086:SSL routines::certificate verify failed}";
const IP = "203.0.113.5";

let bench: Bench | undefined;
afterEach(async () => {
  await bench?.sandbox.close();
  bench = undefined;
});

interface Visit {
  readonly server: TestCertificate;
  readonly host: string;
  /** Uploaded as a file; undefined for none. */
  readonly upload?: string;
  readonly systemCa?: readonly string[];
}

/** Sets the webhook and lets one update be delivered: "delivered", or what getWebhookInfo says. */
async function visit({ server, host, upload, systemCa = [] }: Visit): Promise<string> {
  bench = await openBench({ local: true, systemCa });
  const webhook = await openWebhook(server, host);
  const form = new FormData();
  form.set("url", webhook.url);
  form.set("ip_address", "127.0.0.1");
  if (upload !== undefined) form.set("certificate", new Blob([upload]), "cert.pem");
  await fetch(`${bench.sandbox.url}/bot${bench.bot.token}/setWebhook`, { method: "POST", body: form });
  bench.sandbox.say(bench.chatId, bench.ana.id, { text: "olá" });
  const { deliveries } = bench.sandbox;
  await until(() => deliveries.length > 0, "a delivery");
  await webhook.close();
  lastNames = webhook.names;
  if (webhook.received.length > 0) return "delivered";
  return String(bench.sandbox.webhookInfo(bench.bot.token).last_error_message);
}
let lastNames: readonly string[] = [];

describeIf(hasOpenssl, NO_OPENSSL)("the certificate of an IP address", () => {
  const kinds: readonly (readonly [string, CertificateRequest, string, string])[] = [
    ["CN, no SAN", { cn: IP }, "delivered", VERIFY_FAILED],
    ["CN and IP SAN", { cn: IP, san: [`IP:${IP}`] }, "delivered", "delivered"],
    ["IP SAN only", { san: [`IP:${IP}`] }, VERIFY_FAILED, "delivered"],
    ["the address as a DNS SAN", { san: [`DNS:${IP}`] }, "delivered", VERIFY_FAILED],
    ["CN and another DNS SAN", { cn: IP, san: ["DNS:other.org"] }, VERIFY_FAILED, VERIFY_FAILED],
  ];
  it.each(kinds)("with %s", async (_, request, uploaded, system) => {
    const server = makeCertificate(request);
    expect(await visit({ server, host: IP, upload: server.cert })).toBe(uploaded);
    expect(lastNames).toEqual([]);
    await bench?.sandbox.close();
    expect(await visit({ server, host: IP, systemCa: [server.cert] })).toBe(system);
  });
});

describeIf(hasOpenssl, NO_OPENSSL)("the certificate of a name", () => {
  let root: TestCertificate;
  let leaf: TestCertificate;
  beforeAll(() => {
    root = makeCertificate({ cn: "Root", ca: true });
    leaf = makeCertificate({ cn: "bot.example.org", san: ["DNS:bot.example.org"], issuer: root });
  });

  it("is asked for by SNI, without ALPN", async () => {
    const server = makeCertificate({ cn: "bot.example.org", san: ["DNS:bot.example.org"] });
    expect(await visit({ server, host: "bot.example.org", upload: server.cert })).toBe("delivered");
    expect(lastNames).toEqual(["bot.example.org"]);
  });
  it("must be for that name", async () => {
    const server = makeCertificate({ cn: "bot.example.org", san: ["DNS:www.example.org"] });
    expect(await visit({ server, host: "bot.example.org", upload: server.cert })).toBe(VERIFY_FAILED);
  });
  it("must not have ended", async () => {
    const server = makeCertificate({ cn: "bot.example.org", days: -1 });
    expect(await visit({ server, host: "bot.example.org", upload: server.cert })).toBe(VERIFY_FAILED);
  });
  it("is trusted through an uploaded root, not through an uploaded leaf", async () => {
    expect(await visit({ server: leaf, host: "bot.example.org", upload: root.cert })).toBe("delivered");
    await bench?.sandbox.close();
    expect(await visit({ server: leaf, host: "bot.example.org", upload: leaf.cert })).toBe(VERIFY_FAILED);
  });
  it("is not looked up in the system's store once another was uploaded", async () => {
    const other = makeCertificate({ cn: "bot.example.org" });
    const asked = { server: leaf, host: "bot.example.org", systemCa: [root.cert] };
    expect(await visit(asked)).toBe("delivered");
    await bench?.sandbox.close();
    expect(await visit({ ...asked, upload: other.cert })).toBe(VERIFY_FAILED);
  });
  it("may be one of several in the upload, so that it can be changed without a gap", async () => {
    const next = makeCertificate({ cn: "bot.example.org" });
    const old = makeCertificate({ cn: "bot.example.org" });
    const upload = `${old.cert}\n${next.cert}`;
    expect(await visit({ server: next, host: "bot.example.org", upload })).toBe("delivered");
    await bench?.sandbox.close();
    expect(await visit({ server: old, host: "bot.example.org", upload })).toBe("delivered");
  });
});

describe("a webhook that speaks no TLS, or nothing at all", () => {
  const fails = async (url: string) => {
    bench = await openBench({ local: true });
    await bench.done("setWebhook", { url, ip_address: "127.0.0.1" });
    bench.sandbox.say(bench.chatId, bench.ana.id, { text: "olá" });
    const { deliveries } = bench.sandbox;
    await until(() => deliveries.length > 0, "a delivery");
    return bench.sandbox.webhookInfo(bench.bot.token).last_error_message;
  };
  it("is called a wrong version number", async () => {
    const webhook = await openWebhook();
    expect(await fails(webhook.url.replace("http:", "https:"))).toBe(
      "SSL error {error:0A00010B:SSL routines::wrong version number}",
    );
    await webhook.close();
  });
  it("is called refused when nobody listens", async () => {
    const webhook = await openWebhook();
    await webhook.close();
    expect(await fails(webhook.url)).toBe("Connection refused");
  });
  it("is not recorded when it closes without a word", async () => {
    const server = createTcpServer((socket) => socket.once("data", () => socket.end()));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" ? address?.port : 0;
    expect(await fails(`http://127.0.0.1:${port}/`)).toBeUndefined();
    server.close();
  });
});
