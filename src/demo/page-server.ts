// Serves the demo page on 127.0.0.1: its files, its words, the live view, and the actions; `demo.ts` starts it.

import fastify, { type FastifyInstance } from "fastify";
import type { Clock } from "../model/clock.ts";
import { type FileParts, serveMessageFiles } from "./file-routes.ts";
import { createLiveView } from "./live-view.ts";
import { contentPolicy, type PageFile, pageFile, startPage, vendorFile, wordsFile } from "./page-files.ts";
import { readAction } from "./read-action.ts";
import type { DemoAction, DemoView } from "./view.ts";

export interface PageParts extends FileParts {
  /** The wished port; another one is taken when it is in use. 0 takes any. */
  readonly port: number;
  readonly clock: Clock;
  view(): DemoView;
  /** Does it, or answers with the platform's reason why not. */
  act(action: DemoAction): Promise<string | undefined>;
}

export interface PageServer {
  readonly url: string;
  /** The view is another one; open pages are told. */
  changed(): void;
  stop(): Promise<void>;
}

/** Actions are small; the longest text has 4096 characters. */
const MOST_BODY_BYTES = 64 * 1024;

export async function startPageServer(parts: PageParts): Promise<PageServer> {
  const app = fastify({ forceCloseConnections: true, bodyLimit: MOST_BODY_BYTES });
  const live = createLiveView(parts.view, parts.clock);
  const policy = contentPolicy();
  // Only this machine's own browser may ask: another site could reach 127.0.0.1 under a name of its own.
  app.addHook("onRequest", async (request, reply) => {
    if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? "")) return reply.code(403).send();
    reply.headers({
      "cache-control": "no-store",
      "content-security-policy": policy,
      "x-content-type-options": "nosniff",
    });
  });
  serveFiles(app);
  app.get("/events", (_, reply) => {
    reply.hijack();
    live.add(reply.raw);
  });
  serveMessageFiles(app, parts);
  app.post("/act", async (request, reply) => {
    const action = readAction(request.body);
    if (!action) return reply.code(400).send();
    const reason = await parts.act(action);
    if (reason === undefined) return reply.code(204).send();
    return reply.code(409).type("text/plain; charset=utf-8").send(reason);
  });
  return {
    url: await listen(app, parts.port),
    changed: live.changed,
    async stop() {
      live.close();
      await app.close();
    },
  };
}

function serveFiles(app: FastifyInstance): void {
  const serve = (path: string, find: (name: string) => PageFile | undefined) =>
    app.get<{ Params: { name?: string } }>(path, (request, reply) => {
      const file = find(request.params.name ?? "");
      return file ? reply.type(file.type).send(file.body) : reply.code(404).send();
    });
  serve("/", startPage);
  serve("/vendor/:name", vendorFile);
  serve("/words/:name", wordsFile);
  serve("/:name", pageFile);
}

async function listen(app: FastifyInstance, port: number): Promise<string> {
  const host = "127.0.0.1";
  try {
    return await app.listen({ host, port });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    return await app.listen({ host, port: 0 });
  }
}
