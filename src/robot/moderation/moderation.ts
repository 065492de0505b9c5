// Moderation over the bridge, off unless the admins of a room want it: what is done to people on a platform, and by commands.

import type { BridgeEvent } from "../../model/event.ts";
import { isSamePlace } from "../../model/refs.ts";
import type { Area } from "../area.ts";
import { type Answer, type Command, type Question, Refusal, said } from "../command.ts";
import type { RobotWorld } from "../world.ts";
import { actIn, type Deed, moderatedRooms, type Result, tellOthers } from "./acting.ts";
import { actCommands } from "./commands.ts";
import { endOffer, offerOf } from "./offers.ts";
import { createOwnActs, type OwnActs } from "./own-acts.ts";
import { purgeCommand } from "./purge.ts";
import { createTerms, type Terms } from "./terms.ts";

type Moderated = Extract<BridgeEvent, { kind: "moderated" }>;

/** The other rooms follow only where the acting admin is one, asked at that moment. */
export function createModeration(): Area {
  let own: OwnActs | undefined;
  const terms = createTerms();
  const ownOf = (world: RobotWorld) => {
    own ??= createOwnActs(world.clock);
    return own;
  };
  return {
    name: "moderation",
    commands: [switchCommand(ownOf, terms), ...actCommands(ownOf, terms), purgeCommand],
    prepare: terms.prepare,
    wants: (event, world) =>
      event.kind === "moderated" &&
      (terms.has(event.user.user) || moderatedRooms(event.conversation, world).length > 1) &&
      !ownOf(world).isEcho(event.act, event.user.user, event.conversation),
    async hear(event, world, signal) {
      if (event.kind !== "moderated") return {};
      return follow(event, { world, own: ownOf(world), signal }, terms);
    },
    start: (world) => terms.watch(world, ownOf(world)),
  };
}

async function follow(
  event: Moderated,
  acting: { readonly world: RobotWorld; readonly own: OwnActs; readonly signal: AbortSignal },
  terms: Terms,
): Promise<Answer> {
  const { world } = acting;
  const { act, user, by, until, conversation, at } = event;
  const deed: Deed = {
    ...{ act, target: user.user, name: user.name, by: by?.user },
    ...(until !== undefined && { until }),
  };
  const rooms = moderatedRooms(conversation, world).filter((room) => !isSamePlace(room, conversation));
  const results: Result[] = [];
  for (const room of rooms) results.push(await actIn(room, deed, acting));
  const id = `${act} ${user.user.account}:${user.user.id} ${at}`;
  const telling = await tellOthers(results, deed, id, world);
  const done = results
    .filter(({ outcome }) => outcome === "done")
    .map(({ room }) => {
      const texts = world.texts(world.rooms.language(room));
      const text = texts("robot-moderation.followed", { act, name: user.name });
      return { to: room, saying: { body: [{ kind: "text", text }], silent: true } } as const;
    });
  const keepTerms = await terms.keep(results, deed, world);
  return {
    also: [...telling.lines, ...done],
    async keep(tx) {
      await terms.forget(user.user, tx);
      await keepTerms(tx);
      await telling.keep(tx);
    },
  };
}

function switchCommand(own: (world: RobotWorld) => OwnActs, terms: Terms): Command {
  return {
    ...{ name: "moderation", texts: "robot-moderation.switch", who: "admin", where: "rooms" },
    isCarried: false,
    args: [{ key: "on", type: "boolean" }],
    async answer({ ask, args, texts, world }) {
      if (typeof args.on === "boolean")
        await world.rooms.set(ask.room, { moderation: args.on ? true : undefined });
      const isOn = world.rooms.get(ask.room).moderation === true;
      const others = moderatedRooms(ask.room, world).filter((room) => !isSamePlace(room, ask.room));
      const values = { state: isOn ? "on" : "off", count: others.length };
      return said(texts("robot-moderation.switch.shown", values));
    },
    press: (question, words) => takeUp(question, words, own(question.world), terms),
  };
}

async function takeUp(question: Question, id: string, own: OwnActs, terms: Terms): Promise<Answer> {
  const { ask, texts, world, signal } = question;
  const offer = await offerOf(world.store, id);
  if (!offer || !isSamePlace(offer.room, ask.room)) throw new Refusal("robot-moderation.over");
  if (!world.rooms.get(ask.room).moderation) throw new Refusal("robot-moderation.off-here");
  const deed: Deed = {
    ...{ act: offer.act, target: offer.user, name: offer.name, by: ask.by.user },
    ...(offer.until !== undefined && { until: offer.until }),
  };
  const result = await actIn(offer.room, deed, { world, own, signal });
  if (result.outcome !== "done") throw new Refusal(`robot-moderation.pressed.${result.outcome}`);
  const keepTerms = await terms.keep([result], deed, world);
  const words = texts("robot-moderation.taken-up", { act: offer.act, name: offer.name, by: ask.by.name });
  return {
    change: { body: [{ kind: "text", text: words }] },
    async keep(tx) {
      await endOffer(tx, id);
      await keepTerms(tx);
    },
  };
}
