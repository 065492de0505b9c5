// States how a request with files is written: whole, as long as it says, and read by others as it was meant.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { multipart, type Upload } from "./multipart.ts";

const signal = new AbortController().signal;

function upload(name: string, bytes: Uint8Array, mime = "image/png"): Upload {
  return {
    name,
    ready: {
      mime,
      bytes: bytes.byteLength,
      async *open() {
        for (let at = 0; at < bytes.byteLength; at += 7) yield bytes.subarray(at, at + 7);
      },
    },
  };
}

async function read(body: object, uploads: readonly Upload[]) {
  const form = multipart(body, uploads);
  const chunks: Uint8Array[] = [];
  for await (const chunk of form.open(signal)) chunks.push(chunk);
  const whole = Buffer.concat(chunks);
  expect(whole.byteLength).toBe(form.bytes);
  return await new Response(whole, { headers: { "content-type": form.contentType } }).formData();
}

describe("a request with files", () => {
  it("holds the JSON and each file, whatever is in them", async () => {
    const file = fc.record({ name: fc.string({ minLength: 1 }), bytes: fc.uint8Array({ maxLength: 100 }) });
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.array(file, { maxLength: 4 }), async (content, files) => {
        const form = await read(
          { content },
          files.map(({ name, bytes }) => upload(name, bytes)),
        );
        expect(JSON.parse(String(form.get("payload_json")))).toEqual({ content });
        for (const [index, { bytes }] of files.entries()) {
          const part = form.get(`files[${index}]`) as File;
          expect(new Uint8Array(await part.arrayBuffer())).toEqual(new Uint8Array(bytes));
        }
      }),
      { numRuns: 50 },
    );
  });

  it("lets no name and no type end its line", async () => {
    const form = await read({}, [upload('a"\r\nX: y\r\n\r\n.png', Buffer.from("x"), "image/png\r\nX: y")]);
    const part = form.get("files[0]") as File;
    expect(part.type).toBe("application/octet-stream");
    expect([...form.keys()]).toEqual(["payload_json", "files[0]"]);
  });

  it("gives its bytes again when it is opened again", async () => {
    const form = multipart({ a: 1 }, [upload("a", Buffer.from("abc"))]);
    const all = async () => {
      let text = "";
      for await (const chunk of form.open(signal)) text += Buffer.from(chunk).toString();
      return text;
    };
    expect(await all()).toBe(await all());
  });
});
