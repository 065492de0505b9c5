// The doctor and those who know more: the platforms that examine their accounts, within their time, and as they really are.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ExamineContext } from "../../src/bridge/examine.ts";
import type { Check } from "../../src/doctor/check.ts";
import { CHECK_MS, examineAll } from "../../src/doctor/doctor.ts";
import { openWorld } from "../../src/doctor/world.ts";
import type { Diagnosis } from "../../src/model/diagnosis.ts";
import { platforms } from "../../src/platforms/index.ts";
import { ManualClock } from "../../src/sandbox/manual-clock.ts";
import { openStore } from "../../src/storage/open.ts";
import { type Changes, doctorParts, examined, troubles } from "../support/doctor.ts";
import { makeWorld, type World } from "../support/world.ts";

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.close());

describe("an account", () => {
  const withExamine = (examine: (context: ExamineContext) => Promise<readonly Diagnosis[]>): Changes => {
    const { kinds } = doctorParts();
    return { kinds: { ...kinds, telegram: { ...platforms.telegram, examine } } };
  };

  it("is examined with what a running MateBot would tell, and with what it keeps", async () => {
    await world.start();
    const store = await openStore(`sqlite:${world.data}/matebot.db`, { beside: true });
    const to = { account: "telegram", id: "-100999" };
    await store.transaction(async (tx) => {
      await tx.state.set("telegram", "note", "kept");
      await tx.moves.add({ account: "telegram", id: String(world.chat) }, to);
    });
    await store.close();
    const contexts: ExamineContext[] = [];
    const kept: unknown[] = [];
    await examined(
      world.configFile,
      withExamine(async (context) => {
        contexts.push(context);
        kept.push(await context.state("note"), await context.state("nothing"));
        return [];
      }),
    );
    const [context, ...others] = contexts;
    expect(others).toEqual([]);
    expect(context).toMatchObject({ account: "telegram", conversations: [to] });
    expect(context?.publicUrl?.origin).toBe(world.publicUrl);
    expect(context?.certificate).toMatch(/^-----BEGIN CERTIFICATE-----/);
    expect(kept).toEqual(["kept", undefined]);
  });

  it("says what its platform says", async () => {
    const finding = {
      check: "token",
      level: "fault",
      subject: "telegram",
      key: "telegram-doctor.token.wrong",
    } as const;
    expect(
      await examined(
        world.configFile,
        withExamine(async () => [finding]),
      ),
    ).toContainEqual(finding);
  });

  it("has a fault of its own when its platform fails, and the others are examined all the same", async () => {
    const examine = async () => {
      throw new Error("a riddle");
    };
    const found = await examined(world.configFile, withExamine(examine));
    expect(found).toContainEqual({
      ...{ check: "account", subject: "telegram", level: "fault", key: "doctor.broken" },
      values: { what: "account", reason: "a riddle" },
    });
    expect(found).toContainEqual(expect.objectContaining({ check: "ffmpeg" }));
  });

  it("is found in order by its platform where all is well", async () => {
    await world.start();
    const found = await examined(world.configFile, { kinds: platforms });
    expect(troubles(found).filter((one) => one.startsWith("fault"))).toEqual([]);
    const said = found.filter(({ subject, key }) => subject === "telegram" && !key.startsWith("doctor."));
    expect(said.length).toBeGreaterThan(2);
  });

  it("has a token that its platform does not accept", async () => {
    world.configure((config) => ({
      accounts: {
        ...config.accounts,
        telegram: { ...config.accounts.telegram, token: `${world.telegramBot.token.slice(0, -3)}xyz` },
      },
    }));
    const found = await examined(world.configFile, { kinds: platforms });
    expect(troubles(found)).toContain("fault telegram-doctor.token.wrong");
  });
});

describe("a check", () => {
  it("that takes too long is skipped, and told to stop", async () => {
    const clock = new ManualClock();
    const opened = openWorld(world.configFile, doctorParts({ clock }));
    let stopped = false;
    const slow: Check = {
      ...{ name: "slow", group: "machine" },
      run: ({ signal }) =>
        new Promise(() => {
          signal.addEventListener("abort", () => {
            stopped = true;
          });
        }),
    };
    const quick: Check = { ...{ name: "quick", group: "machine" }, run: async () => [] };
    const all = examineAll([slow, quick], opened.world);
    await clock.advance(CHECK_MS);
    const [late, done] = await all;
    await opened.close();
    expect(late?.found).toEqual([
      { check: "slow", level: "skipped", key: "doctor.late", values: { what: "slow", seconds: 20 } },
    ]);
    expect(done?.found).toEqual([]);
    expect(stopped).toBe(true);
  });
});
