// States what the Gateway is asked to tell.

import { GatewayIntentBits } from "discord-api-types/v10";
import { expect, it } from "vitest";
import type { RobotPort } from "../../../bridge/social.ts";
import type { Shown } from "../../../model/event.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import { intentsFor } from "./options.ts";

const room = (id: string): ConversationRef => ({ account: "discord", id });
const asked = (shows: (conversation: ConversationRef, what: Shown) => boolean) =>
  intentsFor({ conversations: () => [room("1"), room("2")], shows });

it("who writes is asked for as soon as one bridge shows it", () => {
  const typing = GatewayIntentBits.GuildMessageTyping;
  expect(asked(() => false) & typing).toBe(0);
  expect(asked((_conversation, what) => what !== "typing") & typing).toBe(0);
  expect(asked(({ id }, what) => id === "2" && what === "typing")).toBe(asked(() => false) | typing);
});

it("who moderates and what is said in private is asked for where there is a robot", () => {
  const robot = {} as RobotPort;
  const parts = { conversations: () => [], shows: () => false };
  const heard = GatewayIntentBits.GuildModeration | GatewayIntentBits.DirectMessages;
  expect(intentsFor(parts) & heard).toBe(0);
  expect(intentsFor({ ...parts, robot })).toBe(intentsFor(parts) | heard);
});

it("nothing is asked for that Discord must allow, but the text of messages", () => {
  const all = asked(() => true);
  expect(all & GatewayIntentBits.MessageContent).not.toBe(0);
  expect(all & (GatewayIntentBits.GuildMembers | GatewayIntentBits.GuildPresences)).toBe(0);
});
