// The download with a stand-in for yt-dlp that behaves in every bad way: what it may reach, how large, how long, what is left.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type RobotBench, robotBench, robotConfig, wordsOf } from "../../../test/support/robot-world.ts";
import type { RobotConfig } from "../config.ts";
import { downloadCommand } from "./download.ts";

const folder = mkdtempSync(join(tmpdir(), "matebot-download-"));
const data = join(folder, "data");
const program = join(folder, "yt-dlp");

/** 127.0.0.1 is the public internet here, 127.0.0.2 is not. */
const reach = {
  resolve: async (host: string) => [host === "film.example" ? "127.0.0.1" : "127.0.0.2"],
  isPublic: (address: string) => address === "127.0.0.1",
};

let web: Server;
let port: number;
let seen: string[] = [];
let bench: RobotBench;
beforeAll(async () => {
  web = createServer((request, response) => {
    seen.push(request.url ?? "");
    if (request.url === "/endless") {
      const more = () => {
        while (response.write(Buffer.alloc(65_536)));
        response.once("drain", more);
      };
      return more();
    }
    if (request.url === "/inside")
      return void response.writeHead(302, { location: `http://inside.example:${port}/secret` }).end();
    response.end("a film");
  });
  // All of loopback: what is refused is refused by us, not by an empty port.
  await new Promise<void>((done) => web.listen(0, "0.0.0.0", done));
  port = (web.address() as AddressInfo).port;
});
beforeEach(async () => {
  seen = [];
  rmSync(data, { recursive: true, force: true });
  bench = await robotBench();
  mkdirSync(data);
});
afterEach(() => bench.close());
afterAll(() => {
  web.closeAllConnections();
  web.close();
  rmSync(folder, { recursive: true });
});

/** `$out` is where it shall write, `$url` what it was asked for, `$proxy` its only way out. */
function script(body: string): void {
  const head = [
    "#!/bin/sh",
    'while [ $# -gt 1 ]; do case "$1" in --proxy) proxy="$2";; --output) out=$(dirname "$2");; esac; shift; done',
    'url="$1"',
    `echo "$proxy" > ${folder}/proxy`,
  ];
  writeFileSync(program, `${head.join("\n")}\n${body}\n`);
  chmodSync(program, 0o755);
}

/** Asks through the proxy, as yt-dlp would: in the clear, or through a tunnel. */
function fetching(how: "clear" | "tunnel", url: string, into = '"$out/film.mp4"'): string {
  const tunnel = how === "tunnel" ? "--proxytunnel" : "";
  return `curl --fail --silent --show-error --location --noproxy "" ${tunnel} --proxy "$proxy" --output ${into} ${url}`;
}

function command(more: Partial<{ maxBytes: number; seconds: number; program: string }> = {}) {
  const download = { program, maxBytes: 1_000_000, seconds: 10, ...more };
  const config: RobotConfig = {
    ...robotConfig,
    dataFolder: data,
    network: { ...robotConfig.network, download },
  };
  const [found] = downloadCommand(config, reach);
  if (!found) throw new Error("no download");
  const answer = (question: Parameters<typeof found.answer>[0]) =>
    found.answer({ ...question, world: { ...question.world, config } });
  return { ...found, answer };
}

const ask = (it: ReturnType<typeof command>, url = `http://film.example:${port}/film`) =>
  bench.command(it, { url });

