import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { recordContext } from "../../../../test/support/platform-context.ts";
import type { RawUpdate } from "../../../model/delivery.ts";
import { createTake } from "../receive/sightings.ts";
import { Gaps } from "../reconcile/gaps.ts";
import { Seen } from "../reconcile/seen.ts";
import { createHandler, loadKeys, webhookUrl } from "./webhook.ts";

const secret = "the-secret-token-of-this-webhook";
const update = { update_id: 700, message: { text: "olá 👋" } };

function handlerWith(accept: (raw: RawUpdate) => Promise<void> = () => Promise.resolve()) {
  const record = recordContext();
  const stored: RawUpdate[] = [];
  let received = 0;
  const handle = createHandler(
    record.context,
    secret,
    createTake(record.context, new Seen(), new Gaps(record.context), async (raw) => {
      await accept(raw);
      stored.push(raw);
    }),
    () => {
      received += 1;
    },
  );
  const post = (body: string | Buffer, token: string | string[] | undefined = secret) =>
    handle({ headers: { "x-telegram-bot-api-secret-token": token }, body: Buffer.from(body) });
  return { ...record, stored, post, handle, received: () => received };
}

describe("a POST to the webhook", () => {
  it("is stored as it came, then answered with 200", async () => {
    const { post, stored, clock, received } = handlerWith();
    const body = `{"update_id":700,\n"message":{"text":"ol\\u00e1"}}`;
    expect(await post(body)).toBe(200);
    expect(stored).toEqual([{ account: "telegram", key: "u700", body, receivedAt: clock.now() }]);
    expect(received()).toBe(1);
  });

  it("is not answered before it is on disk", async () => {
    const disk = Promise.withResolvers<void>();
    const { post } = handlerWith(() => disk.promise);
    let answered = false;
    const answer = post(JSON.stringify(update)).finally(() => {
      answered = true;
    });
    await turn();
    expect(answered).toBe(false);
    disk.resolve();
    expect(await answer).toBe(200);
  });

  it("is answered with 503 when it cannot be stored, so that Telegram sends it again", async () => {
    const { post, received, lines } = handlerWith(() => Promise.reject(new Error("disk full")));
    expect(await post(JSON.stringify(update))).toBe(503);
    expect(received()).toBe(0);
    expect(lines.join()).toContain("disk full");
  });

  it.each([
    ["another secret", "another-secret"],
    ["an empty secret", ""],
    ["the beginning of the secret", secret.slice(0, -1)],
    ["the secret and more", `${secret}x`],
    ["two secrets", [secret, secret]],
  ])("with %s is refused with 401 and not stored", async (_name, token) => {
    const { post, stored } = handlerWith();
    expect(await post(JSON.stringify(update), token)).toBe(401);
    expect(stored).toEqual([]);
  });

  it("without a secret is refused with 401 and not stored", async () => {
    const { handle, stored } = handlerWith();
    expect(await handle({ headers: {}, body: Buffer.from(JSON.stringify(update)) })).toBe(401);
    expect(stored).toEqual([]);
  });

  it.each([
    ["nothing", ""],
    ["no JSON", "{update_id:1}"],
    ["an array", `[${JSON.stringify(update)}]`],
    ["null", "null"],
    ["a string", '"update_id"'],
    ["no update_id", '{"message":{}}'],
    ["a broken update_id", '{"update_id":1.5}'],
    ["an update_id of another type", '{"update_id":"700"}'],
    ["no UTF-8", Buffer.from([0x7b, 0xff, 0x7d])],
  ])("with %s is refused with 400 and not stored", async (_name, body) => {
    const { post, stored } = handlerWith();
    expect(await post(body)).toBe(400);
    expect(stored).toEqual([]);
  });
});

describe("the keys of the webhook", () => {
  it("cannot be guessed, are allowed by Telegram, and are told to the log's filter", async () => {
    const { context, secrets } = recordContext({ account: "tg" });
    const keys = await loadKeys(context);
    expect(keys.path).toMatch(/^\/telegram\/tg\/[\w-]{32}$/);
    expect(keys.secret).toMatch(/^[\w-]{43}$/);
    expect([...secrets].sort()).toEqual([keys.path.split("/")[3], keys.secret].sort());
  });

  it("stay the same across restarts and differ between installations", async () => {
    const first = recordContext();
    const keys = await loadKeys(first.context);
    const again = recordContext({ state: first.state });
    expect(await loadKeys(again.context)).toEqual(keys);
    expect(again.secrets).toEqual(first.secrets);
    const other = await loadKeys(recordContext().context);
    expect(other.path).not.toBe(keys.path);
    expect(other.secret).not.toBe(keys.secret);
  });
});

it.each([
  ["https://bot.example.org", "https://bot.example.org/telegram/t/x"],
  ["https://bot.example.org/", "https://bot.example.org/telegram/t/x"],
  ["https://bot.example.org:8443/bots/ponte/", "https://bot.example.org:8443/bots/ponte/telegram/t/x"],
  ["https://user:pw@203.0.113.5", "https://user:pw@203.0.113.5/telegram/t/x"],
])("the webhook below %s is %s", (publicUrl, url) => {
  expect(webhookUrl(new URL(publicUrl), "/telegram/t/x").href).toBe(url);
});
