// Makes what a plugin answers ready for the pipe, in the plugin's process: Markdown to nodes, bytes apart; `host.ts` calls it.

import type { PluginAnswer, PluginNode, PluginSays, PluginVerdict } from "./api.ts";
import { parseMarkdown } from "./markdown.ts";
import type { WireAnswer, WireVerdict } from "./wire.ts";

/** Longer text is cut by nobody: its author should know. */
const MOST_TEXT = 4_000;

export interface Outbound<T> {
  readonly value: T;
  readonly bytes: readonly Uint8Array[];
}

/** @throws Error that says what is wrong with it */
export function outboundAnswer(says: PluginSays): Outbound<WireAnswer | null> {
  if (says === undefined || says === null) return { value: null, bytes: [] };
  if (typeof says !== "string" && typeof says !== "object") {
    throw new Error(`an answer is text or an object, and this is a ${typeof says}`);
  }
  const { text, nodes, files = [], ...more } = typeof says === "string" ? { text: says } : says;
  const bytes = files.map(({ bytes }, i) => {
    if (!(bytes instanceof Uint8Array)) throw new Error(`files[${i}].bytes is no Uint8Array`);
    return bytes;
  });
  const body = bodyOf(text, nodes);
  const { buttons, isSilent, isPrivate, isChange, toast } = more as Exclude<PluginAnswer, string>;
  return {
    value: {
      ...(body && { nodes: [...body] }),
      ...(buttons && { buttons: buttons.map((row) => [...row]) }),
      ...(bytes.length > 0 && {
        files: files.map(({ name, mime, bytes }) => ({ name, mime, bytes: bytes.length })),
      }),
      ...{ isSilent, isPrivate, isChange, toast },
    },
    bytes,
  };
}

function bodyOf(
  text: string | undefined,
  nodes: readonly PluginNode[] | undefined,
): readonly PluginNode[] | undefined {
  if (nodes !== undefined) return nodes;
  if (text === undefined) return undefined;
  if (typeof text !== "string") throw new Error(`\`text\` is text, and this is a ${typeof text}`);
  if (text.length > MOST_TEXT) {
    throw new Error(`an answer has at most ${MOST_TEXT} characters, and this has ${text.length}`);
  }
  return parseMarkdown(text);
}

/** @throws Error that says what is wrong with it */
export function outboundVerdict(verdict: PluginVerdict): Outbound<WireVerdict | null> {
  if (verdict === undefined || verdict === null) return { value: null, bytes: [] };
  if (typeof verdict !== "object") {
    throw new Error(`\`before\` answers with an object or nothing, and this is a ${typeof verdict}`);
  }
  if ("drop" in verdict && verdict.drop) return { value: { drop: true }, bytes: [] };
  const { text, nodes, add } = verdict as {
    text?: string;
    nodes?: readonly PluginNode[];
    add?: PluginAnswer;
  };
  const line = outboundAnswer(add);
  return {
    value: {
      ...(text !== undefined && { text }),
      ...(nodes !== undefined && { nodes: [...nodes] }),
      ...(line.value && { add: line.value }),
    },
    bytes: line.bytes,
  };
}
