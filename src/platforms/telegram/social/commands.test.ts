// The menus of commands: which lists there are, what stands in them, and that only what changed is sent.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openRig, type Rig } from "../../../../test/support/telegram-rig.ts";
import type { RobotPort } from "../../../bridge/social.ts";
import type { CommandSheet } from "../../../model/ask.ts";
import { commandLists } from "./commands.ts";

function sheet(name: string, more: Partial<CommandSheet> = {}): CommandSheet {
  const same = { "pt-BR": name, en: name, es: name };
  return {
    ...{ name, names: same, about: { "pt-BR": `pt ${name}`, en: `en ${name}`, es: `es ${name}` } },
    ...{ args: [], forAdmins: false, where: "anywhere", onMessage: false },
    ...more,
  };
}

const sheets = [
  sheet("help", { names: { "pt-BR": "Ajuda", en: "help", es: "ayuda" } }),
  sheet("translate", { names: { "pt-BR": "tradução", en: "translate", es: "traducción" } }),
  sheet("ban", { forAdmins: true, where: "rooms" }),
  sheet("rules", { where: "rooms" }),
  sheet("me", { where: "private" }),
];

const namesIn = (type: string, code?: string) =>
  commandLists(sheets)
    .find((list) => list.scope.type === type && list.code === code)
    ?.commands.map(({ command }) => command);

describe("the lists of commands", () => {
  it("hold what belongs to each kind of chat", () => {
    expect(namesIn("default")).toEqual(["help", "translate"]);
    expect(namesIn("all_group_chats", "en")).toEqual(["help", "translate", "rules"]);
    expect(namesIn("all_chat_administrators", "en")).toEqual(["help", "translate", "ban", "rules"]);
    expect(namesIn("all_private_chats", "en")).toEqual(["help", "translate", "me"]);
  });

  it("are in the words of each language, without accents and capitals", () => {
    expect(namesIn("default", "pt")).toEqual(["ajuda", "traducao"]);
    expect(namesIn("default", "es")).toEqual(["ayuda", "traduccion"]);
  });

  it("leave out what Telegram does not take: strange names, doubles, empty descriptions, the 101st", () => {
    const odd = [
      sheet("помощь"),
      sheet("a".repeat(33)),
      sheet("mudo", { about: { "pt-BR": " ", en: " ", es: " " } }),
      ...Array.from({ length: 101 }, (_, i) => sheet(`c${i}`)),
      sheet("c0"),
    ];
    const [first] = commandLists(odd);
    expect(first?.commands).toHaveLength(100);
    expect(first?.commands[0]?.command).toBe("c0");
  });
});

describe("an account whose robot has commands", () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await openRig();
  });
  afterEach(() => rig.close());

  const robot = (commands: readonly CommandSheet[]): RobotPort => ({
    ask: () => Promise.resolve({}),
    stands: async () => {},
    complete: () => Promise.resolve([]),
    isPrivate: () => false,
    commands: () => commands,
  });
  const listed = async (scope: string, language_code = "") => {
    const query = new URLSearchParams({ scope: JSON.stringify({ type: scope }), language_code });
    const response = await fetch(`${rig.sandbox.url}/bot${rig.token}/getMyCommands?${query}`);
    return ((await response.json()) as { result: { command: string }[] }).result.map(
      ({ command }) => command,
    );
  };

  it("shows them in the menus once it is connected", async () => {
    await rig.account({ robot: robot(sheets) }).start();
    await rig.until(() => rig.asked("setMyCommands").length === 16);
    expect(await listed("all_private_chats", "pt")).toEqual(["ajuda", "traducao", "me"]);
    expect(await listed("all_chat_administrators")).toEqual(["help", "translate", "ban", "rules"]);
  });

  it("sends after a restart only the lists that changed", async () => {
    const first = rig.account({ robot: robot(sheets) });
    await first.start();
    const last = "commands-all_chat_administrators-es";
    await rig.until(() => first.state.has(last));
    await first.platform.stop();
    const more = [...sheets, sheet("mute", { forAdmins: true, where: "rooms" })];
    const second = rig.account({ robot: robot(more), state: first.state });
    await second.start();
    await rig.until(() => second.state.get(last) !== first.state.get(last));
    await second.platform.social?.announce(more, AbortSignal.timeout(5000));
    expect(rig.asked("setMyCommands")).toHaveLength(20);
    expect(await listed("all_chat_administrators")).toContain("mute");
  });

  it("tries again when that fails, and is up all the same", async () => {
    rig.sandbox.faults.add({
      match: ({ path }) => path.endsWith("/setMyCommands"),
      times: 1,
      fault: { kind: "status", status: 502 },
    });
    const account = rig.account({ robot: robot(sheets) });
    await account.start();
    expect(account.health).toEqual(["up"]);
    await rig.until(() => rig.asked("setMyCommands").length === 17, 1000);
    expect(await listed("default")).toEqual(["help", "translate"]);
  });

  it("asks for no menus without a robot", async () => {
    await rig.account().start();
    expect(rig.asked("setMyCommands")).toEqual([]);
  });
});
