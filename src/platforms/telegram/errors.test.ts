import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Fate } from "../../model/errors.ts";
import { LANGUAGES, loadTexts } from "../../texts.ts";
import { TransportError } from "./api/transport.ts";
import { readAnswer, refusalError, transportError } from "./errors.ts";

const refused: Fate = { kind: "refused" };
const blocked: Fate = { kind: "blocked" };
const gone: Fate = { kind: "gone" };
const halt: Fate = { kind: "halt" };
const unknown: Fate = { kind: "retry", maybeDelivered: true };
const notDone: Fate = { kind: "retry", maybeDelivered: false };

interface Row {
  readonly in: { readonly code: number; readonly description: string; readonly parameters?: object };
  readonly code: string;
  readonly fate: Fate;
}

const rows: readonly Row[] = [
  row(400, "Bad Request: chat not found", "telegram.chat-not-found", blocked),
  row(400, "Bad Request: PEER_ID_INVALID", "telegram.chat-not-found", blocked),
  row(
    400,
    "Bad Request: group chat was upgraded to a supergroup chat",
    "telegram.migrated",
    { kind: "moved", to: "-1001234567890" },
    { migrate_to_chat_id: -1001234567890 },
  ),
  row(
    400,
    "Bad Request: not enough rights to restrict/unrestrict chat member",
    "telegram.no-moderation",
    refused,
  ),
  row(400, "Bad Request: user is an administrator of the chat", "telegram.untouchable", refused),
  row(400, "Bad Request: can't remove chat owner", "telegram.untouchable", refused),
  row(400, "Bad Request: can't restrict self", "telegram.untouchable", refused),
  row(400, "Bad Request: invalid user_id specified", "telegram.no-person", refused),
  row(400, "Bad Request: PARTICIPANT_ID_INVALID", "telegram.no-person", refused),
  row(400, "Bad Request: member not found", "telegram.no-person", refused),
  row(400, "Bad Request: method is available only for supergroups", "telegram.only-supergroups", refused),
  row(
    400,
    "Bad Request: method is available for supergroup and channel chats only",
    "telegram.only-supergroups",
    refused,
  ),
  row(400, "Bad Request: group chat was migrated to a supergroup chat", "telegram.migrated", refused),
  row(403, "Forbidden: bot was kicked from the supergroup chat", "telegram.not-a-member", blocked),
  row(403, "Forbidden: bot is not a member of the channel chat", "telegram.not-a-member", blocked),
  row(403, "Forbidden: the group chat was deleted", "telegram.chat-deleted", refused),
  row(403, "Forbidden: bot was blocked by the user", "telegram.blocked-by-user", blocked),
  row(403, "Forbidden: bot can't initiate conversation with a user", "telegram.blocked-by-user", blocked),
  row(403, "Forbidden: user is deactivated", "telegram.no-talk", refused),
  row(403, "Forbidden: the bot can't send messages to the bot", "telegram.no-talk", refused),
  row(403, "Forbidden: something new", "telegram.refused", refused),
  row(400, "Bad Request: not enough rights to send text messages to the chat", "telegram.no-rights", blocked),
  row(400, "Bad Request: CHAT_WRITE_FORBIDDEN", "telegram.no-rights", blocked),
  row(400, "Bad Request: CHAT_SEND_PLAIN_FORBIDDEN", "telegram.no-rights", blocked),
  row(400, "Bad Request: need administrator rights in the channel chat", "telegram.no-rights", blocked),
  row(400, "Bad Request: TOPIC_CLOSED", "telegram.topic-closed", blocked),
  row(400, "Bad Request: message thread not found", "telegram.topic-gone", refused),
  row(400, "Bad Request: message to be replied not found", "telegram.reply-gone", refused),
  row(400, "Bad Request: message to edit not found", "telegram.message-gone", gone),
  row(400, "Bad Request: message to delete not found", "telegram.message-gone", gone),
  row(
    400,
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same",
    "telegram.not-modified",
    gone,
  ),
  row(400, "Bad Request: message can't be deleted for everyone", "telegram.cannot-delete", gone),
  row(400, "Bad Request: message can't be edited", "telegram.cannot-edit", refused),
  row(400, "Bad Request: message text is empty", "telegram.empty-text", refused),
  row(400, "Bad Request: message is too long", "telegram.too-long", refused),
  row(
    400,
    'Bad Request: can\'t parse MessageEntity: Field "type" must be of type String',
    "telegram.bad-entities",
    refused,
  ),
  row(400, "Bad Request: ENTITY_BOUNDS_INVALID", "telegram.bad-entities", refused),
  row(400, "Bad Request: CHAT_SEND_PHOTOS_FORBIDDEN", "telegram.media-forbidden", refused),
  row(400, "Bad Request: CHAT_SEND_PLAIN_FORBIDDEN", "telegram.no-rights", blocked),
  row(400, "Bad Request: not enough rights to send photos to the chat", "telegram.media-forbidden", refused),
  row(400, "Bad Request: not enough rights to send text messages to the chat", "telegram.no-rights", blocked),
  row(400, "Bad Request: VOICE_MESSAGES_FORBIDDEN", "telegram.media-forbidden", refused),
  row(400, "Bad Request: PHOTO_INVALID_DIMENSIONS", "telegram.bad-media", refused),
  row(400, "Bad Request: IMAGE_PROCESS_FAILED", "telegram.bad-media", refused),
  row(400, "Bad Request: MEDIA_EMPTY", "telegram.bad-media", refused),
  row(400, "Bad Request: STICKER_PNG_DIMENSIONS", "telegram.bad-media", refused),
  row(400, "Bad Request: file must be non-empty", "telegram.bad-media", refused),
  row(400, "Bad Request: can't use file of type Photo as Video", "telegram.bad-media", refused),
  row(
    400,
    'Bad Request: failed to send message #2 with the error message "IMAGE_PROCESS_FAILED"',
    "telegram.bad-media",
    refused,
  ),
  row(400, "Bad Request: can't change media type in the album", "telegram.bad-media", refused),
  row(400, "Bad Request: wrong file identifier/HTTP URL specified", "telegram.file-stale", refused),
  row(400, "Bad Request: invalid file_id", "telegram.file-stale", refused),
  row(400, "Bad Request: file is too big", "telegram.too-big", refused),
  row(400, "Bad Request: there is no caption in the message to edit", "telegram.no-caption", refused),
  row(400, "Bad Request: message media can't be edited", "telegram.no-text", refused),
  row(400, "Bad Request: REACTION_INVALID", "telegram.bad-reaction", refused),
  row(400, "Bad Request: the chat is not a forum", "telegram.no-topics", refused),
  row(400, "Bad Request: not enough rights to create a topic", "telegram.no-topics", refused),
  row(400, "Bad Request: TOPIC_NOT_MODIFIED", "telegram.unchanged", gone),
  row(400, "Bad Request: poll has already been closed", "telegram.poll-over", gone),
  row(400, "Bad Request: message to pin not found", "telegram.message-gone", gone),
  row(
    400,
    "Bad Request: not enough rights to manage pinned messages in the chat",
    "telegram.no-pins",
    refused,
  ),
  row(400, "Bad Request: a text of next year", "telegram.refused", refused),
  row(400, "Logged out", "telegram.logged-out", halt),
  row(401, "Unauthorized", "telegram.unauthorized", halt),
  row(401, "Unauthorized: invalid token specified", "telegram.unauthorized", halt),
  row(404, "Not Found", "telegram.unauthorized", halt),
  row(404, "Not Found: method not found", "telegram.unknown-method", refused),
  row(421, "Misdirected Request", "telegram.unauthorized", halt),
  row(
    409,
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    "telegram.conflict-webhook",
    notDone,
  ),
  row(409, "Conflict: terminated by setWebhook request", "telegram.conflict-webhook", notDone),
  row(
    409,
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    "telegram.conflict-polling",
    notDone,
  ),
  row(
    429,
    "Too Many Requests: retry after 7",
    "telegram.limit",
    { kind: "wait", ms: 7000 },
    { retry_after: 7 },
  ),
  row(413, "Request Entity Too Large", "telegram.too-big", refused),
  row(500, "Internal Server Error: restart", "telegram.server", unknown),
  row(
    500,
    "Internal Server Error: sent message was immediately deleted and can't be returned",
    "telegram.deleted-at-once",
    gone,
  ),
];

