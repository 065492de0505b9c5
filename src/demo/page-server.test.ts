import { afterEach, describe, expect, it } from "vitest";
import { type PageServer, startPageServer } from "./page-server.ts";
import type { DemoAction, DemoView } from "./view.ts";

const empty: DemoView = {
  rooms: {
    telegram: { title: "g", people: [], messages: [] },
    discord: { title: "c", people: [], messages: [] },
  },
  route: [],
  webhook: { url: "", certificate: "" },
};

let server: PageServer | undefined;
afterEach(() => server?.stop());

async function start(act: (action: DemoAction) => string | undefined = () => undefined) {
  const listeners = new Set<() => void>();
  server = await startPageServer({
    port: 0,
    view: () => empty,
    act,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  });
  return { url: server.url, change: () => listeners.forEach((listener) => void listener()) };
}

const post = (url: string, body: unknown) =>
  fetch(`${url}/act`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

describe("the page's server", () => {
  it.each([
    "/",
    "/main.js",
    "/rich-text.ts",
    "/style.css",
    "/icon.svg",
    "/vendor/preact.mjs",
    "/vendor/htm.mjs",
    "/words/pt-BR.json",
  ])("serves %s", async (path) => {
    const { url } = await start();
    const response = await fetch(url + path);
    expect(response.status).toBe(200);
    expect((await response.text()).length).toBeGreaterThan(50);
  });

  it("serves scripts without their types", async () => {
    const { url } = await start();
    expect(await (await fetch(`${url}/main.js`)).text()).not.toContain("DemoView | undefined");
  });

  it.each([
    "/nothing.js",
    "/..%2fpackage.json",
    "/%2e%2e/src/app.ts",
    "/vendor/fastify.mjs",
    "/words/xx.json",
    "/tsconfig.json",
  ])("does not serve %s", async (path) => {
    const { url } = await start();
    expect((await fetch(url + path)).status).toBe(404);
  });

  it("answers only to names of this machine", async () => {
    const { url } = await start();
    const { request } = await import("undici");
    const answer = await request(url, { headers: { host: "evil.example" } });
    expect(answer.statusCode).toBe(403);
  });

  it("does what is asked, says why not, and refuses what is no action", async () => {
    const done: DemoAction[] = [];
    const { url } = await start((action) => {
      done.push(action);
      return action.do === "delete" ? "não dá" : undefined;
    });
    const say = { do: "say", side: "telegram", person: "1", text: "oi" };
    expect((await post(url, say)).status).toBe(204);
    const refused = await post(url, { do: "delete", side: "discord", message: "9" });
    expect([refused.status, await refused.text()]).toEqual([409, "não dá"]);
    expect((await post(url, { do: "format-disk" })).status).toBe(400);
    expect((await post(url, null)).status).toBe(400);
    expect(done).toHaveLength(2);
  });

  it("sends the view at once and at every change", async () => {
    const { url, change } = await start();
    const response = await fetch(`${url}/events`);
    const reader = response.body?.getReader();
    const first = new TextDecoder().decode((await reader?.read())?.value);
    expect(JSON.parse(first.replace("data: ", ""))).toEqual(empty);
    change();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toContain("data: ");
    await reader?.cancel();
  });
});
