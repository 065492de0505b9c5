// The name under which an authority is asked about a certificate.

import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { expect, it } from "vitest";
import { hasOpenssl, NO_OPENSSL } from "../../../../test/support/needs.ts";
import { makeSelfSigned } from "../self-signed.ts";
import { certificateId, keyIdentifierIn } from "./renewal-info.ts";

it("is that of the standard's example", () => {
  // RFC 9773, 4.1.
  const keyIdentifier = Buffer.from("69885b6b87464041e1b37b847ba0ae2cde01c8d4", "hex");
  expect(certificateId(keyIdentifier, "87654321")).toBe("aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE");
  expect(certificateId(keyIdentifier, "0087654321")).toBe("aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE");
});

it("holds the key identifier that OpenSSL reads", async (context) => {
  if (!hasOpenssl) context.skip(NO_OPENSSL);
  const { cert } = await makeSelfSigned("bot.example.org", Date.now());
  const text = execFileSync("openssl", ["x509", "-noout", "-ext", "authorityKeyIdentifier"], {
    input: cert,
    encoding: "utf8",
  });
  const read = keyIdentifierIn(new X509Certificate(cert).raw)?.toString("hex").toUpperCase();
  expect(read).toMatch(/^[\dA-F]{40}$/);
  expect(text.replaceAll(":", "")).toContain(read);
  expect(keyIdentifierIn(Buffer.from("no certificate"))).toBeUndefined();
});
