// What Telegram can do at all; the platform's index hands it to the bridge.

import type { Capabilities } from "../../bridge/platform.ts";
import { fitsPoll } from "./render/poll.ts";

/** Bots edit their own messages for ever and delete them for 48 hours; after that a delete becomes an edit. */
export const capabilities: Capabilities = { edit: true, delete: true, threadsShareIds: true, fitsPoll };
