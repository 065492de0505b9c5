// A media port that gives what it is told, and counts what is held; the tests of what a platform sends use it.

import type { MediaPort, ReadyFile, Unfit, Want } from "../../src/bridge/media-port.ts";
import type { FileAttachment } from "../../src/model/attachment.ts";

export interface HandMedia extends MediaPort {
  /** What was asked of each file, in order. */
  readonly asked: { readonly file: FileAttachment; readonly wants: readonly Want[] }[];
  /** Ready files that were given and not released. */
  held(): number;
}

export interface HandFile {
  readonly bytes: Uint8Array;
  readonly mime?: string;
  readonly more?: Partial<ReadyFile>;
  /** The stream throws this behind the first half. */
  readonly breaks?: Error;
}

export interface HandMediaOptions {
  /** By `FileAttachment.source`. An error is thrown; what is not here is unfit and gone. */
  readonly files?: Readonly<Record<string, HandFile | Unfit | Error | (() => HandFile | Unfit | Error)>>;
  readonly face?: MediaPort["face"];
  readonly publish?: MediaPort["publish"];
}

export function handMedia({ files = {}, face, publish }: HandMediaOptions = {}): HandMedia {
  const asked: HandMedia["asked"][number][] = [];
  let held = 0;
  const hold = (
    file: FileAttachment,
    { bytes, mime = "application/octet-stream", more, breaks }: HandFile,
  ) => {
    held += 1;
    let isHeld = true;
    return {
      kind: file.kind,
      name: file.name ?? `${file.kind}.bin`,
      mime,
      bytes: bytes.byteLength,
      ...more,
      async *open() {
        const half = bytes.byteLength >> 1;
        yield bytes.subarray(0, half);
        if (breaks) throw breaks;
        yield bytes.subarray(half);
      },
      release() {
        if (isHeld) held -= 1;
        isHeld = false;
      },
    } satisfies ReadyFile;
  };
  return {
    asked,
    held: () => held,
    fit: async (file, wants) => {
      asked.push({ file, wants });
      const given = files[file.source ?? ""];
      const answer = typeof given === "function" ? given() : (given ?? { unfit: "gone" });
      if (answer instanceof Error) throw answer;
      if ("unfit" in answer) return answer;
      if (answer.bytes.byteLength > (wants[0]?.maxBytes ?? 0)) return { unfit: "too-big" };
      return hold(file, answer);
    },
    face: face ?? (() => Promise.reject(new Error("this test has no faces"))),
    publish: publish ?? (() => undefined),
  };
}
