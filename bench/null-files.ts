// How the yardstick carries a file: undici's body of one answer is the body of the next request; `null-bridge.ts` calls it.

import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { type Dispatcher, request } from "undici";

/** A file that is being read. */
export interface Passing {
  readonly bytes: number;
  readonly stream: AsyncIterable<Uint8Array>;
}

export async function fetchFile(url: string, dispatcher: Dispatcher): Promise<Passing> {
  const { body, headers } = await request(url, { dispatcher });
  return { bytes: Number(headers["content-length"]), stream: body };
}

export interface Form {
  readonly fields: Readonly<Record<string, string>>;
  /** The field that holds the file. */
  readonly field: string;
  readonly file: Passing;
}

/** @throws when it is refused */
export async function postFile(
  url: string,
  { fields, field, file }: Form,
  dispatcher: Dispatcher,
): Promise<void> {
  const boundary = `null-${randomUUID()}`;
  const part = (about: string, text: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; ${about}\r\n\r\n${text}`;
  const words = Object.entries(fields).map(([name, value]) => part(`name="${name}"`, `${value}\r\n`));
  const head = Buffer.from(`${words.join("")}${part(`name="${field}"; filename="film.mp4"`, "")}`);
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  async function* body() {
    yield head;
    yield* file.stream;
    yield tail;
  }
  const headers = {
    // Discord, reference, User Agent: others are refused.
    "user-agent": "DiscordBot (https://matebot.example, 0)",
    "content-type": `multipart/form-data; boundary=${boundary}`,
    "content-length": String(head.length + file.bytes + tail.length),
  };
  const answer = await request(url, { method: "POST", headers, body: Readable.from(body()), dispatcher });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`a file was refused: ${answer.statusCode} ${text}`);
}
