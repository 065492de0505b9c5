// `matebot init`: from two tokens to a running bridge; `admin.ts` calls it.

import { dirname, resolve } from "node:path";
import { ConfigError } from "../config/finding.ts";
import { parsePublicUrl } from "../config/public-url.ts";
import { resolveReferences } from "../config/references.ts";
import { type Config, loadConfig } from "../config.ts";
import { createLog, type LineSink, type RootLog } from "../log.ts";
import type { Language } from "../model/texts.ts";
import { platforms as platformKinds } from "../platforms/index.ts";
import type { Answers } from "../setup/answers.ts";
import { readIfThere, saveConfig, saveToken, tokenReference, type Written } from "../setup/files.ts";
import { type Given, type InitOptions, readGiven, TOKEN_VARIABLES } from "../setup/given.ts";
import { findOut, type Interview, type InterviewParts, interview } from "../setup/interview.ts";
import type { PlatformName, SetupPlatforms } from "../setup/platforms.ts";
import type { Prompts } from "../setup/prompts.ts";
import {
  canServe,
  installService,
  SERVICE_DATA,
  SERVICE_FOLDER,
  type ServiceParts,
} from "../setup/systemd.ts";
import { readStanding, type Standing, writeConfig } from "../setup/write-config.ts";
import { LANGUAGES, type LoadedTexts, loadTexts, systemLanguage } from "../texts.ts";
import { parseListen } from "../web/listen.ts";
import { type ProxyKind, proxyFile, proxyLines, reloadCommand } from "../web/proxy-lines.ts";
import { harmless } from "./lay-out.ts";
import { explain } from "./run.ts";

export interface InitParts {
  readonly env: NodeJS.ProcessEnv;
  readonly stdout: LineSink;
  readonly stderr: LineSink;
  /** Undefined: nobody sits there. */
  readonly prompts: (texts: LoadedTexts) => Promise<Prompts | undefined>;
  /** `fields`: what the configuration says of the account, such as `api`. */
  readonly platforms: (
    fields: Readonly<Record<PlatformName, Readonly<Record<string, unknown>>>>,
    texts: LoadedTexts,
  ) => SetupPlatforms;
  readonly reach: InterviewParts["reach"];
  readonly service: ServiceParts;
  readonly run: (config: string) => Promise<number>;
}

interface Desk {
  readonly options: InitOptions;
  readonly parts: InitParts;
  readonly texts: LoadedTexts;
  readonly log: RootLog;
  readonly given: Given;
  readonly before: string | undefined;
  readonly standing: Standing;
  readonly prompts: Prompts | undefined;
  /** The system's service lives there: its files lie flat, and its data elsewhere. */
  readonly flat: boolean;
}

/**
 * Resolves with the exit code of what it started; 0 when nothing was to be started, 1 when the person gave up, 2 when
 * something is missing or makes no sense. Never rejects.
 */
export async function init(options: InitOptions, parts?: InitParts): Promise<number> {
  const { env, stderr } = parts ?? process;
  const log = createLog({ destination: stderr, env });
  try {
    return await setUp(
      options,
      parts ?? (await (await import("../setup/process-parts.ts")).processParts(process)),
      log,
    );
  } catch (error) {
    return explain(error, log, stderr);
  }
}

async function setUp(options: InitOptions, parts: InitParts, log: RootLog): Promise<number> {
  const first = loadTexts(languageOf(options.language) ?? systemLanguage(parts.env));
  const before = readIfThere(options.config, first);
  const standing = readStanding(before, options.config, first);
  const language = languageOf(options.language) ?? languageOf(standing.language) ?? systemLanguage(parts.env);
  const texts = loadTexts(language);
  const given = readGiven(options, parts.env, texts);
  const { accounts } = standing;
  const folder = dirname(resolve(options.config));
  const fields = (name: PlatformName) =>
    resolveReferences(accounts[name]?.fields ?? {}, parts.env, folder).value as Record<string, unknown>;
  const resolved = { telegram: fields("telegram"), discord: fields("discord") };
  const prompts = options.yes || options.print ? undefined : await parts.prompts(texts);
  const flat = parts.service.uid === 0 && folder === SERVICE_FOLDER;
  const desk = { options, parts, texts, log, given, before, standing, flat };
  const hushed = prompts && hiding(prompts, log);
  const inner: InterviewParts = {
    ...{ given, standing, language, texts, reach: parts.reach, yes: options.yes === true },
    known: { ...tokenOf("telegram", resolved), ...tokenOf("discord", resolved) },
    platforms: parts.platforms(resolved, texts),
    hide: log.addSecret,
    note: (line) => void parts.stderr.write(`${harmless(log.redact(line))}\n`),
  };
  const found = hushed ? await interview(hushed, inner) : await findOut(inner);
  return await conclude({ ...desk, prompts: hushed }, found);
}

function tokenOf(name: PlatformName, fields: Readonly<Record<PlatformName, Record<string, unknown>>>) {
  const { token } = fields[name];
  return typeof token === "string" && token !== "" ? { [name]: token } : {};
}

