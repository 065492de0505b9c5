// Catches the first bytes that a real TLS client sends; the tests of what reads them use it.

import { createServer } from "node:net";
import { connect } from "node:tls";

export async function greetingOf(protocols: readonly string[], servername?: string): Promise<Buffer> {
  const arrived = Promise.withResolvers<Buffer>();
  const server = createServer((socket) => {
    socket.once("data", (chunk) => {
      arrived.resolve(chunk);
      socket.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { readonly port: number };
  const name = servername === undefined ? {} : { servername };
  const client = connect({ port, host: "127.0.0.1", ALPNProtocols: [...protocols], ...name });
  client.on("error", () => undefined);
  const bytes = await arrived.promise;
  client.destroy();
  server.close();
  return bytes;
}
