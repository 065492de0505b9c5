// The commands that ask others on the internet: each is off unless matebot.yaml switches it on.

import type { Area } from "../area.ts";
import type { RobotConfig } from "../config.ts";
import { archiveCommand } from "./archive.ts";
import { downloadCommand } from "./download.ts";
import { clearDownloads } from "./downloader.ts";
import { createFetcher } from "./fetch.ts";
import { priceCommands } from "./price.ts";

/** Only those that are switched on. */
export function createNetwork(config: RobotConfig): Area {
  const { network } = config;
  const fetchWeb = createFetcher();
  return {
    name: "network",
    commands: [
      ...(network.archive ? [archiveCommand(config, fetchWeb)] : []),
      ...(network.price ? priceCommands(config, fetchWeb) : []),
      ...downloadCommand(config),
    ],
    async prepare() {
      if (network.download !== false && config.dataFolder !== "") await clearDownloads(config.dataFolder);
    },
  };
}
