// Checks the certificate that is shown: dates, name, chain, as Telegram and as a browser would; `checks.ts` lists it.

import type { X509Certificate } from "node:crypto";
import type { WebConfig } from "../../config.ts";
import type { Diagnosis } from "../../model/diagnosis.ts";
import type { Values } from "../../model/texts.ts";
import { isFor } from "../../web/tls/names.ts";
import { namesIn } from "../../web/tls/status.ts";
import type { Check, DoctorWorld } from "../check.ts";
import type { Handshake } from "../handshake.ts";
import type { Site } from "../site.ts";
import type { Told } from "../told.ts";
import { day } from "../words.ts";

/** Ours are renewed when a third of their life is left, and so are certbot's. */
const LATE = 0.25;
const check = "certificate";

export const certificateCheck: Check = {
  name: check,
  group: "reach",
  run: async (world) => {
    const told = await world.told();
    if (told?.publicUrl?.protocol !== "https:") return [];
    const files = filesFault(told, world.config?.web?.files);
    if (files) return [files];
    const site = await world.site();
    if (!site)
      return [
        { check, level: "skipped", key: "doctor.certificate.unseen", values: { url: told.publicUrl.origin } },
      ];
    // Nobody gets to see it, as the check of the versions says.
    if (site.isOld) return [];
    const { leaf } = site.shown;
    const values = { names: namesIn(leaf).join(", "), until: day(leaf.validToDate), host: site.host };
    const fault = ofDates(leaf, world.clock.now()) ?? ofName(site, told);
    if (fault) return [{ check, ...fault, values: { ...values, ...fault.values } }];
    return (await ofTrust(site, told, world)).map((one) => ({
      check,
      ...one,
      values: { ...values, ...one.values },
    }));
  },
};

type Found = Omit<Diagnosis, "check">;

/** What the files of somebody else have against them is known before they are served. */
function filesFault({ files, plan }: Told, named: WebConfig["files"]): Diagnosis | undefined {
  if (!files || "trust" in files) return undefined;
  const values = { ...named, host: plan.host ?? "", ...files.values };
  return { check, level: "fault", key: `web.files.${files.fault}`, values };
}

function ofDates({ validFromDate: from, validToDate: to }: X509Certificate, now: number): Found | undefined {
  if (from.getTime() > now)
    return { level: "fault", key: "doctor.certificate.not-yet", values: { from: day(from) } };
  return to.getTime() <= now ? { level: "fault", key: "doctor.certificate.ended" } : undefined;
}

function ofName({ shown: { leaf }, host }: Site, { upload }: Told): Found | undefined {
  if (isFor(upload === undefined ? "public" : "uploaded", leaf, host)) return undefined;
  return { level: "fault", key: "doctor.certificate.other-name" };
}

async function ofTrust(site: Site, told: Told, { net, clock }: DoctorWorld): Promise<readonly Found[]> {
  const { shown, target } = site;
  // Telegram trusts what was uploaded and nothing else, or what the world trusts.
  const asTelegram = told.upload === undefined ? shown : await net.handshake(target, { roots: told.upload });
  const fault = telegramFault(asTelegram, shown, told.upload !== undefined);
  if (fault) return [fault];
  const late = lateness(shown.leaf, clock.now());
  if (late) return [late];
  if (shown.distrust === undefined) return [{ level: "ok", key: "doctor.certificate.ok" }];
  return [
    { level: "ok", key: "doctor.certificate.ok-uploaded" },
    { level: "note", key: "doctor.certificate.browser", values: { code: shown.distrust } },
  ];
}

/** Nothing that was shown, or is known, vouches for the leaf. */
const INCOMPLETE = "UNABLE_TO_VERIFY_LEAF_SIGNATURE";

function telegramFault(seen: Handshake, { leaf }: Site["shown"], isUploaded: boolean): Found | undefined {
  const code = seen.kind === "failed" ? seen.code : seen.distrust;
  if (code === undefined) return undefined;
  const values: Values = { code };
  if (isUploaded) return { level: "fault", key: "doctor.certificate.not-uploaded", values };
  const isOwn = leaf.subject === leaf.issuer;
  if (!isOwn && code === INCOMPLETE) return { level: "fault", key: "doctor.certificate.chain", values };
  return { level: "fault", key: "doctor.certificate.untrusted", values };
}

function lateness({ validFromDate: from, validToDate: to }: X509Certificate, now: number): Found | undefined {
  const left = to.getTime() - now;
  if (left >= (to.getTime() - from.getTime()) * LATE) return undefined;
  return {
    level: "warning",
    key: "doctor.certificate.late",
    values: { days: Math.floor(left / 86_400_000) },
  };
}
