// The demo page in a real browser: what is written on one side appears on the other, over the true path.

import type { Browser, Locator, Page } from "playwright-core";
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

beforeEach(async (test) => {
  if (!browser) return test.skip(NO_CHROMIUM);
  const log = createLog({ destination: { write: () => true }, env: {} });
  demo = await startDemo({ texts: loadTexts("pt-BR"), log, port: 0 });
  const context = await browser.newContext({ locale: "pt-BR", viewport: { width: 1280, height: 800 } });
  page = await context.newPage();
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

const focused = () =>
  page.evaluate<string>(
    "(document.activeElement?.getAttribute('data-id') ?? '') + document.activeElement?.tagName",
  );

/** Presses Tab until the focus is there, as somebody without a mouse would. */
async function tabTo(target: Locator): Promise<void> {
  for (let steps = 0; steps < 40; steps += 1) {
    await page.keyboard.press("Tab");
    if (await target.evaluate((element) => element === element.ownerDocument.activeElement)) return;
  }
  throw new Error("Tab does not reach it");
}

describe("the demo page", () => {
  it("opens with a talk that has crossed", async () => {
    // Behind the words with which the rooms were joined.
    const names = async (side: "telegram" | "discord") =>
      (await messages(side).locator(".name").allTextContents()).slice(-4);
    await expect.poll(() => names("discord")).toEqual(["Ana", "Carla", "Bento", "Davi"]);
    await expect.poll(() => names("telegram")).toEqual(["Ana", "MateBot", "Bento", "MateBot"]);
    const answer = messages("telegram").filter({ hasText: "USB-C" });
    expect(await answer.locator(".reply").textContent()).toContain("Ana");
  });

  it("opens with the way in which the two rooms were joined", async () => {
    expect(await messages("telegram").first().locator(".body").textContent()).toBe("/ponte");
    await messages("telegram").filter({ hasText: "Carla juntou estas salas" }).waitFor();
    await messages("discord").filter({ hasText: "Carla juntou estas salas" }).first().waitFor();
  });

  it("answers commands of both sides, which cross", async () => {
    await write("telegram", "/dado 2d6");
    await appears("discord", "🎲 2d6");
    await write("discord", "/dado 3d6");
    await appears("discord", "🎲 3d6");
    await appears("telegram", "🎲 3d6");
  });

  it("keeps the newest message in sight when a picture grows above it, unless somebody has scrolled up", async () => {
    const list = room("telegram").locator(".messages");
    const left = () => list.evaluate((it) => it.scrollHeight - it.scrollTop - it.clientHeight);
    await expect.poll(left).toBeLessThan(40);
    // The page is told of its own scrolling only after the picture has grown.
    await list.evaluate((it) => {
      const { style } = it.lastElementChild as unknown as { readonly style: { paddingBottom: string } };
      style.paddingBottom = "300px";
      it.dispatchEvent(new Event("scroll"));
    });
    await write("telegram", "em vista");
    await appears("telegram", "em vista");
    await expect.poll(left).toBeLessThan(40);
    await list.hover();
    await page.mouse.wheel(0, -400);
    await expect.poll(left).toBeGreaterThan(200);
    await write("discord", "fora de vista");
    await appears("telegram", "fora de vista");
    expect(await left()).toBeGreaterThan(200);
  });

  it("changes the bridge by its buttons, seen by the person who asked alone", async () => {
    await write("discord", "/ponte", "Carla");
    const panel = messages("discord")
      .filter({ has: page.locator(".keyboard") })
      .last();
    await panel.getByRole("button", { name: /Opções/ }).click();
    await panel
      .getByRole("button", { name: /Fixadas|fixa/i })
      .first()
      .waitFor();
    await room("discord").locator("label", { hasText: "Davi" }).click();
    await expect
      .poll(() =>
        messages("discord")
          .filter({ has: page.locator(".keyboard") })
          .count(),
      )
      .toBe(0);
    await room("discord").locator("label", { hasText: "Carla" }).click();
  });

  it("lets people talk with the robot alone", async () => {
    await room("telegram").getByRole("button", { name: "Com o MateBot" }).click();
    await write("telegram", "/start", "Ana");
    await messages("telegram").filter({ hasText: "mande /ajuda" }).waitFor();
    await room("telegram").getByRole("button", { name: "Na sala" }).click();
    expect(await messages("telegram").filter({ hasText: "mande /ajuda" }).count()).toBe(0);
  });

  it("carries what is written, with names and faces, both ways", async () => {
    await write("telegram", "oi do Telegram", "Bento");
    const onDiscord = await appears("discord", "oi do Telegram");
    expect(await onDiscord.locator(".name").textContent()).toBe("Bento");
    await onDiscord.locator(".face img, img.face").first().waitFor();
    await write("discord", "oi do Discord", "Davi");
    const onTelegram = await appears("telegram", "oi do Discord");
    expect(await onTelegram.locator(".body strong").textContent()).toBe("Davi");
    expect(await onTelegram.locator(".face").textContent()).toBe("D");
  });

  it("carries formatting", async () => {
    await write("telegram", "um **negrito**, `código` e ||segredo||");
    const onDiscord = await appears("discord", "negrito");
    expect(await onDiscord.locator("strong").textContent()).toBe("negrito");
    expect(await onDiscord.locator("code").textContent()).toBe("código");
    await write("discord", "*leve* __sob__ ~~fora~~\n> citado\n```ts\nlet a\n```");
    const onTelegram = await appears("telegram", "citado");
    expect(await onTelegram.locator("em").textContent()).toBe("leve");
    expect(await onTelegram.locator("u").textContent()).toBe("sob");
    expect(await onTelegram.locator("s").textContent()).toBe("fora");
    expect(await onTelegram.locator("blockquote").textContent()).toBe("citado");
    expect(await onTelegram.locator("pre").textContent()).toContain("let a");
  });

  it("formats by its buttons and by Ctrl+B", async () => {
    const box = room("discord").locator("textarea");
    await box.fill("forte");
    await box.selectText();
    await room("discord").getByRole("button", { name: "Negrito" }).click();
    await expect.poll(() => box.inputValue()).toBe("**forte**");
    await box.press("Enter");
    const carried = await appears("telegram", "forte");
    expect(await carried.locator("strong").last().textContent()).toBe("forte");
    await box.fill("outro");
    await box.selectText();
    await box.press("Control+b");
    await expect.poll(() => box.inputValue()).toBe("**outro**");
  });

  it("hides a spoiler until somebody asks for it", async () => {
    await write("telegram", "fim: ||foi o mordomo||");
    const spoiler = (await appears("discord", "mordomo")).locator(".spoiler");
    expect(await spoiler.getAttribute("aria-expanded")).toBe("false");
    await spoiler.focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => spoiler.getAttribute("aria-expanded")).toBe("true");
  });

  it("shows text as text", async () => {
    const nasty = "<img src=x onerror=alert(1)> </li><script>alert(2)</script> &amp;";
    await write("telegram", nasty);
    const carried = await appears("discord", "onerror");
    expect(await carried.locator(".body").textContent()).toBe(nasty);
  });

  it("carries replies, edits and deletes", async () => {
    await write("telegram", "quem vem?");
    const question = await appears("discord", "quem vem?");
    await question.hover();
    await question.getByRole("button", { name: "Responder" }).click();
    await write("discord", "levo o pão");
    const answer = await appears("telegram", "levo o pão");
    expect(await answer.locator(".reply").textContent()).toContain("quem vem?");

    const mine = await appears("discord", "levo o pão");
    await mine.hover();
    await mine.getByRole("button", { name: "Editar" }).click();
    await write("discord", "levo o pão mais tarde");
    await appears("telegram", "levo o pão mais tarde");

    const edited = await appears("discord", "mais tarde");
    await edited.hover();
    await edited.getByRole("button", { name: "Apagar" }).click();
    await expect.poll(() => messages("telegram").filter({ hasText: "mais tarde" }).count()).toBe(0);
    await expect.poll(() => page.locator(".route li").first().textContent()).toContain("Carla · apagada");
  });

  it("says that Telegram tells bots nothing of deletions", async () => {
    await write("telegram", "fica lá");
    await appears("discord", "fica lá");
    const mine = await appears("telegram", "fica lá");
    await mine.hover();
    await mine.getByRole("button", { name: "Apagar" }).click();
    await room("telegram").locator(".hint").waitFor();
    expect(await messages("discord").filter({ hasText: "fica lá" }).count()).toBe(1);
  });

  it("shows the route of a message: received, on disk, sent", async () => {
    await write("telegram", "a caminho", "Ana");
    await appears("discord", "a caminho");
    const newest = page.locator(".route li").first();
    await expect
      .poll(() => newest.textContent())
      .toMatch(/Ana · mensagem\s*recebida\s*no disco \+\d+ ms\s*enviada \+\d+ ms/);
    expect(await newest.locator(".way").getAttribute("aria-label")).toBe("Telegram → Discord");
  });

  it("keeps everything over a reload", async () => {
    await write("discord", "continua aqui");
    await appears("telegram", "continua aqui");
    await page.reload();
    await appears("telegram", "continua aqui");
    await appears("discord", "continua aqui");
  });

  it("speaks the language that is chosen, whole, and remembers it", async () => {
    await page.locator("select").selectOption("en");
    await page.getByPlaceholder("Write a message").first().waitFor();
    await page.reload();
    await page.getByPlaceholder("Write a message").first().waitFor();
    expect(await page.locator("html").getAttribute("lang")).toBe("en");
    expect(await page.locator(".reach summary").textContent()).toMatch(
      /https:.*certificate valid until \w+ \d+/,
    );
  });

  it("tells how it is reached, by which certificate, and when the last update came", async () => {
    const panel = page.locator(".reach");
    await panel.locator("summary").click();
    await panel.getByText("enviado ao Telegram").waitFor();
    expect(await panel.locator("dl").textContent()).toMatch(
      /127\.0\.0\.1:\d+.*webhook · última novidade.*nenhuma falha.*Gateway.*última novidade/s,
    );
    expect(await panel.locator('.lamp[data-up="true"]').count()).toBe(3);
    await panel.locator("summary").click();
  });

  it("shows one room at a time on a phone, and tells of news in the other", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    const tab = page.getByRole("button", { name: /^Discord/ });
    expect(await tab.locator(".news").count()).toBe(0);
    await write("telegram", "pelo telefone");
    expect(await room("discord").isVisible()).toBe(false);
    await tab.locator(".news").waitFor();
    await tab.click();
    await (await appears("discord", "pelo telefone")).waitFor({ state: "visible" });
    expect(await tab.locator(".news").count()).toBe(0);
    expect(await page.evaluate("document.documentElement.scrollWidth > innerWidth")).toBe(false);
  });

  it("stays whole and in its place with what is very long", async () => {
    await write("discord", `${"palavra ".repeat(200)}https://example.org/${"x".repeat(300)}`);
    const long = await appears("telegram", "xxx");
    const box = await long.boundingBox();
    const around = await room("telegram").boundingBox();
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual((around?.x ?? 0) + (around?.width ?? 0));
    const list = room("telegram").locator(".messages");
    const below = () =>
      list.evaluate(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight);
    await expect.poll(below).toBeLessThan(2);
  });

  it("shows the last 200 of a burst, and stays awake", { timeout: 60_000 }, async () => {
    const person = await page.evaluate<string>(
      `new Promise((resolve) => {
        const events = new EventSource("/events");
        events.onmessage = ({ data }) => {
          events.close();
          resolve(JSON.parse(data).rooms.telegram.people[0].id);
        };
      })`,
    );
    await page.evaluate(
      `Promise.all(Array.from({ length: 300 }, (_, index) => fetch("/act", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ do: "say", side: "telegram", person: "${person}", text: "linha " + index }),
      })))`,
    );
    await appears("discord", "linha 299");
    await expect.poll(() => messages("telegram").count()).toBe(200);
    await write("telegram", "depois da chuva");
    await appears("discord", "depois da chuva");
  });
});

