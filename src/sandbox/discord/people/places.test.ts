// Forums, boosts, pictures, stickers and threads of people, and what the routes make of them.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../manual-clock.ts";
import { startDiscordSandbox } from "../index.ts";
import { ALL_INTENTS, at, furnish, login, textAt } from "../raw-client.ts";
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

const upload = (bytes: Buffer, payload: object = {}, path = `/channels/${home.channel.id}/messages`) => {
  const form = new FormData();
  form.set("payload_json", JSON.stringify(payload));
  form.set("files[0]", new Blob([new Uint8Array(bytes)], { type: "image/png" }), "a.png");
  return home.rest("POST", path, form);
};

async function hookOf(channelId: string) {
  const hook = (await home.rest("POST", `/channels/${channelId}/webhooks`, { name: "Mate" })).body;
  return {
    id: textAt(hook, "id"),
    path: `/webhooks/${textAt(hook, "id")}/${textAt(hook, "token")}?wait=true`,
  };
}

describe("the face of a webhook", () => {
  test("is fetched from Discord's own CDN without a signature, which others cannot", async () => {
    const kept = await upload(Buffer.from("face"));
    const url = textAt(kept.body, "attachments", 0, "url").split("?")[0] ?? "";
    expect((await fetch(url)).status).toBe(404);
    expect(sandbox.pictureAt(url)?.bytes.toString()).toBe("face");
    const { id, path } = await hookOf(home.channel.id);
    const said = await home.open("POST", path, { content: "oi", username: "Ana", avatar_url: url });
    const shown = sandbox.messages(home.channel.id).at(-1);
    expect(shown?.avatar_url).toBe(url);
    const face = await fetch(`${sandbox.cdnUrl}/avatars/${id}/${textAt(said.body, "author", "avatar")}.png`);
    expect(await face.text()).toBe("face");
    const again = await home.open("POST", path, { content: "oi", avatar_url: url });
    expect(at(again.body, "author", "avatar")).toBe(at(said.body, "author", "avatar"));
  });
  test("is nothing when the picture is gone", async () => {
    const kept = await upload(Buffer.from("face"));
    const url = textAt(kept.body, "attachments", 0, "url").split("?")[0] ?? "";
    sandbox.remove(home.channel.id, textAt(kept.body, "id"));
    expect(sandbox.pictureAt(url)).toBeUndefined();
    expect(sandbox.pictureAt("https://example.org/a.png")).toBeUndefined();
  });
});

describe("files", () => {
  test("may be larger where the guild has boosts", async () => {
    const large = Buffer.alloc(26 * 1024 * 1024);
    expect((await upload(large)).body).toMatchObject({ code: 40005 });
    sandbox.setBoostTier(home.guild.id, 2);
    expect((await upload(large)).status).toBe(200);
    const guild = (await home.rest("GET", `/guilds/${home.guild.id}`)).body;
    expect(guild).toMatchObject({ premium_tier: 2, features: ["MAX_FILE_SIZE_50_MB"] });
  });
  test("together stay below 25 MiB", async () => {
    const form = new FormData();
    for (const n of [0, 1, 2]) form.set(`files[${n}]`, new Blob([new Uint8Array(9 << 20)]), `${n}.bin`);
    const answer = await home.rest("POST", `/channels/${home.channel.id}/messages`, form);
    expect(answer.body).toMatchObject({ code: 40005 });
  });
  test("are served in parts", async () => {
    const sent = await upload(Buffer.from("0123456789"));
    const url = textAt(sent.body, "attachments", 0, "url");
    const part = await fetch(url, { headers: { range: "bytes=2-4" } });
    expect([part.status, part.headers.get("content-range"), await part.text()]).toEqual([
      206,
      "bytes 2-4/10",
      "234",
    ]);
  });
  test("become a spoiler by an edit", async () => {
    const sent = await upload(Buffer.from("x"), { attachments: [{ id: "0", is_spoiler: true }] });
    const attachment = at(sent.body, "attachments", 0);
    expect(attachment).toMatchObject({ flags: 8, filename: "a.png" });
    const path = `/channels/${home.channel.id}/messages/${textAt(sent.body, "id")}`;
    const attachments = [{ id: textAt(attachment, "id"), is_spoiler: false }];
    expect((await home.rest("PATCH", path, { attachments })).body).toMatchObject({
      attachments: [{ flags: 0 }],
    });
  });
});

describe("stickers", () => {
  const create = (format: 1 | 2 | 3 | 4) =>
    sandbox.createSticker(home.guild.id, {
      name: "chimarrão",
      format,
      bytes: Buffer.from(`format ${format}`),
    });

  test.each([
    [1, "cdn", "png", "image/png"],
    [2, "cdn", "png", "image/png"],
    [3, "cdn", "json", "application/json"],
    [4, "media", "gif", "image/gif"],
  ] as const)("of format %i are on the %s host as .%s", async (format, host, ending, type) => {
    const { id } = create(format);
    const base = host === "cdn" ? sandbox.cdnUrl : sandbox.mediaUrl;
    const answer = await fetch(`${base}/stickers/${id}.${ending}`);
    expect([answer.headers.get("content-type"), await answer.text()]).toEqual([type, `format ${format}`]);
    const wrong = ending === "png" ? "json" : "png";
    expect((await fetch(`${base}/stickers/${id}.${wrong}`)).status).toBe(404);
  });
  test("of another host than the media one are none when they are GIFs", async () => {
    const { id } = create(4);
    expect((await fetch(`${sandbox.cdnUrl}/stickers/${id}.gif`)).status).toBe(404);
  });
  test("of the guild may be sent by an application, others not", async () => {
    const { id, name } = create(1);
    const path = `/channels/${home.channel.id}/messages`;
    const sent = await home.rest("POST", path, { sticker_ids: [id] });
    expect(sent.body).toMatchObject({ sticker_items: [{ id, name, format_type: 1 }] });
    const other = sandbox.createGuild({ name: "Outra" });
    const far = sandbox.createSticker(other.id, { name: "x", format: 1, bytes: Buffer.from("x") });
    expect((await home.rest("POST", path, { sticker_ids: [far.id] })).body).toMatchObject({ code: 50081 });
  });
});

