// Tells Discord where interactions and install events shall go, and keeps it so; `interactions.ts` owns one per account.

import type { PlatformContext } from "../../../bridge/platform.ts";
import type { Timer } from "../../../model/clock.ts";
import { type Application, askApplication } from "../account/application.ts";
import type { DiscordConfig } from "../config.ts";
import { DiscordError } from "../errors.ts";
import type { DiscordRest } from "../rest/rest.ts";
import { differences, type Paths, usableUrl, type Wish, wishOf } from "./wish.ts";

export interface RegistrationParts {
  readonly context: Pick<PlatformContext, "account" | "clock" | "log" | "texts" | "web">;
  readonly config: Pick<DiscordConfig, "interactions" | "install_events">;
  readonly rest: DiscordRest;
  /** Undefined: this account never had any. */
  readonly paths: Paths | undefined;
  /** Told what Discord says of the application, before anything is changed. */
  readonly learn: (application: Application) => Promise<void>;
}

export interface Registration {
  /** Makes it as wished; trouble is said in the log and tried again later. Never rejects. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

/** Discord takes the address away after failed probes, and whoever has the token may set another. */
const lookEveryMs = 60 * 60_000;
const againAfterMs = 5 * 60_000;

export function createRegistration(parts: RegistrationParts): Registration {
  const { context } = parts;
  const stopping = new AbortController();
  let timer: Timer | undefined;
  let running: Promise<void> = Promise.resolve();
  const told = new Set<string>();
  const say = createSaying(context, told);

  async function look(): Promise<void> {
    if (stopping.signal.aborted) return;
    timer?.cancel();
    let well = false;
    try {
      well = await register(parts, say, stopping.signal);
    } catch (error) {
      if (stopping.signal.aborted) return;
      const reason = error instanceof Error ? error.message : "unknown";
      say("warn", "unregistered", { reason });
    }
    if (!stopping.signal.aborted)
      timer = context.clock.after(well ? lookEveryMs : againAfterMs, () => void settle());
  }

  function settle(): Promise<void> {
    running = running.then(look);
    return running;
  }

  return {
    settle,
    async stop() {
      stopping.abort();
      timer?.cancel();
      await running;
    },
  };
}

type Say = (level: "info" | "warn", key: string, values?: Readonly<Record<string, string>>) => void;

/** Each sentence once, until another is said. */
function createSaying({ account, log, texts }: RegistrationParts["context"], told: Set<string>): Say {
  return (level, key, values = {}) => {
    const words = texts(`discord-account.endpoint.${key}`, values);
    if (told.has(words)) return;
    told.add(words);
    log[level]({ account }, words);
  };
}

/** False when it is not as wished and may become so later. @throws DiscordError when Discord cannot be asked */
async function register(parts: RegistrationParts, say: Say, signal: AbortSignal): Promise<boolean> {
  const { config, context, rest } = parts;
  const url = usableUrl(context.web);
  if (url === undefined && (config.interactions === "endpoint" || config.install_events))
    say("warn", context.web?.publicUrl ? "untrusted" : "no-address");
  const application = await askApplication(rest, signal);
  await parts.learn(application);
  const wish = wishOf(parts, url);
  const changes = differences(application, wish);
  sayForeign(application, wish, say);
  let well = true;
  // One at a time: Discord refuses the whole request for one bad address.
  for (const [key, body] of changes) well = (await patch(parts, say, key, body, signal)) && well;
  return well;
}

function sayForeign(application: Application, wish: Wish, say: Say): void {
  const endpoint = application.interactions_endpoint_url;
  if (endpoint && wish.interactions === null && !wish.isOurs(endpoint, "interactions"))
    say("warn", "foreign", { host: hostOf(endpoint) });
}

async function patch(
  { rest }: RegistrationParts,
  say: Say,
  key: string,
  body: object,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await rest.request({ method: "PATCH", route: "/applications/@me", body, signal });
  } catch (error) {
    if (!(error instanceof DiscordError) || error.fate.kind !== "refused") throw error;
    say("warn", `${key}-refused`, { reason: error.message });
    return false;
  }
  say("info", key);
  return true;
}

export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "?";
}
