// Every kind on the demo page in a real browser: sent from the menu on one side, seen on the other, over the true path.

import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Demo, startDemo } from "../../src/demo/demo.ts";
import { createLog } from "../../src/log.ts";
import { loadTexts } from "../../src/texts.ts";
import { findChromium, launchChromium, NO_CHROMIUM } from "../support/chromium.ts";
import { hasFfmpeg, NO_FFMPEG, samples } from "../support/sample-files.ts";

const chromium = findChromium();
let browser: Browser | undefined;
let demo: Demo;
let page: Page;
const complaints: string[] = [];
const strangers: string[] = [];

beforeAll(async () => {
  if (chromium) browser = await launchChromium(chromium);
  else if (process.env.CI) throw new Error(NO_CHROMIUM);
});
afterAll(() => browser?.close());

beforeEach(async (test) => {
  if (!browser) return test.skip(NO_CHROMIUM);
  const log = createLog({ destination: { write: () => true }, env: {} });
  demo = await startDemo({ texts: loadTexts("en"), log, port: 0 });
  const context = await browser.newContext({ locale: "en", viewport: { width: 1280, height: 800 } });
  page = await context.newPage();
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (new URL(request.url()).hostname !== "127.0.0.1") strangers.push(request.url());
  });
  await page.goto(demo.url);
  await messages("discord").nth(3).waitFor();
});
afterEach(async () => {
  await page?.context().close();
  await demo?.stop();
  expect(complaints.splice(0)).toEqual([]);
  expect(strangers.splice(0)).toEqual([]);
});

type Side = "telegram" | "discord";
const other = (side: Side): Side => (side === "telegram" ? "discord" : "telegram");
const room = (side: Side) => page.locator(`.room.${side}`);
const messages = (side: Side) => room(side).locator(".message");

async function send(side: Side, name: string): Promise<void> {
  await room(side).getByRole("button", { name: "Send something else" }).click();
  await room(side).getByRole("menuitem", { name, exact: true }).click();
}

/** The last message there that has such a thing in it. */
async function arrives(side: Side, thing: string): Promise<Locator> {
  const found = messages(side).filter({ has: page.locator(thing) });
  await found.last().waitFor();
  return found.last();
}

/** What the tests ask of the elements; the browser's own types are not at hand here. */
interface Seen {
  readonly naturalWidth?: number;
  readonly videoWidth?: number;
  play(): Promise<void>;
}

/** The width of a picture or a film as the browser has decoded it; 0 for what it could not. */
const decoded = (picture: Locator) =>
  picture.evaluate((element) => {
    const { naturalWidth, videoWidth } = element as unknown as Seen;
    return naturalWidth ?? videoWidth ?? 0;
  });

async function shown(picture: Locator): Promise<void> {
  await expect.poll(() => decoded(picture), { timeout: 10_000 }).toBeGreaterThan(0);
}

const FILES: readonly (readonly [side: Side, sample: string, here: string, there: string])[] = [
  ["telegram", "Photo", "img.photo", "img.photo"],
  ["telegram", "Sticker", "img.sticker", "img.sight"],
  ["telegram", "Animated sticker", "img.sticker", "img.sight"],
  ["telegram", "GIF", "img.animation", "img.animation"],
  ["discord", "Photo", "img.photo", "img.photo"],
  ["discord", "Sticker", "img.sticker", "img.sticker"],
];
const FILMS: readonly (readonly [side: Side, sample: string, here: string, there: string])[] = [
  ["telegram", "Video", "video.video", "video.video"],
  ["telegram", "Round video", "video.video-note", "video.sight"],
  ["telegram", "Video sticker", "video.sticker", "img.sight"],
  ["discord", "Animated sticker", "img.sticker", "video.sticker"],
  ["discord", "GIF", "video.animation", "video.animation"],
];

