// Where an authority's question arrives: what every kind of door offers; `prove.ts` opens one while it is asked.

export interface ChallengeQuestion {
  /** A DNS name, or an IP address without brackets. */
  readonly host: string;
  readonly token: string;
  /** What must be answered: the token and the thumbprint of the account's key. RFC 8555, 8.1. */
  readonly keyAuthorization: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface OpenDoor {
  /** Nothing is answered afterwards. */
  close(): Promise<void>;
}

/** Answers one challenge at a time, and only while it is open. */
export interface ChallengeDoor {
  readonly type: "http-01" | "tls-alpn-01";
  /** @throws AcmeFault that says why it cannot be opened, and who holds the port */
  open(question: ChallengeQuestion): Promise<OpenDoor>;
}

/** Where the authority knocks, whatever port it is led to here. RFC 8555, 8.3; RFC 8737, 3. */
export const KNOCKS_AT: Readonly<Record<ChallengeDoor["type"], number>> = {
  "http-01": 80,
  "tls-alpn-01": 443,
};
