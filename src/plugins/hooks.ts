// Shows messages to plugins before and after they cross; whatever a plugin does wrong, the message passes as it was.

import type { Clock } from "../model/clock.ts";
import type { BridgeEvent } from "../model/event.ts";
import type { Message } from "../model/message.ts";
import { type ConversationRef, conversationKey } from "../model/refs.ts";
import { plainText } from "../model/rich-text.ts";
import type { RobotWorld } from "../robot/world.ts";
import { sayingOf } from "./answers.ts";
import type { Answered } from "./calls.ts";
import { afterReading } from "./calls.ts";
import { CallFailed } from "./fall.ts";
import { pluginMessage } from "./inbound.ts";
import type { Keeper } from "./keeper.ts";
import type { PluginLimits } from "./limits.ts";
import { reworded } from "./reword.ts";
import { fromPluginNodes } from "./rich.ts";
import type { Sheet } from "./sheet.ts";

/** Beyond, a plugin is not told any more what has crossed, until it has kept up. */
const MOST_AFTER = 32;

type Carried = Extract<BridgeEvent, { readonly kind: "message.created" | "message.edited" }>;

export interface Hooks {
  before(event: BridgeEvent): Promise<readonly BridgeEvent[]>;
  after(event: BridgeEvent, to: ConversationRef): void;
}

export interface HookParts {
  readonly keepers: () => readonly Keeper[];
  readonly limits: PluginLimits;
  /** Real time. */
  readonly clock: Clock;
  readonly world: () => RobotWorld | undefined;
}

export function createHooks(parts: HookParts): Hooks {
  return { before: createBefore(parts), after: createAfter(parts) };
}

function createBefore({ keepers, limits, clock, world }: HookParts): Hooks["before"] {
  /** Those that still owe an answer: nobody waits for them a second time. */
  const late = new Set<Keeper>();

  const askBefore = async (keeper: Keeper, message: ReturnType<typeof pluginMessage>) => {
    const asked = keeper.call<"before">({ to: "before", message }, limits.hookGoneMs, true);
    return within(clock, limits.hookMs, asked, (isLate) => {
      if (isLate) {
        late.add(keeper);
        keeper.trouble("before", new CallFailed("time", `no answer within ${limits.hookMs} ms`));
      } else late.delete(keeper);
    });
  };

  const through = async (keeper: Keeper, sheet: Sheet, event: Carried, at: RobotWorld) => {
    const answered = await askBefore(keeper, pluginMessage(event.message, isEdit(event), at.platformOf));
    return answered ? await judged(event, answered, sheet, at) : undefined;
  };

  return async (event) => {
    const at = world();
    if (!at || !isShown(event, at)) return [event];
    let current: Carried = event;
    const added: BridgeEvent[] = [];
    for (const keeper of keepers()) {
      const { sheet, state } = keeper;
      if (!sheet?.before || state !== "up" || late.has(keeper)) continue;
      try {
        const outcome = await through(keeper, sheet, current, at);
        if (outcome === "drop") return [];
        if (outcome) current = outcome.event;
        if (outcome?.line) added.push(outcome.line);
      } catch (error) {
        // A full disk included: whatever it is, the message passes.
        const why = error instanceof Error ? error.message : "unknown";
        keeper.trouble("before", error instanceof CallFailed ? error : new CallFailed("nonsense", why));
      }
    }
    return [current, ...added];
  };
}

function createAfter({ keepers, limits, world }: HookParts): Hooks["after"] {
  const telling = new Map<Keeper, number>();
  return (event, to) => {
    const at = world();
    if (!at || !isShown(event, at)) return;
    for (const keeper of keepers()) {
      const count = telling.get(keeper) ?? 0;
      if (!keeper.sheet?.after || keeper.state !== "up" || count >= MOST_AFTER) continue;
      telling.set(keeper, count + 1);
      const message = pluginMessage(event.message, isEdit(event), at.platformOf);
      const told = keeper.call<"after">(
        { to: "after", message, room: conversationKey(to) },
        limits.commandMs,
      );
      // What went wrong is told by the keeper.
      const done = () => void telling.set(keeper, (telling.get(keeper) ?? 1) - 1);
      told.then(done, done);
    }
  };
}

/** Messages of bridged rooms; neither the robot's own nor those of people who do not want to be carried. */
function isShown(event: BridgeEvent, { table, people }: RobotWorld): event is Carried {
  if (event.kind !== "message.created" && event.kind !== "message.edited") return false;
  const { ref, author } = event.message;
  if (author.kind === "robot" || table.others(ref.conversation).length === 0) return false;
  return !(author.user && people.get(author.user).optedOut);
}

const isEdit = ({ kind }: Carried) => kind === "message.edited";

/** Undefined when it takes longer; `late` is told then, and again when it has come after all. */
function within<T>(
  clock: Clock,
  ms: number,
  work: Promise<T>,
  late: (isLate: boolean) => void,
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    let isSettled = false;
    let isLate = false;
    const timer = afterReading(
      clock,
      ms,
      () => !isSettled,
      () => {
        isLate = true;
        late(true);
        resolve(undefined);
      },
    );
    const settled = () => {
      isSettled = true;
      timer.cancel();
      if (isLate) late(false);
    };
    work.finally(settled).then(resolve, reject);
  });
}

async function judged(
  event: Carried,
  { value: verdict, bytes }: Answered<"before">,
  sheet: Sheet,
  world: RobotWorld,
): Promise<"drop" | { readonly event: Carried; readonly line?: BridgeEvent } | undefined> {
  if (!verdict) return undefined;
  if ("drop" in verdict) return "drop";
  const { message } = event;
  const { text, nodes, add } = verdict;
  const isReworded = text !== undefined && text !== plainText(message.body);
  const body = nodes ? fromPluginNodes(nodes) : isReworded ? reworded(message.body, text) : message.body;
  const saying =
    add && event.kind === "message.created" ? await sayingOf(add, bytes, sheet, world.files) : undefined;
  const line: Message | undefined = saying && {
    ref: { ...message.ref, id: `${message.ref.id}+${sheet.name}` },
    author: { kind: "robot", name: sheet.name },
    ...{ at: message.at, body: saying.body, attachments: saying.files ?? [] },
    ...(saying.buttons && { buttons: saying.buttons }),
    ...(saying.silent && { silent: true }),
    reply: { ref: message.ref },
  };
  return {
    event: body === message.body ? event : { ...event, message: { ...message, body } },
    ...(line && { line: { kind: "message.created", message: line } }),
  };
}