describe("a refusal of the Bot API", () => {
  it.each(rows)("$in.code $in.description", ({ in: { code, description, parameters }, ...expected }) => {
    const text = JSON.stringify({ ok: false, error_code: code, description, parameters });
    const answer = readAnswer({ status: code, text });
    if ("result" in answer) throw new Error("taken for a success");
    const error = refusalError("sendMessage", answer);
    expect({ code: error.code, fate: error.fate }).toEqual(expected);
    expect(error.words !== undefined).toBe(["refused", "blocked"].includes(expected.fate.kind));
    expect(error.message).toBe(`sendMessage: ${code} ${description}`);
  });

  it("is understood when a proxy answers without a body or with a page", () => {
    const fates = [413, 502, 504, 404, 301].map((status) =>
      ["", "<html>no</html>"].map((text) => {
        const answer = readAnswer({ status, text });
        return "result" in answer ? "success" : refusalError("sendMessage", answer).fate.kind;
      }),
    );
    expect(fates).toEqual([
      ["refused", "refused"],
      ["retry", "retry"],
      ["retry", "retry"],
      ["refused", "refused"],
      ["retry", "retry"],
    ]);
  });

  it("takes the wait from the header when the body does not tell it, and a second when nobody does", () => {
    const wait = (retryAfter?: string) => {
      const answer = readAnswer({
        status: 429,
        text: "",
        ...(retryAfter === undefined ? {} : { retryAfter }),
      });
      return "result" in answer ? undefined : refusalError("sendMessage", answer).fate;
    };
    expect(wait("12")).toEqual({ kind: "wait", ms: 12_000 });
    expect(wait("Wed, 21 Oct 2026 07:28:00 GMT")).toEqual({ kind: "wait", ms: 1000 });
    expect(wait()).toEqual({ kind: "wait", ms: 1000 });
  });

  it.each(LANGUAGES)(
    "has words for people in %s, in one sentence, whenever an admin can do something",
    (language) => {
      const texts = loadTexts(language, { strict: true });
      for (const { in: refusal } of rows) {
        const { words } = refusalError("sendMessage", {
          status: refusal.code,
          description: refusal.description,
        });
        if (words === undefined) continue;
        expect(texts.has(words), words).toBe(true);
        expect(texts(words)).toMatch(/^[^.]{20,160}\.$/);
      }
    },
  );

  it("never makes a success of an answer that is none, whatever it holds", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 200, max: 599 }), (body, status) => {
        const answer = readAnswer({ status, text: JSON.stringify(body) });
        const ok = body instanceof Object && "ok" in body && body.ok === true && status < 300;
        expect("result" in answer).toBe(ok);
        if (!("result" in answer)) expect(refusalError("x", answer).fate.kind).toBeTypeOf("string");
      }),
    );
  });
});

describe("no answer at all", () => {
  it("may have been delivered only if the body left", () => {
    expect(transportError("sendMessage", new TransportError("ECONNREFUSED", false)).fate).toEqual(notDone);
    expect(transportError("sendMessage", new TransportError("ECONNRESET", true)).fate).toEqual(unknown);
    expect(transportError("sendMessage", new TransportError("TIMEOUT", true)).code).toBe("telegram.timeout");
  });
});

function row(code: number, description: string, errorCode: string, fate: Fate, parameters?: object): Row {
  return { in: { code, description, ...(parameters && { parameters }) }, code: errorCode, fate };
}
