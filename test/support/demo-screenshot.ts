// Takes the pictures of the README from the running demo: `node test/support/demo-screenshot.ts`.

import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { startDemo } from "../../src/demo/demo.ts";
import { createLog } from "../../src/log.ts";
import { loadTexts } from "../../src/texts.ts";
import { findChromium, launchChromium, NO_CHROMIUM } from "./chromium.ts";

const docs = join(import.meta.dirname, "..", "..", "docs");

async function say(page: Page, room: Locator, person: string, text: string): Promise<void> {
  const before = await page.locator(".message").count();
  await room.locator("label", { hasText: person }).click();
  await room.locator("textarea").fill(text);
  await room.locator("textarea").press("Enter");
  await page
    .locator(".message")
    .nth(before + 1)
    .waitFor();
}

/** Sends the ready-made sample with this sign, and waits until it has crossed. */
async function send(page: Page, room: Locator, sign: string): Promise<void> {
  const before = await page.locator(".message").count();
  await room.locator(".samples > button").click();
  await room.locator("[role=menuitem]", { hasText: sign }).click();
  await page
    .locator(".message")
    .nth(before + 1)
    .waitFor({ timeout: 15_000 });
  await page.waitForTimeout(1_500);
}

/** Goes on where the opening talk ends. */
async function talk(page: Page): Promise<void> {
  const telegram = page.locator(".room.telegram");
  await say(page, telegram, "Ana", "Bento, mostra o código?");
  const question = telegram.locator(".message").last();
  await question.hover();
  await question.getByRole("button", { name: "Responder" }).click();
  const discord = page.locator(".room.discord");
  await send(page, telegram, "🖼️");
  await send(page, discord, "📊");
  await send(page, telegram, "🧉");
}

async function takePictures(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await talk(page);
  await page.locator("h1").click();
  await page.screenshot({ path: join(docs, "demo.png") });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.emulateMedia({ colorScheme: "dark" });
  await page.locator(".tab.discord").click();
  await page.screenshot({ path: join(docs, "demo-phone.png") });
}

const chromium = findChromium();
if (!chromium) throw new Error(NO_CHROMIUM);
const texts = loadTexts("pt-BR");
const browser = await launchChromium(chromium);
const demo = await startDemo({ texts, log: createLog({ env: { MATEBOT_LOG: "warn" } }), port: 0 });
try {
  const viewport = { width: 1280, height: 900 };
  await takePictures(await browser.newPage({ viewport, locale: "pt-BR", reducedMotion: "reduce" }), demo.url);
} finally {
  await browser.close();
  await demo.stop();
}
