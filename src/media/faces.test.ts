// Faces: squares that are made once, letters where there is none, and addresses that last.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeWeb } from "../../test/support/fake-web.ts";
import { drain, type MediaRig, startMediaRig } from "../../test/support/media-rig.ts";
import { PlatformError } from "../model/errors.ts";

const { signal } = new AbortController();
const HOUR = 3_600_000;

let web: FakeWeb;
let rig: MediaRig;
beforeEach(async () => {
  web = await FakeWeb.open();
  rig = await startMediaRig({ web });
});
afterEach(async () => {
  await rig.stop();
  await web.close();
});

const ana = () => rig.serve("ana.jpg", { content: Buffer.from("ana") }, { kind: "photo", stable: "ana-1" });

async function seen(name: string, file?: Parameters<typeof rig.media.face>[1]): Promise<string> {
  const face = await rig.media.face(name, file, signal);
  expect(face).toMatchObject({ kind: "photo", mime: "image/png", name: "face.png", width: 256, height: 256 });
  const bytes = await drain(face.open(signal));
  expect(bytes.byteLength).toBe(face.bytes);
  face.release();
  return String(bytes);
}

it("is a square of the picture, made once, also after a restart", async () => {
  expect([await seen("Ana", ana()), await seen("Ana", ana())]).toEqual(["square", "square"]);
  await rig.restart();
  expect(await seen("Ana", ana())).toBe("square");
  expect([rig.converter.made, rig.source.opened]).toEqual([["square"], ["ana.jpg"]]);
});

it("is a letter without a picture, made once for a name", async () => {
  expect([await seen("Ana"), await seen("Ana"), await seen("Bia")]).toEqual([
    "letter Ana",
    "letter Ana",
    "letter Bia",
  ]);
  expect(rig.converter.made).toEqual(["letter Ana", "letter Bia"]);
});

it.each([
  ["gone", { kind: "refused" }],
  ["in trouble", { kind: "retry", maybeDelivered: false }],
] as const)("is a letter when the picture is %s: nobody waits for a face", async (_, fate) => {
  const refuses = new PlatformError("toy.no", "no", fate);
  expect(await seen("Ana", rig.serve("x", { content: Buffer.of(1), refuses }, { stable: "x" }))).toBe(
    "letter Ana",
  );
});

it("is a letter when the picture takes longer than five seconds", async () => {
  const slow = rig.serve("x", { content: Buffer.alloc(100), stallsAt: 10 }, { stable: "x" });
  const face = rig.media.face("Ana", slow, signal);
  await expect.poll(() => rig.source.reading).toBe(1);
  await rig.clock.advance(5_000);
  expect(String(await drain((await face).open(signal)))).toBe("letter Ana");
  await expect.poll(() => rig.source.reading).toBe(0);
});

describe("published", () => {
  it("it has one address for a long time, that anybody may keep, also after its release and a restart", async () => {
    const face = await rig.media.face("Ana", ana(), signal);
    const url = rig.media.publish(face, 24 * HOUR) ?? "";
    face.release();
    await rig.clock.advance(HOUR);
    const later = await rig.restart();
    expect(later.publish(await later.face("Ana", ana(), signal), 24 * HOUR)).toBe(url);
    const response = await fetch(url);
    expect([response.status, await response.text()]).toEqual([200, "square"]);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "image/png",
      "content-length": "6",
      "cache-control": expect.stringMatching(/^public, max-age=\d{5,}, immutable$/),
      "x-content-type-options": "nosniff",
    });
    const etag = response.headers.get("etag") ?? "";
    expect((await fetch(url, { headers: { "if-none-match": etag } })).status).toBe(304);
    expect((await fetch(url, { method: "HEAD" })).headers.get("content-length")).toBe("6");
    expect(url).not.toMatch(/ana|toy/);
  });

  it("it works for as long as was asked, at least, and not for ever", async () => {
    const url = rig.media.publish(await rig.media.face("Ana", undefined, signal), 24 * HOUR) ?? "";
    await rig.clock.advance(24 * HOUR);
    expect((await fetch(url)).status).toBe(200);
    await rig.clock.advance(24 * HOUR + 1);
    expect((await fetch(url)).status).toBe(403);
    expect((await fetch(`${url}x`)).status).toBe(404);
  });

  it("it has no address when it was not made here, or nobody can reach us", async () => {
    const file = rig.serve("a", { content: Buffer.alloc(100) }, { stable: "a" });
    const asItIs = await rig.media.fit(file, [{ kind: "document", maxBytes: 1000 }], signal);
    if ("unfit" in asItIs) throw new Error(asItIs.unfit);
    expect(rig.media.publish(asItIs, HOUR)).toBeUndefined();
    const alone = await startMediaRig();
    expect(alone.media.publish(await alone.media.face("Ana", undefined, signal), HOUR)).toBeUndefined();
    await alone.stop();
  });
});
