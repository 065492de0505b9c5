// A door before a server that can be shut: connections are then refused, as when the server is down.

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface TcpGate {
  /** The address of the server behind, by way of the door. */
  readonly url: string;
  /** Cuts what is connected and refuses what comes. */
  shut(): Promise<void>;
  /** Lets in again, at the same address. */
  reopen(): Promise<void>;
}

/** Opens on 127.0.0.1 before the server of `url`. */
export async function tcpGate(url: string): Promise<TcpGate> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
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
  const listen = (port: number) => once(server.listen(port, "127.0.0.1"), "listening");
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `${target.protocol}//127.0.0.1:${port}${target.pathname === "/" ? "" : target.pathname}`,
    async shut() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    reopen: async () => void (await listen(port)),
  };
}
