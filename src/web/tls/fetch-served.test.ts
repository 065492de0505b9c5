// What a stranger sees of a TLS server: its chain, its versions; and nothing where nobody speaks TLS.

import { X509Certificate } from "node:crypto";
import { createServer as createPlain } from "node:http";
import type { AddressInfo, Server } from "node:net";
import { createServer, type TlsOptions } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import { makeAuthority } from "../../../test/support/authority.ts";
import { fetchServed, fetchVersions } from "./fetch-served.ts";
import { makeSelfSigned } from "./self-signed.ts";

const NAME = "bot.example.org";
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function target(server: Server) {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { host: "127.0.0.1", port, servername: NAME, withinMs: 2_000 };
}
const secure = (options: TlsOptions) => createServer(options, (socket) => socket.resume());
const prints = (chain: readonly string[]) => chain.map((pem) => new X509Certificate(pem).fingerprint256);

describe("a server", () => {
  it("shows its whole chain, though nobody here trusts it", async () => {
    const pair = await (await makeAuthority(Date.now())).issue(NAME);
    const served = await fetchServed(await target(secure(pair)));
    const blocks = pair.cert.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? [];
    expect(blocks).toHaveLength(2);
    expect(prints(served?.chain ?? [])).toEqual(prints(blocks));
    expect(served?.protocol).toBe("TLSv1.3");
    expect(served?.cipher).toMatch(/^TLS_/);
  });

  it("shows one certificate when it is self-signed", async () => {
    const pair = await makeSelfSigned(NAME, Date.now());
    const served = await fetchServed(await target(secure(pair)));
    expect(prints(served?.chain ?? [])).toEqual(prints([pair.cert]));
  });

  it("speaks the versions it allows, and old ones are seen where they are allowed", async () => {
    const pair = await makeSelfSigned(NAME, Date.now());
    expect(await fetchVersions(await target(secure(pair)))).toEqual(["TLSv1.2", "TLSv1.3"]);
    const old = { ...pair, minVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
    const versions = await fetchVersions(await target(secure(old)));
    expect(versions).toEqual(["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]);
  });

  it("that speaks no TLS, or is not there, shows nothing", async () => {
    const plain = await target(createPlain());
    expect(await fetchServed(plain)).toBeUndefined();
    expect(await fetchVersions(plain)).toEqual([]);
    const gone = await target(secure(await makeSelfSigned(NAME, Date.now())));
    await new Promise((resolve) => servers.pop()?.close(resolve));
    expect(await fetchServed(gone)).toBeUndefined();
  });
});
