// `matebot dead-letters`: what is listed and shown of everything that was given up, and what becomes of it.

import { afterEach, describe, expect, it } from "vitest";
import { openTestDesk, type TestDesk, type TestDeskOptions } from "../../test/support/desk.ts";
import { call, channel, created, group, message, raw, topic } from "../../test/support/store-samples.ts";
import type { StoreTx } from "../bridge/store-port.ts";
import { UserError } from "../model/errors.ts";
import type { BridgeEvent } from "../model/event.ts";
import type { Message } from "../model/message.ts";
import { futureThread } from "../model/refs.ts";
import { dropLetters, listLetters, retryLetters, showLetter } from "./dead-letters.ts";

let desk: TestDesk | undefined;
afterEach(async () => {
  await desk?.close();
  desk = undefined;
});

async function open(options: TestDeskOptions = {}): Promise<TestDesk> {
  desk = await openTestDesk(options);
  return desk;
}

const run = <T>({ store }: TestDesk, work: (tx: StoreTx) => Promise<T>) => store.transaction(work);
const ref = message(group, "7");

/** A delivery that was given up (`d1`), and an update that nobody understood. */
async function openWithTwo(options: TestDeskOptions = {}): Promise<TestDesk> {
  const opened = await open(options);
  await run(opened, async (tx) => {
    await tx.outbox.append([{ event: created(ref, "Olá, gente"), to: channel }]);
    await tx.outbox.freeze(1, [call(0), call(1)], { at: 6_000 });
    await tx.outbox.progress(1, 1);
    await tx.outbox.failed(1, 3, 7_000);
    await tx.outbox.bury(1, "Missing Access");
    const poison = raw("u99", { body: '{"update_id":99,"text":"veneno"}', receivedAt: 9_000 });
    await tx.journal.insert([poison]);
    await tx.journal.bury(poison, "ParseError: no chat");
  });
  return opened;
}

/** The id of the update is made of its key: it is read from the list, as a person would. */
async function updateIdIn(opened: TestDesk): Promise<string> {
  await listLetters(opened, { json: true });
  return JSON.parse(opened.printed.join("\n"))[1].id;
}

describe("list", () => {
  it.each([
    ["en", "Everything was delivered: the list is empty."],
    ["pt-BR", "Tudo foi entregue: a lista está vazia."],
    ["es", "Todo fue entregado: la lista está vacía."],
  ] as const)("says in %s that there is nothing", async (language, words) => {
    const opened = await open({ language });
    expect(await listLetters(opened, { json: false })).toBe(0);
    expect(opened.printed).toEqual([words]);
  });

  it("shows both kinds below each other, the newest last, and no word of a message", async () => {
    const opened = await openWithTwo();
    expect(await listLetters(opened, { json: false })).toBe(0);
    const [head, first, second, , hint] = opened.printed;
    expect(head).toMatch(/^CODE +WHEN +FROM +TO +WHAT +REASON$/);
    expect(first).toMatch(
      /^d1 +\S+ \S+ +telegram:-1001234567890 +discord:123456789012345678 +message +Missing Access$/,
    );
    expect(second).toMatch(/^u[0-9a-f]{8} +\S+ \S+ +telegram {2,}update +This version .* not understand/);
    expect(head?.indexOf("REASON")).toBe(first?.indexOf("Missing"));
    expect(hint).toMatch(/^2 items\./);
    expect(opened.printed.join()).not.toMatch(/Olá|veneno/);
  });

  it("puts the newest last, whatever its kind", async () => {
    const opened = await openWithTwo();
    await run(opened, async (tx) => {
      const old = raw("u1", { receivedAt: 1_000 });
      await tx.journal.insert([old]);
      await tx.journal.bury(old, "ParseError");
    });
    await listLetters(opened, { json: false });
    expect(opened.printed.slice(1, 4).map((line) => line[0])).toEqual(["u", "d", "u"]);
  });

  it("puts what and why below each line where the terminal is narrow, and cuts nothing", async () => {
    const opened = await openWithTwo({ columns: 80 });
    await listLetters(opened, { json: false });
    const [head, first, why, second, unread] = opened.printed;
    expect(head).toMatch(/^CODE +WHEN +FROM +TO$/);
    expect(first).toMatch(/^d1 +\S+ \S+ +telegram:-1001234567890 +discord:123456789012345678$/);
    expect(why).toBe("    message: Missing Access");
    expect(second).toMatch(/^u[0-9a-f]{8} +\S+ \S+ +telegram$/);
    expect(unread).toMatch(/^ {4}update: This version .* try “retry”\.$/);
  });

  it("keeps the table where the terminal is wide enough", async () => {
    const opened = await openWithTwo({ columns: 250 });
    await listLetters(opened, { json: false });
    expect(opened.printed[1]).toMatch(/message +Missing Access$/);
  });

  it("gives programs the same as JSON", async () => {
    const opened = await openWithTwo();
    await listLetters(opened, { json: true });
    expect(JSON.parse(opened.printed.join("\n"))).toEqual([
      {
        id: "d1",
        kind: "delivery",
        what: "message.created",
        at: "1970-01-01T00:00:05.000Z",
        from: "telegram:-1001234567890",
        to: "discord:123456789012345678",
        attempts: 3,
        words: "Missing Access",
        reason: "Missing Access",
      },
      {
        id: expect.stringMatching(/^u[0-9a-f]{8}$/),
        kind: "update",
        what: "update",
        at: "1970-01-01T00:00:09.000Z",
        from: "telegram",
        words: expect.stringContaining("did not understand"),
        reason: "ParseError: no chat",
      },
    ]);
  });

  it("gives programs an empty list when there is nothing", async () => {
    const opened = await open();
    await listLetters(opened, { json: true });
    expect(opened.printed).toEqual(["[]"]);
  });
});

