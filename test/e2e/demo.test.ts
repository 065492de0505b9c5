// The demo page in a real browser: what is written on one side appears on the other, over the true path.

import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Demo, startDemo } from "../../src/demo/demo.ts";
import { createLog } from "../../src/log.ts";
import { loadTexts } from "../../src/texts.ts";
import { findChromium, launchChromium, NO_CHROMIUM } from "../support/chromium.ts";

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

beforeEach(async (context) => {
  if (!browser) return context.skip(NO_CHROMIUM);
  const log = createLog({ destination: { write: () => true }, env: {} });
  demo = await startDemo({ texts: loadTexts("pt-BR"), log, port: 0 });
  page = await (
    await browser.newContext({ locale: "pt-BR", viewport: { width: 1280, height: 800 } })
  ).newPage();
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (new URL(request.url()).hostname !== "127.0.0.1") strangers.push(request.url());
  });
  await page.goto(demo.url);
});
afterEach(async () => {
  await page?.context().close();
  await demo?.stop();
  expect(complaints.splice(0)).toEqual([]);
  expect(strangers.splice(0)).toEqual([]);
});

const room = (side: "telegram" | "discord") => page.locator(`.room.${side}`);
const messages = (side: "telegram" | "discord") => room(side).locator(".message");

async function write(side: "telegram" | "discord", text: string, person?: string): Promise<void> {
  if (person) await room(side).locator("label", { hasText: person }).click();
  await room(side).locator("textarea").fill(text);
  await room(side).locator("textarea").press("Enter");
}

async function appears(side: "telegram" | "discord", text: string) {
  const found = messages(side).filter({ hasText: text });
  await found.first().waitFor();
  return found.first();
}

describe("the demo page", () => {
  it("carries what is written, with names and faces, both ways", async () => {
    await write("telegram", "oi do Telegram", "Bento");
    const onDiscord = await appears("discord", "oi do Telegram");
    expect(await onDiscord.locator(".name").textContent()).toBe("Bento");
    expect(await onDiscord.locator(".face").textContent()).toBe("B");
    await write("discord", "oi do Discord", "Davi");
    const onTelegram = await appears("telegram", "oi do Discord");
    expect(await onTelegram.locator(".body strong").textContent()).toBe("Davi");
  });

  it("carries formatting, also by its buttons", async () => {
    await write("telegram", "um **negrito**, `código` e ||segredo||");
    const carried = await appears("discord", "negrito");
    expect(await carried.locator("strong").textContent()).toBe("negrito");
    expect(await carried.locator("code").textContent()).toBe("código");
    expect(await carried.locator(".spoiler").textContent()).toContain("segredo");
    const box = room("discord").locator("textarea");
    await box.fill("forte");
    await box.selectText();
    await room("discord").getByRole("button", { name: "Negrito" }).click();
    await expect.poll(() => box.inputValue()).toBe("**forte**");
    await box.press("Enter");
    expect(await (await appears("telegram", "forte")).locator("strong").last().textContent()).toBe("forte");
  });

  it("carries replies, edits and deletes", async () => {
    await write("telegram", "quem vem?");
    const question = await appears("discord", "quem vem?");
    await question.hover();
    await question.getByRole("button", { name: "Responder" }).click();
    await write("discord", "eu vou");
    const answer = await appears("telegram", "eu vou");
    expect(await answer.locator(".reply").textContent()).toContain("quem vem?");

    const mine = await appears("discord", "eu vou");
    await mine.hover();
    await mine.getByRole("button", { name: "Editar" }).click();
    await write("discord", "eu vou mais tarde");
    await appears("telegram", "eu vou mais tarde");

    await (await appears("discord", "mais tarde")).hover();
    await (await appears("discord", "mais tarde")).getByRole("button", { name: "Apagar" }).click();
    await expect.poll(() => messages("telegram").filter({ hasText: "mais tarde" }).count()).toBe(0);
  });

  it("says that Telegram tells bots nothing of deletions", async () => {
    await write("telegram", "fica lá");
    await appears("discord", "fica lá");
    const mine = await appears("telegram", "fica lá");
    await mine.hover();
    await mine.getByRole("button", { name: "Apagar" }).click();
    await room("telegram").getByRole("status").waitFor();
    expect(await messages("discord").filter({ hasText: "fica lá" }).count()).toBe(1);
  });

  it("shows the route of a message: received, on disk, sent", async () => {
    await write("telegram", "a caminho");
    const row = page.locator(".route li").filter({ hasText: "Ana" });
    await row.waitFor();
    await expect.poll(() => row.textContent()).toMatch(/recebida.*no disco \+\d+ ms.*enviada \+\d+ ms/);
  });

  it("keeps everything over a reload", async () => {
    await write("discord", "continua aqui");
    await appears("telegram", "continua aqui");
    await page.reload();
    await appears("telegram", "continua aqui");
    await appears("discord", "continua aqui");
  });

  it("speaks the language that is chosen, and remembers it", async () => {
    await page.locator("select").selectOption("en");
    await page.getByPlaceholder("Write a message").first().waitFor();
    await page.reload();
    await page.getByPlaceholder("Write a message").first().waitFor();
    expect(await page.locator("html").getAttribute("lang")).toBe("en");
  });

  it("shows one room at a time on a phone", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await write("telegram", "pelo telefone");
    expect(await room("discord").isVisible()).toBe(false);
    await page.getByRole("button", { name: "Discord", exact: true }).click();
    await (await appears("discord", "pelo telefone")).waitFor({ state: "visible" });
    const overflow = await page.evaluate("document.documentElement.scrollWidth > innerWidth");
    expect(overflow).toBe(false);
  });

  it("can be used with the keyboard alone", async () => {
    await page.keyboard.press("Tab");
    for (let steps = 0; steps < 12; steps += 1) {
      if ((await page.evaluate("document.activeElement?.tagName")) === "TEXTAREA") break;
      await page.keyboard.press("Tab");
    }
    await page.keyboard.type("uma linha");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("outra linha");
    await page.keyboard.press("Enter");
    const carried = await appears("discord", "uma linha");
    expect(await carried.locator(".body").textContent()).toContain("uma linha\noutra linha");
  });
});
