// Links to files: whole and in spans, safe in a browser, only for whom we gave them to, and only for a while.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { request } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeWeb } from "../../test/support/fake-web.ts";
import { type MediaRig, startMediaRig } from "../../test/support/media-rig.ts";
import type { FileAttachment } from "../model/attachment.ts";
import { PlatformError } from "../model/errors.ts";
import { loadTexts } from "../texts.ts";
import { createWebServer } from "../web/server.ts";
import { makeSelfSigned } from "../web/tls/self-signed.ts";

const { signal } = new AbortController();
const DAY = 86_400_000;
const SECRET = "files.example.org/bot123:SECRET/documents/file_1";
const content = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7) % 251));

let web: FakeWeb;
let rig: MediaRig;
beforeEach(async () => {
  web = await FakeWeb.open(undefined, "/mate");
  rig = await startMediaRig({ web });
});
afterEach(async () => {
  await rig.stop();
  await web.close();
});

async function linkOf(file: FileAttachment): Promise<string> {
  const answer = await rig.media.fit(file, [{ kind: "document", maxBytes: 10 }], signal);
  if (!("unfit" in answer) || answer.link === undefined) throw new Error("no link");
  return answer.link;
}

const big = (said: Partial<FileAttachment> = {}) =>
  rig.serve(SECRET, { content }, { name: 'año "1".bin', stable: "big", ...said });

async function get(url: string, headers: Record<string, string> = {}, method = "GET") {
  const response = await fetch(url, { method, headers });
  return {
    status: response.status,
    headers: response.headers,
    body: Buffer.from(await response.arrayBuffer()),
  };
}

it("gives the whole file, named and typed, as something to keep and never to run", async () => {
  const link = await linkOf(big());
  expect(link.startsWith(`${web.publicUrl.href}/files/`)).toBe(true);
  const { status, headers, body } = await get(link);
  expect([status, body.equals(content)]).toEqual([200, true]);
  expect(Object.fromEntries(headers)).toMatchObject({
    "content-length": "300000",
    "content-type": "application/octet-stream",
    "content-disposition": `attachment; filename="a_o _1_.bin"; filename*=UTF-8''a%C3%B1o%20_1_.bin`,
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "accept-ranges": "bytes",
  });
});

it.each([
  ["text/html", "<!doctype html><script>alert(1)</script>", "application/octet-stream"],
  ["image/svg+xml", "<svg onload='alert(1)'>", "application/octet-stream"],
  ["text/x\r\nset-cookie: a=b", "hello there", "application/octet-stream"],
  ["text/csv", "a;b;c;d;e;f", "text/csv"],
])("serves what claims to be %j without a script", async (mime, text, type) => {
  const link = await linkOf(rig.serve("page", { content: Buffer.from(text.padEnd(40)) }, { mime }));
  const { headers } = await get(link);
  expect([headers.get("content-type"), headers.get("set-cookie")]).toEqual([type, null]);
  expect(headers.get("content-disposition")).toMatch(/^attachment/);
});

