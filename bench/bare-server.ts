// The yardstick of the ingest: an HTTPS server of the same kind that parses the JSON and answers 200; `child.ts` runs it.

import fastify from "fastify";
import type { Config } from "../src/config.ts";
import { makeSelfSigned } from "../src/web/tls/self-signed.ts";

/** Answers any POST on the port of `web.listen`. */
export async function startBareServer({ web }: Config): Promise<void> {
  const app = fastify({
    https: { ...(await makeSelfSigned("127.0.0.1", Date.now())), minVersion: "TLSv1.2" },
  });
  app.post("/*", (_request, reply) => {
    reply.code(200).send();
  });
  await app.listen(web?.listen.kind === "tcp" ? { port: web.listen.port, host: web.listen.host } : {});
}
