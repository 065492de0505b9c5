// The log: readable lines on a terminal, JSON otherwise, and no known secret in any of them; the commands create it.

import { type LevelWithSilent, pino } from "pino";
import pretty from "pino-pretty";
import type { Log } from "./bridge/ports.ts";

/** Where lines go. Each write is one whole line. */
export interface LineSink {
  write(line: string): unknown;
}

export interface LogOptions {
  readonly secrets?: readonly string[];
  /** Default: whether the destination is a terminal. */
  readonly pretty?: boolean;
  /** Default: standard error, so that what a command prints itself stays apart. */
  readonly destination?: LineSink & { readonly isTTY?: boolean };
  /** `MATEBOT_LOG` sets the level: debug, info (default), warn, error or silent. */
  readonly env?: NodeJS.ProcessEnv;
}

export interface RootLog extends Log {
  /** From now on this value is hidden, too. */
  addSecret(value: string): void;
  /** For what is written past the log. */
  redact(text: string): string;
}

export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;

export function createLog(options: LogOptions = {}): RootLog {
  const destination = options.destination ?? process.stderr;
  const redactor = createRedactor(options.secrets ?? []);
  const sink: LineSink =
    (options.pretty ?? destination.isTTY === true) ? prettySink(destination) : destination;
  // The finished line is searched, so no serializer, error or nested value can slip a secret past.
  const redacted: LineSink = { write: (line) => sink.write(redactor.redact(line)) };
  const { level, unknown } = levelFrom((options.env ?? process.env).MATEBOT_LOG);
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError, error: describeError, cause: describeError },
    },
    redacted,
  );
  if (unknown) logger.warn({ known: LOG_LEVELS }, "MATEBOT_LOG names no level; info is used");
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    addSecret: redactor.add,
    redact: redactor.redact,
  };
}

function levelFrom(wanted: string | undefined): {
  readonly level: LevelWithSilent;
  readonly unknown: boolean;
} {
  const level = LOG_LEVELS.find((known) => known === wanted?.toLowerCase());
  return { level: level ?? "info", unknown: level === undefined && wanted !== undefined && wanted !== "" };
}

function prettySink(destination: LineSink & { readonly isTTY?: boolean }): LineSink {
  const format = pretty.prettyFactory({
    colorize: destination.isTTY === true,
    translateTime: "SYS:HH:MM:ss",
    singleLine: true,
  });
  return { write: (line) => destination.write(format(line) ?? line) };
}

/**
 * What may be known of an error: its name, message, code, stack and causes. Its other fields are left out, because
 * libraries hang requests on them, with URLs and people's messages.
 */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code, cause } = error as Error & { readonly code?: unknown };
  return {
    type: error.name,
    message: error.message,
    ...(typeof code === "string" || typeof code === "number" ? { code } : {}),
    stack: error.stack,
    ...(cause === undefined ? {} : { cause: describeError(cause) }),
    ...(error instanceof AggregateError ? { errors: error.errors.map(describeError) } : {}),
  };
}

export interface Redactor {
  add(secret: string): void;
  redact(text: string): string;
}

const MARK = "[secret]";

/** Hiding a shorter one would hide half the words of the log and prove to the reader what it is. */
const MIN_LENGTH = 6;

export function createRedactor(secrets: readonly string[]): Redactor {
  const forms = new Set<string>();
  let pattern: RegExp | undefined;

  function add(secret: string): void {
    if (secret.length < MIN_LENGTH) return;
    for (const form of formsOf(secret)) forms.add(form);
    pattern = undefined;
  }

  /** Made when it is needed: thousands of webhooks are learned without a line between them. */
  function patternOf(): RegExp | undefined {
    if (pattern || forms.size === 0) return pattern;
    // The longest first, or the rest of a longer one would stay behind.
    const longestFirst = [...forms].sort((a, b) => b.length - a.length);
    pattern = new RegExp(
      longestFirst.map((form) => form.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("|"),
      "g",
    );
    return pattern;
  }

  for (const secret of secrets) add(secret);
  const redact = (text: string) => {
    const found = patternOf();
    return found === undefined ? text : text.replace(found, MARK);
  };
  return { add, redact };
}

/** As it is, as part of a URL (either case of the hex digits), and each of these inside JSON, even JSON in JSON. */
function formsOf(secret: string): readonly string[] {
  const inUrl = encodeURIComponent(secret);
  const inForm = new URLSearchParams({ x: secret }).toString().slice("x=".length);
  const plain = [secret, inUrl, inForm, encodeURI(secret)];
  const lower = plain.slice(1).map((form) => form.replace(/%[\dA-F]{2}/g, (hex) => hex.toLowerCase()));
  const all = [...plain, ...lower];
  const inJson = all.map(escapeJson);
  return [...new Set([...all, ...inJson, ...inJson.map(escapeJson)])];
}

function escapeJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
