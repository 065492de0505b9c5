// What the two ways of receiving have in common; `index.ts` picks one and drives it.

export interface Receiver {
  /** Makes Telegram deliver and resolves once it does; may be called again after it failed. @throws PlatformError */
  begin(signal: AbortSignal): Promise<void>;
  /** Receives no more; what was handed on is finished. */
  stop(): Promise<void>;
}
