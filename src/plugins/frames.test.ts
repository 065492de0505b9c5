// Frames: whole whatever the pieces they come in, and refused by their head when they are too long.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFrameReader, FrameError, frame } from "./frames.ts";

const LIMITS = { mostJson: 1_000, mostBytes: 1_000, mostDepth: 5 };

describe("frames", () => {
  it("come out as they went in, in whatever pieces", () => {
    const one = fc.tuple(fc.record({ a: fc.string() }), fc.uint8Array({ maxLength: 50 }));
    fc.assert(
      fc.property(fc.array(one, { maxLength: 8 }), fc.integer({ min: 1, max: 40 }), (sent, size) => {
        const stream = Buffer.concat(sent.map(([value, bytes]) => frame(value, [bytes])));
        const got: [unknown, number[]][] = [];
        const read = createFrameReader(LIMITS, (value, bytes) => got.push([value, [...bytes]]));
        for (let at = 0; at < stream.length; at += size) read(stream.subarray(at, at + size));
        expect(got).toEqual(sent.map(([value, bytes]) => [value, [...bytes]]));
      }),
    );
  });

  it.each([
    [1_001, 0],
    [2, 1_001],
    [0xffffffff, 0xffffffff],
  ])("with %i and %i bytes are refused before any of it has come", (json, bytes) => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(json);
    head.writeUInt32BE(bytes, 4);
    expect(() => createFrameReader(LIMITS, () => {})(head)).toThrow(FrameError);
  });

  it("that are pits are refused; brackets in words are none", () => {
    const got: unknown[] = [];
    const read = createFrameReader(LIMITS, (value) => got.push(value));
    const words = { "[[[": ['[[[[[["\\', "{{{{{{", [[[]]]] };
    read(frame(words));
    expect(got).toEqual([words]);
    expect(() => read(frame([[[[[[]]]]]]))).toThrow(FrameError);
  });

  it("that are no JSON are refused", () => {
    const broken = frame({ a: 1 });
    broken.write("x", 8);
    expect(() => createFrameReader(LIMITS, () => {})(broken)).toThrow(FrameError);
  });
});
