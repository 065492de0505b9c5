import { once } from "node:events";
import { request } from "node:http";
import { createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { ManualClock } from "../sandbox/manual-clock.ts";
import type { ServedFile } from "./file-shelf.ts";
import { type PageServer, startPageServer } from "./page-server.ts";
import type { DemoAction, DemoView, UploadView } from "./view.ts";

const empty = { people: [], messages: [], typing: false, samples: [], emoji: [], privately: {} };
const view: DemoView = {
  rooms: { telegram: { title: "g", ...empty }, discord: { title: "c", ...empty } },
  route: [],
  reach: { url: "", listen: "", tls: "off", connections: [] },
};

let server: PageServer | undefined;
afterEach(() => server?.stop());

interface Start {
  readonly port?: number;
  readonly act?: (action: DemoAction) => string | undefined;
  /** By the id of their address. */
  readonly files?: Readonly<Record<string, ServedFile>>;
  readonly upload?: (file: UploadView, bytes: Buffer) => string | undefined;
}

async function start({ port = 0, act = () => undefined, files = {}, upload = () => undefined }: Start = {}) {
  const clock = new ManualClock(0);
  let looks = 0;
  const look = () => {
    looks += 1;
    return { ...view, route: [], reach: { ...view.reach, url: `look ${looks}` } };
  };
  server = await startPageServer({
    ...{ port, clock, view: look },
    act: async (action) => act(action),
    open: async (id) => files[id],
    upload: async (file, bytes) => upload(file, bytes),
  });
  const { url, changed } = server;
  return { url, changed, clock, looks: () => looks };
}

/** The path exactly as it stands, which `fetch` would clean; the status. */
async function statusOf(url: string, path: string, headers: Record<string, string> = {}): Promise<number> {
  const { port } = new URL(url);
  const asking = request({ host: "127.0.0.1", port, path, headers }).end();
  const [answer] = await once(asking, "response");
  answer.resume();
  return answer.statusCode;
}

/** Reads the live view, one picture at a time. */
async function open(url: string) {
  const reader = (await fetch(`${url}/events`)).body?.getReader();
  const next = async () => {
    const text = new TextDecoder().decode((await reader?.read())?.value);
    return JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? "null") as DemoView | null;
  };
  return { next, close: () => reader?.cancel() };
}

