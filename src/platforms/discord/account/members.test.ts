// Whether Discord tells who leaves: by the application's flags, switched on where that is wished, done without where it is refused.

import { afterEach, expect, it } from "vitest";
import {
  type DiscordAccountOptions,
  type DiscordRig,
  openDiscordRig,
} from "../../../../test/support/discord-rig.ts";
import type { RobotPort } from "../../../bridge/social.ts";

const CONTENT_LIMITED = 1 << 19;
const MEMBERS_LIMITED = 1 << 15;
const robot = { commands: () => [] } as unknown as RobotPort;
let rig: DiscordRig;
afterEach(() => rig.close());

async function started(options: DiscordAccountOptions = {}) {
  const account = rig.account({ robot, ...options });
  let isStarted = false;
  void account.start().then(() => {
    isStarted = true;
  });
  await rig.until(() => isStarted, 500);
  return account;
}

/** Whether word of it comes when Ana leaves. */
async function hearsLeaving(account: Awaited<ReturnType<typeof started>>): Promise<boolean> {
  rig.sandbox.removeMember(rig.guild, rig.ana);
  const { id } = rig.sandbox.createUser({ username: "bia" });
  rig.sandbox.addMember(rig.guild, id);
  rig.sandbox.say(rig.channel, id, { content: "all has come" });
  await rig.until(() => account.contents().includes("all has come"), 10);
  return account.stored
    .flatMap((raw) => account.platform.parse(raw))
    .some((event) => event.kind === "members.changed" && event.left[0]?.name === "Ana");
}

it("it does where the intent is switched on", async () => {
  rig = await openDiscordRig({ members: true });
  const account = await started();
  expect(account.platform.social?.tellsWhoLeaves?.()).toBe(true);
  expect(await hearsLeaving(account)).toBe(true);
});

it("of what changes about others nothing is learned", async () => {
  rig = await openDiscordRig({ members: true });
  const account = await started();
  const recovered = account.recoveries.length;
  rig.sandbox.setNick(rig.guild, rig.ana, "Aninha");
  expect(await hearsLeaving(account)).toBe(true);
  expect(account.recoveries).toHaveLength(recovered);
});

it("it does not where the intent is off, and all else works", async () => {
  rig = await openDiscordRig({ mayChange: true });
  const account = await started();
  expect(account.platform.social?.tellsWhoLeaves?.()).toBe(false);
  expect(await hearsLeaving(account)).toBe(false);
  expect(rig.sandbox.application(rig.bot.id).flags).toBe(CONTENT_LIMITED);
});

it("the bot switches the intent on where that is wished", async () => {
  rig = await openDiscordRig({ mayChange: true });
  const account = await started({ members: true });
  expect(rig.sandbox.application(rig.bot.id).flags).toBe(CONTENT_LIMITED | MEMBERS_LIMITED);
  expect(await hearsLeaving(account)).toBe(true);
});

it("above the review limit it is said once that Discord refuses, and all else works", async () => {
  rig = await openDiscordRig();
  const account = await started({ members: true });
  expect(account.lines.filter((line) => line.includes("SERVER MEMBERS INTENT"))).toHaveLength(1);
  expect(await hearsLeaving(account)).toBe(false);
});

it("an intent that was switched off meanwhile (4014) is done without", async () => {
  rig = await openDiscordRig();
  const body = { id: rig.bot.applicationId, flags: CONTENT_LIMITED | MEMBERS_LIMITED };
  const match = ({ path }: { readonly path: string }) => path.endsWith("/applications/@me");
  rig.sandbox.faults.add({ match, times: 1, fault: { kind: "status", status: 200, body } });
  const account = await started();
  expect(account.platform.social?.tellsWhoLeaves?.()).toBe(false);
  expect(await hearsLeaving(account)).toBe(false);
  expect(account.halts).toEqual([]);
});
