// Certificates for the tests of TLS, made by the openssl program, so that the judge is not the accused.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface TestCertificate {
  readonly key: string;
  readonly cert: string;
}

export interface CertificateRequest {
  readonly cn?: string;
  /** `DNS:example.org`, `IP:203.0.113.5`. */
  readonly san?: readonly string[];
  readonly issuer?: TestCertificate;
  /** An authority of its own. */
  readonly ca?: boolean;
  /** Below zero it has ended already. */
  readonly days?: number;
}

export function makeCertificate({ cn, san, issuer, ca, days = 30 }: CertificateRequest): TestCertificate {
  const folder = mkdtempSync(join(tmpdir(), "certificate-"));
  const file = (name: string, text?: string) => {
    const path = join(folder, name);
    if (text !== undefined) writeFileSync(path, text);
    return path;
  };
  const openssl = (...args: readonly string[]) => execFileSync("openssl", args, { stdio: "pipe" });
  try {
    const extensions = [
      // OpenSSL tells two certificates of one name apart by these.
      "subjectKeyIdentifier=hash",
      "authorityKeyIdentifier=keyid:always",
      `basicConstraints=critical,CA:${ca ? "TRUE" : "FALSE"}`,
      ...(ca ? ["keyUsage=keyCertSign,digitalSignature"] : ["extendedKeyUsage=serverAuth"]),
      ...(san ? [`subjectAltName=${san.join(",")}`] : []),
    ];
    const config = file("config", "[req]\ndistinguished_name=dn\n[dn]\n");
    const extfile = file("extensions", extensions.join("\n"));
    const key = file("key.pem");
    const request = file("request.pem");
    const cert = file("cert.pem");
    openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key);
    openssl(
      "req",
      "-new",
      "-config",
      config,
      "-key",
      key,
      "-subj",
      cn === undefined ? "/" : `/CN=${cn}`,
      "-out",
      request,
    );
    const signer = issuer
      ? ["-CA", file("ca.pem", issuer.cert), "-CAkey", file("ca.key", issuer.key), "-CAcreateserial"]
      : ["-signkey", key];
    openssl(
      "x509",
      "-req",
      "-in",
      request,
      ...signer,
      "-days",
      String(days),
      "-extfile",
      extfile,
      "-out",
      cert,
    );
    return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