describe("the demo page shows on both sides", () => {
  it.each(FILES)("of %s: %s", async (side, sample, here, there) => {
    await send(side, sample);
    await shown((await arrives(side, here)).locator(here));
    await shown((await arrives(other(side), there)).locator(there));
  });

  describe("with ffmpeg", () => {
    beforeEach((test) => {
      if (hasFfmpeg) return;
      if (process.env.CI) throw new Error(NO_FFMPEG);
      test.skip(NO_FFMPEG);
    });

    it.each(FILMS)("of %s: %s", async (side, sample, here, there) => {
      await send(side, sample);
      await shown((await arrives(side, here)).locator(here));
      await shown((await arrives(other(side), there)).locator(there));
    });

    it.each(["telegram", "discord"] as const)("of %s: a voice with its duration", async (side) => {
      await send(side, "Voice message");
      expect(await (await arrives(side, "audio")).locator("figcaption").textContent()).toContain("0:03");
      const copy = await arrives(other(side), "audio");
      // Rejects what the browser cannot play.
      await copy.locator("audio").evaluate((sound) => (sound as unknown as Seen).play());
    });
  });

  it.each(["telegram", "discord"] as const)("of %s: an album as one message", async (side) => {
    await send(side, "Album of three photos");
    for (const place of [side, other(side)]) {
      const album = await arrives(place, ".album");
      await expect.poll(() => album.locator(".album img").count()).toBe(3);
      expect(await album.locator(".body").textContent()).toContain("Morning, noon and night");
    }
  });

  it("a spoiler that hides its picture until somebody asks for it", async () => {
    await send("telegram", "Spoiler photo");
    await arrives("discord", ".veil");
    const copy = messages("discord").filter({ hasText: "if you know the ending" });
    expect(await copy.locator("[inert] img").count()).toBe(1);
    await copy.getByRole("button", { name: "Spoiler: show the file" }).click();
    await expect.poll(() => copy.locator(".veil").count()).toBe(0);
    await shown(copy.locator("img.sight"));
  });

  it("a document that can be saved under its name", async () => {
    await send("telegram", "Document");
    const chip = (await arrives("discord", ".chip")).locator(".chip");
    expect(await chip.textContent()).toContain("Workshop_notes.pdf");
    const saving = page.waitForEvent("download");
    await chip.click();
    expect((await saving).suggestedFilename()).toBe("Workshop_notes.pdf");
  });

  it("faces: of those who speak here, and on Discord of those who speak there", async () => {
    await room("telegram").locator("textarea").fill("it is me");
    await room("telegram").locator("textarea").press("Enter");
    const copy = messages("discord").filter({ hasText: "it is me" });
    await shown(copy.locator("img.face"));
    await shown(messages("telegram").filter({ hasText: "it is me" }).locator("img.face"));
  });

  it("a thread of its own twin, and answers stay in it", async () => {
    await send("discord", "Thread");
    const copy = messages("telegram").filter({ hasText: "talk about it here" });
    await copy.waitFor();
    expect(await copy.locator(".topic").textContent()).toBe("# Rides");
    await copy.hover();
    await copy.getByRole("button", { name: "Reply" }).click();
    await room("telegram").locator("textarea").fill("two seats free");
    await room("telegram").locator("textarea").press("Enter");
    const answer = messages("discord").filter({ hasText: "two seats free" });
    await answer.waitFor();
    expect(await answer.locator(".topic").textContent()).toBe("# Rides");
  });

  it("a card of another bot, and the answer to a command", async () => {
    await send("discord", "Card of a bot");
    expect(await (await arrives("discord", ".embed")).locator("dt").allTextContents()).toEqual([
      "Hot",
      "Cold",
    ]);
    await messages("telegram").filter({ hasText: "Today's menu" }).waitFor();
    await send("discord", "Slash command");
    await messages("discord").filter({ hasText: "thinking…" }).waitFor();
    await messages("telegram").filter({ hasText: "One mate for the corner table" }).waitFor();
  });

  it("that somebody is writing", async () => {
    await send("discord", "Typing…");
    await room("telegram").locator(".typing").waitFor();
  });

  it("a checklist that is ticked in place", async () => {
    await send("telegram", "Checklist");
    await messages("discord").filter({ hasText: "☐ Buy yerba" }).waitFor();
    await room("telegram").getByLabel("Buy yerba").check();
    await messages("discord").filter({ hasText: "☑ Buy yerba" }).waitFor();
  });
});

