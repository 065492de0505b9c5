// A part of the robot: its commands, and what it does about what happens in the rooms; `robot.ts` collects them.

import type { BridgeEvent } from "../model/event.ts";
import type { Answer, Command } from "./command.ts";
import type { RobotWorld } from "./world.ts";

export interface Area {
  readonly name: string;
  readonly commands?: readonly Command[];
  /** Fills memory from disk before anything is received. */
  prepare?(world: RobotWorld): Promise<void>;
  /** Quick, and changes nothing but memory: shall `hear` be told? Asked within the transaction that stores the event. */
  wants?(event: BridgeEvent, world: RobotWorld): boolean;
  /**
   * At least once for each event that was wanted, after a crash as well; what it answers is said in the conversation of the
   * event (to its message, if it is one), exactly once.
   */
  hear?(event: BridgeEvent, world: RobotWorld, signal: AbortSignal): Promise<Answer>;
  /** Quick: what crosses the bridge in the place of the event; undefined: nothing of it. */
  carries?(event: BridgeEvent, world: RobotWorld): BridgeEvent | undefined;
  /** What it does by the clock, from the moment all accounts are connected. */
  start?(world: RobotWorld): { stop(): Promise<void> };
}
