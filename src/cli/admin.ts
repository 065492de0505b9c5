// The commands of an admin, each loaded when it is called, at the desk of this process; `main.ts` lists them.

import type { Commands } from "./commands.ts";
import type { Desk, Office } from "./desk.ts";

type Options = { readonly config: string };

export const adminCommands: Omit<Commands, "run" | "demo"> = {
  deadLetters: {
    list: (options) => atDesk(options, async (desk) => (await letters()).listLetters(desk, options)),
    show: (id, options) => atDesk(options, async (desk) => (await letters()).showLetter(desk, id)),
    retry: (ids, options) =>
      atDesk(options, async (desk) => (await letters()).retryLetters(desk, { ...options, ids })),
    drop: (ids, options) =>
      atDesk(options, async (desk) => (await letters()).dropLetters(desk, { ...options, ids })),
  },
  init: async (options) => (await import("./init.ts")).init(options),
  doctor: async (options) => (await import("./doctor.ts")).doctor(options),
  webhook: async (task, options) => (await import("./webhook-command.ts")).webhookCommand(task, options),
  plugin: async (file, options) => (await import("./plugin.ts")).pluginCheck(file, options),
  import: async (source, file, options) =>
    (await import("./import.ts")).importSettings(source, file, options),
  proxy: async (kind, options) => (await import("./proxy.ts")).proxy(kind, options),
  trace: (message, options) =>
    atDesk(options, async (desk) => (await import("./trace.ts")).trace(desk, message)),
  backup: (file, options) =>
    inOffice(options, async (office) => (await import("./backup.ts")).backup(office, file)),
  restore: (file, options) =>
    inOffice(options, async (office) => (await import("./backup.ts")).restore(office, file)),
};

function letters() {
  return import("./dead-letters.ts");
}

async function atDesk({ config }: Options, work: (desk: Desk) => Promise<number>): Promise<number> {
  const desk = await import("./desk.ts");
  return await desk.atDesk(config, desk.processDesk(process), work);
}

async function inOffice({ config }: Options, work: (office: Office) => Promise<number>): Promise<number> {
  const desk = await import("./desk.ts");
  return await desk.inOffice(config, desk.processDesk(process), work);
}
