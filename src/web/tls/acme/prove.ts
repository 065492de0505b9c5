// Proves to the authority that the host is ours, by the first door that opens; only `order.ts` calls it.

import type { Authorization } from "acme-client";
import { type ChallengeDoor, KNOCKS_AT } from "./door.ts";
import { AcmeFault, faultOfChallenge, type Problem, type ProblemPlace } from "./fault.ts";
import type { Session } from "./session.ts";
import { settle, type Waiting } from "./settle.ts";

export interface Proof extends Waiting {
  readonly session: Session;
  readonly place: ProblemPlace;
  /** Those that were not tried yet; taken out as they are. */
  readonly doors: ChallengeDoor[];
  /** Told of a door that cannot be opened while another one is left. */
  readonly passedOver: (fault: AcmeFault) => void;
}

/** A challenge with what the types of acme-client leave out. RFC 8555, 8. */
interface Challenge {
  readonly type: string;
  readonly url: string;
  readonly status: string;
  readonly token: string;
  readonly error?: Problem;
  readonly validationRecord?: readonly { readonly addressUsed?: string }[];
}

/** @throws AcmeFault that says why the authority did not believe it; `ofDoor` when another door may do better */
export async function prove(authorization: Authorization, proof: Proof): Promise<void> {
  const { session, place, clock } = proof;
  const { door, challenge } = nextDoor(authorization, proof);
  const question = {
    host: place.host,
    token: challenge.token,
    keyAuthorization: await session.client.getChallengeKeyAuthorization(asTyped(challenge)),
    now: clock.now(),
  };
  const open = await door.open(question).catch((error: unknown) => {
    if (!(error instanceof AcmeFault) || proof.doors.length === 0) throw error;
    proof.passedOver(error);
    return undefined;
  });
  if (open === undefined) return await prove(authorization, proof);
  try {
    await session.client.completeChallenge(asTyped(challenge));
    const judged = await settle(
      () => session.client.getAuthorizations({ authorizations: [authorization.url] } as never),
      ([now]) => now !== undefined && now.status !== "pending",
      proof,
    );
    const [outcome] = judged;
    if (outcome?.status !== "valid") throw whyNot(outcome, door, place);
  } finally {
    await open.close();
  }
}

function nextDoor(
  authorization: Authorization,
  { doors, place }: Proof,
): { readonly door: ChallengeDoor; readonly challenge: Challenge } {
  const offered = challengesOf(authorization);
  for (let door = doors.shift(); door !== undefined; door = doors.shift()) {
    const challenge = offered.find(({ type }) => type === door?.type);
    if (challenge) return { door, challenge };
  }
  const types = offered.map(({ type }) => type).join(", ");
  throw new AcmeFault("no-door", { host: place.host, authority: place.authority, offered: types || "-" });
}

function whyNot(outcome: Authorization | undefined, door: ChallengeDoor, place: ProblemPlace): AcmeFault {
  const asked = challengesOf(outcome).find(({ type }) => type === door.type);
  const address = asked?.validationRecord?.at(-1)?.addressUsed ?? place.host;
  return faultOfChallenge(asked?.error ?? {}, { ...place, port: KNOCKS_AT[door.type], address });
}

function challengesOf(authorization: Authorization | undefined): readonly Challenge[] {
  return (authorization?.challenges ?? []) as unknown as readonly Challenge[];
}

type Typed = Authorization["challenges"][number];

/** acme-client knows of tls-alpn-01, but its types do not. */
function asTyped(challenge: Challenge): Typed {
  return challenge as Typed;
}
