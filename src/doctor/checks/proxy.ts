// Checks what stands before MateBot on this machine: whether it passes on what is asked of the public URL; `checks.ts` lists it.

import type { Diagnosis } from "../../model/diagnosis.ts";
import { type Answer, portOf } from "../ask.ts";
import type { Check, DoctorWorld } from "../check.ts";

export const proxyCheck: Check = {
  name: "proxy",
  group: "reach",
  run: async (world) => {
    const front = await askFront(world);
    if (!front) return [];
    const { answer, url, program } = front;
    const check = "proxy";
    const values = { url, program };
    if (answer.kind === "matebot") return [{ check, level: "ok", key: "doctor.proxy.ok", values }];
    const { answer: inside } = await world.running();
    // Whatever it says: there is nobody behind it.
    if (inside?.kind !== "matebot") return [{ check, level: "skipped", key: "doctor.proxy.idle", values }];
    return [judge(answer, values)];
  },
};

interface Front {
  readonly answer: Answer;
  /** For people: without what may be secret in it. */
  readonly url: string;
  readonly program: string;
}

/** Undefined where MateBot does TLS itself, and where what does it is elsewhere. */
export async function askFront({ told, machine, net, config }: DoctorWorld): Promise<Front | undefined> {
  const found = await told();
  const { publicUrl, plan } = found ?? {};
  const listen = config?.web?.listen;
  if (publicUrl === undefined || plan?.mode !== "off") return undefined;
  const port = portOf(publicUrl);
  // Nobody stands before what is itself called.
  if (listen?.kind === "tcp" && listen.port === port) return undefined;
  const [holder] = await machine.listenersOn(port);
  if (!holder) return undefined;
  const answer = await net.ask({ url: publicUrl, at: { host: "127.0.0.1", port } });
  return { answer, url: publicUrl.origin, program: holder.program ?? "unknown" };
}

function judge(answer: Answer, values: { readonly url: string; readonly program: string }): Diagnosis {
  const check = "proxy";
  const kind = values.program === "caddy" ? "caddy" : "nginx";
  if (answer.kind === "other") {
    const isBehind = answer.status >= 502 && answer.status <= 504;
    const key = `doctor.proxy.${isBehind ? "behind" : "other"}`;
    return { check, level: "fault", key, values: { ...values, kind, status: answer.status } };
  }
  const code = answer.kind === "none" ? answer.code : "";
  return { check, level: "fault", key: "doctor.proxy.broken", values: { ...values, kind, code } };
}
