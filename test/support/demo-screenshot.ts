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

async function talk(page: Page): Promise<void> {
  const telegram = page.locator(".room.telegram");
  const discord = page.locator(".room.discord");
  await say(page, telegram, "Ana", "Bom dia, gente! Alguém vem **hoje** no hackerspace?");
  await say(page, discord, "Carla", "Eu vou! Levo a *erva* e a ||surpresa||");
  await discord.locator(".message").first().hover();
  await discord.locator(".message").first().getByRole("button", { name: "Responder" }).click();
  const code = "```ts\nconst mate = await ferver(água, { graus: 75 });\n```";
  await say(page, discord, "Davi", `Vou mais tarde, preciso terminar isto:\n${code}`);
  await say(page, telegram, "Bento", "Nunca acima de 80 graus ☝️ `pelo amor`");
  await say(page, discord, "Carla", "Anotado:\n- água a 75\n- cuia curada\n- **sem açúcar**");
}

const chromium = findChromium();
if (!chromium) throw new Error(NO_CHROMIUM);
const texts = loadTexts("pt-BR");
const demo = await startDemo({ texts, log: createLog({ env: { MATEBOT_LOG: "warn" } }), port: 0 });
const browser = await launchChromium(chromium);
const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: "pt-BR" });
await page.goto(demo.url);
await talk(page);
await page.locator("h1").hover();
await page.screenshot({ path: join(docs, "demo.png") });
await page.setViewportSize({ width: 390, height: 844 });
await page.emulateMedia({ colorScheme: "dark" });
await page.getByRole("button", { name: "Discord", exact: true }).click();
await page.screenshot({ path: join(docs, "demo-phone.png") });
await browser.close();
await demo.stop();
