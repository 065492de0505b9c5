// What every REST request must have, the record, scripted faults, the application, files and pictures.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../manual-clock.ts";
import { startDiscordSandbox } from "../index.ts";
import { at, furnish, type Rest, restOf, textAt } from "../raw-client.ts";
import type { DiscordSandbox } from "../sandbox.ts";

let sandbox: DiscordSandbox;
let clock: ManualClock;
let home: ReturnType<typeof furnish>;

beforeEach(async () => {
  clock = new ManualClock();
  sandbox = await startDiscordSandbox({ clock });
  home = furnish(sandbox);
});
afterEach(() => sandbox.close());

const post = (body: object | FormData) => home.rest("POST", `/channels/${home.channel.id}/messages`, body);

describe("what every request must have", () => {
  const UNAUTHORIZED = { message: "401: Unauthorized", code: 0 };

  test("a bot token, in the words 'Bot <token>'", async () => {
    expect((await home.open("GET", "/users/@me")).body).toEqual(UNAUTHORIZED);
    const bare = await home.open("GET", "/users/@me", undefined, { authorization: home.bot.token });
    expect(bare.body).toEqual(UNAUTHORIZED);
    expect((await restOf(sandbox, "wrong")("GET", "/users/@me")).status).toBe(401);
    expect((await home.rest("GET", "/users/@me")).body).toMatchObject({ id: home.bot.id, bot: true });
  });

  test("a DiscordBot user agent", async () => {
    const answer = await home.rest("GET", "/users/@me", undefined, { "user-agent": "node" });
    expect(answer.status).toBe(403);
    expect(answer.body).toMatchObject({ code: 40333 });
  });

  test("a Content-Type when there is a body, and valid JSON in it", async () => {
    const path = `/channels/${home.channel.id}/messages`;
    const untyped = await home.rest("POST", path, { content: "a" }, { "content-type": "text/plain" });
    expect(untyped.status).toBe(400);
    const url = `${sandbox.url}/v10${path}`;
    const headers = {
      "user-agent": "DiscordBot (a, 1)",
      authorization: `Bot ${home.bot.token}`,
      "content-type": "application/json",
    };
    const broken = await fetch(url, { method: "POST", headers, body: "{" });
    expect(await broken.json()).toMatchObject({ code: 50109 });
  });

  test("version 10: others and none are refused and recorded as unexpected", async () => {
    for (const path of ["", "/v9"]) {
      const headers = { "user-agent": "DiscordBot (a, 1)", authorization: `Bot ${home.bot.token}` };
      const answer = await fetch(`${sandbox.url}${path}/users/@me`, { headers });
      expect(await answer.json()).toMatchObject({ code: 50041 });
    }
    expect(sandbox.unexpected).toHaveLength(2);
  });

  test("a known route, known keys and a known query; all else is refused loudly", async () => {
    expect((await home.rest("GET", "/users/@me/settings")).status).toBe(404);
    expect((await post({ content: "a", contnt: "b" })).body).toMatchObject({
      message: expect.stringContaining('SANDBOX: unknown key "contnt"'),
    });
    expect((await post({ content: "a", embeds: [{ titel: "b" }] })).status).toBe(400);
    expect((await home.rest("GET", `/channels/${home.channel.id}/messages?until=3`)).status).toBe(400);
    expect(sandbox.unexpected).toHaveLength(4);
    expect(sandbox.messages(home.channel.id)).toEqual([]);
  });

  test("ids that are ids", async () => {
    expect((await home.rest("GET", "/channels/geral")).body).toMatchObject({
      code: 50035,
      errors: { channel_id: { _errors: [{ code: "NUMBER_TYPE_COERCE" }] } },
    });
  });
});

describe("the record", () => {
  test("keeps method, path, body and status, and no secret", async () => {
    const hook = await home.rest("POST", `/channels/${home.channel.id}/webhooks`, { name: "Mate" });
    const token = textAt(hook.body, "token");
    await home.open("POST", `/webhooks/${textAt(hook.body, "id")}/${token}?wait=true`, { content: "oi" });
    const text = JSON.stringify(sandbox.requests);
    expect(text).not.toContain(token);
    expect(text).not.toContain(home.bot.token);
    expect(sandbox.requests.at(-1)).toMatchObject({
      method: "POST",
      path: `/webhooks/${textAt(hook.body, "id")}/<hidden>?wait=true`,
      body: { content: "oi" },
      status: 200,
    });
  });
});

