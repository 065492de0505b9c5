// Sends the view to every open page, at most once in a short while; `page-server.ts` owns it.

import type { ServerResponse } from "node:http";
import type { Clock } from "../model/clock.ts";

/** Nobody sees the difference, and a burst of messages becomes a few pictures a second. */
const QUIET_MS = 30;

export interface LiveView {
  /** What changed goes out within 30 ms, together with whatever else changes until then. */
  changed(): void;
  /** Answers with server-sent events: the view now, and again after each change. */
  add(response: ServerResponse): void;
  close(): void;
}

export function createLiveView(view: () => unknown, clock: Clock): LiveView {
  const open = new Set<ServerResponse>();
  let pending = false;

  const write = (response: ServerResponse, picture: string) => {
    // A page that does not keep up gets the newest picture later, not all of them.
    if (response.writableNeedDrain) response.once("drain", changed);
    else response.write(picture);
  };
  const picture = () => `data: ${JSON.stringify(view())}\n\n`;
  function changed(): void {
    if (pending || open.size === 0) return;
    pending = true;
    clock.after(QUIET_MS, () => {
      pending = false;
      if (open.size === 0) return;
      const now = picture();
      for (const response of open) write(response, now);
    });
  }

  return {
    changed,
    add(response) {
      response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
      response.on("close", () => open.delete(response));
      response.write(`retry: 1000\n${picture()}`);
      open.add(response);
    },
    close() {
      for (const response of open) response.end();
      open.clear();
    },
  };
}