describe("show", () => {
  it("tells everything of a delivery: words, link, reason, attempts, requests", async () => {
    const opened = await openWithTwo();
    expect(await showLetter(opened, "D1")).toBe(0);
    const shown = opened.printed.join("\n");
    for (const fact of [
      /^Code +d1$/m,
      /^Reason +Missing Access$/m,
      /^Message +telegram:-1001234567890\/7$/m,
      /^Link +https:\/\/t\.me\/c\/1234567890\/7$/m,
      /^Author +Ana$/m,
      /^Attempts +3$/m,
      /^Failing since +\S+ \S+$/m,
      /^Text +Olá, gente$/m,
      /create, part 1: sent$/m,
      /create, part 2: not sent$/m,
      /"content": "part 1"/,
    ])
      expect(shown).toMatch(fact);
  });

  it("tells everything of an update", async () => {
    const opened = await openWithTwo();
    expect(await showLetter(opened, await updateIdIn(opened))).toBe(0);
    const shown = opened.printed.join("\n");
    for (const fact of [/^Key +u99$/m, /^Answer +ParseError: no chat$/m, /"text": "veneno"/])
      expect(shown).toMatch(fact);
  });

  it("names what belongs to a message, a thread that is not open yet, and a poll without a message", async () => {
    const opened = await open({ language: "pt-BR" });
    const about = message(topic, "7");
    const notice = { key: "cli.dead-letters.kept" };
    const events: readonly BridgeEvent[] = [
      { kind: "marks.changed", about },
      {
        ...{ kind: "pin.changed", target: about, pinned: true, notice },
        by: { kind: "person", name: "Bia" },
      },
      { kind: "thread.changed", conversation: topic, change: "renamed", name: "Festa" },
      { kind: "poll.closed", target: { account: "telegram", poll: "5" } },
    ];
    const to = futureThread(channel, topic);
    await run(opened, async (tx) => {
      await tx.outbox.append(events.map((event) => ({ event, to })));
      for (const [i] of events.entries()) await tx.outbox.bury(i + 1, "no");
    });
    expect(await listLetters(opened, { json: false })).toBe(0);
    const rows = opened.printed.slice(1, 5);
    const place = "discord:123456789012345678, novo tópico para telegram:-1001234567890/42";
    for (const row of rows) expect(row).toContain(` ${place} `);
    const whats = ["reações e votos", "mensagem fixada", "tópico", "fim de enquete"];
    for (const [i, what] of whats.entries()) expect(rows[i]).toMatch(new RegExp(` ${what} +no$`));
    expect(rows[3]).toMatch(/^d4 +\S+ \S+ +telegram {2,}/);
    const shown = async (id: string) => {
      const before = opened.printed.length;
      await showLetter(opened, id);
      return opened.printed.slice(before).join("\n");
    };
    expect(await shown("d1")).toMatch(/^Mensagem +telegram:-1001234567890\/42\/7$/m);
    expect(await shown("d2")).toMatch(/^Autor +Bia$[\s\S]+^Texto +Nada foi esquecido\.$/m);
    expect(await shown("d3")).toMatch(/^Texto +Festa$/m);
    expect(await shown("d4")).toMatch(/^De +telegram$/m);
  });

  it("tells the files of a message, but not what opens them", async () => {
    const opened = await open();
    const file = { kind: "document", account: "telegram", source: "SECRET", name: "ata.pdf" } as const;
    const words: Message = {
      ...{ ref, author: { kind: "person", name: "Ana" }, at: 1_000 },
      ...{ body: [{ kind: "text", text: "Aqui" }], attachments: [file] },
    };
    await run(opened, async (tx) => {
      await tx.outbox.append([{ event: { kind: "message.created", message: words }, to: channel }]);
      await tx.outbox.freeze(1, [{ ...call(0), request: { files: [{ file }] } }], { at: 1 });
      await tx.outbox.bury(1, "no");
    });
    await showLetter(opened, "d1");
    const shown = opened.printed.join("\n");
    expect(shown).toMatch(/File · ata\.pdf\n +Aqui/);
    expect(shown).toContain('"source": "…"');
    expect(shown).not.toContain("SECRET");
  });

  it("says a reason in the language of the people, and what the platform said beside it", async () => {
    const opened = await open({ language: "pt-BR" });
    await run(opened, async (tx) => {
      await tx.outbox.append([{ event: created(ref), to: channel }]);
      await tx.outbox.bury(1, "cli.dead-letters.kept: Missing Access");
    });
    await showLetter(opened, "d1");
    expect(opened.printed.join("\n")).toMatch(/^Motivo +Nada foi esquecido\.\nResposta +Missing Access$/m);
  });
});

