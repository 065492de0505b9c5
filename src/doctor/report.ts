// Lays out what the checks found, for a person or for a program; `src/cli/doctor.ts` prints it. Pure.

import type { Diagnosis, DiagnosisLevel } from "../model/diagnosis.ts";
import type { LoadedTexts } from "../texts.ts";
import type { Examined } from "./doctor.ts";

const SIGNS: Readonly<Record<DiagnosisLevel, string>> = {
  ok: "✓",
  note: "i",
  warning: "!",
  fault: "✗",
  skipped: "–",
};

/** SGR codes: green, blue, yellow, red, grey. */
const COLOURS: Readonly<Record<DiagnosisLevel, number>> = {
  ok: 32,
  note: 34,
  warning: 33,
  fault: 31,
  skipped: 90,
};

export interface Finding {
  readonly check: string;
  readonly level: DiagnosisLevel;
  readonly subject?: string;
  readonly message: string;
  readonly cure?: string;
}

export function findingOf({ check, level, subject, key, values }: Diagnosis, texts: LoadedTexts): Finding {
  const cure = level !== "ok" && texts.has(`${key}-cure`) ? texts(`${key}-cure`, values) : "";
  return {
    ...{ check, level },
    ...(subject !== undefined && { subject }),
    message: texts(key, values),
    ...(cure !== "" && { cure }),
  };
}

export interface Layout {
  readonly texts: LoadedTexts;
  readonly colours: boolean;
  /** Hides secrets, and what could steer the terminal. */
  readonly clean: (words: string) => string;
}

/** A heading for each group, a line for each finding, and the cure indented below. */
export function reportLines(examined: readonly Examined[], layout: Layout): readonly string[] {
  const headings = new Map<string, string[]>();
  for (const { check, found } of examined) {
    const heading = layout.texts(`doctor.group.${check.group}`, { account: check.account ?? "" });
    const lines = headings.get(heading) ?? [];
    headings.set(heading, lines);
    for (const diagnosis of found)
      lines.push(...linesOf(findingOf(diagnosis, layout.texts), check.account, layout));
  }
  const { clean } = layout;
  return [...headings]
    .filter(([, lines]) => lines.length > 0)
    .flatMap(([heading, lines]) => [clean(heading), ...lines, ""])
    .concat(summary(examined, layout));
}

function linesOf(
  { level, subject, message, cure = "" }: Finding,
  account: string | undefined,
  { colours, clean }: Layout,
): readonly string[] {
  const sign = colours ? `\u001b[${COLOURS[level]}m${SIGNS[level]}\u001b[0m` : SIGNS[level];
  // What stands in the heading, or in the sentence, need not stand there again.
  const isSaid = subject === undefined || subject === account || message.includes(subject);
  const words = clean(isSaid ? message : `${subject}: ${message}`).split("\n");
  const below = cure === "" ? [] : clean(cure).split("\n");
  return [
    ...words.map((line, i) => `  ${i === 0 ? sign : " "} ${line}`),
    ...below.map((line) => `      ${line}`),
  ];
}

function summary(examined: readonly Examined[], { texts }: Layout): string {
  const found = examined.flatMap((one) => one.found);
  const count = (level: DiagnosisLevel) => found.filter((one) => one.level === level).length;
  return texts("doctor.summary", { faults: count("fault"), warnings: count("warning") });
}
