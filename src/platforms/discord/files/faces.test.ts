// Which picture a puppet wears: published, uploaded once, kept, refreshed, and never waited for long.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  callOf,
  type DiscordAccount,
  type DiscordAccountOptions,
  type DiscordRig,
  openDiscordRig,
} from "../../../../test/support/discord-rig.ts";
import { type HandMedia, handMedia } from "../../../../test/support/hand-media.ts";
import type { MediaPort, ReadyFile } from "../../../bridge/media-port.ts";
import type { FileAttachment } from "../../../model/attachment.ts";
import type { CreateRequest } from "../request.ts";

const signal = new AbortController().signal;
const MANAGE_CHANNELS = 1n << 4n;
const HOUR = 3_600_000;
const rui = { name: "Rui", user: { account: "telegram", id: "5" } };

let rig: DiscordRig;
let account: DiscordAccount;
let drawn: string[];
let held: number;
/** What Telegram says of the picture now. */
let picture: string | undefined;
beforeEach(async () => {
  rig = await openDiscordRig();
  drawn = [];
  held = 0;
  picture = "p1";
});
afterEach(async () => {
  expect(held).toBe(0);
  expect(rig.sandbox.unexpected).toEqual([]);
  await rig.close();
});

const drawFace: MediaPort["face"] = async (name, file) => {
  const key = file?.stable ?? `letter ${name}`;
  drawn.push(key);
  held += 1;
  const bytes = Buffer.from(`PNG ${key}`);
  return {
    ...{ kind: "photo", name: "face.png", mime: "image/png", bytes: bytes.length, key },
    async *open() {
      yield bytes;
    },
    release: () => {
      held -= 1;
    },
  } satisfies ReadyFile;
};

function open(
  more: DiscordAccountOptions & {
    readonly publish?: MediaPort["publish"];
    readonly face?: MediaPort["face"];
  } = {},
) {
  const { publish, ...options } = more;
  const media: HandMedia = handMedia({ face: drawFace, ...(publish && { publish }) });
  const face = async (): Promise<FileAttachment | undefined> =>
    picture === undefined
      ? undefined
      : { kind: "photo", account: "telegram", source: picture, stable: picture };
  account = rig.account({ media, face, ...options } as DiscordAccountOptions);
}

async function say(puppet: CreateRequest["puppet"] = rui): Promise<string | null | undefined> {
  const request = { kind: "create", channel: rig.channel, puppet, content: "oi", nonce: "n" } as const;
  await account.platform.prepare(rig.at(), signal);
  await account.platform.send(callOf(request as CreateRequest), rig.at(), signal);
  const [asked] = rig.asked("POST", "/webhooks/").slice(-1);
  return (Object(asked?.body) as { avatar_url?: string }).avatar_url;
}
const allow = (permissions: bigint) =>
  rig.sandbox.setRolePermissions(rig.guild, rig.sandbox.botRole(rig.guild, rig.bot.id), permissions);
const uploads = () => rig.sandbox.requests.filter(({ body }) => Object(body)["files[0]"] !== undefined);

/** All a bot of ours may need, and to make channels. */
const EVERYTHING = MANAGE_CHANNELS | 2_885_582_905_011_264n;

