// The networks that Telegram calls webhooks from; `server.ts` lets only them in where `web.only_telegram` is set.

/** core.telegram.org/bots/webhooks, "The short version": "Accepts incoming POSTs from subnets …". */
export const TELEGRAM_NETWORKS = ["149.154.160.0/20", "91.108.4.0/22"] as const;
