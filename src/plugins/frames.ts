// Frames on the pipe between MateBot and a plugin's process: a head with two lengths, JSON, bytes; both ends use it.
//
// A pipe of our own rather than Node's IPC: what is too long is refused by its head, before any of it is kept.

/** Of the JSON and of the bytes behind it, each 4 bytes, big endian. */
const HEAD = 8;

export interface FrameLimits {
  readonly mostJson: number;
  readonly mostBytes: number;
  /** Of brackets within brackets: JSON.parse takes a hundred times as long for pits. */
  readonly mostDepth: number;
}

/** What came is no frame, or a frame that is too long. */
export class FrameError extends Error {
  override readonly name = "FrameError";
}

/** @throws TypeError or RangeError for what JSON cannot say */
export function frame(value: object, bytes: readonly Uint8Array[] = []): Buffer {
  const json = Buffer.from(JSON.stringify(value));
  const head = Buffer.alloc(HEAD);
  head.writeUInt32BE(json.length, 0);
  head.writeUInt32BE(
    bytes.reduce((sum, { length }) => sum + length, 0),
    4,
  );
  return Buffer.concat([head, json, ...bytes]);
}

/**
 * Puts frames together from what a pipe gives; the function it returns takes the next piece.
 * @throws FrameError from the first bad frame on
 */
export function createFrameReader(
  limits: FrameLimits,
  take: (value: unknown, bytes: Buffer, jsonLength: number) => void,
): (piece: Buffer) => void {
  let pieces: Buffer[] = [];
  let has = 0;
  let wants = HEAD;

  const whole = () => {
    const all = pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces);
    pieces = [all];
    return all;
  };
  const lengths = (all: Buffer) => {
    const json = all.readUInt32BE(0);
    const bytes = all.readUInt32BE(4);
    if (json > limits.mostJson || bytes > limits.mostBytes) throw new FrameError("a frame is too long");
    return { json, bytes, end: HEAD + json + bytes };
  };

  return (piece) => {
    pieces.push(piece);
    has += piece.length;
    while (has >= wants) {
      const all = whole();
      const { json, end } = lengths(all);
      wants = end;
      if (has < end) return;
      const value = parsed(all.subarray(HEAD, HEAD + json), limits.mostDepth);
      const bytes = all.subarray(HEAD + json, end);
      pieces = [all.subarray(end)];
      has -= end;
      wants = HEAD;
      take(value, bytes, json);
    }
  };
}

function parsed(json: Buffer, mostDepth: number): unknown {
  if (isDeeper(json, mostDepth)) throw new FrameError("a frame is too deep");
  try {
    return JSON.parse(json.toString("utf8"));
  } catch {
    throw new FrameError("a frame is no JSON");
  }
}

const [QUOTE, BACKSLASH, BRACKET, BRACE, BRACKET_END, BRACE_END] = Buffer.from('"\\[{]}');

function isDeeper(json: Buffer, most: number): boolean {
  let depth = 0;
  let isString = false;
  for (let i = 0; i < json.length; i++) {
    const byte = json[i];
    if (isString) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) isString = false;
    } else if (byte === QUOTE) isString = true;
    else if (byte === BRACKET || byte === BRACE) depth++;
    else if (byte === BRACKET_END || byte === BRACE_END) depth--;
    if (depth > most) return true;
  }
  return false;
}
