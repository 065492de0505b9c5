// Settles how Telegram reaches this machine, and asks only what cannot be found out; `init` calls it.

import type { Texts } from "../model/texts.ts";
import type { ProxyKind } from "../web/proxy-lines.ts";
import type { WebAnswers } from "./answers.ts";
import { type Given, isDomainName } from "./given.ts";
import type { Prompts } from "./prompts.ts";
import { planReach, type ReachFacts, type ReachPlan } from "./reach-plan.ts";

export interface ReachParts {
  readonly facts: () => Promise<ReachFacts>;
  /** The IPv4 addresses of a name; empty when DNS knows none. */
  readonly resolve: (name: string) => Promise<readonly string[]>;
  readonly texts: Texts;
}

export interface ReachAnswer {
  /** Absent: the messages are fetched (polling). */
  readonly web?: WebAnswers;
  /** Lines for it have to be printed. */
  readonly front?: ProxyKind;
  /** What was found out, in words. */
  readonly why: string;
}

export const TERMS = "https://letsencrypt.org/repository/";

/** Behind another web server any port will do. */
const BEHIND_PORT = 8443;
const BEHIND_OTHER = 8420;

/** Without a person at the terminal: what was told, and else what the machine offers. */
export async function findReach(given: Given, { facts, texts }: ReachParts): Promise<ReachAnswer> {
  const acme = given.acceptTerms ? acmeOf(given) : undefined;
  const { listen, publicUrl, tls } = given;
  if (listen !== undefined || publicUrl !== undefined || tls !== undefined) {
    const web = { ...(listen && { listen }), ...(publicUrl && { publicUrl }), ...(tls && { tls }) };
    return { web: { ...web, ...(acme && { acme }) }, why: texts("setup.reach.told") };
  }
  const plan = planReach(await facts());
  if (plan.isInside) return { why: texts("setup.reach.inside") };
  if (plan.port === undefined) return { why: texts("setup.reach.no-port") };
  return { web: ownWeb(plan, undefined, acme), why: whyOwn(plan, texts) };
}

/** With a person: a domain name, the terms of the authority, or a place behind the web server that is there. */
export async function askReach(given: Given, prompts: Prompts, parts: ReachParts): Promise<ReachAnswer> {
  const { texts } = parts;
  const isTold = given.listen !== undefined || given.publicUrl !== undefined || given.tls !== undefined;
  if (isTold) return await findReach(given, parts);
  const plan = planReach(await prompts.busy(texts("setup.reach.finding"), parts.facts()));
  if (plan.isInside || plan.address === undefined) return { why: texts("setup.reach.inside") };
  prompts.say(texts("setup.reach.outside", { address: plan.address }));
  const name = await askName(plan.address, prompts, parts);
  const front = plan.front;
  if (front !== undefined && name !== undefined && (await wantsFront(front, plan, prompts, texts)))
    return {
      web: {
        listen: `127.0.0.1:${plan.canHave8443 ? BEHIND_PORT : BEHIND_OTHER}`,
        publicUrl: `https://${name.host}`,
        tls: "off",
        ...ipOf(name),
      },
      front,
      why: texts("setup.reach.behind", { program: front }),
    };
  if (plan.port === undefined) return { why: texts("setup.reach.no-port") };
  const isAccepted =
    plan.canProve &&
    (given.acceptTerms || (await prompts.confirm(texts("setup.reach.terms", { link: TERMS }), true)));
  const web = ownWeb(plan, name, isAccepted ? acmeOf(given) : undefined);
  return { web, why: whyOwn(plan, texts) };
}

interface Name {
  readonly host: string;
  /** What Telegram is told because DNS does not know it yet. */
  readonly ipAddress?: string;
}

async function askName(
  address: string,
  prompts: Prompts,
  { resolve, texts }: ReachParts,
): Promise<Name | undefined> {
  for (;;) {
    const typed = await prompts.ask(texts("setup.reach.name", { address }), {
      check: (text) => (text === "" || isDomainName(text) ? undefined : texts("setup.reach.no-name")),
    });
    if (typed === "") return undefined;
    const host = typed.toLowerCase();
    const found = await prompts.busy(texts("setup.reach.asking-dns"), resolve(host));
    if (found.includes(address)) return { host };
    const values = { name: host, address, found: found.join(", ") || "–" };
    prompts.warn(texts(`setup.reach.${found.length === 0 ? "dns-empty" : "dns-elsewhere"}`, values));
    const next = await prompts.choose(texts("setup.reach.dns-question"), [
      { value: "other", label: texts("setup.reach.dns-other") },
      { value: "anyway", label: texts("setup.reach.dns-anyway", { address }) },
    ]);
    if (next === "anyway") return { host, ipAddress: address };
  }
}

async function wantsFront(
  front: ProxyKind,
  { port }: ReachPlan,
  prompts: Prompts,
  texts: Texts,
): Promise<boolean> {
  const behind = { value: "behind", label: texts("setup.reach.behind-choice", { program: front }) } as const;
  if (port === undefined) return true;
  const own = { value: "own", label: texts("setup.reach.own-choice", { port }) } as const;
  const answer = await prompts.choose(texts("setup.reach.front", { program: front }), [behind, own]);
  return answer === "behind";
}

function ownWeb({ port = 8443 }: ReachPlan, name: Name | undefined, acme: WebAnswers["acme"]): WebAnswers {
  return {
    listen: `0.0.0.0:${port}`,
    // An address that changes is found again at every start.
    publicUrl: name === undefined ? "auto" : `https://${name.host}${port === 443 ? "" : `:${port}`}`,
    ...(name && ipOf(name)),
    tls: "auto",
    ...(acme && { acme }),
  };
}

function ipOf({ ipAddress }: Name): Pick<WebAnswers, "ipAddress"> {
  return ipAddress === undefined ? {} : { ipAddress };
}

function acmeOf({ email }: Given): NonNullable<WebAnswers["acme"]> {
  return email === undefined ? {} : { email };
}

function whyOwn({ port = 8443 }: ReachPlan, texts: Texts): string {
  return texts("setup.reach.own", { port });
}