describe("a face", () => {
  it("is an address of our own server where others can fetch it", async () => {
    open({ publish: ({ key }) => `https://mate.example/pictures/${key}` });
    expect(await say()).toBe("https://mate.example/pictures/p1");
    expect(await say()).toBe("https://mate.example/pictures/p1");
    expect(drawn).toEqual(["p1"]);
    expect(uploads()).toEqual([]);
  });

  it("is uploaded once to a private channel otherwise, and has no signature", async () => {
    allow(EVERYTHING);
    open();
    const address = await say();
    expect(address).toMatch(new RegExp(`^${rig.sandbox.cdnUrl}/attachments/\\d+/\\d+/face\\.png$`));
    expect(await say()).toBe(address);
    expect(uploads()).toHaveLength(1);
    const [made] = rig.asked("POST", `/guilds/${rig.guild}/channels`);
    expect(made?.body).toMatchObject({
      name: "matebot-avatars",
      permission_overwrites: [{ id: rig.guild, deny: "1024" }, { id: rig.bot.id }],
    });
  });

  it("is known after a restart, and the channel is found again", async () => {
    allow(EVERYTHING);
    open();
    const address = await say();
    const { state } = account;
    open({ state });
    expect(await say()).toBe(address);
    expect(drawn).toHaveLength(1);
    await say({ name: "Bia", user: { account: "telegram", id: "6" } });
    expect(rig.asked("POST", `/guilds/${rig.guild}/channels`)).toHaveLength(1);
  });

  it("is forgotten with its person, for a restart as well", async () => {
    open({ publish: ({ key }) => `https://mate.example/pictures/${key}` });
    await say();
    await account.platform.forget?.(rui.user);
    expect([...account.state.values()].join()).not.toContain("telegram:5");
    picture = "p2";
    expect(await say()).toBe("https://mate.example/pictures/p2");
  });

  it("is uploaded to the configured channel", async () => {
    const channel = rig.sandbox.createChannel(rig.guild, { name: "fotos" }).id;
    open({ avatars: { channel } });
    expect(await say()).toContain(`/attachments/${channel}/`);
  });

  it("is a letter for people without a picture, and for those nobody knows", async () => {
    picture = undefined;
    open({ publish: ({ key }) => `https://mate.example/${encodeURIComponent(key ?? "")}` });
    expect(await say()).toBe("https://mate.example/letter%20Rui");
    expect(await say({ name: "Canal" })).toBe("https://mate.example/letter%20Canal");
  });

  it("of several together is nobody's", async () => {
    open({ publish: () => "https://mate.example/x" });
    expect(await say({ name: "Ana, Rui", told: true })).toBeUndefined();
  });

  it("is looked at again after an hour, and at once when the message says it changed", async () => {
    open({ publish: ({ key }) => `https://mate.example/${key}` });
    await say();
    picture = "p2";
    expect(await say()).toBe("https://mate.example/p1");
    await rig.clock.advance(HOUR);
    // The old one will do until the next message.
    expect(await say()).toBe("https://mate.example/p1");
    expect(await say()).toBe("https://mate.example/p2");
    picture = "p3";
    await say({ ...rui, face: "new" });
    expect(await say({ ...rui, face: "new" })).toBe("https://mate.example/p3");
  });

  it("that is the same still is not uploaded again", async () => {
    allow(EVERYTHING);
    open();
    await say();
    await rig.clock.advance(HOUR);
    await say();
    await rig.until(() => drawn.length === 2);
    expect(uploads()).toHaveLength(1);
  });

  it("that may not be had is done without, said once", async () => {
    allow(EVERYTHING & ~MANAGE_CHANNELS);
    open();
    expect(await say()).toBeUndefined();
    expect(await say({ name: "Bia" })).toBeUndefined();
    expect(account.lines.filter((line) => line.includes("avatars.channel"))).toHaveLength(1);
    expect(rig.asked("POST", `/guilds/${rig.guild}/channels`)).toHaveLength(1);
  });

  it("that fails does not fail the message, and is not tried again at once", async () => {
    open();
    account = rig.account({ media: handMedia({}) });
    expect(await say()).toBeUndefined();
    expect(rig.sandbox.messages(rig.channel)).toHaveLength(1);
  });

  it("holds the first message up for a second and a half, and then nobody", async () => {
    const slow = Promise.withResolvers<void>();
    const media: HandMedia = {
      ...handMedia({ publish: ({ key }) => `https://mate.example/${encodeURIComponent(key ?? "")}` }),
      face: async (...asked) => {
        await slow.promise;
        return drawFace(...asked);
      },
    };
    account = rig.account({ media });
    await account.platform.prepare(rig.at(), signal);
    const first = say();
    await rig.until(() => rig.asked("POST", "/webhooks/").length === 1, 100);
    expect(await first).toBeUndefined();
    expect(await say({ name: "Bia" })).toBeUndefined();
    slow.resolve();
    await rig.until(() => drawn.length === 2);
    expect(await say()).toBe("https://mate.example/letter%20Rui");
  });

  it("whose address Discord does not take is left off", async () => {
    open({ publish: () => "mate.example/no-address" });
    await say();
    const addresses = rig.asked("POST", "/webhooks/").map(({ body }) => Object(body).avatar_url);
    expect(addresses).toEqual(["mate.example/no-address", undefined]);
    expect(rig.sandbox.messages(rig.channel)).toHaveLength(1);
  });
});
