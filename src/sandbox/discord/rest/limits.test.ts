// Rate limits on a hand-turned clock: headers, quotas, the hidden and the global limit.

import { afterEach, beforeEach, expect, test } from "vitest";
import { ManualClock } from "../../manual-clock.ts";
import { startDiscordSandbox } from "../index.ts";
import { at, furnish, type RawAnswer, textAt } from "../raw-client.ts";
import type { DiscordSandbox } from "../sandbox.ts";

let sandbox: DiscordSandbox;
let clock: ManualClock;
let home: ReturnType<typeof furnish>;

beforeEach(async () => {
  clock = new ManualClock();
  sandbox = await startDiscordSandbox({ clock, limits: true });
  home = furnish(sandbox);
});
afterEach(() => sandbox.close());

const post = (channelId = home.channel.id) =>
  home.rest("POST", `/channels/${channelId}/messages`, { content: "a" });
const header = (answer: RawAnswer, name: string) => answer.headers.get(`x-ratelimit-${name}`);

async function webhook(channelId = home.channel.id): Promise<() => Promise<RawAnswer>> {
  const { body } = await home.rest("POST", `/channels/${channelId}/webhooks`, { name: "Mate" });
  const path = `/webhooks/${textAt(body, "id")}/${textAt(body, "token")}`;
  return () => home.open("POST", path, { content: "a" });
}

test("a channel takes 5 messages in 5 s and says so in its headers", async () => {
  const first = await post();
  expect(header(first, "limit")).toBe("5");
  expect(header(first, "remaining")).toBe("4");
  expect(header(first, "reset-after")).toBe("5.000");
  expect(header(first, "reset")).toBe(((clock.now() + 5000) / 1000).toFixed(3));
  for (let i = 0; i < 4; i++) await post();
  await clock.advance(1500);
  const refused = await post();
  expect(refused.status).toBe(429);
  expect(refused.body).toEqual({ message: "You are being rate limited.", retry_after: 3.5, global: false });
  expect(header(refused, "scope")).toBe("user");
  expect(header(refused, "remaining")).toBe("0");
  expect(refused.headers.get("retry-after")).toBe("4");
  await clock.advance(3500);
  expect((await post()).status).toBe(200);
  expect(sandbox.messages(home.channel.id)).toHaveLength(6);
});

test("channels have a quota each, under the same bucket hash", async () => {
  const other = sandbox.createChannel(home.guild.id, { name: "outro" });
  const [a, b] = [await post(), await post(other.id)];
  expect(header(a, "bucket")).toBe(header(b, "bucket"));
  expect(header(b, "remaining")).toBe("4");
});

test("a webhook takes 5 in 2 s", async () => {
  const execute = await webhook();
  for (let i = 0; i < 5; i++) expect((await execute()).status).toBe(204);
  expect(await execute()).toMatchObject({ status: 429, body: { retry_after: 2 } });
});

test("a channel takes 30 webhook messages a minute, however many webhooks; no header warns of it", async () => {
  const hooks = [await webhook(), await webhook()];
  for (let i = 0; i < 30; i++) {
    if (i % 10 === 0) await clock.advance(2000);
    expect((await hooks[i % 2]?.())?.status).toBe(204);
  }
  await clock.advance(2000);
  const refused = await hooks[0]?.();
  expect(refused?.status).toBe(429);
  expect(refused && header(refused, "scope")).toBe("shared");
  expect(refused && header(refused, "remaining")).toBe("5");
  expect(Number(at(refused?.body, "retry_after"))).toBeGreaterThan(30);
});

test("a channel takes 3 edits in 20 s of what is older than an hour, and says with a number that it is full", async () => {
  const { body } = await post();
  const edit = () =>
    home.rest("PATCH", `/channels/${home.channel.id}/messages/${textAt(body, "id")}`, { content: "b" });
  for (let i = 0; i < 4; i++) expect((await edit()).status).toBe(200);
  await clock.advance(3_600_001);
  for (let i = 0; i < 3; i++) expect((await edit()).status).toBe(200);
  expect(await edit()).toMatchObject({ status: 429, body: { code: 30046, retry_after: 20, global: false } });
  // What is said is not held up by it.
  expect((await post()).status).toBe(200);
  await clock.advance(20_000);
  expect((await edit()).status).toBe(200);
});

test("every answer tells the time of this world", async () => {
  await clock.advance(86_400_000);
  expect(Date.parse((await post()).headers.get("date") ?? "")).toBe(clock.now());
});

test("50 requests a second in all, with a global 429", async () => {
  const channels = Array.from({ length: 11 }, (_, i) =>
    sandbox.createChannel(home.guild.id, { name: `c${i}` }),
  );
  const answers = [];
  for (const channel of channels) for (let i = 0; i < 5; i++) answers.push(await post(channel.id));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(50);
  const refused = answers.at(-1);
  expect(refused?.headers.get("x-ratelimit-global")).toBe("true");
  expect(refused?.body).toMatchObject({ global: true });
});

test("without limits the headers are there and nothing is refused", async () => {
  const free = await startDiscordSandbox({ clock });
  const place = furnish(free);
  for (let i = 0; i < 40; i++) {
    const answer = await place.rest("POST", `/channels/${place.channel.id}/messages`, { content: "a" });
    expect(answer.status).toBe(200);
    expect(Number(header(answer, "remaining"))).toBeGreaterThan(0);
  }
  await free.close();
});

test("a channel takes two new names in ten minutes, whatever the headers promise", async () => {
  const role = sandbox.botRole(home.guild.id, home.bot.id);
  sandbox.setRolePermissions(home.guild.id, role, 1n << 3n);
  const path = `/channels/${home.channel.id}`;
  const rename = (name: string) => home.rest("PATCH", path, { name });
  for (const name of ["um", "dois"]) expect((await rename(name)).status).toBe(200);
  const refused = await rename("três");
  expect([refused.status, at(refused.body, "retry_after")]).toEqual([429, 600]);
  expect((await home.rest("GET", path)).body).toMatchObject({ name: "dois" });
  await clock.advance(600_000);
  expect((await rename("três")).status).toBe(200);
});
