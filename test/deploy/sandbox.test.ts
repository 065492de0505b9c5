// The unit's filter of system calls on the real program: Node, sharp and ffmpeg do all they do without it.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Sample, Side } from "../../src/demo/view.ts";
import { needs } from "../support/needs.ts";
import { hasFfmpeg, NO_FFMPEG } from "../support/sample-files.ts";
import { eventually } from "../support/world.ts";

const root = join(import.meta.dirname, "..", "..");
const script = join(import.meta.dirname, "sandboxed.py");
const unit = join(root, "deploy", "systemd", "matebot.service");
const inSandbox = (...command: readonly string[]) => [script, unit, ...command];
const there = spawnSync("python3", inSandbox("true")).status === 0;
const NO_FILTER =
  "no filter to run under: python3, systemd-analyze or libseccomp is missing (apt install systemd)";

let temporary = "";
let program: ChildProcess | undefined;
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), "matebot-sandbox-"));
});
afterEach(() => {
  program?.kill("SIGKILL");
  rmSync(temporary, { recursive: true, force: true });
});

interface Room {
  readonly people: readonly { readonly id: string }[];
  readonly messages: readonly {
    readonly files: readonly { readonly kind: string; readonly shows?: string }[];
  }[];
}

/** The demo page as it is now: the first picture of its live view. */
async function look(url: string): Promise<Readonly<Record<Side, Room>>> {
  const response = await fetch(`${url}/events`);
  let text = "";
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    const picture = /^data: (.*)\n\n/m.exec(text)?.[1];
    if (picture !== undefined) return JSON.parse(picture).rooms;
  }
  throw new Error("the page ended");
}

async function send(url: string, side: Side, sample: Sample): Promise<void> {
  const person = (await look(url))[side].people[0]?.id;
  const body = JSON.stringify({ do: "send", side, person, sample });
  const answer = await fetch(`${url}/act`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  expect(answer.status).toBe(204);
}

async function arrives(url: string, side: Side, wanted: string): Promise<void> {
  const end = performance.now() + 20_000;
  for (;;) {
    const files = (await look(url))[side].messages.flatMap((message) => message.files);
    if (files.some(({ kind, shows }) => `${kind} ${shows}` === wanted)) return;
    if (performance.now() > end) throw new Error(`no ${wanted} on ${side}: ${JSON.stringify(files)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe("under the filter of matebot.service", () => {
  needs(there, NO_FILTER);

  it.each([
    ["changes the owner of a file", "import os; os.chown('/', 0, 0)"],
    [
      "mounts",
      "import ctypes, os; r = ctypes.CDLL(None).mount(b'a', b'/', b'tmpfs', 0, 0); os._exit(r != 0)",
    ],
    ["opens a raw door to the network", "import socket; socket.socket(17, socket.SOCK_RAW)"],
    ["makes a namespace", "import ctypes, os; os._exit(ctypes.CDLL(None).unshare(0x10000000) != 0)"],
  ])("nothing %s", (_, code) => {
    const result = spawnSync("python3", inSandbox("python3", "-c", code), { encoding: "utf8" });
    expect(result.status, result.stderr).toBe(1);
  });

  describe("with ffmpeg", () => {
    needs(hasFfmpeg, NO_FFMPEG);

    it("the demo converts pictures, films, sounds and animations, and ends with 0", {
      timeout: 60_000,
    }, async () => {
      const env = { PATH: process.env.PATH, LANG: "en_US.UTF-8", TMPDIR: temporary };
      const args = inSandbox(process.execPath, join(root, "src", "main.ts"), "demo");
      const child = spawn("python3", args, { env, stdio: ["ignore", "pipe", "pipe"] });
      program = child;
      let told = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (told += text));
      const url = await eventually(() => /http:\/\/127\.0\.0\.1:\d+/.exec(told)?.[0], 20_000);
      await send(url, "telegram", "video-note");
      await send(url, "discord", "voice");
      await send(url, "discord", "moving-sticker");
      await send(url, "telegram", "moving-sticker");
      await arrives(url, "discord", "video video");
      await arrives(url, "telegram", "voice audio");
      await arrives(url, "telegram", "sticker video");
      await arrives(url, "discord", "animation image");
      const ended = new Promise((resolve) => child.once("close", resolve));
      child.kill("SIGTERM");
      expect(await ended).toBe(0);
      expect(told).not.toMatch(/EPERM|warn|error/i);
    });
  });
});
