// How the running app is reached, for the panel of the page; `demo.ts` asks at every look.

import type { App } from "../app.ts";
import type { ReachView, Side } from "./view.ts";

const SIDES: readonly Side[] = ["telegram", "discord"];

export function reachView({ health, reach }: Pick<App, "health" | "reach">): ReachView {
  const { listen, publicUrl, tls, certificate } = reach?.() ?? { listen: "", tls: "off" as const };
  const { connections } = health.report();
  return {
    ...{ url: publicUrl ?? "", listen, tls },
    ...(certificate && { certificate: certificateView(certificate) }),
    connections: SIDES.flatMap((side) => {
      const found = connections.find(({ name }) => name === side);
      if (found === undefined) return [];
      const { way, up, lastUpdate, lastFault } = found;
      return [
        {
          ...{ side, up },
          ...(way && { way }),
          ...(lastUpdate && { lastUpdate: Date.parse(lastUpdate) }),
          ...(lastFault && { lastFault: { at: Date.parse(lastFault.at), reason: lastFault.reason } }),
        },
      ];
    }),
  };
}

type Certificate = NonNullable<ReturnType<NonNullable<App["reach"]>>["certificate"]>;

function certificateView({ trust, names, validUntil, renewAt, fault }: Certificate) {
  return {
    ...{ trust, names, validUntil },
    ...(renewAt === undefined ? {} : { renewAt }),
    ...(fault === undefined ? {} : { fault: fault.reason }),
  };
}
