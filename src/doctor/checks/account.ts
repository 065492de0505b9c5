// Lets the platform of an account examine it: its token, its rights, how its updates come; `checks.ts` makes one for each.

import { createBridgeTable } from "../../bridge/bridge-table.ts";
import type { AccountConfig } from "../../config/check-accounts.ts";
import type { Check, Records } from "../check.ts";

export function accountCheck({ name: account, platform, settings }: AccountConfig): Check {
  return {
    ...{ name: "account", group: "account", account },
    run: async ({ config, kinds, records, told, clock, texts, signal }) => {
      const kind = kinds[platform];
      if (!config || !kind?.examine) return [];
      const kept = await records().catch(() => undefined);
      const read = kept?.isOlder === true ? undefined : kept;
      const table = createBridgeTable(config.bridges);
      for (const { from, to } of await movesIn(read)) table.move(from, to);
      const { publicUrl, ipAddress, upload } = (await told()) ?? {};
      return await kind.examine(
        {
          ...{ account, clock, texts, signal },
          conversations: table.conversations(account),
          state: async (name) => await read?.read((tx) => tx.state.get(account, name)),
          ...(publicUrl && { publicUrl }),
          ...(ipAddress !== undefined && { ipAddress }),
          ...(upload !== undefined && { certificate: upload }),
        },
        settings,
      );
    },
  };
}

/** A group that became another since the file was written is looked for where it is now. */
async function movesIn(records: Records | undefined) {
  return (await records?.read((tx) => tx.moves.all()).catch(() => [])) ?? [];
}
