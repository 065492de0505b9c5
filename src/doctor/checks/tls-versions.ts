// Checks which versions of TLS are spoken: 1.2 or 1.3, and nothing older; `checks.ts` lists it.

import type { SecureVersion } from "node:tls";
import type { Check } from "../check.ts";

const OLD: readonly SecureVersion[] = ["TLSv1", "TLSv1.1"];
const NEW: readonly SecureVersion[] = ["TLSv1.2", "TLSv1.3"];

export const tlsVersionsCheck: Check = {
  name: "tls-versions",
  group: "reach",
  run: async ({ site, net }) => {
    const check = "tls-versions";
    const found = await site();
    // The certificate's check says that nobody is there.
    if (!found) return [];
    const speaks = async (version: SecureVersion) =>
      (await net.handshake(found.target, { version })).kind === "done";
    const spoken: SecureVersion[] = [];
    for (const version of [...OLD, ...NEW]) if (await speaks(version)) spoken.push(version);
    const words = (versions: readonly SecureVersion[]) =>
      versions.map((version) => version.replace(/^TLSv1$/, "TLSv1.0").replace("TLSv", "TLS ")).join(", ");
    const old = spoken.filter((version) => OLD.includes(version));
    const values = { versions: words(old.length > 0 ? old : spoken) };
    if (!spoken.some((version) => NEW.includes(version)))
      return [{ check, level: "fault", key: "doctor.tls-versions.none", values }];
    if (old.length > 0) return [{ check, level: "warning", key: "doctor.tls-versions.old", values }];
    return [{ check, level: "ok", key: "doctor.tls-versions.ok", values }];
  },
};
