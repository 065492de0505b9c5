// The panel that tells how the platforms reach MateBot: addresses, certificate, last update, last fault; `strip.ts` draws it.

import { useContext } from "preact/hooks";
import type { ReachView } from "../src/demo/view.ts";
import { html } from "./html.ts";
import { SpeechContext } from "./language.ts";

export interface ReachProps {
  readonly reach: ReachView;
}

/** One line, and the rest of it for who opens it. */
export function Reach({ reach }: ReachProps) {
  const { words } = useContext(SpeechContext);
  const { url, certificate, connections } = reach;
  const sound = connections.every(({ up }) => up) && certificate?.fault === undefined;
  return html`
    <details class="reach">
      <summary>
        <span class="lamp" data-up=${sound} role="img" aria-label=${words(sound ? "reach-well" : "reach-ill")}></span>
        <strong>${words("reach")}</strong> <code>${url}</code>
        ${certificate && html`<span>· ${words("certificate", { until: useDate(certificate.validUntil) })}</span>`}
      </summary>
      <dl>
        <${Fact} name="reach-listen"><code>${reach.listen}</code><//>
        <${Fact} name="reach-tls">${words(`tls-${reach.tls}`)}<//>
        ${certificate && html`<${Certificate} certificate=${certificate} />`}
        ${connections.map((one) => html`<${Connection} key=${one.side} connection=${one} />`)}
      </dl>
    </details>
  `;
}

function Fact({ name, children }: { readonly name: string; readonly children: unknown }) {
  const { words } = useContext(SpeechContext);
  return html`<div><dt>${words(name)}</dt><dd>${children}</dd></div>`;
}

function Certificate({ certificate }: { readonly certificate: NonNullable<ReachView["certificate"]> }) {
  const { words } = useContext(SpeechContext);
  const { names, trust, renewAt, fault } = certificate;
  const renewal = renewAt === undefined ? "" : words("reach-renewal", { day: useDate(renewAt) });
  return html`
    <${Fact} name="reach-certificate">
      ${names.join(", ")} · ${words(`trust-${trust}`)} ${renewal}
      ${fault && html`<em class="fault">${fault}</em>`}
    <//>
  `;
}

function Connection({ connection }: { readonly connection: ReachView["connections"][number] }) {
  const { words } = useContext(SpeechContext);
  const { side, way, up, lastUpdate, lastFault } = connection;
  return html`
    <${Fact} name=${side}>
      <span class="lamp" data-up=${up} role="img" aria-label=${words(up ? "reach-well" : "reach-ill")}></span>
      ${way && words(`way-${way}`)}
      ${lastUpdate !== undefined && ` · ${words("last-update", { time: useTime(lastUpdate) })}`}
      ${" · "}${lastFault ? words("last-fault", { time: useTime(lastFault.at), reason: lastFault.reason }) : words("no-fault")}
    <//>
  `;
}

function useDate(ms: number): string {
  const { language } = useContext(SpeechContext);
  return new Intl.DateTimeFormat(language, { dateStyle: "medium" }).format(ms);
}

function useTime(ms: number): string {
  const { language } = useContext(SpeechContext);
  return new Intl.DateTimeFormat(language, { timeStyle: "medium" }).format(ms);
}
