// Which rules hold in a room; the command and the greetings ask.

import type { ConversationRef } from "../../model/refs.ts";
import type { RobotWorld } from "../world.ts";

/** Its own, else those of the room it is joined to: one conversation has one set of rules. */
export function rulesOf(room: ConversationRef, { rooms, table }: RobotWorld): string | undefined {
  const joined = table.bridgeOf(room)?.members ?? [];
  return [room, ...joined].map((one) => rooms.get(one).rules).find((rules) => rules !== undefined);
}
