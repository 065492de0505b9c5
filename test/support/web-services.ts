// Stand-ins for the services of the network commands: a price list and an archive that keeps every page; end-to-end tests start one.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface WebServices {
  /** The section `network` of the configuration that leads there. */
  readonly network: Readonly<Record<string, unknown>>;
  close(): void;
}

const COINS = [{ id: "bitcoin", symbol: "btc", name: "Bitcoin" }];

/** Every coin costs 5 of everything. */
function pricesFor(query: URLSearchParams): object {
  const ids = query.get("ids")?.split(",") ?? [];
  const units = query.get("vs_currencies")?.split(",") ?? [];
  return Object.fromEntries(ids.map((id) => [id, Object.fromEntries(units.map((unit) => [unit, 5]))]));
}

export async function startWebServices(): Promise<WebServices> {
  const server = createServer(({ url = "/" }, response) => {
    if (url.startsWith("/save/")) {
      response.writeHead(302, { location: `/web/20260102030405/${url.slice("/save/".length)}` }).end();
      return;
    }
    const { pathname, searchParams } = new URL(url, "http://127.0.0.1");
    const found = pathname === "/search" ? { coins: COINS } : pricesFor(searchParams);
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(found));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const services = { archive: base, price: base };
  return {
    network: { archive: true, price: true, services, allow_private: true },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
