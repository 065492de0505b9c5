// A platform's file server on loopback that can be told to lie, stall, cut and count; the tests of media read from it.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { OpenedFile } from "../../src/bridge/media-port.ts";
import type { FileAttachment } from "../../src/model/attachment.ts";
import { PlatformError } from "../../src/model/errors.ts";

export interface ServedFile {
  readonly content: Uint8Array;
  /** What is announced; the true length, unless told. `none`: nothing. */
  readonly announces?: number | "none";
  /** So many bytes are sent, then nothing more comes, and the connection stays open. */
  readonly stallsAt?: number;
  /** So many bytes are sent, then the connection is cut. */
  readonly cutsAt?: number;
  /** What `open` throws instead. */
  readonly refuses?: Error;
  /** `open` never answers. */
  readonly hangs?: boolean;
}

/** Owns a server. Sources are names of its files. */
export class FileSource {
  readonly files = new Map<string, ServedFile>();
  /** The name of every file that was opened, in order. */
  readonly opened: string[] = [];
  /** How many are being read, and the most that ever were. */
  reading = 0;
  mostReading = 0;
  readonly #server: Server;

  static async start(): Promise<FileSource> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new FileSource(server);
  }

  private constructor(server: Server) {
    this.#server = server;
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      const file = this.files.get(decodeURIComponent(request.url?.slice(1) ?? ""));
      if (!file) return void response.writeHead(404).end();
      this.#serve(file, response);
    });
  }

  /** What a platform's `open` would do. */
  readonly open = async ({ source = "" }: FileAttachment, signal: AbortSignal): Promise<OpenedFile> => {
    const file = this.files.get(source);
    this.opened.push(source);
    if (file?.refuses) throw file.refuses;
    if (file?.hangs) await new Promise(() => {});
    const { port } = this.#server.address() as AddressInfo;
    const over = new AbortController();
    const address = `http://127.0.0.1:${port}/${encodeURIComponent(source)}`;
    const response = await fetch(address, { signal: AbortSignal.any([signal, over.signal]) });
    if (!response.ok || !response.body)
      throw new PlatformError("toy.gone", "no such file", { kind: "refused" });
    this.reading++;
    this.mostReading = Math.max(this.mostReading, this.reading);
    let isOpen = true;
    // What is announced may not be what HTTP would enforce.
    const announced = file?.announces ?? file?.content.byteLength ?? 0;
    return {
      stream: response.body,
      ...(announced !== "none" && { bytes: announced }),
      close: () => {
        if (isOpen) this.reading--;
        isOpen = false;
        over.abort();
      },
    };
  };

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve({ content, stallsAt, cutsAt }: ServedFile, response: ServerResponse): void {
    response.writeHead(200);
    const until = stallsAt ?? cutsAt;
    if (until === undefined) return void response.end(content);
    response.write(content.subarray(0, until), () => {
      if (cutsAt !== undefined) response.destroy();
    });
  }
}
