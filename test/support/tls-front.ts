// Does TLS in front of a plain server, as a proxy on the same machine would; for worlds whose certificate the platforms trust.

import { once } from "node:events";
import { type AddressInfo, connect, type Socket } from "node:net";
import { createServer } from "node:tls";

export interface TlsFront {
  /** `https://127.0.0.1:PORT`. */
  readonly url: string;
  close(): void;
}

/** Passes everything on to this port of 127.0.0.1. */
export async function tlsFront(
  pair: { readonly cert: string; readonly key: string },
  port: number,
): Promise<TlsFront> {
  const sockets = new Set<Socket>();
  const server = createServer(pair, (near) => {
    const far = connect(port, "127.0.0.1");
    for (const [socket, other] of [[near, far] as const, [far, near] as const]) {
      sockets.add(socket);
      socket.pipe(other);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
