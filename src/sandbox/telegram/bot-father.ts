// Makes bots and takes their tokens away, as BotFather does; index.ts calls it for tests and demo.

import type { BotState } from "./bots.ts";
import { Polling } from "./updates/poll-queue.ts";
import { UpdateQueue } from "./updates/update-queue.ts";
import type { World } from "./world.ts";

const TOKEN_CHARS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

export function createBot(
  world: World,
  {
    name,
    username,
    privacy,
    hearsBots,
  }: { name: string; username: string; privacy?: boolean; hearsBots?: boolean },
): { token: string; id: number } {
  const user = world.addUser({ is_bot: true, first_name: name, username });
  const secret = Array.from(
    { length: 33 },
    () => TOKEN_CHARS[Math.floor(world.random() * TOKEN_CHARS.length)],
  );
  const token = `${user.id}:AA${secret.join("")}`;
  const bot: BotState = {
    user,
    token,
    privacy: privacy ?? true,
    hearsBots: hearsBots ?? false,
    commands: new Map(),
    // Bot API, Update: ids start from a certain positive number and grow.
    updates: new UpdateQueue(100_000_000 + Math.floor(world.random() * 800_000_000)),
    polling: new Polling(world.clock),
    launchedAt: world.clock.now(),
  };
  bot.updates.onPush((item) => {
    if (bot.webhook) bot.webhook.accept(item);
    else bot.polling.wake();
  });
  world.bots.set(token, bot);
  return { token, id: user.id };
}

/** @throws Error when a test names a token that was never given out */
export function findBot(world: World, token: string): BotState {
  const bot = world.bots.get(token);
  if (!bot) throw new Error("SANDBOX: no bot with this token");
  return bot;
}

export function revokeBot(world: World, token: string): void {
  const bot = findBot(world, token);
  bot.gone = "revoked";
  bot.webhook?.close();
  bot.webhook = undefined;
}
