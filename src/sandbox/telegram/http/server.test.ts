// Routing, refusals, faults and the record of the simulated server.

import { request as httpRequest } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bench, callJson, openBench, until } from "../test-bench.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.sandbox.close());

const at = async (path: string, init?: RequestInit) => {
  const response = await fetch(`${bench.sandbox.url}${path}`, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
};
const post = (path: string) => callJson(`${bench.sandbox.url}${path}`, {});

describe("routing", () => {
  it("knows methods in any case, by GET and POST, and in the test environment", async () => {
    const { token } = bench.bot;
    expect((await at(`/bot${token}/GETME`)).status).toBe(200);
    expect((await post(`/bot${token}/test/getMe`)).ok).toBe(true);
    expect((await at(`/bot${token}/getMe`, { method: "PUT", body: "" })).status).toBe(501);
  });
  it("answers 404 to other paths and unknown methods", async () => {
    expect(await post("/nothing")).toEqual({ ok: false, error_code: 404, description: "Not Found" });
    expect((await post(`/bot${bench.bot.token}/sendMesage`)).description).toBe("Not Found: method not found");
  });
  it("tells malformed, foreign and unknown tokens apart", async () => {
    expect(await post("/botabc/getMe")).toMatchObject({
      error_code: 401,
      description: "Unauthorized: invalid token specified",
    });
    expect(await post("/bot0123:a/getMe")).toMatchObject({ error_code: 401 });
    expect(await post("/botx12:abc/getMe")).toMatchObject({ error_code: 421 });
    expect(await post("/bot123:abc/getMe")).toMatchObject({ error_code: 401, description: "Unauthorized" });
  });
  it("answers 401 once the token is revoked", async () => {
    bench.sandbox.revoke(bench.bot.token);
    expect(await bench.call("getMe")).toMatchObject({ error_code: 401, description: "Unauthorized" });
  });
});

describe("unknown and unsupported parameters", () => {
  it("are refused and recorded", async () => {
    expect(
      await bench.refused("sendMessage", { chat_id: bench.chatId, text: "a", reply_to_message_id: 1 }),
    ).toBe("SANDBOX: unknown parameter reply_to_message_id of sendMessage");
    expect(bench.sandbox.requests.at(-1)).toMatchObject({ status: 400, body: { reply_to_message_id: "1" } });
    expect(
      await bench.refused("sendMessage", { chat_id: bench.chatId, text: "a", parse_mode: "HTML" }),
    ).toContain("SANDBOX");
  });
});

describe("the record", () => {
  it("holds no token and no secret", async () => {
    await bench.call("setWebhook", { url: "https://example.org/", secret_token: "geheim" });
    await bench.call("getMe");
    const written = JSON.stringify(bench.sandbox.requests);
    expect(written).not.toContain(bench.bot.token.split(":")[1]);
    expect(written).not.toContain("geheim");
    expect(bench.sandbox.requests.at(-1)?.path).toBe(`/bot${bench.bot.id}/getMe`);
  });
});

describe("faults", () => {
  const onSend = { match: (r: { path: string }) => r.path.endsWith("/sendMessage"), times: 1 };
  const texts = () => bench.sandbox.messages(bench.chatId).map((message) => message.text);

  it("answer 429 with the header and the parameter, and nothing is sent", async () => {
    bench.sandbox.faults.add({ ...onSend, fault: { kind: "limit", retryAfter: 7 } });
    const body = JSON.stringify({ chat_id: bench.chatId, text: "olá" });
    const headers = { "Content-Type": "application/json" };
    const answer = await at(`/bot${bench.bot.token}/sendMessage`, { method: "POST", body, headers });
    expect(answer.headers.get("retry-after")).toBe("7");
    expect(JSON.parse(answer.text)).toEqual({
      ok: false,
      error_code: 429,
      description: "Too Many Requests: retry after 7",
      parameters: { retry_after: 7 },
    });
    expect(texts()).not.toContain("olá");
    await bench.send("olá");
    expect(texts()).toContain("olá");
  });
  it("cut the connection before or after the message was sent", async () => {
    bench.sandbox.faults.add({ ...onSend, fault: { kind: "cut", when: "before" } });
    await expect(bench.send("um")).rejects.toThrow();
    bench.sandbox.faults.add({ ...onSend, fault: { kind: "cut", when: "after" } });
    await expect(bench.send("dois")).rejects.toThrow();
    expect(texts()).not.toContain("um");
    expect(texts()).toContain("dois");
  });
  it("answer a proxy's page", async () => {
    bench.sandbox.faults.add({
      ...onSend,
      fault: { kind: "status", status: 502, html: "<h1>Bad Gateway</h1>" },
    });
    const answer = await at(`/bot${bench.bot.token}/sendMessage`);
    expect([answer.status, answer.text]).toEqual([502, "<h1>Bad Gateway</h1>"]);
  });
  it("hold an answer back until the clock has turned", async () => {
    bench.sandbox.faults.add({ ...onSend, fault: { kind: "slow", ms: 5000 } });
    let answered = false;
    const sending = bench.send("devagar").then(() => {
      answered = true;
    });
    await until(() => texts().includes("devagar"));
    await bench.clock.advance(4999);
    expect(answered).toBe(false);
    await bench.clock.advance(1);
    await sending;
  });
});

describe("bodies that are too large", () => {
  it("are answered 413 without a body", async () => {
    const url = new URL(`${bench.sandbox.url}/bot${bench.bot.token}/sendMessage`);
    const status = await new Promise((resolve, reject) => {
      const request = httpRequest(
        url,
        { method: "POST", headers: { "Content-Type": "application/json" } },
        (r) => {
          r.resume();
          resolve(r.statusCode);
        },
      );
      request.on("error", reject);
      request.end(JSON.stringify({ text: "x".repeat(2 << 20) }));
    });
    expect(status).toBe(413);
  });
});