const post = (url: string, body: unknown) =>
  fetch(`${url}/act`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

describe("the page's server", () => {
  it.each([
    "/",
    "/main.js",
    "/rich-text.ts",
    "/style.css",
    "/room.css",
    "/media.css",
    "/composer.css",
    "/icon.svg",
    "/vendor/preact.mjs",
    "/vendor/htm.mjs",
    "/words/pt-BR.json",
  ])("serves %s", async (path) => {
    const { url } = await start();
    const response = await fetch(url + path);
    expect(response.status).toBe(200);
    expect((await response.text()).length).toBeGreaterThan(50);
  });

  it("serves scripts without their types", async () => {
    const { url } = await start();
    expect(await (await fetch(`${url}/main.js`)).text()).not.toContain("DemoView | undefined");
  });

  it.each([
    "/nothing.js",
    "/../package.json",
    "/..%2fpackage.json",
    "/%2e%2e/src/app.ts",
    "/console/main.ts",
    "/vendor/..%2fpackage.json",
    "/vendor/constructor",
    "/vendor/fastify.mjs",
    "/words/xx.json",
    "/tsconfig.json",
  ])("does not serve %s", async (path) => {
    const { url } = await start();
    expect(await statusOf(url, path)).toBe(404);
  });

  it("answers only to names of this machine, for another site could reach it under a name of its own", async () => {
    const { url } = await start();
    const { port } = new URL(url);
    expect(await statusOf(url, "/", { host: `localhost:${port}` })).toBe(200);
    expect(await statusOf(url, "/", { host: "evil.example" })).toBe(403);
    expect(await statusOf(url, "/events", { host: `127.0.0.1.evil.example:${port}` })).toBe(403);
  });

  it("lets the page run its own scripts and no others", async () => {
    const { url } = await start();
    const policy = (await fetch(url)).headers.get("content-security-policy");
    expect(policy).toMatch(/script-src 'self' 'sha256-[\w+/]+=*'/);
    expect(policy).not.toContain("unsafe");
  });

  it("does what is asked, or says why not", async () => {
    const done: DemoAction[] = [];
    const { url } = await start({
      act(action) {
        done.push(action);
        return action.do === "delete" ? "não dá" : undefined;
      },
    });
    const say = { do: "say", side: "telegram", person: "1", text: "oi" };
    expect((await post(url, say)).status).toBe(204);
    const refused = await post(url, { do: "delete", side: "discord", message: "9" });
    expect([refused.status, await refused.text()]).toEqual([409, "não dá"]);
    expect(done).toEqual([say, { do: "delete", side: "discord", message: "9" }]);
  });

  it.each([
    { name: "no action", body: { do: "format-disk" } },
    { name: "null", body: null },
    { name: "a list", body: [] },
    { name: "another side", body: { do: "delete", side: "irc", message: "1" } },
    { name: "text that is none", body: { do: "edit", side: "discord", message: "1", text: 5 } },
    { name: "an empty text", body: { do: "say", side: "telegram", person: "1", text: " \n" } },
    {
      name: "more than Discord's apps let one write",
      body: { do: "say", side: "discord", person: "1", text: "x".repeat(2001) },
    },
    { name: "a sample nobody has", body: { do: "send", side: "discord", person: "1", sample: "../x" } },
    {
      name: "a vote for no option",
      body: { do: "vote", side: "discord", person: "1", message: "1", option: -1 },
    },
    {
      name: "a reaction that is a novel",
      body: { do: "react", side: "discord", person: "1", message: "1", emoji: "x".repeat(33) },
    },
    { name: "a gesture of nobody", body: { do: "pin", side: "discord", message: "1" } },
    { name: "a key too many", body: { do: "delete", side: "discord", message: "1", all: true } },
  ])("refuses $name, and does nothing", async ({ body }) => {
    const done: DemoAction[] = [];
    const { url } = await start({ act: (action) => void done.push(action) });
    expect((await post(url, body)).status).toBe(400);
    expect(done).toEqual([]);
  });

  it("refuses a body that is no JSON, too big, or sent by a form", async () => {
    const { url } = await start();
    const send = async (type: string, body: string) =>
      (await fetch(`${url}/act`, { method: "POST", headers: { "content-type": type }, body })).status;
    expect(await send("application/json", "{")).toBe(400);
    expect(await send("application/json", JSON.stringify("x".repeat(70_000)))).toBe(413);
    expect(await send("text/plain", '{"do":"delete","side":"discord","message":"1"}')).toBe(400);
    expect(await send("application/x-www-form-urlencoded", "do=delete")).toBe(415);
  });

  it("takes another port when the wished one is in use", async () => {
    const other = createServer();
    await once(other.listen(0, "127.0.0.1"), "listening");
    const taken = (other.address() as { port: number }).port;
    const { url } = await start({ port: taken });
    expect(new URL(url).port).not.toBe(String(taken));
    expect((await fetch(url)).status).toBe(200);
    other.close();
  });
});

describe("the files of the messages", () => {
  const files = {
    picture: { type: "image/png", bytes: Buffer.from("0123456789") },
    other: { type: "application/octet-stream", bytes: Buffer.from("<script>") },
  };

  it("are served as what they are, and can run nothing", async () => {
    const { url } = await start({ files });
    const { status, headers } = await fetch(`${url}/files/picture`);
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("image/png");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("content-security-policy")).toMatch(/^default-src 'none'.*sandbox$/);
    expect(headers.get("content-disposition")).toBe(null);
  });

  it("are saved, never shown, when a browser might run them", async () => {
    const { url } = await start({ files });
    const { headers } = await fetch(`${url}/files/other`);
    expect(headers.get("content-type")).toBe("application/octet-stream");
    expect(headers.get("content-disposition")).toBe("attachment");
  });

  it.each(["unknown", "..%2fpackage.json", "%2e%2e%2fpicture", "constructor"])(
    "are found by their id alone: not as %s",
    async (id) => {
      const { url } = await start({ files: Object.assign(Object.create(null), files) });
      expect(await statusOf(url, `/files/${id}`)).toBe(404);
    },
  );

  it("are not for other sites", async () => {
    const { url } = await start({ files });
    expect(await statusOf(url, "/files/picture", { host: "evil.example" })).toBe(403);
  });

  it("are served in parts, so that one can wind on", async () => {
    const { url } = await start({ files });
    const part = await fetch(`${url}/files/picture`, { headers: { range: "bytes=2-4" } });
    expect([part.status, part.headers.get("content-range"), await part.text()]).toEqual([
      206,
      "bytes 2-4/10",
      "234",
    ]);
    const beyond = await fetch(`${url}/files/picture`, { headers: { range: "bytes=10-" } });
    expect([beyond.status, beyond.headers.get("content-range")]).toEqual([416, "bytes */10"]);
  });
});

