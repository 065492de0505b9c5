// Draws the rich-text tree as elements; `message.ts` calls it for every body.

import { useContext, useState } from "preact/hooks";
import type { Node, RichText as Tree } from "../src/model/rich-text.ts";
import { html } from "./html.ts";
import { SpeechContext } from "./language.ts";

const TAGS = { bold: "strong", italic: "em", underline: "u", strike: "s" } as const;

export function RichText({ body }: { readonly body: Tree }) {
  return html`${body.map((node, index) => {
    const shown =
      node.kind === "text" ? besideBlocks(node.text, body[index - 1], body[index + 1]) : undefined;
    return shown ?? html`<${Piece} node=${node} key=${index} />`;
  })}`;
}

const BLOCKS: ReadonlySet<Node["kind"]> = new Set(["quote", "heading", "list", "pre"]);

/** An element that owns its lines needs no line break beside it. */
function besideBlocks(text: string, before: Node | undefined, after: Node | undefined): string {
  const start = before && BLOCKS.has(before.kind) && text.startsWith("\n") ? 1 : 0;
  const end = after && BLOCKS.has(after.kind) && text.endsWith("\n") ? -1 : undefined;
  return text.slice(start, end);
}

/** Only addresses that a click may open; anything else stays text. */
function isSafe(href: string): boolean {
  return /^(https?|mailto|tel|tg):/i.test(href);
}

function Piece({ node }: { readonly node: Node }) {
  switch (node.kind) {
    case "text":
      return node.text;
    case "bold":
    case "italic":
    case "underline":
    case "strike":
      return html`<${TAGS[node.kind]}><${RichText} body=${node.children} /><//>`;
    case "spoiler":
      return html`<${Spoiler} body=${node.children} />`;
    case "quote":
      return html`<blockquote><${RichText} body=${node.children} /></blockquote>`;
    case "heading":
      return html`<span class=${`heading h${node.level}`}><${RichText} body=${node.children} /></span>`;
    case "subtext":
      return html`<small><${RichText} body=${node.children} /></small>`;
    case "list":
      return html`<${List} node=${node} />`;
    case "link":
      return isSafe(node.href)
        ? html`<a href=${node.href} target="_blank" rel="noreferrer noopener"><${RichText} body=${node.children} /></a>`
        : html`<${RichText} body=${node.children} />`;
    case "mention":
    case "conversation":
      return html`<span class="mention">${node.label}</span>`;
    case "emoji":
      return node.fallback;
    case "time":
      return html`<${Moment} at=${node.at} />`;
    case "code":
      return html`<code>${node.text}</code>`;
    case "pre":
      return html`<pre data-language=${node.language}><code>${node.text}</code></pre>`;
    default:
      return node satisfies never;
  }
}

function List({ node }: { readonly node: Extract<Node, { kind: "list" }> }) {
  const items = node.items.map((item, index) => html`<li key=${index}><${RichText} body=${item} /></li>`);
  return node.ordered ? html`<ol start=${node.start ?? 1}>${items}</ol>` : html`<ul>${items}</ul>`;
}

function Spoiler({ body }: { readonly body: Tree }) {
  const { words } = useContext(SpeechContext);
  const [open, setOpen] = useState(false);
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    setOpen(!open);
  };
  // Not a <button>: one of those does not break over lines as text does.
  return html`<span
    class="spoiler"
    role="button"
    tabindex="0"
    aria-expanded=${open}
    aria-label=${open ? undefined : words("spoiler-show")}
    onClick=${() => setOpen(!open)}
    onKeyDown=${onKey}
  ><span inert=${!open}><${RichText} body=${body} /></span></span>`;
}

function Moment({ at }: { readonly at: number }) {
  const { language } = useContext(SpeechContext);
  const when = new Date(at);
  const shown = when.toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });
  return html`<time datetime=${when.toISOString()}>${shown}</time>`;
}
