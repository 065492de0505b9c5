// The program of a process that reads one picture's QR codes: bytes come in, texts go out; `qr.ts` starts it.

import { serveOneJob } from "../network/child.ts";
import { readQrCodes } from "./qr-read.ts";

serveOneJob((picture: Uint8Array) => readQrCodes(picture));
