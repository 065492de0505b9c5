// Checks whether the public URL leads to MateBot when it is called from here; `checks.ts` lists it.

import { portOf } from "../ask.ts";
import type { Check } from "../check.ts";
import { askFront } from "./proxy.ts";

export const reachableCheck: Check = {
  name: "reachable",
  group: "reach",
  run: async (world) => {
    const check = "reachable";
    const found = await world.told();
    if (found === undefined) return [];
    const { publicUrl, ipAddress } = found;
    if (publicUrl === undefined) return [{ check, level: "note", key: "doctor.reachable.polling" }];
    const values = { url: publicUrl.origin };
    const running = await world.running();
    if (running.answer?.kind !== "matebot")
      return [{ check, level: "skipped", key: "doctor.reachable.idle", values }];
    const front = await askFront(world);
    // The proxy has been judged already: what is asked outside would end in the same fault.
    if (front && front.answer.kind !== "matebot") return [];
    const answer = await world.net.ask({
      url: publicUrl,
      ...(ipAddress !== undefined && { at: { host: ipAddress, port: portOf(publicUrl) } }),
    });
    switch (answer.kind) {
      case "matebot":
        return [{ check, level: "ok", key: "doctor.reachable.ok", values }];
      case "other":
        return [
          {
            ...{ check, level: "warning", key: "doctor.reachable.other" },
            values: { ...values, status: answer.status },
          },
        ];
      default:
        // Many routers let nobody inside call the address outside: Telegram itself is the judge.
        return [
          { check, level: "note", key: "doctor.reachable.not", values: { ...values, code: answer.code } },
        ];
    }
  },
};