describe("pictures of people and emoji", () => {
  test("are served under the hash a member shows", async () => {
    const picture = (text: string) => ({ bytes: Buffer.from(text), contentType: "image/png" });
    sandbox.setAvatar(home.ana.id, picture("everywhere"));
    sandbox.setAvatar(home.ana.id, picture("here"), home.guild.id);
    const member = (await home.rest("GET", `/guilds/${home.guild.id}/members/${home.ana.id}`)).body;
    const [own, local] = [textAt(member, "user", "avatar"), textAt(member, "avatar")];
    const everywhere = await fetch(`${sandbox.cdnUrl}/avatars/${home.ana.id}/${own}.png`);
    expect(await everywhere.text()).toBe("everywhere");
    const path = `/guilds/${home.guild.id}/users/${home.ana.id}/avatars/${local}.png`;
    expect(await (await fetch(sandbox.cdnUrl + path)).text()).toBe("here");
    const emoji = sandbox.createEmoji(home.guild.id, { name: "mate", picture: picture("emoji") });
    expect(await (await fetch(`${sandbox.cdnUrl}/emojis/${emoji.id}.webp`)).text()).toBe("emoji");
  });
});

describe("forums", () => {
  test("want a tag where they say so, of theirs", async () => {
    const forum = sandbox.createChannel(home.guild.id, { name: "fórum", type: 15 });
    const [tag = ""] = sandbox.setTags(forum.id, [{ name: "horta", emoji: "🌱" }], true);
    const shape = (await home.rest("GET", `/channels/${forum.id}`)).body;
    expect(shape).toMatchObject({
      flags: 16,
      available_tags: [{ id: tag, name: "horta", emoji_name: "🌱" }],
    });
    const post = (more: object) =>
      home.rest("POST", `/channels/${forum.id}/threads`, { name: "a", message: { content: "b" }, ...more });
    expect((await post({})).body).toMatchObject({ code: 40067 });
    expect((await post({ applied_tags: ["100000000000000001"] })).body).toMatchObject({ code: 50035 });
    expect((await post({ applied_tags: [tag] })).body).toMatchObject({ applied_tags: [tag] });
    const { path } = await hookOf(forum.id);
    const hooked = (more: object) => home.open("POST", path, { content: "x", thread_name: "y", ...more });
    expect((await hooked({})).body).toMatchObject({ code: 40067 });
    const made = await hooked({ applied_tags: [tag] });
    const thread = await home.rest("GET", `/channels/${textAt(made.body, "channel_id")}`);
    expect(thread.body).toMatchObject({ name: "y", applied_tags: [tag] });
  });
  test("have posts whose starter has the id of its thread", async () => {
    const forum = sandbox.createChannel(home.guild.id, { name: "fórum", type: 15 });
    const { gateway } = await login(sandbox, home.bot.token, ALL_INTENTS);
    const post = sandbox.createPost(forum.id, home.ana.id, { title: "Erva", content: "Qual?" });
    expect(post.message).toMatchObject({ id: post.id, channel_id: post.id, content: "Qual?" });
    expect((await gateway.dispatch("THREAD_CREATE")).d).toMatchObject({ name: "Erva", parent_id: forum.id });
    expect((await gateway.dispatch("MESSAGE_CREATE")).d).toMatchObject({ id: post.id });
    gateway.close(1000);
  });
});

describe("threads", () => {
  test("tell their new name in a line of their own, whoever gave it", async () => {
    const thread = sandbox.createThread(home.channel.id, {
      name: "fio",
      ownerId: home.ana.id,
      announced: true,
    });
    expect(sandbox.messages(home.channel.id)).toMatchObject([
      { type: 18, content: "fio", message_reference: { channel_id: thread.id } },
    ]);
    sandbox.renameChannel(thread.id, "novelo");
    await home.rest("PATCH", `/channels/${thread.id}`, { name: "lã", archived: true });
    expect(sandbox.messages(thread.id)).toMatchObject([
      { type: 4, content: "novelo", author: { id: home.guild.ownerId } },
      { type: 4, content: "lã", author: { id: home.bot.id } },
    ]);
    expect(sandbox.threads(home.channel.id)).toEqual([
      { id: thread.id, name: "lã", type: 11, archived: true, locked: false, tags: [] },
    ]);
  });
});

describe("a new channel", () => {
  const overwrites = (allow: string) => [{ id: home.guild.id, type: 0, allow: "0", deny: allow }];
  test("needs MANAGE_CHANNELS, and overwrites only what the application may do", async () => {
    const path = `/guilds/${home.guild.id}/channels`;
    const body = { name: "Rostos", permission_overwrites: overwrites("1024") };
    expect((await home.rest("POST", path, body)).body).toMatchObject({ code: 50013 });
    const role = sandbox.botRole(home.guild.id, home.bot.id);
    sandbox.setRolePermissions(home.guild.id, role, (1n << 4n) | (1n << 10n));
    const made = await home.rest("POST", path, body);
    expect([made.status, made.body]).toMatchObject([
      201,
      { name: "rostos", permission_overwrites: [{ deny: "1024" }] },
    ]);
    const beyond = { name: "x", permission_overwrites: overwrites(String(1n << 13n)) };
    expect((await home.rest("POST", path, beyond)).body).toMatchObject({ code: 50013 });
  });
});
