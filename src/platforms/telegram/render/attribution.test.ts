// How who speaks is shown: with the name, with the platform behind it, or not at all; and the robot under no name.

import { describe, expect, it } from "vitest";
import type { Resolved } from "../../../bridge/platform.ts";
import type { PollAttachment } from "../../../model/attachment.ts";
import type { Part, Section } from "../../../model/delivery.ts";
import type { Author, Message } from "../../../model/message.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import { type RichText, text } from "../../../model/rich-text.ts";
import type { TelegramRequest } from "../request.ts";
import { renderJoined } from "./joined.ts";
import { renderMessage } from "./render.ts";

const TO: ConversationRef = { account: "telegram", id: "-1001234567890" };
const KNOWN: Resolved = { prepared: null, now: 0, texts: (key) => key };
const MANNER = { profiles: true, maxBytes: 1_000_000 };
const carla: Author = { kind: "person", name: "Carla", href: "https://discord.com/users/1" };
const robot: Author = { kind: "robot", name: "MateBot" };

function message(author: Author, body: RichText, over: Partial<Message> = {}): Message {
  const ref = { conversation: { account: "discord", id: "1" }, id: "1" };
  return { ref, author, at: 0, body, attachments: [], ...over };
}

const payload = (part: Part | undefined) =>
  (part?.request as unknown as TelegramRequest | undefined)?.payload;
const said = (of: Message, known: Partial<Resolved>) =>
  payload(renderMessage(of, TO, { ...KNOWN, ...known }, MANNER)[0]);
const oi = message(carla, [text("oi")]);

describe("the attribution", () => {
  const withPlatform = { attribution: "name-platform", platform: "Discord" } as const;

  it.each([
    [{}, "Carla: oi"],
    [{ attribution: "name" }, "Carla: oi"],
    [{ attribution: "name", platform: "Discord" }, "Carla: oi"],
    [withPlatform, "Carla (Discord): oi"],
    [{ attribution: "name-platform" }, "Carla: oi"],
    [{ attribution: "none", platform: "Discord" }, "oi"],
  ] as const)("%j makes %j", (known, words) => {
    expect(said(oi, known)?.text).toBe(words);
  });

  it("makes the name alone bold", () => {
    expect(said(oi, withPlatform)?.entities).toContainEqual({ type: "bold", offset: 0, length: 5 });
  });

  it("keeps a block below the name, and a name that stands alone", () => {
    const code = message(carla, [{ kind: "pre", text: "x" }]);
    expect(said(code, withPlatform)?.text).toMatch(/^Carla \(Discord\):\n/);
    expect(said(message(carla, []), withPlatform)?.text).toBe("Carla (Discord)");
  });

  it("leaves no empty message without a name", () => {
    expect(said(message(carla, []), { attribution: "none" })?.text).toBe("…");
  });

  it("leads no preview to a page that is not named", () => {
    expect(said(oi, {})).toHaveProperty("link_preview_options");
    expect(said(oi, { attribution: "none" })).not.toHaveProperty("link_preview_options");
  });

  it("holds for the question of a poll", () => {
    const options = [{ text: "a" }, { text: "b" }];
    const poll = { kind: "poll", poll: { question: "Mate?", options } } as unknown as PollAttachment;
    const asked = message(carla, [], { attachments: [poll] });
    expect(said(asked, withPlatform)?.question).toBe("Carla (Discord): Mate?");
    expect(said(asked, { attribution: "none" })?.question).toBe("Mate?");
  });

  it("holds in joined messages", () => {
    const sections: Section[] = [
      { kind: "message", message: oi },
      { kind: "message", message: message({ ...carla, name: "Davi" }, [text("olá")]) },
    ];
    const joined = (known: Partial<Resolved>) =>
      payload(renderJoined(sections, TO, { ...KNOWN, ...known }, MANNER)?.part)?.text;
    expect(joined(withPlatform)).toBe("Carla (Discord): oi\nDavi (Discord): olá");
    expect(joined({ attribution: "none" })).toBe("oi\nolá");
  });
});

describe("the robot", () => {
  it("speaks without a name, whatever the bridge shows", () => {
    const words = message(robot, [text("pronto")]);
    expect(said(words, {})?.text).toBe("pronto");
    expect(said(words, { attribution: "name-platform", platform: "Discord" })?.text).toBe("pronto");
  });

  it("stands without a name among joined messages", () => {
    const sections: Section[] = [
      { kind: "message", message: oi },
      { kind: "message", message: message(robot, [text("pronto")]) },
    ];
    const joined = renderJoined(sections, TO, KNOWN, MANNER);
    expect(payload(joined?.part)?.text).toBe("Carla: oi\npronto");
  });
});
