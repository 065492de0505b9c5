import type { WebhookInfo } from "@grammyjs/types";
import { describe, expect, it } from "vitest";
import { judgeProbe, type Received, type Seen, type Verdict } from "./watch.ts";
import { webhookErrorWords } from "./words.ts";

const url = new URL("https://bot.example.org/telegram/t/secret-path");
const healthy: Seen = { errorDate: 0, pending: 0, stuck: 0, growing: 0, down: false };
const quiet: Received = { sinceProbe: false };

function info(more: Partial<WebhookInfo> = {}): WebhookInfo {
  return { url: url.href, has_custom_certificate: false, pending_update_count: 0, ...more };
}

function kind(seen: Seen, told: WebhookInfo, received = quiet): Verdict["kind"] {
  return judgeProbe(seen, told, url, received).verdict.kind;
}

describe("a probe of the webhook", () => {
  const failed = info({
    last_error_date: 100,
    last_error_message: "Connection refused",
    pending_update_count: 1,
  });

  it("is well when nothing failed", () => {
    expect(kind(healthy, info())).toBe("up");
  });

  it("reports an error that is new, and not one that was known before", () => {
    expect(kind(healthy, failed)).toBe("down");
    expect(kind({ ...healthy, errorDate: 100 }, failed)).toBe("up");
  });

  it("does not report an error that an update overcame since", () => {
    expect(kind(healthy, failed, { sinceProbe: true, lastAt: 101_000 })).toBe("up");
    expect(kind(healthy, failed, { sinceProbe: true, lastAt: 100_000 })).toBe("down");
  });

  it("stays down while updates wait and none arrives, and recovers when one does or none is left", () => {
    const down = { ...healthy, errorDate: 100, pending: 2, down: true };
    expect(kind(down, info({ pending_update_count: 1 }))).toBe("same");
    expect(kind(down, info({ pending_update_count: 1 }), { sinceProbe: true })).toBe("up");
    expect(kind(down, info())).toBe("up");
  });

  it("finds updates that pile up without any error", () => {
    const verdicts: string[] = [];
    let seen = healthy;
    for (const pending of [3, 3, 4, 4]) {
      const judged = judgeProbe(seen, info({ pending_update_count: pending }), url, quiet);
      seen = judged.seen;
      verdicts.push(judged.verdict.kind);
    }
    expect(verdicts).toEqual(["up", "up", "down", "down"]);
  });

  it("finds a backlog that grows although updates arrive, and not a burst that is worked off", () => {
    const verdicts = (pendings: readonly number[]) => {
      let seen = healthy;
      return pendings.map((pending) => {
        const judged = judgeProbe(seen, info({ pending_update_count: pending }), url, {
          sinceProbe: true,
          lastAt: 1,
        });
        seen = judged.seen;
        return judged.verdict.kind;
      });
    };
    expect(verdicts([50, 90, 130, 170, 210, 250])).toEqual(["up", "up", "up", "up", "down", "down"]);
    expect(verdicts([50, 90, 130, 170, 160, 250])).not.toContain("down");
    expect(verdicts([1, 2, 3, 4, 5, 6, 7])).not.toContain("down");
    expect(verdicts([50, 90, 130, 170, 210, 200]).at(-1)).toBe("up");
  });

  it("does not call a backlog stuck while it shrinks or updates arrive", () => {
    const almost = { ...healthy, pending: 5, stuck: 2 };
    expect(kind(almost, info({ pending_update_count: 4 }))).toBe("up");
    expect(kind(almost, info({ pending_update_count: 9 }), { sinceProbe: true })).toBe("up");
  });

  it("notices another's URL, an empty one too, and accepts ours however it is written", () => {
    expect(kind(healthy, info({ url: "https://other.example.org/" }))).toBe("taken");
    expect(kind(healthy, info({ url: "" }))).toBe("taken");
    expect(kind(healthy, info({ url: url.href.replace(".org/", ".org:443/") }))).toBe("up");
  });
});

describe("the words for a failed delivery", () => {
  it.each([
    ["Wrong response from the webhook: 401 Unauthorized", "forbidden"],
    ["Wrong response from the webhook: 404 Not Found", "not-found"],
    ["Wrong response from the webhook: 413 Payload Too Large", "too-large"],
    ["Wrong response from the webhook: 301 Moved Permanently", "redirect"],
    ["Wrong response from the webhook: 502 Bad Gateway", "server"],
    ["Wrong response from the webhook: 418 I'm a teapot", "wrong-response"],
    ["Read timeout expired", "timeout"],
    ["Write timeout expired", "timeout"],
    ["Connection refused", "refused"],
    ["Connection timed out", "unreachable"],
    ["Connection reset by peer", "reset"],
    ["SSL error {error:0A000086:SSL routines::certificate verify failed}", "certificate"],
    [
      "SSL error {error:1416F086:SSL routines:tls_process_server_certificate:certificate verify failed}",
      "certificate",
    ],
    ["SSL error {error:0A00010B:SSL routines::wrong version number}", "not-tls"],
    ["SSL error {error:0A000410:SSL routines::ssl/tls alert handshake failure}", "tls"],
    ["Can't connect to the webhook", "unreachable"],
    ["Can't create an SSL connection: no memory", "tls"],
    ["Failed to resolve host: Name or service not known", "dns"],
    ["something new", "other"],
  ])("%s", (message, key) => {
    expect(webhookErrorWords(message, "h:1").key).toBe(`telegram-account.webhook.error.${key}`);
  });
});
