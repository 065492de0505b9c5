import { expect, it } from "vitest";
import { Turn } from "./turn.ts";

it("is had by one at a time, in the order in which it was asked for", async () => {
  const turn = new Turn();
  const story: string[] = [];
  const lane = async (name: string) => {
    await turn.begin();
    story.push(`${name} begins`);
    await new Promise((resolve) => setImmediate(resolve));
    story.push(`${name} ends`);
    turn.end();
  };
  await Promise.all([lane("a"), lane("b"), lane("c")]);
  expect(story).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
});

it("tells whoever has it that somebody waits", async () => {
  const turn = new Turn();
  await turn.begin();
  expect(turn.wanted).toBe(false);
  const next = turn.begin();
  expect(turn.wanted).toBe(true);
  turn.end();
  await next;
  expect(turn.wanted).toBe(false);
});
