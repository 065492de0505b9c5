// Writes the lines that nginx or Caddy needs in front of MateBot on this machine; `matebot proxy` and `init` print them.

import { isIP } from "node:net";
import { formatListen, type ListenAddress } from "./listen.ts";

export type ProxyKind = "nginx" | "caddy";

export interface ProxySite {
  /** What the outside calls. Its path is a prefix, which the lines strip. */
  readonly publicUrl: URL;
  /** Where MateBot listens, without TLS. */
  readonly listen: ListenAddress;
  /** PEM files. Absent: those that certbot keeps for the name (nginx), or Caddy's own business. */
  readonly certificate?: { readonly certificate: string; readonly key: string };
}

/** A file of the web server, complete in itself, with a line break at its end. For nginx it belongs inside `http`. */
export function proxyLines(kind: ProxyKind, site: ProxySite): string {
  return kind === "nginx" ? nginxLines(site) : caddyLines(site);
}

/** Where both keep the files of other programs on Debian, Ubuntu and Fedora. */
export function proxyFile(kind: ProxyKind): string {
  return kind === "nginx" ? "/etc/nginx/conf.d/matebot.conf" : "/etc/caddy/Caddyfile";
}

/** Checks the lines first: a slip must not take down the other sites. */
export function reloadCommand(kind: ProxyKind): string {
  if (kind === "nginx") return "sudo nginx -t && sudo systemctl reload nginx";
  return "sudo caddy validate --config /etc/caddy/Caddyfile && sudo systemctl reload caddy";
}

/** What certbot calls the files of this name; undefined for an address, and where no TLS is wanted. */
export function certbotFiles(publicUrl: URL): ProxySite["certificate"] {
  const host = bareHost(publicUrl);
  if (publicUrl.protocol !== "https:" || isIP(host) !== 0) return undefined;
  const folder = `/etc/letsencrypt/live/${host}`;
  return { certificate: `${folder}/fullchain.pem`, key: `${folder}/privkey.pem` };
}

function nginxLines({ publicUrl, listen, certificate }: ProxySite): string {
  const isTls = publicUrl.protocol === "https:";
  const port = portOf(publicUrl);
  const files = certificate ?? certbotFiles(publicUrl);
  const prefix = publicUrl.pathname.replace(/\/+$/, "");
  const server = listen.kind === "unix" ? `unix:${listen.path}` : formatListen(nearby(listen));
  // MateBot closes what is idle for 75 s: nginx shall do so before, or an update meets a closed door now and then.
  const upstream = ["upstream matebot {", `    server ${nginxWord(server)};`, "    keepalive 16;"];
  const inside = [
    // To `http://matebot/`, with the slash: what `location` matched is cut off.
    `proxy_pass http://matebot${prefix === "" ? "" : "/"};`,
    "proxy_http_version 1.1;",
    'proxy_set_header Connection "";',
    "proxy_set_header Host $host;",
    "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
    "proxy_set_header X-Forwarded-Proto $scheme;",
    "proxy_connect_timeout 5s;",
    "proxy_read_timeout 60s;",
    "proxy_send_timeout 60s;",
    // Files of any size pass: none shall be kept on nginx's disk.
    "proxy_buffering off;",
  ];
  return lines([
    ...upstream,
    "    keepalive_timeout 60s;",
    "}",
    "",
    "server {",
    `    listen ${port}${isTls ? " ssl" : ""};`,
    `    listen [::]:${port}${isTls ? " ssl" : ""};`,
    `    server_name ${bareHost(publicUrl)};`,
    ...(isTls && files
      ? [
          `    ssl_certificate ${nginxWord(files.certificate)};`,
          `    ssl_certificate_key ${nginxWord(files.key)};`,
          "    ssl_protocols TLSv1.2 TLSv1.3;",
        ]
      : []),
    "    server_tokens off;",
    "    client_max_body_size 1m;",
    "",
    `    location ${nginxWord(`${prefix}/`)} {`,
    ...inside.map((line) => `        ${line}`),
    "    }",
    "}",
  ]);
}

function caddyLines({ publicUrl, listen, certificate }: ProxySite): string {
  const prefix = publicUrl.pathname.replace(/\/+$/, "");
  const upstream = listen.kind === "unix" ? `unix/${listen.path}` : formatListen(nearby(listen));
  const handle = prefix === "" ? "handle" : `handle_path ${caddyWord(`${prefix}/*`)}`;
  return lines([
    // With the scheme Caddy opens port 443 or 80, or the one that is told, and sees to the certificate by itself.
    `${publicUrl.origin} {`,
    ...(certificate ? [`\ttls ${caddyWord(certificate.certificate)} ${caddyWord(certificate.key)}`] : []),
    `\t${handle} {`,
    "\t\trequest_body {",
    "\t\t\tmax_size 1MiB",
    "\t\t}",
    `\t\treverse_proxy ${caddyWord(upstream)} {`,
    // What comes from MateBot goes on at once: files are read while they come.
    "\t\t\tflush_interval -1",
    "\t\t\ttransport http {",
    "\t\t\t\tversions 1.1",
    "\t\t\t\tdial_timeout 5s",
    "\t\t\t\tresponse_header_timeout 60s",
    "\t\t\t\tkeepalive 60s",
    "\t\t\t}",
    "\t\t}",
    "\t}",
    ...(prefix === "" ? [] : ["\thandle {", "\t\trespond 404", "\t}"]),
    "}",
  ]);
}

/** Who listens at every address is reached at the nearest one. */
function nearby(listen: Extract<ListenAddress, { kind: "tcp" }>): ListenAddress {
  if (listen.host === "0.0.0.0") return { ...listen, host: "127.0.0.1" };
  return listen.host === "::" ? { ...listen, host: "::1" } : listen;
}

function portOf({ port, protocol }: URL): string {
  return port === "" ? (protocol === "https:" ? "443" : "80") : port;
}

function bareHost({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, "");
}

/** A path may hold a space or a brace; in quotes both files take it as it is. */
function nginxWord(text: string): string {
  return /^[\w./:@[\]-]+$/.test(text) ? text : `"${text.replace(/["\\$]/g, "\\$&")}"`;
}

function caddyWord(text: string): string {
  return /^[\w./:@*[\]-]+$/.test(text) ? text : `"${text.replace(/["\\]/g, "\\$&")}"`;
}

function lines(all: readonly string[]): string {
  return `${all.join("\n")}\n`;
}
