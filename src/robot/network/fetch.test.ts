// What may be fetched: public addresses alone, checked before each connection, within size and time; and the process that does it.

import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createSecureServer, type Server as SecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { makeAuthority } from "../../../test/support/authority.ts";
import { isPublicAddress, reachable } from "./address.ts";
import { createFetcher } from "./fetch.ts";
import type { FetchJob, FetchOutcome } from "./fetch-job.ts";
import { fetchOnce } from "./fetch-once.ts";

const servers: (Server | SecureServer)[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(listener: RequestListener, host = "127.0.0.1"): Promise<number> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return (server.address() as AddressInfo).port;
}

const usual = { method: "GET", maxBytes: 1000, ms: 5_000, allowPrivate: true } as const;
const noNames = async (): Promise<readonly string[]> => {
  throw new Error("no such name");
};
const get = (
  url: string,
  more: Partial<FetchJob> = {},
  resolve: (host: string) => Promise<readonly string[]> = noNames,
) => fetchOnce({ ...usual, url, ...more }, { resolve });
const text = (outcome: FetchOutcome) =>
  "body" in outcome ? Buffer.from(outcome.body).toString() : outcome.trouble;

describe("an address", () => {
  it.each([
    ...["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"],
    ...["224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1"],
    ...[
      "::1",
      "::",
      "[::1]",
      "::ffff:127.0.0.1",
      "::ffff:7f00:1",
      "::ffff:8.8.8.8",
      "::127.0.0.1",
      "64:ff9b::7f00:1",
    ],
    ...[
      "64:ff9b:1::1",
      "2002:7f00:1::",
      "2001::1",
      "2001:db8::1",
      "fe80::1",
      "fe80::1%eth0",
      "fc00::1",
      "fd12::1",
    ],
    ...[
      "fec0::1",
      "ff02::1",
      "100::1",
      "3fff::1",
      "5f00::1",
      "",
      "example.org",
      "127.1",
      "0x7f000001",
      "2130706433",
    ],
  ])("%s is not of the public internet", (address) => expect(isPublicAddress(address)).toBe(false));

  it.each(["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "[2a00:1450:4001::5]", "2001:4860:4860::8888"])(
    "%s is",
    (address) => expect(isPublicAddress(address)).toBe(true),
  );

  it("spoils all the others of its name when it is private", async () => {
    const reach = { resolve: async () => ["8.8.8.8", "::1"], allowPrivate: false };
    await expect(reachable("trap.example", reach)).rejects.toThrow("not of the public internet");
    expect(await reachable("trap.example", { ...reach, allowPrivate: true })).toEqual(["8.8.8.8", "::1"]);
  });
});

describe("fetching", () => {
  it("brings status, body and headers", async () => {
    const port = await serve((_request, response) =>
      response.writeHead(201, { "content-type": "x/y" }).end("hello"),
    );
    const outcome = await get(`http://127.0.0.1:${port}/`);
    expect(outcome).toMatchObject({ status: 201, headers: { "content-type": "x/y" } });
    expect(text(outcome)).toBe("hello");
  });

  it("sends no cookies and no more about itself than it must", async () => {
    let headers: object = {};
    const port = await serve((request, response) => {
      headers = request.headers;
      response.end();
    });
    await get(`http://127.0.0.1:${port}/`);
    expect(headers).toEqual({
      ...{ host: `127.0.0.1:${port}`, "user-agent": "MateBot", accept: "*/*", connection: "close" },
      "accept-encoding": "gzip, deflate, br",
    });
  });

  it.each([
    "http://127.0.0.1:1/",
    "http://[::1]:1/",
    "http://[::ffff:127.0.0.1]:1/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://169.254.169.254/latest/meta-data",
  ])("never goes to %s", async (url) => {
    expect(await get(url, { allowPrivate: false })).toEqual({ trouble: "address" });
  });

  it("never goes to a name behind which a private address stands, and asks for it once only", async () => {
    let hits = 0;
    const port = await serve((_request, response) => {
      hits += 1;
      response.end("secret");
    });
    const answers = [["8.8.8.8", "127.0.0.1"], ["127.0.0.1"]];
    const asked: string[] = [];
    const resolve = async (host: string) => {
      asked.push(host);
      return answers.shift() ?? [];
    };
    expect(await get(`http://rebind.example:${port}/`, { allowPrivate: false }, resolve)).toEqual({
      trouble: "address",
    });
    expect(await get(`http://rebind.example:${port}/`, { allowPrivate: false }, resolve)).toEqual({
      trouble: "address",
    });
    expect(asked).toEqual(["rebind.example", "rebind.example"]);
    expect(hits).toBe(0);
  });

  it("connects to the address that was checked, whatever the name would mean a moment later", async () => {
    const port = await serve((request, response) => response.end(request.headers.host));
    let asked = 0;
    const resolve = async () => (++asked === 1 ? ["127.0.0.1"] : ["192.0.2.1"]);
    expect(text(await get(`http://once.example:${port}/`, {}, resolve))).toBe(`once.example:${port}`);
    expect(asked).toBe(1);
  });

  it("tries the other addresses of a name when the first is dead", async () => {
    const port = await serve((_request, response) => response.end("alive"));
    const resolve = async () => ["127.0.0.9", "127.0.0.1"];
    expect(text(await get(`http://two.example:${port}/`, {}, resolve))).toBe("alive");
  });

  it("asks of https that the certificate is of the name, and that somebody known vouches for it", async () => {
    const authority = await makeAuthority(Date.now());
    const known = getCACertificates();
    const resolve = async () => ["127.0.0.1"];
    const secure = createSecureServer(await authority.issue("safe.example"), (_request, response) =>
      response.end("safe"),
    );
    servers.push(secure);
    await new Promise<void>((done) => secure.listen(0, "127.0.0.1", done));
    const { port } = secure.address() as AddressInfo;
    expect(text(await get(`https://safe.example:${port}/`, {}, resolve))).toBe("connection");
    setDefaultCACertificates([...known, authority.root]);
    try {
      expect(text(await get(`https://safe.example:${port}/`, {}, resolve))).toBe("safe");
      expect(text(await get(`https://other.example:${port}/`, {}, resolve))).toBe("connection");
    } finally {
      setDefaultCACertificates(known);
    }
  });

  it("checks every redirect like the first address", async () => {
    let hits = 0;
    const count: RequestListener = (_request, response) => {
      hits += 1;
      response.end("secret");
    };
    const inside = await serve(count, "127.0.0.2");
    const reach = {
      resolve: async (host: string) => [host === "public.example" ? "127.0.0.1" : "127.0.0.2"],
      isPublic: (address: string) => address === "127.0.0.1",
    };
    for (const host of ["127.0.0.2", "inside.example", "[::ffff:127.0.0.2]"]) {
      const location = `http://${host}:${inside}/`;
      const port = await serve((_request, response) => response.writeHead(302, { location }).end());
      const url = `http://public.example:${port}/`;
      expect(await fetchOnce({ ...usual, allowPrivate: false, url }, reach)).toEqual({ trouble: "address" });
    }
    expect(hits).toBe(0);
    // The very same way is open when it stays outside.
    const outside = await serve(count);
    const location = `http://public.example:${outside}/`;
    const port = await serve((_request, response) => response.writeHead(302, { location }).end());
    const url = `http://public.example:${port}/`;
    expect(text(await fetchOnce({ ...usual, allowPrivate: false, url }, reach))).toBe("secret");
  });

  it("follows five redirects, and stays where it is told to", async () => {
    const port = await serve((request, response) => {
      const step = Number(request.url?.slice(1));
      if (step === 0) return void response.end("there");
      response.writeHead(302, { location: `/${step - 1}` }).end();
    });
    expect(text(await get(`http://127.0.0.1:${port}/5`))).toBe("there");
    expect(text(await get(`http://127.0.0.1:${port}/6`))).toBe("redirects");
    expect(await get(`http://127.0.0.1:${port}/5`, { stay: true })).toMatchObject({
      status: 302,
      headers: { location: "/4" },
    });
  });

  it.each(["ftp://example.org/", "file:///etc/passwd", "gopher://x/", "http://a:b@example.org/", "nonsense"])(
    "takes no %s",
    async (url) => expect(await get(url)).toEqual({ trouble: "web" }),
  );

  it("ends an endless body at its limit, packed or not", async () => {
    const endless = await serve((_request, response) => {
      const more = () => {
        while (response.write("x".repeat(1000)));
        response.once("drain", more);
      };
      more();
    });
    expect(text(await get(`http://127.0.0.1:${endless}/`))).toBe("big");
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const packed = await serve((_request, response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end(bomb);
    });
    expect(text(await get(`http://127.0.0.1:${packed}/`, { maxBytes: 100_000 }))).toBe("big");
  });

  it("waits no longer than it may, neither for the head, nor for the body, nor for a name", async () => {
    const silent = await serve(() => {});
    expect(text(await get(`http://127.0.0.1:${silent}/`, { ms: 150 }))).toBe("time");
    const slow = await serve((_request, response) => void response.write("a"));
    expect(text(await get(`http://127.0.0.1:${slow}/`, { ms: 150 }))).toBe("time");
    expect(text(await get("http://never.example/", { ms: 150 }, () => new Promise(() => {})))).toBe("time");
  });

  it("takes no cut off body for a whole one", async () => {
    const port = await serve((_request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half", () => response.destroy());
    });
    expect(text(await get(`http://127.0.0.1:${port}/`))).toBe("connection");
  });
});

describe("the process that fetches", () => {
  const signal = () => AbortSignal.timeout(20_000);

  it("brings what the web says, and its troubles as words for people", async () => {
    const fetchWeb = createFetcher();
    const port = await serve((_request, response) => response.end("from afar"));
    const url = `http://127.0.0.1:${port}/`;
    expect(text(await fetchWeb({ ...usual, url }, signal()))).toBe("from afar");
    await expect(fetchWeb({ ...usual, url, allowPrivate: false }, signal())).rejects.toMatchObject({
      key: "robot-network.trouble.address",
    });
  });

  it("has no proxy and no secret from our surroundings", async () => {
    const port = await serve((_request, response) => response.end("direct"));
    process.env.http_proxy = "http://127.0.0.1:1";
    process.env.NODE_USE_ENV_PROXY = "1";
    try {
      const url = `http://127.0.0.1:${port}/`;
      expect(text(await createFetcher()({ ...usual, url }, signal()))).toBe("direct");
    } finally {
      delete process.env.http_proxy;
      delete process.env.NODE_USE_ENV_PROXY;
    }
  });

  it("is gone as soon as nobody waits for it", async () => {
    const port = await serve(() => {});
    const abort = new AbortController();
    const url = `http://127.0.0.1:${port}/`;
    const waiting = createFetcher()({ ...usual, url }, abort.signal);
    abort.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
  });

  it("is started twice at a time at most", async () => {
    const fetchWeb = createFetcher();
    const port = await serve(() => {});
    const job = { ...usual, url: `http://127.0.0.1:${port}/`, ms: 300 };
    const both = [fetchWeb(job, signal()), fetchWeb(job, signal())].map((one) =>
      one.catch((error: { key: string }) => error.key),
    );
    await expect(fetchWeb(job, signal())).rejects.toMatchObject({ key: "robot-network.trouble.busy" });
    expect(await Promise.all(both)).toEqual(["robot-network.trouble.time", "robot-network.trouble.time"]);
  });
});