describe("a span", () => {
  it.each([
    ["the first byte", "bytes=0-0", 0, 1],
    ["the middle", "bytes=100000-199999", 100_000, 200_000],
    ["all from there", "bytes=299990-", 299_990, 300_000],
    ["the end", "bytes=-7", 299_993, 300_000],
    ["more than there is", "bytes=299000-999999", 299_000, 300_000],
  ])("is given: %s", async (_, range, from, to) => {
    const { status, headers, body } = await get(await linkOf(big()), { range });
    expect(status).toBe(206);
    expect(headers.get("content-range")).toBe(`bytes ${from}-${to - 1}/300000`);
    expect(headers.get("content-length")).toBe(String(to - from));
    expect(body.equals(content.subarray(from, to))).toBe(true);
  });

  it("that is not there is refused without asking the source", async () => {
    const link = await linkOf(big());
    const opened = rig.source.opened.length;
    const { status, headers, body } = await get(link, { range: "bytes=300000-" });
    expect([status, headers.get("content-range"), body.length]).toEqual([416, "bytes */300000", 0]);
    expect(rig.source.opened).toHaveLength(opened);
  });

  it.each(["bytes=0-1,5-6", "bytes=x-y", "lines=1-2"])(
    "that need not be understood (%s) is the whole",
    async (range) => {
      const { status, body } = await get(await linkOf(big()), { range });
      expect([status, body.length]).toEqual([200, 300_000]);
    },
  );

  it("is given only of the version that is asked for", async () => {
    const link = await linkOf(big());
    const etag = (await get(link, {}, "HEAD")).headers.get("etag") ?? "";
    const same = await get(link, { range: "bytes=0-9", "if-range": etag });
    const other = await get(link, { range: "bytes=0-9", "if-range": '"other"' });
    expect([same.status, other.status]).toEqual([206, 200]);
  });

  it("closes the source when it has been read, and when the reader leaves", async () => {
    const link = await linkOf(big());
    await get(link, { range: "bytes=0-9" });
    await expect.poll(() => rig.source.reading).toBe(0);
    rig.serve(SECRET, { content, stallsAt: 100_000 });
    await new Promise<void>((resolve) => {
      const asked = request(link, (response) => {
        response.once("data", () => {
          asked.destroy();
          resolve();
        });
      }).end();
    });
    await expect.poll(() => rig.source.reading).toBe(0);
  });
});

it("answers HEAD like GET, without a body and without asking the source", async () => {
  const link = await linkOf(big());
  const opened = rig.source.opened.length;
  const head = await get(link, {}, "HEAD");
  expect([head.status, head.headers.get("content-length"), head.body.length]).toEqual([200, "300000", 0]);
  expect((await get(link, { range: "bytes=0-9" }, "HEAD")).status).toBe(206);
  expect(rig.source.opened).toHaveLength(opened);
});

describe("who may read", () => {
  it("nobody with a link we did not make", async () => {
    const link = await linkOf(big());
    const [id = "", until = "", mac = ""] = new URL(link).pathname.split("/").slice(-3);
    const base = `${web.publicUrl.href}/files`;
    const later = (Number.parseInt(until, 36) + DAY).toString(36);
    const forged = [
      `${base}/${id}/${later}/${mac}`,
      `${base}/${id}/${until}/${mac.slice(0, -1)}${mac.endsWith("A") ? "B" : "A"}`,
      `${base}/${id}`,
      `${base}/`,
      `${base}/../key`,
      `${base}/..%2f..%2fkey`,
      link.replace("/files/", "/pictures/"),
    ];
    const statuses = await Promise.all(forged.map(async (url) => (await get(url)).status));
    expect(statuses).toEqual(forged.map(() => 404));
  });

  it("nobody after its time, everybody after a restart", async () => {
    const link = await linkOf(big());
    await rig.restart();
    expect((await get(link)).status).toBe(200);
    await rig.clock.advance(7 * DAY);
    expect((await get(link, {}, "HEAD")).status).toBe(200);
    await rig.clock.advance(DAY);
    expect((await get(link)).status).toBe(403);
    await rig.clock.advance(2 * DAY);
    await expect.poll(() => readdirSync(`${rig.folder}/links`)).toEqual([]);
    expect((await get(link)).status).toBe(404);
  });

  it("the same file has the same link on the same day", async () => {
    const first = await linkOf(big());
    await rig.clock.advance(3_600_000);
    expect(await linkOf(big())).toBe(first);
    expect(await linkOf(big({ stable: "other" }))).not.toBe(first);
  });

  it("learns nothing of the source, from the link or from our files", async () => {
    const link = await linkOf(big());
    const { headers } = await get(link);
    expect(link + JSON.stringify([...headers]) + rig.lines.join()).not.toMatch(/SECRET|bot123|file_1/);
    const [record = ""] = readdirSync(`${rig.folder}/links`);
    expect(statSync(`${rig.folder}/links/${record}`).mode & 0o777).toBe(0o600);
    expect(statSync(`${rig.folder}/links`).mode & 0o777).toBe(0o700);
    expect(statSync(`${rig.folder}/key`).mode & 0o777).toBe(0o600);
    expect(readFileSync(`${rig.folder}/key`)).toHaveLength(32);
  });
});

