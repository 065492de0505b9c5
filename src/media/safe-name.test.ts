// Names of files: whatever a sender writes, one safe name comes out, and honest names stay as they are.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FILE_KINDS } from "../model/attachment.ts";
import { safeName } from "./safe-name.ts";

const PDF = "application/pdf";
const ANY = "application/octet-stream";

it.each([
  ["relatório final.pdf", PDF, "relatório final.pdf"],
  ["Foto.JPEG", "image/jpeg", "Foto.JPEG"],
  ["v1.2 notes.txt", "text/plain", "v1.2 notes.txt"],
  ["👨‍👩‍👧 família.png", "image/png", "👨👩👧 família.png"],
  ["archive.tar.gz", "application/gzip", "archive.tar.gz"],
])("leaves %s as it is, but for what nobody sees", (name, mime, safe) => {
  expect(safeName(name, mime, "document")).toBe(safe);
});

it.each([
  ["../../x", ANY, "x"],
  ["..\\..\\windows\\x.ini", ANY, "x.ini"],
  ["/etc/passwd", ANY, "passwd"],
  ["a/../b.pdf", PDF, "b.pdf"],
  ["C:evil.pdf", PDF, "C_evil.pdf"],
  [".htaccess", ANY, "htaccess"],
  ["x.pdf.", PDF, "x.pdf"],
  ["a\u202Egnp.exe", ANY, "agnp.exe"],
  ["a\u0000b\nc.pdf", PDF, "ab c.pdf"],
  ["\u200B\u3164\u2800.pdf", PDF, "pdf.pdf"],
  ["con.pdf", PDF, "_con.pdf"],
  ["LPT1", ANY, "_LPT1"],
  ["nul .txt", "text/plain", "_nul.txt"],
  ['a<b>|?*".pdf', PDF, "a_b_____.pdf"],
])("%j becomes harmless", (name, mime, safe) => {
  expect(safeName(name, mime, "document")).toBe(safe);
});

it.each([
  ["holiday.exe", "image/jpeg", "photo", "holiday.jpg"],
  ["holiday.jpg.exe", "image/jpeg", "photo", "holiday.jpg.jpg"],
  ["clip.gif", "video/mp4", "animation", "clip.mp4"],
  ["sticker.tgs", "image/webp", "sticker", "sticker.webp"],
  ["Dr. Who", "image/png", "photo", "Dr. Who.png"],
  ["", "audio/ogg", "voice", "voice.ogg"],
  [undefined, "video/mp4", "video-note", "video-note.mp4"],
  ["...", "image/png", "photo", "photo.png"],
] as const)("%j of type %s ends as the type does", (name, mime, kind, safe) => {
  expect(safeName(name, mime, kind)).toBe(safe);
});

it("gives a name without extension the usual one of a type without rules", () => {
  expect(safeName("stuff", "application/zip", "document", "zip")).toBe("stuff.zip");
  expect(safeName("stuff.docx", "application/zip", "document", "zip")).toBe("stuff.docx");
});

describe("whatever is said", () => {
  const nasty = fc.string({ unit: "binary", maxLength: 300 });
  const tricky = fc
    .array(
      fc.constantFrom(
        ...[
          "../",
          "..\\",
          "/",
          "\u202E",
          "\u2066",
          "\u200D",
          ".",
          " ",
          "con",
          "NUL",
          ".exe",
          ".jpg",
          "é",
          "👩‍🚀",
          "\u0301",
        ],
        ...["\u0000", "\r\n", "a".repeat(90), "漢".repeat(60), "%2e%2e%2f", "\uD800", "~", "-", "$"],
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join(""));
  const mimes = fc.constantFrom("image/jpeg", "video/mp4", "audio/ogg", PDF, ANY, "text/plain");

  it("one short name comes out that every file system takes and that reads as it is", () => {
    const kinds = fc.constantFrom(...FILE_KINDS);
    fc.assert(
      fc.property(fc.oneof(nasty, tricky), mimes, kinds, (name, mime, kind) => {
        const safe = safeName(name, mime, kind);
        expect(safe.length).toBeGreaterThan(0);
        expect(safe.length).toBeLessThanOrEqual(100);
        expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(255);
        expect(safe).not.toMatch(/[/\\<>:"|?*]|\p{Cc}/u);
        expect(safe).not.toMatch(/[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/);
        expect(safe).not.toMatch(/^[. ]|[. ]$/);
        expect(safe.isWellFormed()).toBe(true);
        expect(safe.split(".", 1)[0]?.trim()).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)$/i);
        if (mime === "image/jpeg") expect(safe).toMatch(/\.(jpg|jpeg|jpe|jfif)$/i);
      }),
    );
  });

  it("a safe name is safe as it is", () => {
    fc.assert(
      fc.property(fc.oneof(nasty, tricky), mimes, (name, mime) => {
        const once = safeName(name, mime, "document");
        expect(safeName(once, mime, "document")).toBe(once);
      }),
    );
  });

  it("a long name is cut between characters as people see them", () => {
    const family = "👨🏽‍🚀";
    const safe = safeName(`${"x".repeat(80)}${"é́".repeat(40)}.png`, "image/png", "photo");
    expect(safe.endsWith("é́.png")).toBe(true);
    expect(safeName(family.repeat(60), "image/png", "photo")).toMatch(/^(👨🏽🚀)+(👨🏽)?\.png$/u);
  });
});