describe("a file of one's own", () => {
  const send = (url: string, query: string, body: Buffer, type = "application/octet-stream") =>
    fetch(`${url}/upload?${query}`, { method: "POST", headers: { "content-type": type }, body });
  const query = "side=discord&person=1&name=a.png";

  it("is sent with its name, or refused with the reason", async () => {
    const sent: unknown[] = [];
    const { url } = await start({
      upload(file, bytes) {
        sent.push([file, bytes.toString()]);
        return file.name === "b" ? "não dá" : undefined;
      },
    });
    expect((await send(url, query, Buffer.from("abc"))).status).toBe(204);
    const refused = await send(url, "side=telegram&person=1&name=b&replyTo=7", Buffer.from("x"));
    expect([refused.status, await refused.text()]).toEqual([409, "não dá"]);
    expect(sent).toEqual([
      [{ side: "discord", person: "1", name: "a.png" }, "abc"],
      [{ side: "telegram", person: "1", name: "b", replyTo: "7" }, "x"],
    ]);
  });

  it.each([
    { name: "without a name", query: "side=discord&person=1", status: 400 },
    { name: "for another side", query: "side=irc&person=1&name=a", status: 400 },
    { name: "with a word too many", query: `${query}&path=/etc/passwd`, status: 400 },
    { name: "with two names", query: `${query}&name=b`, status: 400 },
    { name: "that is empty", query, body: Buffer.alloc(0), status: 400 },
    { name: "of more than 8 MB", query, body: Buffer.alloc((8 << 20) + 1), status: 413 },
    // What a page of somebody else could send without asking first.
    { name: "sent by a form", query, type: "multipart/form-data; boundary=x", status: 415 },
    { name: "sent as text", query, type: "text/plain", status: 400 },
  ])("is refused $name", async ({ query: words, body = Buffer.from("abc"), type, status }) => {
    const sent: unknown[] = [];
    const { url } = await start({ upload: (file) => void sent.push(file) });
    expect((await send(url, words, body, type)).status).toBe(status);
    expect(sent).toEqual([]);
  });
});

describe("the live view", () => {
  it("is sent at once, and after a change", async () => {
    const { url, changed, clock } = await start();
    const page = await open(url);
    expect((await page.next())?.reach.url).toBe("look 1");
    changed();
    await clock.advance(30);
    expect((await page.next())?.reach.url).toBe("look 2");
    await page.close();
  });

  it("makes one picture of a burst", async () => {
    const { url, changed, clock, looks } = await start();
    const page = await open(url);
    await page.next();
    for (let index = 0; index < 500; index += 1) changed();
    await clock.advance(30);
    expect((await page.next())?.reach.url).toBe("look 2");
    await clock.advance(1000);
    expect(looks()).toBe(2);
    await page.close();
  });

  it("ends for every page when the server stops", async () => {
    const { url } = await start();
    const { next } = await open(url);
    await next();
    const ended = next().catch(() => null);
    await server?.stop();
    expect(await ended).toBe(null);
  });
});