describe("a source that fails", () => {
  it.each([
    [{ kind: "refused" }, 404],
    [{ kind: "retry", maybeDelivered: false }, 503],
  ] as const)("with %j is told by the status", async (fate, status) => {
    const link = await linkOf(big());
    rig.serve(SECRET, { content, refuses: new PlatformError("toy.no", SECRET, fate) });
    const answer = await get(link);
    expect([answer.status, answer.body.length]).toEqual([status, 0]);
  });

  it("that has another size than it had is not given for the same file", async () => {
    const link = await linkOf(big());
    rig.serve(SECRET, { content: content.subarray(1) });
    expect((await get(link)).status).toBe(502);
  });

  it("that breaks cuts the answer, so that nobody takes a part for the whole", async () => {
    const link = await linkOf(big());
    rig.serve(SECRET, { content, announces: 300_000, cutsAt: 150_000 });
    await expect(get(link)).rejects.toThrow();
  });
});

it("works through the true server, below the path of the public URL, however long the file", async () => {
  const server = createWebServer({
    ...{
      listen: { kind: "tcp", host: "127.0.0.1", port: 0 },
      publicUrl: new URL("https://bot.example.org/mate"),
    },
    ...{ health: async () => ({ status: "ok", connections: [] }), texts: loadTexts("en") },
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });
  await server.start();
  const other = await startMediaRig({ web: server.port });
  const file = other.serve("a", { content });
  const answer = await other.media.fit(file, [{ kind: "document", maxBytes: 10 }], signal);
  const link = new URL("unfit" in answer ? (answer.link ?? "") : "");
  expect(link.href).toMatch(/^https:\/\/bot\.example\.org\/mate\/files\//);
  const { port } = server.address() as { readonly port: number };
  const here = `http://127.0.0.1:${port}${link.pathname}`;
  const [whole, part, head] = [
    await get(here),
    await get(here, { range: "bytes=-5" }),
    await get(here, {}, "HEAD"),
  ];
  expect([whole.status, whole.body.equals(content), whole.headers.get("content-length")]).toEqual([
    200,
    true,
    "300000",
  ]);
  expect([part.status, part.body.equals(content.subarray(-5))]).toEqual([206, true]);
  expect([head.status, head.headers.get("content-length"), head.body.length]).toEqual([200, "300000", 0]);
  expect((await get(`${here}x`)).status).toBe(404);
  await server.stop();
  await other.stop();
});

it("lets so many read at a time, and says to the others that they may come back", async () => {
  await rig.restart({ downloads: 1 });
  const link = await linkOf(big());
  rig.serve(SECRET, { content, stallsAt: 100_000 });
  const first = fetch(link);
  const reading = await first;
  const second = fetch(link);
  await expect.poll(() => rig.clock.nextInMs).toBeLessThanOrEqual(10_000);
  await rig.clock.advance(10_000);
  const refused = await second;
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "30"]);
  const cut = expect(reading.arrayBuffer()).rejects.toThrow();
  await rig.media.stop();
  await cut;
});

describe("no link", () => {
  const want = [{ kind: "document", maxBytes: 10 }] as const;

  it("when nobody outside can check our certificate", async () => {
    const tls = await FakeWeb.open(await makeSelfSigned("127.0.0.1", Date.now()));
    const other = await startMediaRig({ web: tls });
    const file = other.serve("a", { content });
    expect(await other.media.fit(file, want, signal)).toEqual({ unfit: "too-big" });
    await other.stop();
    await tls.close();
  });

  it("without a web server, or when not even we can have the file", async () => {
    const other = await startMediaRig();
    expect(await other.media.fit(other.serve("a", { content }), want, signal)).toEqual({ unfit: "too-big" });
    await other.stop();
    const refuses = new PlatformError("toy.too-big", "no", { kind: "refused" });
    const file = rig.serve("b", { content, refuses });
    expect(await rig.media.fit(file, want, signal)).toEqual({ unfit: "too-big" });
  });
});
