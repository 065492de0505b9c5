// Which bytes of a file a Range header asks for; the links to files answer by it.

export interface Span {
  readonly from: number;
  /** Not included. */
  readonly to: number;
}

/**
 * The one span that is asked for. "all" when there is no header or one that need not be obeyed: not understood, or
 * several spans (RFC 9110, 14.2). "none" when the file has no such bytes.
 */
export function readRange(header: string | string[] | undefined, size: number): Span | "all" | "none" {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(String(header ?? "").trim());
  if (!match) return "all";
  const [, first = "", last = ""] = match;
  if (first === "") {
    if (last === "") return "all";
    const length = Math.min(Number(last), size);
    return length === 0 ? "none" : { from: size - length, to: size };
  }
  if (last !== "" && Number(last) < Number(first)) return "all";
  if (Number(first) >= size) return "none";
  return { from: Number(first), to: last === "" ? size : Math.min(Number(last) + 1, size) };
}
