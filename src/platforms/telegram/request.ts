// The requests that `render.ts` makes, the outbox freezes and `api.ts` sends; plain JSON, without any token.

import type { Json } from "../../model/delivery.ts";

/** One Bot API call: `method` and its parameters, exactly as they go out. */
export interface TelegramRequest {
  readonly method: string;
  readonly payload: { readonly [key: string]: Json };
}

/** Who this account is, as getMe answered. */
export interface TelegramSelf {
  readonly id: string;
  readonly username: string;
  readonly name: string;
}
