// Looking for a message with files, a poll or a voice that got no answer, against the simulator.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  callOf,
  type DiscordAccount,
  type DiscordRig,
  openDiscordRig,
} from "../../../../test/support/discord-rig.ts";
import { handMedia } from "../../../../test/support/hand-media.ts";
import type { Doubt } from "../../../bridge/platform.ts";
import type { FileAttachment } from "../../../model/attachment.ts";
import type { Call, Sent } from "../../../model/delivery.ts";
import { hashOf, readForm } from "../render/form-hash.ts";
import type { CreateRequest } from "../request.ts";
import { wantsFor } from "../wants.ts";

const signal = new AbortController().signal;

let rig: DiscordRig;
let account: DiscordAccount;
let known: Set<string>;
beforeEach(async () => {
  rig = await openDiscordRig();
  known = new Set();
  const files = {
    a: { bytes: Buffer.from("aaa") },
    b: { bytes: Buffer.from("bbbbb") },
    v: { bytes: Buffer.from("OggS"), mime: "audio/ogg" },
  };
  account = rig.account({ media: handMedia({ files }) });
});
afterEach(async () => {
  expect(rig.sandbox.unexpected).toEqual([]);
  await rig.close();
});

const file = (name: string, more: Partial<FileAttachment> = {}): FileAttachment => ({
  ...{ kind: "document", account: "telegram", source: name, stable: name, name },
  ...more,
});

function creating(files: readonly FileAttachment[], content = "", more: Partial<CreateRequest> = {}): Call {
  const orders = files.map((each) => ({ file: each, wants: wantsFor(each, 10_000_000) }));
  return callOf({
    ...{ kind: "create", channel: rig.channel, puppet: { name: "Rui" }, content, nonce: "n1" },
    ...(files.length > 0 && { files: orders, hash: hashOf({ ...more, content, files }) }),
    ...more,
  });
}

const send = (call: Call) => account.platform.send(call, rig.at(), signal);
async function deliver(call: Call): Promise<void> {
  known.add((await send(call))?.ref.id ?? "");
}
async function lose(call: Call): Promise<Sent | "absent" | "unknown" | undefined> {
  const isPost = ({ method, path }: { method: string; path: string }) =>
    method === "POST" && (path.includes("wait=true") || path.endsWith("/messages"));
  rig.sandbox.faults.add({ match: isPost, times: 1, fault: { kind: "cut", when: "after" } });
  await expect(send(call)).rejects.toMatchObject({ fate: { kind: "retry", maybeDelivered: true } });
  return lookFor(call);
}
async function lookFor(call: Call) {
  const doubt: Doubt = { since: rig.clock.now(), known: async (refs) => refs.map(({ id }) => known.has(id)) };
  return account.platform.reconcile?.(call, rig.at(), doubt, signal);
}
const last = () => rig.sandbox.messages(rig.channel).at(-1);

describe("a lost message", () => {
  it("with files and a caption is found, in the form that was frozen", async () => {
    await deliver(creating([], "olha"));
    expect(await lose(creating([file("a"), file("b")], "olha"))).toEqual({
      ref: { conversation: rig.at(), id: last()?.id },
      via: last()?.webhook_id,
    });
  });

  it("with files alone is told from another by their number", async () => {
    await deliver(creating([file("a")]));
    const found = await lose(creating([file("a"), file("b")]));
    expect(found).toMatchObject({ ref: { id: last()?.id } });
  });

  it("with files alone is told from others that nobody knows by their size", async () => {
    await send(creating([file("a", { bytes: 3 })]));
    const found = await lose(creating([file("b", { bytes: 5 })]));
    expect(found).toMatchObject({ ref: { id: last()?.id } });
  });

  it("whose file became words is found, and says so", async () => {
    await deliver(creating([], "olha só"));
    const found = await lose(creating([file("missing")], "olha"));
    expect(found).toMatchObject({ ref: { id: last()?.id } });
    const hash = typeof found === "object" ? (found.hash ?? "") : "";
    expect(readForm(hash).files).toMatchObject([{ form: "words" }]);
  });

  it("of a voice is found", async () => {
    const voice = file("v", { kind: "voice", seconds: 1, waveform: "AAEC" });
    const { puppet: _, ...asBot } = creating([voice], "", { voice: true })
      .request as unknown as CreateRequest;
    expect(await lose(callOf(asBot))).toEqual({ ref: { conversation: rig.at(), id: last()?.id } });
  });

  it("of a poll is found by what it asks", async () => {
    const polling = (question: string): Call => {
      const answers = [{ poll_media: { text: "sim" } }];
      const poll = {
        question: { text: question },
        answers,
        duration: 1,
        allow_multiselect: false,
        layout_type: 1,
      } as const;
      const { puppet: _, ...asBot } = creating([], "**Ana**", { poll }).request as unknown as CreateRequest;
      return callOf({ ...asBot, nonce: question });
    };
    await send(polling("Café?"));
    expect(await lookFor(polling("Mate?"))).toBe("absent");
    expect(await lose(polling("Mate?"))).toEqual({ ref: { conversation: rig.at(), id: last()?.id } });
  });
});

describe("absent is", () => {
  it("a message with files where only the same words stand", async () => {
    await send(creating([], "olha"));
    expect(await lookFor(creating([file("a")], "olha"))).toBe("absent");
  });

  it("a text where the same words stand with a file", async () => {
    await send(creating([file("a")], "olha"));
    expect(await lookFor(creating([], "olha"))).toBe("absent");
  });

  it("a message with a file where something else begins with its words", async () => {
    await send(creating([], "olha isto"));
    expect(await lookFor(creating([file("a")], "olha"))).toBe("absent");
  });
});