describe("the demo page by keyboard alone", () => {
  it("writes, and breaks a line", async () => {
    await tabTo(room("telegram").locator("textarea"));
    await page.keyboard.type("uma linha");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("outra linha");
    await page.keyboard.press("Enter");
    const carried = await appears("discord", "uma linha");
    expect(await carried.locator(".body").textContent()).toContain("uma linha\noutra linha");
    expect(await focused()).toBe("TEXTAREA");
  });

  it("chooses who writes", async () => {
    await tabTo(room("telegram").getByRole("radio", { name: "Ana" }));
    await page.keyboard.press("ArrowRight");
    await tabTo(room("telegram").locator("textarea"));
    await page.keyboard.type("sou o Bento");
    await page.keyboard.press("Enter");
    const carried = await appears("discord", "sou o Bento");
    expect(await carried.locator(".name").textContent()).toBe("Bento");
  });

  it("walks through the messages, answers one, and cancels", async () => {
    await tabTo(messages("telegram").last());
    for (let steps = 0; steps < 3; steps += 1) await page.keyboard.press("ArrowUp");
    const first = messages("telegram").filter({ hasText: "Bom dia! A oficina" }).first();
    await tabTo(first.getByRole("button", { name: "Responder" }));
    await page.keyboard.press("Enter");
    await expect.poll(focused).toBe("TEXTAREA");
    await page.keyboard.type("para a Ana");
    expect(await room("telegram").locator(".attached").textContent()).toContain("Ana");
    await page.keyboard.press("Escape");
    await expect.poll(() => room("telegram").locator(".attached").count()).toBe(0);
    expect(await room("telegram").locator("textarea").inputValue()).toBe("para a Ana");
    await page.keyboard.press("Enter");
    const carried = await appears("discord", "para a Ana");
    expect(await carried.locator(".reply").count()).toBe(0);
  });

  it("keeps the focus in the room when a message is deleted", async () => {
    const last = "água a 75";
    await appears("discord", last);
    const copy = await appears("telegram", last);
    await tabTo(messages("discord").last());
    await tabTo(messages("discord").last().getByRole("button", { name: "Apagar" }));
    await page.keyboard.press("Enter");
    await copy.waitFor({ state: "detached" });
    expect(await focused()).toBe("OL");
    await page.keyboard.press("ArrowUp");
    expect(await focused()).toMatch(/^\d+LI$/);
  });
});
