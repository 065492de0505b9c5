// The yardstick: a bridge that receives and sends, with no storage, no conversion and no care; `child.ts` runs it.
//
// The same transports as the product: an HTTPS server of fastify's for Telegram's webhook, undici to answer it, and the
// Gateway and REST libraries of discord.js, used the plainest way. One message at a time in each conversation.

import { REST } from "@discordjs/rest";
import { WebSocketManager, WebSocketShardEvents } from "@discordjs/ws";
import type {
  GatewayMessageCreateDispatchData,
  RESTPostAPIChannelWebhookResult,
} from "discord-api-types/v10";
import fastify from "fastify";
import { Agent, FormData, request } from "undici";
import type { Config } from "../src/config.ts";
import type { DiscordConfig } from "../src/platforms/discord/config.ts";
import { intents } from "../src/platforms/discord/gateway/options.ts";
import type { TelegramConfig } from "../src/platforms/telegram/config.ts";
import { makeSelfSigned } from "../src/web/tls/self-signed.ts";
import { fetchFile, type Passing, postFile } from "./null-files.ts";

interface Said {
  readonly name: string;
  readonly text: string;
  /** A video. */
  readonly open?: () => Promise<Passing>;
}

const files = new Agent();

/** Gives what was said in the conversation `id` to its other side. */
type Take = (id: string, said: Said) => void;

/** Resolves when it is connected to both sides. */
export async function startNullBridge(config: Config): Promise<void> {
  const settings = (name: string) => config.accounts.find((account) => account.name === name)?.settings;
  const pairs = config.bridges.map(({ members }) => {
    const idOn = (account: string) => members.find((member) => member.account === account)?.id ?? "";
    return { chat: idOn("telegram"), channel: idOn("discord") };
  });
  const telegram = telegramSender(settings("telegram") as TelegramConfig);
  const discord = discordSender(settings("discord") as DiscordConfig);
  const toChannel = new Map<string, (said: Said) => void>();
  const toChat = new Map<string, (said: Said) => void>();
  for (const { chat, channel } of pairs) {
    toChannel.set(chat, oneAtATime(await discord.open(channel)));
    toChat.set(
      channel,
      oneAtATime((said) => telegram.send(chat, said)),
    );
  }
  await receiveWebhook(config, telegram, (chat, said) => toChannel.get(chat)?.(said));
  await receiveGateway(discord.rest, settings("discord") as DiscordConfig, (channel, said) =>
    toChat.get(channel)?.(said),
  );
}

function oneAtATime(send: (said: Said) => Promise<void>): (said: Said) => void {
  let last = Promise.resolve();
  return (said) => {
    last = last.then(() => send(said));
  };
}

type TelegramSender = ReturnType<typeof telegramSender>;

function telegramSender({ api, token }: TelegramConfig) {
  const dispatcher = new Agent();
  const post = async (method: string, body: string | FormData) => {
    const headers = typeof body === "string" ? { "content-type": "application/json" } : {};
    const answer = await request(`${api}/bot${token}/${method}`, {
      method: "POST",
      headers,
      body,
      dispatcher,
    });
    const result = (await answer.body.json()) as { readonly ok: boolean; readonly description?: string };
    if (!result.ok) throw new Error(`${method}: ${result.description}`);
  };
  return {
    post,
    async send(chat: string, { name, text, open }: Said) {
      const words = `${name}\n${text}`;
      if (!open) return post("sendMessage", JSON.stringify({ chat_id: chat, text: words }));
      const form = { fields: { chat_id: chat, caption: words }, field: "video", file: await open() };
      await postFile(`${api}/bot${token}/sendVideo`, form, files);
    },
    async open(fileId: string): Promise<Passing> {
      const found = await request(`${api}/bot${token}/getFile?file_id=${fileId}`, { dispatcher: files });
      const { result } = (await found.body.json()) as { readonly result: { readonly file_path: string } };
      return fetchFile(`${api}/file/bot${token}/${result.file_path}`, files);
    },
  };
}

interface TelegramUpdate {
  readonly message?: {
    readonly chat: { readonly id: number };
    readonly from?: { readonly first_name: string };
    readonly text?: string;
    readonly caption?: string;
    readonly video?: { readonly file_id: string };
  };
}

async function receiveWebhook({ web }: Config, telegram: TelegramSender, take: Take): Promise<void> {
  const tls = await makeSelfSigned("127.0.0.1", Date.now());
  const app = fastify({ https: { ...tls, minVersion: "TLSv1.2" } });
  app.post("/", (incoming, reply) => {
    reply.code(200).send();
    const { message } = incoming.body as TelegramUpdate;
    const text = message?.text ?? message?.caption;
    if (!message || text === undefined) return;
    const id = message.video?.file_id;
    const open = id === undefined ? {} : { open: () => telegram.open(id) };
    take(String(message.chat.id), { name: message.from?.first_name ?? "?", text, ...open });
  });
  await app.listen(web?.listen.kind === "tcp" ? { port: web.listen.port, host: web.listen.host } : {});
  const form = new FormData();
  form.append("url", `${new URL(String(web?.publicUrl)).origin}/`);
  form.append("certificate", new Blob([tls.cert]), "certificate.pem");
  form.append("max_connections", "40");
  await telegram.post("setWebhook", form);
}

function discordSender({ api, token }: DiscordConfig) {
  // The library's own 50 requests a second would be all that is measured.
  const globalRequestsPerSecond = Number.POSITIVE_INFINITY;
  const rest = new REST({ api, version: "10", retries: 0, globalRequestsPerSecond }).setToken(token);
  return {
    rest,
    /** Makes the channel's webhook and gives the way to speak through it. */
    async open(channel: string): Promise<(said: Said) => Promise<void>> {
      const made = await rest.post(`/channels/${channel}/webhooks`, { body: { name: "Null" } });
      const { id, token: secret } = made as RESTPostAPIChannelWebhookResult;
      const query = new URLSearchParams({ wait: "true" });
      return async ({ name, text, open }) => {
        const body = { username: name, content: text, allowed_mentions: { parse: [] } };
        if (open) {
          const fields = { payload_json: JSON.stringify(body) };
          const form = { fields, field: "files[0]", file: await open() };
          return postFile(`${api}/v10/webhooks/${id}/${secret}?wait=true`, form, files);
        }
        await rest.post(`/webhooks/${id}/${secret}`, { auth: false, query, body });
      };
    },
  };
}

async function receiveGateway(rest: REST, { token }: DiscordConfig, take: Take): Promise<void> {
  const manager = new WebSocketManager({ token, intents, rest });
  manager.on(WebSocketShardEvents.Dispatch, ({ t, d }) => {
    if (t !== "MESSAGE_CREATE") return;
    const message = d as GatewayMessageCreateDispatchData;
    if (message.webhook_id !== undefined) return;
    const url = message.attachments[0]?.url;
    const open = url === undefined ? {} : { open: () => fetchFile(url, files) };
    take(message.channel_id, { name: message.author.username, text: message.content, ...open });
  });
  const ready = new Promise((resolve) => manager.once(WebSocketShardEvents.Ready, resolve));
  await manager.connect();
  await ready;
}