describe("a download", () => {
  it.each(["clear", "tunnel"] as const)(
    "brings the file through the proxy (%s), and leaves nothing behind",
    async (how) => {
      script(fetching(how, '"$url"'));
      let adopted = "";
      const it = command();
      const world = bench.world.files;
      const answer = await bench.command(
        {
          ...it,
          answer: (question) => {
            const files = {
              ...world,
              adopt: async (path: string, as: Parameters<typeof world.adopt>[1]) => {
                adopted = readFileSync(path, "utf8");
                return world.put(new Uint8Array(), as);
              },
            };
            return it.answer({ ...question, world: { ...question.world, files } });
          },
        },
        { url: `http://film.example:${port}/film` },
      );
      expect(adopted).toBe("a film");
      expect(answer.say?.files?.[0]).toMatchObject({ name: "film.mp4", kind: "video", mime: "video/mp4" });
      expect(wordsOf(answer)).toBe("De film.example:");
      expect(seen).toEqual(["/film"]);
      expect(readdirSync(data)).toEqual([]);
    },
  );

  it.each([
    ["clear", "http://127.0.0.2:$PORT/film"],
    ["tunnel", "http://127.0.0.2:$PORT/film"],
    ["clear", "http://inside.example:$PORT/film"],
    ["tunnel", "http://inside.example:$PORT/film"],
    ["tunnel", "http://[::ffff:127.0.0.1]:$PORT/film"],
    ["clear", "http://169.254.169.254/latest"],
    ["clear", "http://film.example:$PORT/inside"],
    ["tunnel", "http://film.example:$PORT/inside"],
  ] as const)("cannot reach a private address (%s, %s), and says why", async (how, target) => {
    script(fetching(how, `"${target.replace("$PORT", String(port))}"`));
    await expect(ask(command())).rejects.toMatchObject({ key: "robot-network.download.address" });
    expect(seen.filter((path) => path !== "/inside")).toEqual([]);
  });

  it("finds its proxy closed to anybody without the password, and gone afterwards", async () => {
    script(
      `bare="http://\${proxy#*@}"; curl --silent --noproxy "" --proxy "$bare" --output /dev/null --write-out "%{http_code}" "$url" > ${folder}/code`,
    );
    await expect(ask(command())).rejects.toMatchObject({ key: "robot-network.download.unknown" });
    expect(readFileSync(join(folder, "code"), "utf8")).toBe("407");
    expect(seen).toEqual([]);
    const proxy = new URL(readFileSync(join(folder, "proxy"), "utf8"));
    await expect(fetch(`http://127.0.0.1:${proxy.port}/`)).rejects.toThrow();
  });

  it("reaches no mail server", async () => {
    script(fetching("tunnel", "http://film.example:25/"));
    await expect(ask(command())).rejects.toMatchObject({ key: "robot-network.download.address" });
  });

  it("is killed with all it started when it takes too long", async () => {
    script(`sleep 30 & echo $! > ${folder}/sleeper\nsleep 30`);
    await expect(ask(command({ seconds: 0.3 }))).rejects.toMatchObject({
      key: "robot-network.download.time",
    });
    const sleeper = Number(readFileSync(join(folder, "sleeper"), "utf8"));
    expect(isAlive(sleeper)).toBe(false);
    expect(readdirSync(data)).toEqual([]);
  });

  it("is cut off when more comes through than may", async () => {
    script(`${fetching("clear", `"http://film.example:${port}/endless"`, "/dev/null")}; sleep 30`);
    await expect(ask(command({ maxBytes: 1000 }))).rejects.toMatchObject({
      key: "robot-network.download.big",
    });
  });

  it("brings no file that is too big, no link to elsewhere, and no unfinished piece", async () => {
    script('head -c 2000 /dev/zero > "$out/film.mp4"');
    await expect(ask(command({ maxBytes: 1000 }))).rejects.toMatchObject({
      key: "robot-network.download.big",
    });
    script('ln -s /etc/passwd "$out/film.mp4"; echo x > "$out/film.mp4.part"');
    await expect(ask(command())).rejects.toMatchObject({ key: "robot-network.download.unknown" });
  });

  it("sees no secret of ours", async () => {
    process.env.TEST_TOKEN_OF_OURS = "secret";
    script(`env > ${folder}/env`);
    await ask(command()).catch(() => {});
    delete process.env.TEST_TOKEN_OF_OURS;
    const env = readFileSync(join(folder, "env"), "utf8");
    expect(env).not.toContain("secret");
    expect(env).toMatch(/^HOME=.*download-/m);
  });

  it.each([
    ["ERROR: Unsupported URL: x", "unknown"],
    ["ERROR: [youtube] x: Video unavailable", "gone"],
    ["ERROR: [youtube] x: Private video. Sign in if you've been granted access", "closed"],
    ["[download] File is larger than max-filesize (2 > 1). Aborting.", "big"],
    ["Traceback", "failed"],
  ])("that ends with %j is explained as: %s", async (words, trouble) => {
    script(`echo "${words}" >&2; exit 1`);
    await expect(ask(command())).rejects.toMatchObject({
      key: `robot-network.download.${trouble}`,
      values: { mebibytes: 0, seconds: 10 },
    });
  });

  it("says what is missing when yt-dlp is not installed", async () => {
    await expect(ask(command({ program: join(folder, "nothing") }))).rejects.toMatchObject({
      key: "robot-network.download.program",
    });
  });

  it("runs one at a time", async () => {
    script("sleep 30");
    const it = command({ seconds: 0.4 });
    const first = ask(it).catch((error: { key: string }) => error.key);
    await expect(ask(it)).rejects.toMatchObject({ key: "robot-network.download.busy" });
    expect(await first).toBe("robot-network.download.time");
    expect(existsSync(program)).toBe(true);
  });

  it.each([
    ["http://localhost/", "robot-network.trouble.address"],
    ["http://10.0.0.1/", "robot-network.trouble.address"],
    ["http://[::1]/", "robot-network.trouble.address"],
    ["printer.local", "robot-network.trouble.address"],
    ["file:///etc/passwd", "robot-network.trouble.web"],
    ["https://a:b@example.org/", "robot-network.trouble.web"],
    ["", "robot-network.download.usage"],
  ])("does not even start for %j", async (url, key) => {
    script(`touch ${folder}/started`);
    await expect(ask(command(), url)).rejects.toMatchObject({ key });
    expect(existsSync(join(folder, "started"))).toBe(false);
  });
});

function isAlive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}
