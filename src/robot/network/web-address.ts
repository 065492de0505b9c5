// Finds the web address a command is about: written, or in the message it answers; pure, the network commands call it.

import { isIP } from "node:net";
import { type Question, Refusal } from "../command.ts";
import { isPublicAddress } from "./address.ts";

const MOST_LENGTH = 2_000;

/** @throws Refusal that says which command needs an address, or what is wrong with this one */
export function addressAsked({ args, ask }: Question, command: string, allowPrivate: boolean): URL {
  const about = ask.asked.kind === "command" ? ask.asked.about?.text : undefined;
  const written = String(args.url ?? "").trim();
  const words = written === "" ? (addressIn(about ?? "") ?? "") : written;
  if (words === "") throw new Refusal(`robot-network.${command}.usage`);
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(words) ? words : `https://${words}`;
  if (!URL.canParse(full) || words.length > MOST_LENGTH) throw new Refusal("robot-network.trouble.web");
  const url = new URL(full);
  // What stands before an @ is a password: it goes nowhere.
  if (!/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "")
    throw new Refusal("robot-network.trouble.web");
  if (!allowPrivate && !isPublicName(url.hostname)) throw new Refusal("robot-network.trouble.address");
  return url;
}

/** The first one in a text. */
export function addressIn(text: string): string | undefined {
  const found = /https?:\/\/[^\s<>"']+/i.exec(text)?.[0];
  return found?.replace(/[.,;:!?)\]}]+$/, "");
}

/** By its look alone; who connects looks at the addresses behind the name. */
function isPublicName(hostname: string): boolean {
  const plain = hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  if (isIP(plain) !== 0) return isPublicAddress(plain);
  return (
    plain.includes(".") && !/\.(localhost|local|internal|lan|home\.arpa|onion|test|invalid)$/i.test(plain)
  );
}
