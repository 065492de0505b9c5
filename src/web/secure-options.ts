// The TLS that the web server speaks: versions, ciphers and what is switched off; `server.ts` uses it for every certificate.

import { constants } from "node:crypto";
import type { SecureContextOptions } from "node:tls";
import type { KeyAndCertificate } from "./tls/certificates.ts";

/** Only with forward secrecy and authenticated encryption; those of TLS 1.3 are all of that kind. */
const CIPHERS = [
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
].join(":");

/** A session that is resumed would go on under a certificate that was replaced, by a key as old as the process. */
const SWITCHED_OFF = constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION;

export function secureOptions({ key, cert }: KeyAndCertificate): SecureContextOptions {
  return {
    ...{ key, cert, minVersion: "TLSv1.2", ciphers: CIPHERS, honorCipherOrder: true },
    secureOptions: SWITCHED_OFF,
  };
}
