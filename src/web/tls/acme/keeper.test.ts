// The keeper on a clock turned by hand, with an authority that never answers: what is served, when it is asked, the end.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ManualClock } from "../../../sandbox/manual-clock.ts";
import { loadTexts } from "../../../texts.ts";
import type { Audience, CertificateKeeper, KeyAndCertificate, Served } from "../certificates.ts";
import { makeSelfSigned } from "../self-signed.ts";
import { statusOf } from "../status.ts";
import { openAcme } from "./acme.ts";

const DAY = 86_400_000;
const HOST = "bot.example.org";
const start = Date.UTC(2026, 0, 15);

let folder: string;
let clock: ManualClock;
let stored: KeyAndCertificate;
let keeper: CertificateKeeper | undefined;
let heard: string[];
let fallbacks: { upload: string; closed: boolean; audience: Audience | undefined }[];
const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };

const audience: Audience = {
  announce: async (upload) => void heard.push(`announce ${upload}`),
  serve: ({ trust }) => void heard.push(`serve ${trust}`),
};

async function fallback(): Promise<CertificateKeeper> {
  const served: Served = { ...(await makeSelfSigned(HOST, clock.now())), trust: "uploaded" };
  const mine = {
    upload: `upload ${fallbacks.length}`,
    closed: false,
    audience: undefined as Audience | undefined,
  };
  fallbacks.push(mine);
  return {
    current: () => served,
    upload: () => mine.upload,
    watch: (each) => {
      mine.audience = each;
    },
    status: () => statusOf("self-signed", served),
    close: async () => {
      mine.closed = true;
    },
  };
}

// Nobody listens at port 1 of loopback.
async function open(directory = "https://127.0.0.1:1/dir"): Promise<CertificateKeeper> {
  keeper = await openAcme({
    ...{ host: HOST, folder, doors: [], fallback, clock, random: () => 0, log, texts: loadTexts("en") },
    settings: { directory },
  });
  keeper.watch(audience);
  return keeper;
}

const file = () => join(folder, "acme", "127.0.0.1_1", `${HOST}.pem`);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "matebot-keeper-"));
  clock = new ManualClock(start);
  heard = [];
  fallbacks = [];
  vi.clearAllMocks();
  // Whoever gave it, it was kept as one of the authority's: 398 days, one of them past.
  stored = await makeSelfSigned(HOST, start);
  mkdirSync(join(folder, "acme", "127.0.0.1_1"), { recursive: true });
  writeFileSync(file(), stored.key + stored.cert);
});
afterEach(async () => {
  await keeper?.close();
  rmSync(folder, { recursive: true });
});

describe("a stored certificate", () => {
  it("is served at once, and no fallback is made", async () => {
    const { current, upload, status } = bound(await open());
    expect(current()).toEqual({ ...stored, trust: "public" });
    expect(upload()).toBeUndefined();
    expect(status()).toMatchObject({ source: "acme", trust: "public" });
    expect(fallbacks).toEqual([]);
    expect(heard).toEqual([]);
  });

  it("is looked after in steps of a day at most", async () => {
    await open();
    for (let day = 0; day < 200; day++) {
      await vi.waitFor(() => expect(clock.pending).toBe(1));
      expect(clock.nextInMs).toBeLessThanOrEqual(DAY);
      await clock.advance(DAY);
    }
    expect(log.warn).not.toHaveBeenCalled();
  });

  it("serves on when it cannot be renewed, with the reason told, until it ends", async () => {
    const { status, current } = bound(await open());
    const { renewAt = 0, validUntil } = status();
    expect((validUntil - renewAt) / (398 * DAY)).toBeCloseTo(1 / 3, 3);
    await clock.advance(renewAt + 1 - clock.now());
    await expect.poll(() => status().fault?.key).toBe("acme.fault.unreachable");
    expect(status()).toMatchObject({ source: "acme", fault: { at: clock.now() } });
    expect(status().renewAt).toBeGreaterThanOrEqual(clock.now() + 60_000);
    expect(current().cert).toBe(stored.cert);
    expect(heard).toEqual([]);
    await clock.advance(validUntil - 8 * 60_000 - clock.now());
    // An attempt that is under way takes real time, in which this clock stands still.
    const turned = async () => {
      await clock.advance(1_000);
      return heard;
    };
    await expect.poll(turned).toEqual(["announce upload 0", "serve uploaded"]);
    expect(status()).toMatchObject({ source: "self-signed", trust: "uploaded" });
    expect(status().fault?.key).toBe("acme.fault.unreachable");
  });

  it("that has ended is not served", async () => {
    clock = new ManualClock(start + 400 * DAY);
    const { status, current } = bound(await open());
    expect(status().source).toBe("self-signed");
    expect(current().trust).toBe("uploaded");
    expect(log.warn.mock.calls[0]?.[1]).toContain("until it comes, a self-signed one is used");
  });

  it.each([
    ["of another host", async () => makeSelfSigned("other.example.org", start)],
    ["with the key of another", async () => ({ ...stored, key: (await makeSelfSigned(HOST, start)).key })],
  ])("%s is set aside and said", async (_, make) => {
    const { key, cert } = await make();
    writeFileSync(file(), key + cert);
    expect((await open()).status().source).toBe("self-signed");
    expect(readFileSync(`${file()}.old`, "utf8")).toBe(key + cert);
    expect(log.warn.mock.calls[0]?.[1]).toContain(".pem.old");
  });
});

describe("the fallback", () => {
  beforeEach(() => rmSync(file()));

  it("is heard while it serves", async () => {
    const { upload, current } = bound(await open());
    expect(upload()).toBe("upload 0");
    await fallbacks[0]?.audience?.announce("both");
    fallbacks[0]?.audience?.serve(current());
    expect(heard).toEqual(["announce both", "serve uploaded"]);
  });

  it("serves alone while the limit of failed validations is reached, which a restart does not lift", async () => {
    const failed = [50, 40, 30, 20, 10].map((minutes) => start - minutes * 60_000);
    writeFileSync(join(folder, "acme", "127.0.0.1_1", `${HOST}.failed.json`), JSON.stringify(failed));
    await open();
    await vi.waitFor(() => expect(clock.pending).toBe(1));
    expect(clock.nextInMs).toBe(10 * 60_000);
    await clock.advance(10 * 60_000);
    await vi.waitFor(() => expect(clock.pending).toBe(1));
    expect(clock.nextInMs).toBe(60_000);
  });

  it("gives way to no authority that is silent, and closing does not wait for that one", async () => {
    const reached = Promise.withResolvers<void>();
    const sockets: Socket[] = [];
    const silent = createServer((socket) => {
      sockets.push(socket);
      reached.resolve();
    });
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as AddressInfo;
    const mine = await open(`https://127.0.0.1:${port}/dir`);
    await reached.promise;
    await mine.close();
    keeper = undefined;
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => silent.close(resolve));
    expect(clock.pending).toBe(0);
  });

  it("is closed with the keeper, and nothing is left to do", async () => {
    await (await open()).close();
    expect(fallbacks[0]?.closed).toBe(true);
    expect(clock.pending).toBe(0);
    keeper = undefined;
  });
});

function bound(of: CertificateKeeper) {
  return { current: () => of.current(), upload: () => of.upload(), status: () => of.status() };
}
