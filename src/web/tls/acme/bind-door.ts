// Opens a port for the time of a challenge, and says in words why it cannot; the doors that have a port of their own use it.

import type { Server } from "node:net";
import type { ListenAddress } from "../../listen.ts";
import { formatListen } from "../../listen.ts";
import { listenersOn } from "../../reach/port-holder.ts";
import { AcmeFault, type FaultKind } from "./fault.ts";

const KINDS: Readonly<Record<string, FaultKind>> = {
  EADDRINUSE: "port-held",
  EACCES: "port-forbidden",
  EADDRNOTAVAIL: "port-not-here",
};

/** Resolves when `server` listens. @throws AcmeFault when the address is taken, forbidden or not of this machine */
export async function bindDoor(server: Server, address: ListenAddress, host: string): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(address.kind === "unix" ? { path: address.path } : address, () => {
        server.removeListener("error", reject);
        resolve();
      });
    });
  } catch (error) {
    const kind = KINDS[String((error as NodeJS.ErrnoException).code)];
    if (kind === undefined) throw error;
    const isHeld = address.kind === "tcp" && kind === "port-held";
    const holder = isHeld ? (await listenersOn(address.port))[0]?.program : undefined;
    const values = { host, address: formatListen(address), holder: holder ?? "unknown" };
    throw new AcmeFault(kind, values, { ofDoor: true, cause: error });
  }
}
