// Takes the pictures of the README from the running demo: `node test/support/demo-screenshot.ts`.

import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { startDemo } from "../../src/demo/demo.ts";
import { createLog } from "../../src/log.ts";
import { loadTexts } from "../../src/texts.ts";
import { findChromium, launchChromium, NO_CHROMIUM } from "./chromium.ts";

const docs = join(import.meta.dirname, "..", "..", "docs");

const room = (page: Page, side: "telegram" | "discord") => page.locator(`.room.${side}`);
const messages = (page: Page, side: "telegram" | "discord") => room(page, side).locator(".message");

/** Sends a sample as somebody, and waits until what it is stands on the other side. */
async function send(
  page: Page,
  [side, person, sample, arrives]: readonly ["telegram" | "discord", string, string, string],
): Promise<void> {
  const there = messages(page, side === "telegram" ? "discord" : "telegram");
  const before = await there.locator(arrives).count();
  await room(page, side).locator("label", { hasText: person }).first().click();
  await room(page, side).locator(".plus").click();
  await room(page, side).getByRole("menuitem", { name: sample, exact: true }).click();
  await there.locator(arrives).nth(before).waitFor();
}

async function react(message: Locator, emoji: string): Promise<void> {
  await message.hover();
  await message.getByRole("button", { name: "Reagir", exact: true }).click();
  await message.locator(".picker").getByText(emoji, { exact: true }).click();
  await message.locator(".reactions", { hasText: emoji }).waitFor();
}

/** Goes on where the opening talk ends: photos, a sticker, a poll with votes, reactions. */
async function talk(page: Page): Promise<void> {
  await send(page, ["telegram", "Ana", "Álbum de três fotos", ".album"]);
  await react(messages(page, "discord").filter({ has: page.locator(".album") }), "🔥");
  await send(page, ["discord", "Davi", "Figurinha", "img.sticker"]);
  await send(page, ["telegram", "Bento", "Enquete", ".poll"]);
  for (const [person, option] of [
    ["Carla", "Bolo de fubá"],
    ["Davi", "Pão de queijo"],
  ] as const) {
    await room(page, "discord").locator("label", { hasText: person }).click();
    await room(page, "discord").locator(".option", { hasText: option }).click();
  }
  await room(page, "telegram").locator(".option", { hasText: "Bolo de fubá" }).click();
  await messages(page, "telegram")
    .filter({ hasText: /Bolo de fubá 1/ })
    .waitFor();
}

/** Nobody hovers, nothing is chosen, and every picture is there. */
async function settle(page: Page): Promise<void> {
  await page.locator("h1").click();
  await page.waitForFunction("[...document.images].every(({ complete }) => complete)");
}

async function takePictures(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await talk(page);
  await settle(page);
  await page.screenshot({ path: join(docs, "demo.png") });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.emulateMedia({ colorScheme: "dark" });
  await page.locator(".tab.discord").click();
  await settle(page);
  await page.screenshot({ path: join(docs, "demo-phone.png") });
}

const chromium = findChromium();
if (!chromium) throw new Error(NO_CHROMIUM);
const texts = loadTexts("pt-BR");
const browser = await launchChromium(chromium);
const demo = await startDemo({ texts, log: createLog({ env: { MATEBOT_LOG: "warn" } }), port: 0 });
try {
  const viewport = { width: 1280, height: 1240 };
  await takePictures(await browser.newPage({ viewport, locale: "pt-BR", reducedMotion: "reduce" }), demo.url);
} finally {
  await browser.close();
  await demo.stop();
}
