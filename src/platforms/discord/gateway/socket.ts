// Ends the library's connection whatever state it is in; `gateway.ts` calls it at a stop and at a storing fault.

import type { WebSocketShard } from "@discordjs/ws";

/** What is used of the library's socket; the numbers are those of the WebSocket standard. */
interface Socket {
  readonly readyState: number;
  close(): void;
  addEventListener(type: "close" | "error", listener: () => void): void;
}

const connecting = 0;
const closed = 3;

/**
 * Destroys the connection; resolves when its socket is closed. `destroy` alone leaves a socket that is still
 * connecting open and without listeners, so that its failure ends the process, and never settles when it overtakes
 * itself (ws 2.0.4: it ends its own wait for HELLO or READY by a second `destroy`).
 */
export function hangUp(
  shard: WebSocketShard,
  options: Parameters<WebSocketShard["destroy"]>[0],
): Promise<void> {
  const socket = Reflect.get(shard, "connection") as Socket | null;
  const ended = new Promise<void>((resolve) => {
    if (socket === null || socket.readyState === closed) return resolve();
    socket.addEventListener("close", resolve);
    socket.addEventListener("error", () => undefined);
  });
  // Its own failures arrive as events.
  shard.destroy(options).catch(() => undefined);
  if (socket?.readyState === connecting) socket.close();
  return ended;
}
