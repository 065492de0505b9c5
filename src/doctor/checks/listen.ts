// Checks the address of the web server and of an authority's question: ours, free, or taken by whom; `checks.ts` lists it.

import { dirname } from "node:path";
import type { Diagnosis } from "../../model/diagnosis.ts";
import { formatListen, type ListenAddress, parseListen } from "../../web/listen.ts";
import type { Listener } from "../../web/reach/port-holder.ts";
import type { Check, Machine } from "../check.ts";

type Tcp = Extract<ListenAddress, { kind: "tcp" }>;

export const listenCheck: Check = {
  name: "listen",
  group: "reach",
  run: async ({ config, machine, told, running }) => {
    const listen = config?.web?.listen;
    if (!listen) return [];
    const { answer } = await running();
    const values = { address: formatListen(listen) };
    const mine: readonly Diagnosis[] =
      answer?.kind === "matebot"
        ? [{ check: "listen", level: "ok", key: "doctor.listen.ours", values }]
        : [listen.kind === "unix" ? await socketAt(listen.path, machine) : await portAt(listen, machine)];
    const isAsked = (await told())?.plan.mode === "acme";
    const question = isAsked ? parseListen(config.web?.acme?.http ?? "off") : undefined;
    return [...mine, ...(question?.kind === "tcp" ? await questionAt(question, machine) : [])];
  },
};

async function portAt(listen: Tcp, machine: Machine): Promise<Diagnosis> {
  const check = "listen";
  const values = { address: formatListen(listen) };
  // The right to a low port is judged before whether it is free.
  const holder = await holderOf(listen, machine);
  const state = holder ? "taken" : await machine.canBind(listen.host, listen.port);
  switch (state) {
    case "free":
      return { check, level: "ok", key: "doctor.listen.free", values };
    case "taken":
      return {
        check,
        level: "fault",
        key: "doctor.listen.taken",
        values: { ...values, ...named(listen, holder) },
      };
    case "forbidden":
      return { check, level: "warning", key: "doctor.listen.forbidden", values };
    default:
      return { check, level: "fault", key: "doctor.listen.not-here", values };
  }
}

/** Only one of two ways; the other may do. */
async function questionAt(question: Tcp, machine: Machine): Promise<readonly Diagnosis[]> {
  const holder = await holderOf(question, machine);
  if (!holder) return [];
  const values = { address: formatListen(question), ...named(question, holder) };
  return [
    { check: "listen", level: "warning", subject: "web.acme.http", key: "doctor.listen.question", values },
  ];
}

/** Who is in the way: at the same address, or one of the two at every address. */
async function holderOf({ host, port }: Tcp, machine: Machine): Promise<Listener | undefined> {
  const wide = (address: string) => address === "0.0.0.0" || address === "::";
  const holders = await machine.listenersOn(port);
  return holders.find(({ address }) => address === host || wide(address) || wide(host));
}

function named({ port }: Tcp, holder: Listener | undefined) {
  return { port, program: holder?.program ?? "unknown", pid: String(holder?.pid ?? "") };
}

async function socketAt(path: string, machine: Machine): Promise<Diagnosis> {
  const check = "listen";
  const values = { address: `unix:${path}` };
  const there = await machine.file(path);
  if (there && !there.isSocket) return { check, level: "fault", key: "doctor.listen.not-a-socket", values };
  if (!there && !(await machine.file(dirname(path))))
    return {
      check,
      level: "fault",
      key: "doctor.listen.no-folder",
      values: { ...values, folder: dirname(path) },
    };
  return { check, level: "ok", key: "doctor.listen.free", values };
}
