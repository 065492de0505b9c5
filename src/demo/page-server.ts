// Serves the demo page on 127.0.0.1: its files, its words, the live view, and the actions; `demo.ts` starts it.

import { existsSync, readFileSync } from "node:fs";
import { createRequire, stripTypeScriptTypes } from "node:module";
import { fileURLToPath } from "node:url";
import fastify, { type FastifyInstance } from "fastify";
import { z } from "zod";
import { LANGUAGES, localesFolder } from "../texts.ts";
import type { DemoAction, DemoView } from "./view.ts";

const side = z.enum(["telegram", "discord"]);
const actionSchema = z.discriminatedUnion("do", [
  z.strictObject({
    do: z.literal("say"),
    side,
    person: z.string(),
    text: z.string(),
    replyTo: z.string().exactOptional(),
  }),
  z.strictObject({ do: z.literal("edit"), side, message: z.string(), text: z.string() }),
  z.strictObject({ do: z.literal("delete"), side, message: z.string() }),
]) satisfies z.ZodType<DemoAction>;

export interface PageParts {
  readonly port: number;
  view(): DemoView;
  /** Does it, or answers with a sentence why not. */
  act(action: DemoAction): string | undefined;
  /** Returns how to stop listening. */
  onChange(listener: () => void): () => void;
}

export interface PageServer {
  readonly url: string;
  stop(): Promise<void>;
}

const VENDOR: Readonly<Record<string, string>> = {
  "preact.mjs": "preact",
  "hooks.mjs": "preact/hooks",
  "htm.mjs": "htm",
};
const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  ts: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};
const pages = fileURLToPath(new URL("../../console/", import.meta.url));

export async function startPageServer(parts: PageParts): Promise<PageServer> {
  const app = fastify({ forceCloseConnections: true });
  // Only this machine's own browser may ask: another site could reach 127.0.0.1 under a name of its own.
  app.addHook("onRequest", async (request, reply) => {
    if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? "")) return reply.code(403).send();
    reply.header("cache-control", "no-store");
    reply.header(
      "content-security-policy",
      "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'",
    );
  });
  serveFiles(app);
  app.get("/events", (request, reply) => {
    reply.hijack();
    reply.raw.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    const send = () => reply.raw.write(`data: ${JSON.stringify(parts.view())}\n\n`);
    send();
    const stop = parts.onChange(send);
    request.raw.on("close", stop);
  });
  app.post<{ Body: unknown }>("/act", (request, reply) => {
    const action = actionSchema.safeParse(request.body);
    if (!action.success) return reply.code(400).send();
    const refusal = parts.act(action.data);
    return refusal === undefined
      ? reply.code(204).send()
      : reply.code(409).type("text/plain; charset=utf-8").send(refusal);
  });
  const url = await app.listen({ host: "127.0.0.1", port: parts.port });
  return { url, stop: () => app.close() };
}

function serveFiles(app: FastifyInstance): void {
  const require = createRequire(import.meta.url);
  app.get("/", (_, reply) => reply.type(TYPES.html ?? "").send(readFileSync(`${pages}index.html`)));
  app.get<{ Params: { file: string } }>("/vendor/:file", (request, reply) => {
    const name = VENDOR[request.params.file];
    if (!name) return reply.code(404).send();
    return reply.type(TYPES.js ?? "").send(readFileSync(moduleFile(require, name)));
  });
  app.get<{ Params: { file: string } }>("/words/:file", (request, reply) => {
    const language = LANGUAGES.find((one) => request.params.file === `${one}.json`);
    if (!language) return reply.code(404).send();
    const table = JSON.parse(readFileSync(`${localesFolder()}/${language}/demo.json`, "utf8")) as {
      page: unknown;
    };
    return reply.send(table.page);
  });
  app.get<{ Params: { file: string } }>("/:file", (request, reply) => {
    const found = /^([a-z-]+)\.(html|css|js|ts|svg)$/.exec(request.params.file);
    if (!found) return reply.code(404).send();
    const [name, stem, extension = ""] = found;
    const source = ["js", "ts"].includes(extension) ? `${pages}${stem}.ts` : `${pages}${name}`;
    if (existsSync(source)) {
      const file = readFileSync(source, "utf8");
      return reply.type(TYPES[extension] ?? "").send(source.endsWith(".ts") ? withoutTypes(file) : file);
    }
    if (!existsSync(`${pages}${name}`)) return reply.code(404).send();
    return reply.type(TYPES[extension] ?? "").send(readFileSync(`${pages}${name}`));
  });
}

/** The ES module that a browser gets for a package: the `.mjs` beside what `require` would take. */
function moduleFile(require: NodeJS.Require, name: string): string {
  const main = require.resolve(name);
  const candidates = [main.replace(/\.(c|m)?js$/, ".mjs"), main.replace(/\.js$/, ".module.js"), main];
  return candidates.find((path) => existsSync(path)) ?? main;
}

/** Node runs these files as they are; browsers need the types gone. In the package they are JavaScript already. */
function withoutTypes(source: string): string {
  const { emitWarning } = process;
  // The function works but warns that it may change; the user of the demo can do nothing about that.
  process.emitWarning = () => {};
  try {
    return stripTypeScriptTypes(source);
  } finally {
    process.emitWarning = emitWarning;
  }
}
