// `matebot proxy nginx|caddy`: prints the lines for this machine, or asks whether they work; `admin.ts` calls it.

import type { Config } from "../config.ts";
import { UserError } from "../model/errors.ts";
import type { Texts } from "../model/texts.ts";
import { type AskOptions, askHealth, type HealthAnswer } from "../setup/ask-health.ts";
import { certbotFiles, type ProxyKind, proxyFile, proxyLines, reloadCommand } from "../web/proxy-lines.ts";
import { planTls } from "../web/tls/plan.ts";
import { type DeskParts, inOffice, processDesk } from "./desk.ts";

export interface ProxyParts extends DeskParts {
  /** How the public URL is asked; tests trust another authority. */
  readonly asking?: AskOptions;
}

type Site = Parameters<typeof proxyLines>[1] & { readonly web: NonNullable<Config["web"]> };

/**
 * Resolves with the exit code: 0 printed, or MateBot answered; 1 it did not; 2 the configuration does not allow it. The
 * lines alone go to standard output, so that they can be written into a file; the words go to standard error.
 */
export function proxy(
  kind: ProxyKind,
  options: { readonly config: string; readonly check?: boolean },
  parts: ProxyParts = processDesk(process),
): Promise<number> {
  return inOffice(options.config, parts, async ({ config, texts, say }) => {
    const site = siteOf(config, texts);
    if (options.check) return await check(site.publicUrl, texts, say, parts.asking);
    const note = (line: string) => void parts.stderr.write(`${line}\n`);
    for (const line of notes(kind, site, texts)) note(line);
    say(proxyLines(kind, site).trimEnd());
    note(`\n${texts("proxy.then", { command: reloadCommand(kind), kind })}`);
    return 0;
  });
}

function siteOf({ web }: Config, texts: Texts): Site {
  if (web?.publicUrl === undefined || web.publicUrl === "auto") throw new UserError(texts("proxy.no-url"), 2);
  return { web, publicUrl: web.publicUrl, listen: web.listen };
}

function notes(kind: ProxyKind, { web, publicUrl, listen }: Site, texts: Texts): readonly string[] {
  const { mode } = planTls(web, publicUrl);
  const certificate = certbotFiles(publicUrl);
  const isTls = publicUrl.protocol === "https:";
  return [
    texts("proxy.where", { file: proxyFile(kind), kind }),
    ...(mode === "off" ? [] : [texts("proxy.tls-on", { mode })]),
    ...(isTls && certificate === undefined ? [texts("proxy.needs-name", { host: publicUrl.hostname })] : []),
    ...(isTls && certificate !== undefined && kind === "nginx"
      ? [texts("proxy.certbot", { command: `sudo certbot certonly --nginx -d ${publicUrl.hostname}` })]
      : []),
    ...(listen.kind === "unix"
      ? [texts("proxy.socket", { path: listen.path, user: kind === "nginx" ? "www-data" : "caddy" })]
      : []),
    "",
  ];
}

async function check(
  publicUrl: URL,
  texts: Texts,
  say: (line: string) => void,
  asking: AskOptions = {},
): Promise<number> {
  const url = publicUrl.origin + publicUrl.pathname.replace(/\/+$/, "");
  const outside = await askHealth(publicUrl, asking);
  say(answerInWords(outside, url, texts));
  if (outside.kind === "matebot") return 0;
  // Many routers let nobody inside call the address outside: the proxy itself can still be judged.
  if (outside.kind === "other" || outside.kind === "certificate") return 1;
  const inside = await askHealth(publicUrl, { ...asking, address: "127.0.0.1" });
  say(texts("proxy.check.inside", { answer: answerInWords(inside, `127.0.0.1 (${url})`, texts) }));
  return 1;
}

function answerInWords(answer: HealthAnswer, url: string, texts: Texts): string {
  switch (answer.kind) {
    case "matebot":
      return texts(answer.ok ? "proxy.check.ok" : "proxy.check.ok-down", { url });
    case "other": {
      const behind = answer.status === 502 || answer.status === 503 || answer.status === 504;
      return texts(behind ? "proxy.check.behind" : "proxy.check.other", { url, status: answer.status });
    }
    case "certificate":
      return texts("proxy.check.certificate", { url, code: answer.code });
    default:
      return texts(`proxy.check.${answer.kind}`, { url });
  }
}
