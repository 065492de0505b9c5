// The list of all checks, in the order in which they are told; `src/cli/doctor.ts` runs them.

import type { Check, DoctorWorld } from "./check.ts";
import { accountCheck } from "./checks/account.ts";
import { certificateCheck } from "./checks/certificate.ts";
import { configCheck } from "./checks/config.ts";
import { databaseCheck } from "./checks/database.ts";
import { diskCheck } from "./checks/disk.ts";
import { dnsCheck } from "./checks/dns.ts";
import { ffmpegCheck } from "./checks/ffmpeg.ts";
import { fileModesCheck } from "./checks/file-modes.ts";
import { listenCheck } from "./checks/listen.ts";
import { proxyCheck } from "./checks/proxy.ts";
import { reachableCheck } from "./checks/reachable.ts";
import { resourcesCheck } from "./checks/resources.ts";
import { runningCheck } from "./checks/running.ts";
import { systemdCheck } from "./checks/systemd.ts";
import { tlsVersionsCheck } from "./checks/tls-versions.ts";
import { versionCheck } from "./checks/version.ts";

export function checksFor({ config }: Pick<DoctorWorld, "config">): readonly Check[] {
  return [
    ...[configCheck, versionCheck, runningCheck, systemdCheck],
    ...[databaseCheck, diskCheck, fileModesCheck, ffmpegCheck, resourcesCheck],
    ...[dnsCheck, listenCheck, proxyCheck, reachableCheck, certificateCheck, tlsVersionsCheck],
    ...(config?.accounts ?? []).map(accountCheck),
  ];
}