describe("scripted faults", () => {
  const send = (request: { path: string }) => request.path.endsWith("/messages");

  test("a proxy's page, a limit with its scope, and an error take no effect", async () => {
    sandbox.faults.add({ match: send, times: 1, fault: { kind: "status", status: 502, html: "<html>" } });
    sandbox.faults.add({ match: send, times: 1, fault: { kind: "limit", retryAfter: 1.5, scope: "shared" } });
    const page = await post({ content: "1" });
    expect([page.status, page.body]).toEqual([502, "<html>"]);
    const limited = await post({ content: "2" });
    expect(limited.status).toBe(429);
    expect(limited.headers.get("retry-after")).toBe("2");
    expect(limited.headers.get("x-ratelimit-scope")).toBe("shared");
    expect(limited.body).toMatchObject({ retry_after: 1.5, global: false });
    expect(sandbox.messages(home.channel.id)).toEqual([]);
  });

  test("a cut before the request took effect leaves nothing, a cut after it leaves the message", async () => {
    sandbox.faults.add({ match: send, times: 1, fault: { kind: "cut", when: "before" } });
    sandbox.faults.add({ match: send, times: 1, fault: { kind: "cut", when: "after" } });
    await expect(post({ content: "before" })).rejects.toThrow();
    await expect(post({ content: "after" })).rejects.toThrow();
    expect(sandbox.messages(home.channel.id).map(({ content }) => content)).toEqual(["after"]);
  });

  test("a slow answer waits for the clock, its effect does not", async () => {
    sandbox.faults.add({ match: send, times: 1, fault: { kind: "slow", ms: 5000 } });
    const said = new Promise<void>((resolve) => {
      sandbox.onChange(({ type }) => type === "MESSAGE_CREATE" && resolve());
    });
    let answered = false;
    const answer = post({ content: "late" }).then(() => {
      answered = true;
    });
    await said;
    await clock.advance(4999);
    expect(answered).toBe(false);
    await clock.advance(1);
    await answer;
  });
});

describe("the application and its guild", () => {
  test("an application may switch on its limited intents, and no other flag", async () => {
    const bot = sandbox.createBot({ name: "Novo", intents: { messageContent: false } });
    const rest = restOf(sandbox, bot.token);
    expect((await rest("GET", "/applications/@me")).body).toMatchObject({ id: bot.applicationId, flags: 0 });
    expect((await rest("PATCH", "/applications/@me", { flags: 1 << 19 })).body).toMatchObject({
      flags: 1 << 19,
    });
    expect((await rest("PATCH", "/applications/@me", { flags: 1 << 18 })).status).toBe(400);
  });

  test("guilds the bot is not in are unknown", async () => {
    const other = sandbox.createGuild({ name: "Outra" });
    expect((await home.rest("GET", `/guilds/${other.id}`)).body).toMatchObject({ code: 10004 });
    expect((await home.rest("GET", `/guilds/${home.guild.id}/channels`)).body).toMatchObject([
      { id: home.channel.id, name: "geral", last_message_id: null },
    ]);
    const member = await home.rest("GET", `/guilds/${home.guild.id}/members/${home.ana.id}`);
    expect(member.body).toMatchObject({ nick: "Aninha", user: { global_name: "Ana" } });
  });

  test("ids have 17 to 19 digits, grow, and carry the clock's time", () => {
    const ids = Array.from({ length: 50 }, () => sandbox.createUser({ username: "x" }).id);
    expect(ids.every((id) => /^\d{17,19}$/.test(id))).toBe(true);
    expect([...ids].sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1))).toEqual(ids);
    expect(Number(BigInt(ids[0] ?? 0) >> 22n) + 1420070400000).toBe(clock.now());
  });
});

describe("pictures and files", () => {
  const upload = (rest: Rest, bytes = Buffer.from("conteúdo")) => {
    const form = new FormData();
    form.set("payload_json", JSON.stringify({ attachments: [{ id: "0", description: "alt" }] }));
    form.set("files[0]", new Blob([new Uint8Array(bytes)], { type: "text/plain" }), "um nome.txt");
    return rest("POST", `/channels/${home.channel.id}/messages`, form);
  };

  test("a file is served by a signed URL, until it expires; a new look at the message signs anew", async () => {
    const sent = await upload(home.rest);
    const url = textAt(sent.body, "attachments", 0, "url");
    expect(at(sent.body, "attachments", 0)).toMatchObject({
      filename: "um_nome.txt",
      content_type: "text/plain",
      description: "alt",
    });
    expect(await (await fetch(url)).text()).toBe("conteúdo");
    expect((await fetch(url.split("?")[0] ?? "")).status).toBe(404);
    expect((await fetch(url.replace(/hm=../, "hm=zz"))).status).toBe(404);
    await clock.advance(25 * 3_600_000);
    const expired = await fetch(url);
    expect([expired.status, await expired.text()]).toEqual([404, "This content is no longer available."]);
    const again = await home.rest("GET", `/channels/${home.channel.id}/messages/${textAt(sent.body, "id")}`);
    expect((await fetch(textAt(again.body, "attachments", 0, "url"))).status).toBe(200);
  });

  test("a file above 10 MiB is refused", async () => {
    const answer = await upload(home.rest, Buffer.alloc(10 * 1024 * 1024 + 1));
    expect([answer.status, at(answer.body, "code")]).toEqual([413, 40005]);
  });

  test("an edit with a list of attachments drops what is not on it", async () => {
    const sent = await upload(home.rest);
    const path = `/channels/${home.channel.id}/messages/${textAt(sent.body, "id")}`;
    expect((await home.rest("PATCH", path, { attachments: [] })).body).toMatchObject({ code: 50006 });
    const kept = await home.rest("PATCH", path, { content: "texto" });
    expect(at(kept.body, "attachments")).toHaveLength(1);
    const dropped = await home.rest("PATCH", path, { attachments: [] });
    expect(at(dropped.body, "attachments")).toEqual([]);
  });

  test("avatars are PNGs", async () => {
    const bytes = Buffer.from(await (await fetch(`${sandbox.cdnUrl}/embed/avatars/3.png`)).arrayBuffer());
    expect(bytes.subarray(1, 4).toString()).toBe("PNG");
  });
});
