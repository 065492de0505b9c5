// The webhooks through which people speak on Discord: found again, made once, replaced when dead; `api.ts` uses them.

import type { PlatformContext } from "../../../bridge/platform.ts";
import type { GuildDirectory } from "../account/guild-directory.ts";
import { DiscordError } from "../errors.ts";
import { neutralAvatar } from "../files/avatar.ts";
import type { DiscordRest } from "../rest/rest.ts";

/** A webhook of ours; its token is kept in memory only. */
export interface Puppet {
  readonly id: string;
  readonly token: string;
}

/** One webhook per channel (the parent's for threads), known as far as it was asked for. */
export interface Puppets {
  /** The channel's webhook, made when there is none; undefined where the bot may not. @throws DiscordError */
  get(channel: string, signal: AbortSignal): Promise<Puppet | undefined>;
  /** A webhook of ours by its id; undefined when it is not ours any more. @throws DiscordError */
  byId(channel: string, id: string, signal: AbortSignal): Promise<Puppet | undefined>;
  /** Forgets a webhook that answered it is dead, unless another has replaced it already. */
  discard(channel: string, dead: Puppet): void;
  /** The channel's webhooks changed: they are asked for again at the next use. */
  forget(channel: string): void;
  /** False where the bot was refused a webhook a short while ago. */
  mayHave(channel: string): boolean;
  /** Rights changed: channels where the bot could not make a webhook are tried again. */
  retryRefused(): void;
}

const webhookName = "MateBot";
/** Without an event that announces a change, a refused channel is tried again after this time. */
const refusedForMs = 10 * 60_000;
/** The channel or guild is full of webhooks, or the bot may not manage them. */
const cannotHave: ReadonlySet<number> = new Set([30007, 30058, 50001, 50013]);

export interface PuppetParts {
  readonly context: PlatformContext;
  readonly rest: Pick<DiscordRest, "request">;
  readonly directory: GuildDirectory;
}

export function createPuppets(parts: PuppetParts): Puppets {
  const { context, directory } = parts;
  const answers = createAnswers();
  const known = new Map<string, Puppet>();
  const refusals = createRefusals(parts);

  function learn(webhook: Puppet): void {
    context.secret(webhook.token);
    directory.noteOwnWebhook(webhook.id);
    known.set(webhook.id, webhook);
  }

  async function findOrMake(channel: string, signal: AbortSignal): Promise<Puppet | undefined> {
    try {
      const found = await ownWebhooks(parts, channel, signal);
      for (const webhook of found) learn(webhook);
      const puppet = found[0] ?? (await makeWebhook(parts, channel, signal));
      learn(puppet);
      refusals.over(channel);
      return puppet;
    } catch (error) {
      if (!(error instanceof DiscordError) || !cannotHave.has(error.json ?? 0)) throw error;
      refusals.note(channel, error);
      return undefined;
    }
  }

  return {
    get(channel, signal) {
      if (refusals.stands(channel)) return Promise.resolve(undefined);
      return answers.get(channel, () => findOrMake(channel, signal));
    },
    async byId(channel, id, signal) {
      const before = known.get(id);
      if (before !== undefined) return before;
      for (const webhook of await ownWebhooks(parts, channel, signal)) learn(webhook);
      return known.get(id);
    },
    discard(channel, dead) {
      if (known.get(dead.id)?.token !== dead.token) return;
      known.delete(dead.id);
      answers.drop(channel);
    },
    forget(channel) {
      refusals.retry(channel);
      answers.outdate(channel);
    },
    mayHave: (channel) => !refusals.stands(channel),
    retryRefused: refusals.retryAll,
  };
}

/** Answers and questions under way, by channel: whoever asks meanwhile shares them. */
function createAnswers() {
  const asked = new Map<string, Promise<Puppet | undefined>>();

  function dropThis(channel: string, asking: Promise<Puppet | undefined> | undefined): void {
    if (asked.get(channel) === asking) asked.delete(channel);
  }

  return {
    get(channel: string, ask: () => Promise<Puppet | undefined>): Promise<Puppet | undefined> {
      const before = asked.get(channel);
      if (before !== undefined) return before;
      const asking = ask();
      asked.set(channel, asking);
      // Only an answer that names a webhook is kept; "refused" has its own memory, and a failure is asked again.
      asking.then(
        (puppet) => puppet ?? dropThis(channel, asking),
        () => dropThis(channel, asking),
      );
      return asking;
    },
    drop: (channel: string) => void asked.delete(channel),
    /** The answer counts no more; a question under way is waited for, as asking beside it would make a second webhook. */
    outdate(channel: string): void {
      const asking = asked.get(channel);
      const over = () => dropThis(channel, asking);
      asking?.then(over, over);
    },
  };
}

/** Remembers where the bot may have no webhook, and says it once for each channel. */
function createRefusals({ context, directory }: PuppetParts) {
  const until = new Map<string, number>();
  const told = new Set<string>();

  function tell(channel: string, error: DiscordError): void {
    if (told.has(channel)) return;
    told.add(channel);
    const full = error.json === 30007 || error.json === 30058;
    const key = full ? "discord-account.puppets.full" : "discord-account.puppets.refused";
    const values = { channel: directory.channel(channel)?.name || channel };
    context.log.warn({ channel, code: error.code }, context.texts(key, values));
  }

  return {
    stands: (channel: string) => (until.get(channel) ?? 0) > context.clock.now(),
    note(channel: string, error: DiscordError): void {
      until.set(channel, context.clock.now() + refusedForMs);
      tell(channel, error);
    },
    over(channel: string): void {
      until.delete(channel);
      told.delete(channel);
    },
    retry: (channel: string) => void until.delete(channel),
    retryAll: () => until.clear(),
  };
}

interface WebhookData {
  readonly id: string;
  readonly token?: string;
  readonly application_id?: string | null;
}

/** Discord shows tokens of our own application's webhooks only, however they are named now. */
async function ownWebhooks(
  parts: PuppetParts,
  channel: string,
  signal: AbortSignal,
): Promise<readonly Puppet[]> {
  const route = `/channels/${channel}/webhooks` as const;
  const all = (await parts.rest.request({ method: "GET", route, signal })) as readonly WebhookData[];
  const own = parts.directory.self.applicationId;
  return all.flatMap(({ id, token, application_id }) =>
    token !== undefined && application_id === own ? [{ id, token }] : [],
  );
}

async function makeWebhook(parts: PuppetParts, channel: string, signal: AbortSignal): Promise<Puppet> {
  const route = `/channels/${channel}/webhooks` as const;
  const body = { name: webhookName, avatar: neutralAvatar() };
  const made = (await parts.rest.request({ method: "POST", route, body, signal })) as WebhookData;
  if (made.token === undefined) {
    throw new DiscordError("discord.bad-answer", "a webhook without a token", {
      kind: "retry",
      maybeDelivered: false,
    });
  }
  return { id: made.id, token: made.token };
}
