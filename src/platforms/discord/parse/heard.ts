// Makes events for the robot of what `hearing.ts` noted beside a dispatch; parse.ts calls it.

import type { Act, BridgeEvent } from "../../../model/event.ts";
import type { Author } from "../../../model/message.ts";
import type { ConversationRef, UserRef } from "../../../model/refs.ts";
import type { Access } from "../gateway/hearing.ts";
import { authorOf, type Scene } from "./names.ts";
import type { UserPayload } from "./payload.ts";

const ACCESS: ReadonlySet<unknown> = new Set<Access>(["full", "mute", "none"]);
const ACTS: ReadonlySet<unknown> = new Set<Act>(["ban", "unban", "mute", "unmute", "kick"]);

type Loose = Readonly<Record<string, unknown>>;

/** [] where nothing was noted. `at`: milliseconds since 1970. */
export function heardEvents(heard: unknown, at: number, scene: Scene): readonly BridgeEvent[] {
  const { access, rooms, deed, left } = Object(heard) as Loose;
  return [
    ...listOf(access).flatMap((each) => accessEvent(each, scene)),
    ...deedEvents(rooms, deed, at, scene),
    ...leavingEvents(rooms, left, at, scene),
  ];
}

function accessEvent(value: Loose, scene: Scene): readonly BridgeEvent[] {
  const conversation = placeOf(value, scene);
  if (!conversation || !ACCESS.has(value.access)) return [];
  return [{ kind: "access.changed", conversation, access: value.access as Access }];
}

function deedEvents(rooms: unknown, deed: unknown, at: number, scene: Scene): readonly BridgeEvent[] {
  const { act, user, by, until } = Object(deed) as Loose;
  const whom = personOf(user, scene);
  if (!ACTS.has(act) || !whom) return [];
  const who = personOf(by, scene);
  return listOf(rooms).flatMap((room) => {
    const conversation = placeOf(room, scene);
    if (!conversation) return [];
    const told = { ...(who && { by: who }), ...(typeof until === "number" && { until }), at };
    return [{ kind: "moderated", conversation, act: act as Act, user: whom, ...told } as const];
  });
}

function leavingEvents(rooms: unknown, left: unknown, at: number, scene: Scene): readonly BridgeEvent[] {
  const who = personOf(left, scene);
  if (!who) return [];
  return listOf(rooms).flatMap((room) => {
    const conversation = placeOf(room, scene);
    return conversation
      ? [{ kind: "members.changed", conversation, joined: [], left: [who], at } as const]
      : [];
  });
}

function personOf(value: unknown, scene: Scene): (Author & { readonly user: UserRef }) | undefined {
  const { id } = Object(value) as Loose;
  if (typeof id !== "string") return undefined;
  const author = authorOf(value as UserPayload, undefined, undefined, scene);
  return { ...author, user: { account: scene.account, id } };
}

function placeOf({ id, thread }: Loose, { account }: Scene): ConversationRef | undefined {
  if (typeof id !== "string") return undefined;
  return { account, id, ...(typeof thread === "string" && { thread }) };
}

function listOf(value: unknown): readonly Loose[] {
  return Array.isArray(value) ? value.map((each) => Object(each) as Loose) : [];
}
