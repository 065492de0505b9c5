// Medians, percentiles and the printed lines of the bench; every row uses it.

/** The value below which the share `p` (0 to 1) of the values lies. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? Number.NaN;
}

function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** `1.23 (1.10-1.40)`: the median, and the least and greatest value. */
function spread(values: readonly number[], digits = 2): string {
  if (values.length === 1) return median(values).toFixed(digits);
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  return `${median(values).toFixed(digits)} (${least.toFixed(digits)}-${greatest.toFixed(digits)})`;
}

export interface Target {
  readonly limit: number;
  readonly kind: "at least" | "at most";
}

interface Judged {
  readonly name: string;
  readonly figure: string;
  readonly verdict: string;
  readonly met: boolean;
}

const judged: Judged[] = [];
let heading = "";

/** The figures that follow belong to it; a line of two blanks more names a part of it. */
export function head(name: string): void {
  heading = name;
  console.log(`  ${name}`);
}

/** One figure on a line of its own, judged when it has a target. `values` are one per repetition. */
export function report(name: string, values: readonly number[], unit: string, target?: Target): void {
  const figure = spread(values, ["x", "ms", "s"].includes(unit) ? 2 : 0);
  const verdict = target === undefined ? undefined : judge(values, target);
  console.log(
    `  ${name.padEnd(58)} ${figure.padStart(26)} ${unit.padEnd(8)} ${verdict?.words ?? ""}`.trimEnd(),
  );
  if (verdict) note(name, `${figure} ${unit}`, verdict.words, verdict.met);
}

/** What ended a row before its figures. */
export function reportFailure(row: string, reason: string): void {
  console.log(`  FAILED: ${reason}`);
  heading = row;
  note("", "", `FAILED: ${reason}`, false);
}

function note(name: string, figure: string, verdict: string, met: boolean): void {
  judged.push({ name: `${heading}, ${name.trim()}`.replace(/, $/, ""), figure, verdict, met });
}

/** Prints every judged figure once more. False when a target was missed. */
export function summarize(): boolean {
  if (judged.length > 0) console.log("\nsummary");
  for (const { name, figure, verdict } of judged) {
    console.log(`  ${name.padEnd(84)} ${figure.padStart(24)}   ${verdict}`);
  }
  return judged.every(({ met }) => met);
}

function judge(
  values: readonly number[],
  { kind, limit }: Target,
): { readonly words: string; readonly met: boolean } {
  const value = median(values);
  const met = kind === "at least" ? value >= limit : value <= limit;
  const sign = kind === "at least" ? ">=" : "<=";
  const words = met
    ? `${sign} ${limit}: met`
    : `${sign} ${limit}: MISSED by ${Math.abs(value - limit).toFixed(2)}`;
  return { words, met };
}

/** `a[i] / b[i]`. */
export function ratios(a: readonly number[], b: readonly number[]): readonly number[] {
  return a.map((value, i) => value / (b[i] ?? Number.NaN));
}
