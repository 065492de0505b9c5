// Finds out what is wrong with a Telegram account and changes nothing; `matebot doctor` calls it, beside a running MateBot or alone.

import type { UserFromGetMe } from "@grammyjs/types";
import type { ExamineContext } from "../../../bridge/examine.ts";
import type { Diagnosis } from "../../../model/diagnosis.ts";
import { PlatformError } from "../../../model/errors.ts";
import { createApi, type TelegramApi } from "../api/api.ts";
import type { HttpAnswer } from "../api/transport.ts";
import type { TelegramConfig } from "../config.ts";
import { isPassing, rivalName } from "../receive/trouble.ts";
import { type Resolve, systemResolve } from "../webhook/check-address.ts";
import { type ChatReport, examineChats } from "./chats.ts";
import { examineWebhook } from "./webhook.ts";
import { whenWords } from "./when-words.ts";

const skew = { warningSeconds: 30, faultSeconds: 5 * 60 };
const rivalMs = 24 * 60 * 60 * 1000;

export interface ExamineParts {
  /** How names are looked up. */
  readonly resolve?: Resolve;
}

/** What the checks of one account have in common. */
export interface Examination {
  readonly context: ExamineContext;
  readonly config: TelegramConfig;
  readonly api: TelegramApi;
  readonly resolve: Resolve;
}

/** Keys are those of locales/<language>/telegram-doctor.json; for all but `ok` there is `<key>-cure`. Never rejects. */
export async function examine(
  context: ExamineContext,
  config: TelegramConfig,
  { resolve = systemResolve }: ExamineParts = {},
): Promise<readonly Diagnosis[]> {
  const times: number[] = [];
  const api = createApi(config, context.clock, (answer) => {
    const seconds = behindSeconds(answer, context.clock.now());
    if (seconds !== undefined) times.push(seconds);
  });
  const examination = { context, config, api, resolve };
  const token = await examineToken(examination);
  const found = await restOf(examination, token.me);
  return [token.diagnosis, ...(token.heard ? [clockSkew(times[0])] : []), ...found].map((one) => ({
    subject: context.account,
    ...one,
  }));
}

async function restOf(
  examination: Examination,
  me: UserFromGetMe | undefined,
): Promise<readonly Diagnosis[]> {
  const rival = await examineRival(examination.context);
  const webhook = await examineWebhook(examination, me !== undefined);
  if (!me) return [...webhook, rival];
  const chats = await examineChats(examination, me.id);
  return [privacyMode(me, chats), ...webhook, rival, ...chats.map(({ diagnosis }) => diagnosis)];
}

async function examineToken({ api, config, context }: Examination): Promise<{
  readonly diagnosis: Diagnosis;
  readonly me?: UserFromGetMe;
  /** Somebody answered, whatever it was. */
  readonly heard: boolean;
}> {
  const check = "token";
  try {
    const me = await api.call("getMe", {}, context.signal);
    const bot = me.username;
    return {
      diagnosis: { check, level: "ok", key: "telegram-doctor.token.ok", values: { bot } },
      me,
      heard: true,
    };
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    const isWrong = error.fate.kind === "halt";
    const key = isWrong ? "wrong" : isPassing(error) ? "unreachable" : "refused";
    const values = isWrong ? {} : { reason: error.message, host: new URL(config.api).host };
    const isSilent = error.code === "telegram.network" || error.code === "telegram.timeout";
    return {
      diagnosis: { check, level: "fault", key: `telegram-doctor.token.${key}`, values },
      heard: !isSilent,
    };
  }
}

/** Seconds by which our clock is ahead of the server's, which tells whole seconds only. */
function behindSeconds({ date }: HttpAnswer, now: number): number | undefined {
  const theirs = Date.parse(date ?? "");
  return Number.isNaN(theirs) ? undefined : Math.round((now - theirs - 500) / 1000);
}

function clockSkew(ahead: number | undefined): Diagnosis {
  const check = "clock-skew";
  if (ahead === undefined) return { check, level: "skipped", key: "telegram-doctor.clock-skew.unknown" };
  const seconds = Math.abs(ahead);
  if (seconds <= skew.warningSeconds) return { check, level: "ok", key: "telegram-doctor.clock-skew.ok" };
  return {
    check,
    level: seconds > skew.faultSeconds ? "fault" : "warning",
    key: "telegram-doctor.clock-skew.off",
    values: { seconds, side: ahead > 0 ? "ahead" : "behind" },
  };
}

/** Bot API, User: false while privacy mode is on; then only a bot that is admin sees ordinary messages of a group. */
function privacyMode(me: UserFromGetMe, chats: readonly ChatReport[]): Diagnosis {
  const check = "privacy-mode";
  const values = { bot: me.username };
  if (me.can_read_all_group_messages)
    return { check, level: "ok", key: "telegram-doctor.privacy-mode.ok", values };
  const isHarmless = chats.length > 0 && chats.every(({ seesAll }) => seesAll);
  return isHarmless
    ? { check, level: "note", key: "telegram-doctor.privacy-mode.harmless", values }
    : { check, level: "warning", key: "telegram-doctor.privacy-mode.on", values };
}

/** To ask for updates would end the question of a MateBot that runs: what that one met is read instead. */
async function examineRival({ state, clock }: ExamineContext): Promise<Diagnosis> {
  const at = Number(await state(rivalName));
  const isRecent = at > 0 && clock.now() - at < rivalMs;
  return isRecent
    ? { check: "rival", level: "warning", key: "telegram-doctor.rival.met", values: { when: whenWords(at) } }
    : { check: "rival", level: "ok", key: "telegram-doctor.rival.ok" };
}
