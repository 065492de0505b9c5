// The operator's room hears of starts, stops and faults, and nothing about itself.

import { expect, it } from "vitest";
import { eventually, makeWorld } from "../support/world.ts";

it("is told when MateBot starts and stops, once each", async () => {
  const world = await makeWorld({ language: "pt-BR" });
  const { telegram, telegramBot } = world;
  const operator = telegram.createUser({ firstName: "Olga" }).id;
  const room = telegram.createChat({ title: "Operação", type: "supergroup", ownerId: operator }).id;
  telegram.join(room, telegramBot.id);
  world.configure(() => ({ robot: { log_room: { room: `telegram:${room}` } } }));
  const app = await world.start();
  const said = () => telegram.messages(room).flatMap(({ text }) => (text === undefined ? [] : [text]));
  await app.stop();
  // What had not been said yet is said with the last words.
  await eventually(() => said().length > 0);
  expect(said().join("\n").split("\n")).toEqual(["· O MateBot está no ar.", "· O MateBot parou."]);
  await world.close();
});
