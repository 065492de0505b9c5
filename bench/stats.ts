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
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  return `${median(values).toFixed(digits)} (${least.toFixed(digits)}-${greatest.toFixed(digits)})`;
}

export interface Target {
  readonly limit: number;
  readonly kind: "at least" | "at most";
}

/** One figure on a line of its own, judged when it has a target. `values` are one per repetition. */
export function report(name: string, values: readonly number[], unit: string, target?: Target): void {
  const figure = spread(values, unit === "x" || unit === "ms" ? 2 : 0);
  console.log(`  ${name.padEnd(58)} ${figure.padStart(26)} ${unit.padEnd(8)} ${judge(values, target)}`);
}

function judge(values: readonly number[], target: Target | undefined): string {
  if (target === undefined) return "";
  const value = median(values);
  const { kind, limit } = target;
  const met = kind === "at least" ? value >= limit : value <= limit;
  const sign = kind === "at least" ? ">=" : "<=";
  return met ? `${sign} ${limit}: met` : `${sign} ${limit}: MISSED by ${Math.abs(value - limit).toFixed(2)}`;
}

/** `a[i] / b[i]`. */
export function ratios(a: readonly number[], b: readonly number[]): readonly number[] {
  return a.map((value, i) => value / (b[i] ?? Number.NaN));
}