describe("retry", () => {
  const both = ["d1", "the update"] as const;

  it.each(both)("gives %s another try and leaves the other", async (which) => {
    const opened = await openWithTwo();
    const id = which === "d1" ? "d1" : await updateIdIn(opened);
    expect(await retryLetters(opened, { ids: [id, id], all: false })).toBe(0);
    expect(opened.printed.at(-1)).toMatch(/^1 item goes out again/);
    const left = await run(opened, async (tx) => ({
      waiting: (await tx.outbox.front(channel, 5)).map(({ id: row }) => row),
      again: (await tx.journal.again()).map(({ key }) => key),
    }));
    expect(left).toEqual(which === "d1" ? { waiting: [1], again: [] } : { waiting: [], again: ["u99"] });
  });

  it("gives all of them another try, and traces it", async () => {
    const opened = await openWithTwo();
    expect(await retryLetters(opened, { ids: [], all: true })).toBe(0);
    expect(await run(opened, (tx) => tx.outbox.dead())).toEqual([]);
    expect(await run(opened, (tx) => tx.journal.dead())).toEqual([]);
    const step = { about: ref, to: channel, at: 5_000, step: "asked-again" };
    expect(await run(opened, (tx) => tx.trace.of(ref))).toEqual([step]);
  });

  it("does nothing when one of the codes is wrong, and says which", async () => {
    const opened = await openWithTwo();
    const fault = retryLetters(opened, { ids: ["d1", "d7", "x"], all: false });
    await expect(fault).rejects.toMatchObject({
      message: expect.stringMatching(/codes d7, x are not in the list; nothing was done/),
      exitCode: 1,
    });
    expect(await run(opened, (tx) => tx.outbox.dead())).toHaveLength(1);
  });

  it.each([
    { ids: [], all: false },
    { ids: ["d1"], all: true },
  ])("wants to know which: %o", async (choice) => {
    const opened = await openWithTwo();
    await expect(retryLetters(opened, choice)).rejects.toMatchObject({ exitCode: 2 });
  });

  it("of all says so when there is nothing", async () => {
    const opened = await open();
    expect(await retryLetters(opened, { ids: [], all: true })).toBe(0);
    expect(opened.printed).toEqual(["Everything was delivered: the list is empty."]);
  });
});

describe("drop", () => {
  const left = (opened: TestDesk) =>
    run(opened, async (tx) => (await tx.outbox.dead()).length + (await tx.journal.dead()).length);

  it.each(["y", "Yes", "s", "sim", " sí "])("forgets when the person says %j", async (answer) => {
    const opened = await openWithTwo({ answer });
    expect(await dropLetters(opened, { ids: [], all: true, yes: false })).toBe(0);
    expect(await left(opened)).toBe(0);
    expect(opened.printed).toEqual(["2 items forgotten."]);
  });

  it.each(["", "n", "yesterday"])("forgets nothing when the person says %j", async (answer) => {
    const opened = await openWithTwo({ answer });
    expect(await dropLetters(opened, { ids: ["d1"], all: false, yes: false })).toBe(1);
    expect(await left(opened)).toBe(2);
  });

  it("asks nobody when it is told not to", async () => {
    const opened = await openWithTwo();
    expect(await dropLetters(opened, { ids: ["d1"], all: false, yes: true })).toBe(0);
    expect(await left(opened)).toBe(1);
  });

  it("forgets nothing unasked where nobody can be asked", async () => {
    const opened = await openWithTwo();
    const fault = dropLetters(opened, { ids: ["d1"], all: false, yes: false });
    await expect(fault).rejects.toBeInstanceOf(UserError);
    await expect(fault).rejects.toMatchObject({ exitCode: 2, message: expect.stringContaining("--yes") });
    expect(await left(opened)).toBe(2);
  });
});
