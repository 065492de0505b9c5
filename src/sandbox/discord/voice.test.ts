// Voice messages: what one must have, who may send one, and that it cannot be edited.

import { afterEach, beforeEach, expect, test } from "vitest";
import { startDiscordSandbox } from "./index.ts";
import { at, furnish, textAt } from "./raw-client.ts";
import type { DiscordSandbox } from "./sandbox.ts";

let sandbox: DiscordSandbox;
let home: ReturnType<typeof furnish>;

beforeEach(async () => {
  sandbox = await startDiscordSandbox();
  home = furnish(sandbox);
});
afterEach(() => sandbox.close());

const about = { id: "0", duration_secs: 2.5, waveform: "AAEC" };

function form(payload: object, type = "audio/ogg"): FormData {
  const body = new FormData();
  body.set("payload_json", JSON.stringify({ flags: 8192, attachments: [about], ...payload }));
  body.set("files[0]", new Blob(["OggS"], { type }), "voice-message.ogg");
  return body;
}

const send = (payload: object = {}, type?: string) =>
  home.rest("POST", `/channels/${home.channel.id}/messages`, form(payload, type));

test("one has a file that sounds, its duration and its waveform, and cannot be edited", async () => {
  const sent = await send();
  expect(sent.body).toMatchObject({ flags: 8192, attachments: [{ duration_secs: 2.5, waveform: "AAEC" }] });
  const path = `/channels/${home.channel.id}/messages/${textAt(sent.body, "id")}`;
  expect((await home.rest("PATCH", path, { content: "a" })).body).toMatchObject({ code: 50162 });
});

test.each([
  ["a text", { content: "oi" }, 50159],
  ["no waveform", { attachments: [{ id: "0", duration_secs: 1 }] }, 50161],
  ["no duration", { attachments: [{ id: "0", waveform: "AA" }] }, 50161],
  ["a waveform too long", { attachments: [{ ...about, waveform: "A".repeat(401) }] }, 50035],
])("%s is refused", async (_, payload, code) => {
  expect((await send(payload)).body).toMatchObject({ code });
});

test("a picture is refused", async () => {
  expect((await send({}, "image/png")).body).toMatchObject({ code: 50160 });
});

test("it needs a right of its own", async () => {
  sandbox.setPermissions(home.channel.id, [{ id: home.bot.id, type: 1, deny: 1n << 46n }]);
  expect((await send()).body).toMatchObject({ code: 50173 });
});

test("webhooks may not set the flag", async () => {
  const hook = (await home.rest("POST", `/channels/${home.channel.id}/webhooks`, { name: "Mate" })).body;
  const path = `/webhooks/${textAt(hook, "id")}/${textAt(hook, "token")}?wait=true`;
  const refused = await home.open("POST", path, form({}));
  expect(at(refused.body, "errors", "flags")).toBeDefined();
  const plain = await home.open("POST", path, form({ flags: 0 }));
  expect(plain.body).toMatchObject({ attachments: [{ content_type: "audio/ogg", duration_secs: 2.5 }] });
});
