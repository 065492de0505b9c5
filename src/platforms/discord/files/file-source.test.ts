// States how the sources of files on Discord are written and read, and which hosts are asked for them.

import { describe, expect, it } from "vitest";
import { type FileSource, faceSource, freshUrl, readSource, urlOf, writeSource } from "./file-source.ts";

const hosts = { cdn: "https://cdn.discordapp.com", media: "https://media.discordapp.net" };

describe("a source", () => {
  it.each<FileSource>([
    { kind: "cdn", path: "/stickers/1.png" },
    { kind: "media", path: "/stickers/1.gif" },
    { kind: "proxy", url: "https://media.discordapp.net/a b" },
    {
      kind: "attachment",
      channel: "1",
      message: "2",
      id: "3",
      url: "https://cdn.discordapp.com/a.png?ex=1&",
    },
  ])("is read as it was written: $kind", (source) => {
    expect(readSource(writeSource(source))).toEqual(source);
  });

  it.each([
    "",
    "cdn:",
    "cdn:stickers",
    "attachment:1/2 https://x",
    "attachment:1/2/3",
    "https://x",
    "file:/etc",
  ])("%j is none", (text) => {
    expect(readSource(text)).toBeUndefined();
  });
});

describe("the address", () => {
  it.each([
    ["cdn:/stickers/1.png", "https://cdn.discordapp.com/stickers/1.png"],
    ["media:/stickers/1.gif", "https://media.discordapp.net/stickers/1.gif"],
    [
      "proxy:https://images-ext-1.discordapp.net/external/x/a.png",
      "https://images-ext-1.discordapp.net/external/x/a.png",
    ],
    ["attachment:1/2/3 https://cdn.discordapp.com/a?ex=1", "https://cdn.discordapp.com/a?ex=1"],
  ])("of %s", (text, url) => {
    const source = readSource(text);
    expect(source && urlOf(source, hosts)).toBe(url);
  });

  it.each([
    "https://cdn.discordapp.com.evil.example/a",
    "https://cdn.discordapp.com@evil.example/a",
    "http://cdn.discordapp.com/a",
    "https://169.254.169.254/",
    "https://images-ext-1.discordapp.net.evil.example/a",
    "no url",
  ])("%s is not Discord's own", (url) => {
    expect(urlOf({ kind: "proxy", url }, hosts)).toBeUndefined();
    expect(urlOf({ kind: "attachment", channel: "1", message: "2", id: "3", url }, hosts)).toBeUndefined();
  });

  it("a simulator has hosts of its own, and only those", () => {
    const local = { cdn: "http://127.0.0.1:5/cdn", media: "http://127.0.0.1:5/media" };
    expect(urlOf({ kind: "cdn", path: "/x" }, local)).toBe("http://127.0.0.1:5/cdn/x");
    const url = "http://127.0.0.1:5/cdn/a";
    expect(urlOf({ kind: "proxy", url }, local)).toBe(url);
    expect(urlOf({ kind: "proxy", url: "https://images-ext-1.discordapp.net/a" }, local)).toBeUndefined();
  });
});

describe("a new address", () => {
  it.each([
    [
      "of its own file",
      {
        attachments: [
          { id: "8", url: "no" },
          { id: "9", url: "new" },
        ],
      },
    ],
    ["of a forwarded one", { message_snapshots: [{ message: { attachments: [{ id: "9", url: "new" }] } }] }],
    ["of one in a component", { components: [{ type: 13, file: { attachment_id: "9", url: "new" } }] }],
  ])("stands in the message: %s", (_name, message) => {
    expect(freshUrl(message, "9")).toBe("new");
    expect(freshUrl(message, "7")).toBeUndefined();
  });
});

describe("a face", () => {
  it.each([
    ["abc", "cdn:/avatars/5/abc.png?size=256"],
    ["7/a_b1", "cdn:/guilds/7/users/5/avatars/a_b1.png?size=256"],
    ["../x", undefined],
    ["7/8/x", undefined],
  ])("%s", (face, source) => {
    expect(faceSource("5", face)).toBe(source);
  });
});
