// What Discord can do at all; the platform's index hands it to the bridge.

import type { Capabilities } from "../../bridge/platform.ts";
import { fitsPoll } from "./render/poll-order.ts";

/** Webhooks and the bot may edit and delete what they sent, however old it is. */
export const capabilities: Capabilities = { edit: true, delete: true, fitsPoll };
