import { createServer, type Server } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { canBind, listenersOn, listeningSockets } from "./port-holder.ts";

const open: Server[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => new Promise((done) => server.close(done))));
});

async function listenAt(host: string): Promise<number> {
  const server = createServer();
  open.push(server);
  await new Promise<void>((done) => server.listen(0, host, done));
  return (server.address() as { port: number }).port;
}

describe("listenersOn", () => {
  it.runIf(process.platform === "linux")("names the program that listens, and where", async () => {
    const port = await listenAt("127.0.0.1");
    const [holder, ...others] = await listenersOn(port);
    expect(holder).toMatchObject({ address: "127.0.0.1", pid: process.pid });
    expect(holder?.program).toMatch(/\S/);
    expect(others).toEqual([]);
  });

  it("finds nobody on a free port", async () => {
    const port = await listenAt("127.0.0.1");
    await new Promise((done) => open.pop()?.close(done));
    expect(await listenersOn(port)).toEqual([]);
  });

  it("leaves the program out where only root may know it", async () => {
    const port = await listenAt("127.0.0.1");
    expect(await listenersOn(port, "/proc/no-such-place")).toEqual([]);
  });

  it("reads addresses of both families, and no connection that merely has the port", () => {
    const row = (local: string, state: string, inode: number) =>
      `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  1000  0 ${inode} 1 0 100`;
    const table = [
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
      row("0100007F:01BB", "0A", 11),
      row("0100007F:01BB", "01", 12),
      row("00000000:0050", "0A", 13),
      row("00000000000000000000000001000000:01BB", "0A", 14),
    ].join("\n");
    expect(listeningSockets(table, 443)).toEqual([
      { address: "127.0.0.1", inode: "11" },
      { address: "::1", inode: "14" },
    ]);
  });
});

describe("canBind", () => {
  it("tells a taken port from a free one", async () => {
    const port = await listenAt("127.0.0.1");
    expect(await canBind("127.0.0.1", port)).toBe("taken");
    await new Promise((done) => open.pop()?.close(done));
    expect(await canBind("127.0.0.1", port)).toBe("free");
  });

  it("knows an address that no interface has", async () => {
    expect(await canBind("203.0.113.7", 0)).toBe("not-here");
  });
});