describe("on the demo page one can", () => {
  it("vote on either side, take it back, and close the poll", async () => {
    await send("telegram", "Poll");
    const copy = await arrives("discord", ".poll");
    const option = copy.getByRole("button", { name: /^Corn cake/ });
    await option.click();
    await expect.poll(() => option.getAttribute("aria-pressed")).toBe("true");
    await messages("telegram")
      .filter({ hasText: /Corn cake 1/ })
      .waitFor();
    const mine = await arrives("telegram", ".poll");
    const here = mine.getByRole("button", { name: /^Cheese bread/ });
    await here.click();
    await expect.poll(() => here.textContent()).toContain("1");
    await here.click();
    await expect.poll(() => here.textContent()).toContain("0");
    await mine.getByRole("button", { name: "Close" }).click();
    await expect.poll(() => copy.locator(".card-note").textContent()).toContain("Closed");
  });

  it("react, take it back, and see it on the other side", async () => {
    const talk = (side: "telegram" | "discord") => messages(side).filter({ hasText: "USB-C" }).first();
    const mine = talk("telegram");
    await mine.hover();
    await mine.getByRole("button", { name: "React" }).click();
    await mine.getByRole("button", { name: "React with 🔥" }).click();
    const pressed = mine.getByRole("button", { name: "React with 🔥, 1" });
    expect(await pressed.getAttribute("aria-pressed")).toBe("true");
    await talk("discord").locator(".reactions", { hasText: "🔥" }).waitFor();
    await pressed.click();
    await expect.poll(() => talk("discord").locator(".reactions").count()).toBe(0);
  });

  it("pin, and see it pinned on the other side", async () => {
    const mine = messages("discord").last();
    await mine.hover();
    await mine.getByRole("button", { name: "Pin", exact: true }).click();
    await messages("telegram").locator(".pinned").first().waitFor();
    await messages("discord").filter({ hasText: "pinned a message" }).waitFor();
  });

  it("send a file of one's own, and is told when it is too big", async () => {
    const picture = { name: "minha foto.png", mimeType: "image/png", buffer: await samples.png(300, 200) };
    await room("discord").getByRole("button", { name: "Send something else" }).click();
    await room("discord").locator("input[type=file]").setInputFiles(picture);
    await shown((await arrives("telegram", "img.photo")).locator("img.photo"));
    const heavy = {
      name: "a.bin",
      mimeType: "application/octet-stream",
      buffer: Buffer.alloc((8 << 20) + 1),
    };
    await room("telegram").getByRole("button", { name: "Send something else" }).click();
    await room("telegram").locator("input[type=file]").setInputFiles(heavy);
    await room("telegram").getByText("The file is larger than 8 MB.").waitFor();
  });

  it("drop a file on a room", async () => {
    await page.evaluate(`{
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(["just words"], "notes.txt"));
      for (const type of ["dragover", "drop"])
        document
          .querySelector(".room.telegram .messages")
          .dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    }`);
    expect(await (await arrives("discord", ".chip")).textContent()).toContain("notes.txt");
  });

  it("choose from the menu by keyboard alone", async () => {
    const focused = () => page.evaluate<string>("document.activeElement.textContent.trim()");
    const open = async () => {
      await page.keyboard.press("Enter");
      await expect.poll(focused).toMatch(/Your own file…$/);
    };
    await room("telegram").getByRole("button", { name: "Send something else" }).focus();
    await open();
    await page.keyboard.press("End");
    expect(await focused()).toMatch(/Forward$/);
    await page.keyboard.press("ArrowDown");
    expect(await focused()).toMatch(/Your own file…$/);
    await page.keyboard.press("Escape");
    expect(await focused()).toBe("+");
    await open();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await arrives("discord", "img.photo");
    expect(await focused()).toBe("+");
  });
});