async function conclude(desk: Desk, found: Interview): Promise<number> {
  const { options, parts, texts, before, flat } = desk;
  const reference = (name: PlatformName) => {
    if (found.tokens[name] === undefined) return {};
    return { [name]: options.env ? `env:${TOKEN_VARIABLES[name]}` : tokenReference(name, flat) };
  };
  const tokens = { ...reference("telegram"), ...reference("discord") };
  const data = flat && before === undefined ? { data: SERVICE_DATA } : {};
  const text = writeConfig(before, { ...found.answers, ...data, tokens }, options.config, texts);
  if (options.print) {
    parts.stdout.write(text);
    return 0;
  }
  const undo = options.env ? [] : saveTokens(desk, found.tokens);
  const env = {
    ...parts.env,
    ...(options.env && variables(found.tokens)),
  };
  const judge = (draft: string) => {
    try {
      check(draft, options.config, env);
    } catch (error) {
      for (const back of undo) back();
      throw error;
    }
  };
  const written = saveConfig(options.config, text, texts, judge);
  tell(desk, saved(written, desk));
  if (found.reach?.front) tellFront(desk, found.reach.front, found.answers.web);
  return await start(desk, loadConfig(options.config, env, platformKinds));
}

/** How to put back what was there: a configuration that is not taken changes no token either. */
function saveTokens({ options, flat, texts }: Desk, tokens: Interview["tokens"]): readonly (() => void)[] {
  return (["telegram", "discord"] as const).flatMap((name) => {
    const token = tokens[name];
    return token === undefined ? [] : [saveToken(options.config, name, token, { flat, texts })];
  });
}

/** As the environment will have them when MateBot starts. */
function variables({ telegram, discord }: Interview["tokens"]): NodeJS.ProcessEnv {
  return {
    ...(telegram !== undefined && { [TOKEN_VARIABLES.telegram]: telegram }),
    ...(discord !== undefined && { [TOKEN_VARIABLES.discord]: discord }),
  };
}

/** @throws ConfigError that names the file as people know it */
function check(draft: string, file: string, env: NodeJS.ProcessEnv): void {
  try {
    loadConfig(draft, env, platformKinds);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(error.faults.map((fault) => ({ ...fault, file })));
  }
}

function saved({ changed, backup }: Written, { options, texts }: Desk): string {
  if (!changed) return texts("setup.unchanged", { file: options.config });
  if (backup === undefined) return texts("setup.written", { file: options.config });
  return texts("setup.rewritten", { file: options.config, backup });
}

function tellFront(desk: Desk, kind: ProxyKind, web: Answers["web"]): void {
  if (web === undefined || web === "none") return;
  const publicUrl = parsePublicUrl(web.publicUrl ?? "");
  const listen = parseListen(web.listen ?? "");
  if (publicUrl === undefined || listen === undefined) return;
  tell(desk, desk.texts("proxy.where", { kind, file: proxyFile(kind) }));
  tell(desk, proxyLines(kind, { publicUrl, listen }));
  tell(desk, desk.texts("proxy.then", { kind, command: reloadCommand(kind) }));
}

async function start(desk: Desk, config: Config): Promise<number> {
  const { options, parts, texts, prompts, flat } = desk;
  if (options.start === false) {
    tell(desk, texts("setup.start-later", { file: options.config }));
    return 0;
  }
  const isService = prompts && !options.env && canServe(parts.service) && (parts.service.uid !== 0 || flat);
  if (isService && (await prompts.confirm(texts("setup.service.offer"), true))) {
    const lowPorts =
      config.web?.acme !== undefined || (config.web?.listen.kind === "tcp" && config.web.listen.port < 1024);
    const installed = await installService({ config: options.config, lowPorts }, parts.service);
    const user = parts.service.uid === 0 ? "" : "--user ";
    if (installed.ok) {
      tell(desk, texts("setup.service.done", { file: installed.file, user }));
      return 0;
    }
    prompts.warn(texts("setup.service.failed", { command: installed.command, said: installed.said }));
  }
  const lacks = options.env && Object.values(TOKEN_VARIABLES).some((name) => !parts.env[name]);
  if (lacks) {
    tell(desk, texts("setup.start-with-env", { file: options.config }));
    return 0;
  }
  tell(desk, texts("setup.starting"));
  return await parts.run(options.config);
}

function tell({ prompts, parts, log }: Desk, words: string): void {
  if (prompts) prompts.say(words);
  else parts.stderr.write(`${log.redact(words)}\n`);
}

/** Whatever somebody else's words hold: no token is shown, and nothing steers the terminal. */
function hiding(prompts: Prompts, log: RootLog): Prompts {
  const clean = (words: string) => harmless(log.redact(words));
  return {
    ...prompts,
    say: (words) => prompts.say(clean(words)),
    warn: (words) => prompts.warn(clean(words)),
    ask: (question, more) => prompts.ask(clean(question), more),
    confirm: (question, initial) => prompts.confirm(clean(question), initial),
    choose: (question, choices) =>
      prompts.choose(
        clean(question),
        choices.map(({ value, label, hint }) => ({
          value,
          label: clean(label),
          ...(hint !== undefined && { hint: clean(hint) }),
        })),
      ),
  };
}

function languageOf(value: unknown): Language | undefined {
  return LANGUAGES.find((language) => language === value);
}
