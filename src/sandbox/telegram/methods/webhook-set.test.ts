// What setWebhook accepts, refuses and remembers, and what getWebhookInfo says.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Answer, type Bench, openBench } from "../test-bench.ts";

let bench: Bench;
const open = async (options: Parameters<typeof openBench>[0] = {}) => {
  await bench?.sandbox.close();
  bench = await openBench({
    resolve: async (host) => {
      if (host === "bot.example.org") return "149.154.167.220";
      throw new Error("ENOTFOUND");
    },
    ...options,
  });
};
beforeEach(() => open());
afterEach(() => bench.sandbox.close());

const URL_OK = "https://bot.example.org/hook";
const set = async (params: object) => {
  await bench.clock.advance(1000);
  return bench.call("setWebhook", params);
};
const why = async (params: object) => (await set(params)).description;
const info = () => bench.done<Record<string, unknown>>("getWebhookInfo");

async function upload(certificate: string, asFile = true): Promise<Answer> {
  await bench.clock.advance(1000);
  const form = new FormData();
  form.set("url", URL_OK);
  if (asFile) form.set("certificate", new Blob([certificate]), "cert.pem");
  else form.set("certificate", certificate);
  const response = await fetch(`${bench.sandbox.url}/bot${bench.bot.token}/setWebhook`, {
    method: "POST",
    body: form,
  });
  return (await response.json()) as Answer;
}

/** Self-signed, for nobody in particular. */
const PEM = `-----BEGIN CERTIFICATE-----
MIIBgzCCASmgAwIBAgIUJz6fFOVFs6jOBlZT41YiFJwsXsIwCgYIKoZIzj0EAwIw
FjEUMBIGA1UEAwwLMjAzLjAuMTEzLjUwHhcNMjYxMTIyMTYyNDMzWhcNMjYxMTIx
MTYyNDMzWjAWMRQwEgYDVQQDDAsyMDMuMC4xMTMuNTBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABO2B8Xsq3X1pFs17OnYouuaFU7/wVRTUtHVyW11cay5xn7ZwToIW
pm7fIx7IQvd0PDAquSwyNyPRYUw/GyLl4QWjVTBTMAwGA1UdEwEB/wQCMAAwEwYD
VR0lBAwwCgYIKwYBBQUHAwEwDwYDVR0RBAgwBocEywBxBTAdBgNVHQ4EFgQUZDpr
ebabtRsZXlLBp9uXNqg0aeQwCgYIKoZIzj0EAwIDSAAwRQIhAICOfd/Hc9kvBupZ
gc0HkmHQ+d3ryB004ffo6NGXUNk3AiBigmfr4S3nik9M/LxWFILEfUK8MNKftcKb
lzMB5Qgi+Q==
-----END CERTIFICATE-----
`;

describe("setWebhook", () => {
  it("refuses what can be no webhook, in Telegram's words", async () => {
    expect(await why({ url: "https://" })).toBe("Bad Request: invalid webhook URL specified");
    expect(await why({ url: URL_OK, secret_token: "ç" })).toBe(
      "Bad Request: secret token contains unallowed characters",
    );
    expect(await why({ url: URL_OK, secret_token: "x".repeat(257) })).toBe(
      "Bad Request: secret token is too long",
    );
    const bad = "Bad Request: bad webhook: ";
    expect(await why({ url: "http://bot.example.org" })).toBe(
      `${bad}An HTTPS URL must be provided for webhook`,
    );
    expect(await why({ url: "https://bot.example.org:444" })).toBe(
      `${bad}Webhook can be set up only on ports 80, 88, 443 or 8443`,
    );
    expect(await why({ url: "https://10.0.0.5" })).toBe(`${bad}IP address 10.0.0.5 is reserved`);
    expect(await why({ url: "https://[2001:db8::1]" })).toBe(`${bad}IPv6-only addresses are not allowed`);
    expect(await why({ url: URL_OK, ip_address: "here" })).toBe(`${bad}Invalid IP address specified`);
    expect(await why({ url: "https://nowhere.example.org" })).toBe(
      `${bad}Failed to resolve host: Name or service not known`,
    );
    expect((await upload("-----BEGIN CERTIFICATE-----\nno\n")).description).toContain(
      `${bad}Failed to set custom certificate file{error:`,
    );
    expect((await upload("x".repeat((3 << 20) + 1))).description).toBe(
      "Bad Request: certificate size is too big (3145729 bytes)",
    );
  });
  it("accepts every port and address on a local server", async () => {
    await open({ local: true });
    expect(await set({ url: "http://10.0.0.5:8080/x" })).toMatchObject({ ok: true });
  });
  it("says what it did", async () => {
    expect(await why({ url: "" })).toBe("Webhook is already deleted");
    expect(await why({ url: "bot.example.org/hook" })).toBe("Webhook was set");
    expect(await why({ url: URL_OK, secret_token: "a" })).toBe("Webhook was set");
    expect(await why({ url: URL_OK, secret_token: "a" })).toBe("Webhook is already set");
    expect(await why({ url: URL_OK })).toBe("Webhook was set");
    expect((await bench.call("deleteWebhook")).description).toBe("Webhook was deleted");
  });
  it("clamps max_connections", async () => {
    for (const [given, kept] of [
      [undefined, 40],
      [500, 100],
      [0, 1],
      ["many", 1],
    ]) {
      await set({
        url: URL_OK,
        secret_token: `s${kept}`,
        ...(given !== undefined && { max_connections: given }),
      });
      expect((await info()).max_connections).toBe(kept);
    }
  });
  it("is asked at most once a second", async () => {
    await set({ url: URL_OK });
    expect(await bench.call("setWebhook", { url: URL_OK, secret_token: "b" })).toMatchObject({
      error_code: 429,
      parameters: { retry_after: 1 },
    });
  });
  it("forgets the certificate when it is not sent again, and ignores one that is no file", async () => {
    expect((await upload(PEM)).ok).toBe(true);
    expect(await info()).toMatchObject({ has_custom_certificate: true, ip_address: "149.154.167.220" });
    expect((await upload(PEM)).description).toBe("Webhook was set");
    expect((await upload(PEM, false)).ok).toBe(true);
    expect((await info()).has_custom_certificate).toBe(false);
  });
  it("keeps what is pending, unless told to drop it", async () => {
    bench.sandbox.say(bench.chatId, bench.ana.id, { text: "um" });
    await bench.done("deleteWebhook");
    expect((await info()).pending_update_count).toBe(1);
    await bench.done("deleteWebhook", { drop_pending_updates: true });
    expect((await info()).pending_update_count).toBe(0);
  });
});

describe("getWebhookInfo", () => {
  it("is short without a webhook", async () => {
    expect(await info()).toEqual({ url: "", has_custom_certificate: false, pending_update_count: 0 });
  });
  it("repeats the settings", async () => {
    await set({ url: URL_OK, allowed_updates: ["message", "nonsense"], ip_address: "149.154.167.221" });
    expect(await info()).toEqual({
      url: URL_OK,
      has_custom_certificate: false,
      pending_update_count: 0,
      ip_address: "149.154.167.221",
      max_connections: 40,
      allowed_updates: ["message"],
    });
  });
});

describe("logOut and close", () => {
  it("end the service of this server", async () => {
    expect(await bench.call("close")).toMatchObject({ error_code: 429 });
    expect((await bench.call("logOut")).ok).toBe(true);
    expect(await bench.call("getMe")).toMatchObject({ error_code: 400, description: "Logged out" });
  });
});
