// The rules by which the simulated server reads parameters.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonFields } from "./json-fields.ts";
import { parseParams } from "./request-params.ts";

const json = (body: string, query = "") =>
  parseParams(new URLSearchParams(query), "application/json", Buffer.from(body));

function form(parts: readonly { name: string; filename?: string; value: string }[]) {
  const body = parts
    .map(({ name, filename, value }) => {
      const file = filename === undefined ? "" : `; filename="${filename}"`;
      return `--x\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n${value}\r\n`;
    })
    .join("");
  return parseParams(
    new URLSearchParams(),
    "multipart/form-data; boundary=x",
    Buffer.from(`${body}--x--\r\n`),
  );
}

describe("JSON bodies", () => {
  it("keep values that are no strings as raw JSON text", () => {
    const params = json('{"a": {"b": [1, "}"]}, "n": 1.50, "t": true, "s": "a\\"\\u00e9"}');
    expect(Object.fromEntries(params.values)).toEqual({
      a: '{"b": [1, "}"]}',
      n: "1.50",
      t: "true",
      s: 'a"é',
    });
  });
  it("turn null into the text null", () => {
    expect(json('{"caption":null}').text("caption")).toBe("null");
  });
  it("keep the fields read before a fault", () => {
    expect([...json('{"a":1,"b":"x","c":tru').values.keys()]).toEqual(["a", "b"]);
    expect([...json('["a"]').values.keys()]).toEqual([]);
  });
  it("agree with JSON.parse on every object of strings", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), (object) => {
        expect(jsonFields(JSON.stringify(object))).toEqual(Object.entries(object));
      }),
    );
  });
});

describe("parameters", () => {
  it("take the first value, the query's before the body's", () => {
    expect(json('{"a":"body","a":"again"}').text("a")).toBe("body");
    expect(json('{"a":"body"}', "a=query&a=second").text("a")).toBe("query");
  });
  it("are true only for true, yes and 1", () => {
    const params = json('{"a":true,"b":"yes","c":1,"d":"on","e":2,"f":"TRUE"}');
    expect(["a", "b", "c", "d", "e", "f", "g"].map((name) => params.bool(name))).toEqual([
      true,
      true,
      true,
      false,
      false,
      true,
      false,
    ]);
  });
  it("read numbers leniently and clamp them", () => {
    const params = json('{"a":"12x","b":"x","c":1000}');
    expect([
      params.int("a", 5),
      params.int("b", 5, 1),
      params.int("c", 5, 1, 100),
      params.int("d", 5),
    ]).toEqual([12, 1, 100, 5]);
  });
  it("of all kinds together are at most 1 MiB", () => {
    expect(() => json(JSON.stringify({ text: "x".repeat(1 << 20) }))).toThrow("Request Entity Too Large");
  });
});

describe("multipart bodies", () => {
  it("know a file by its filename alone", () => {
    const params = form([
      { name: "certificate", value: "PEM" },
      { name: "photo", filename: "a.png", value: "bytes\r\n--y" },
    ]);
    expect(params.text("certificate")).toBe("PEM");
    expect(params.file("certificate")).toBeUndefined();
    expect(params.file("photo")?.bytes.toString()).toBe("bytes\r\n--y");
  });
  it("are searched for attach:// names", () => {
    const params = form([
      { name: "photo", value: "attach://one" },
      { name: "one", filename: "a.png", value: "" },
    ]);
    expect(params.file("photo")?.filename).toBe("a.png");
    expect(params.file("one")?.bytes.length).toBe(0);
  });
  it("carry at most 50 files", () => {
    const files = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ name: `f${i}`, filename: "x", value: "y" }));
    expect(form(files(50)).files.size).toBe(50);
    expect(() => form(files(51))).toThrow("Request Entity Too Large");
  });
  it("URL-unescape names", () => {
    expect(form([{ name: "a%20b", value: "1" }]).text("a b")).toBe("1");
  });
});
