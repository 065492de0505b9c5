// Answers http-01 challenges at an address of its own, only while one is open; `web.ts` names the address.

import { createServer } from "node:http";
import type { ListenAddress } from "../../listen.ts";
import { bindDoor } from "./bind-door.ts";
import type { ChallengeDoor } from "./door.ts";

const MOST_CONNECTIONS = 100;
const PATIENCE_MS = 5_000;

/** RFC 8555, 8.3. Whoever asks for anything else gets a short 404. */
export function createHttpDoor(address: ListenAddress): ChallengeDoor {
  return {
    type: "http-01",
    open: async ({ host, token, keyAuthorization }) => {
      const path = `/.well-known/acme-challenge/${token}`;
      const limits = {
        headersTimeout: PATIENCE_MS,
        requestTimeout: PATIENCE_MS,
        connectionsCheckingInterval: 1_000,
        maxHeaderSize: 8_192,
      };
      const server = createServer(limits, (request, response) => {
        const found = request.url === path && (request.method === "GET" || request.method === "HEAD");
        response.writeHead(found ? 200 : 404, {
          connection: "close",
          ...(found && { "content-type": "application/octet-stream" }),
        });
        response.end(found ? keyAuthorization : undefined);
      });
      server.maxConnections = MOST_CONNECTIONS;
      await bindDoor(server, address, host);
      return {
        close: async () => {
          await new Promise<void>((resolve) => {
            server.close(() => resolve());
            server.closeAllConnections();
          });
        },
      };
    },
  };
}
