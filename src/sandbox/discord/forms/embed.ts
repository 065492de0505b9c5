// Checks the embeds of a request against Discord's limits and gives them back as they are stored; `message` calls it.

import type { Embed } from "../records.ts";
import { badField } from "../rest/errors.ts";
import { codePoints, type Fields, fieldsAt, integerAt, listAt, textAt, urlAt } from "./form.ts";
import { checkKeys, KEYS } from "./keys.ts";

const WEB = ["http", "https"] as const;
const WEB_OR_FILE = ["http", "https", "attachment"] as const;

type Path = readonly (string | number)[];

function withoutNulls(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
  );
}

function checkSide(embed: Fields, path: Path): void {
  const author = fieldsAt(embed.author, [...path, "author"]);
  if (author) {
    checkKeys(author, KEYS.embedAuthor, "embed author");
    textAt(author.name, [...path, "author", "name"], { min: 1, max: 256 });
    urlAt(author.url, [...path, "author", "url"], WEB);
    urlAt(author.icon_url, [...path, "author", "icon_url"], WEB_OR_FILE);
  }
  const footer = fieldsAt(embed.footer, [...path, "footer"]);
  if (footer) {
    checkKeys(footer, KEYS.embedFooter, "embed footer");
    textAt(footer.text, [...path, "footer", "text"], { max: 2048 });
    urlAt(footer.icon_url, [...path, "footer", "icon_url"], WEB_OR_FILE);
  }
  for (const name of ["image", "thumbnail"] as const) {
    const image = fieldsAt(embed[name], [...path, name]);
    if (!image) continue;
    checkKeys(image, KEYS.embedImage, `embed ${name}`);
    urlAt(image.url, [...path, name, "url"], WEB_OR_FILE);
  }
}

function checkFields(embed: Fields, path: Path): void {
  for (const [index, raw] of (listAt(embed.fields, [...path, "fields"], 25) ?? []).entries()) {
    const at = [...path, "fields", index];
    const field = fieldsAt(raw, at) ?? {};
    checkKeys(field, KEYS.embedField, "embed field");
    if (field.name === undefined || field.value === undefined)
      throw badField(
        [...at, field.name === undefined ? "name" : "value"],
        "BASE_TYPE_REQUIRED",
        "This field is required",
      );
    textAt(field.name, [...at, "name"], { min: 1, max: 256 });
    textAt(field.value, [...at, "value"], { min: 1, max: 1024 });
  }
}

function checkEmbed(embed: Fields, path: Path): void {
  checkKeys(embed, KEYS.embed, "embed");
  textAt(embed.title, [...path, "title"], { max: 256 });
  textAt(embed.description, [...path, "description"], { max: 4096 });
  integerAt(embed.color, [...path, "color"], { min: 0, max: 0xffffff });
  urlAt(embed.url, [...path, "url"], WEB);
  if (typeof embed.timestamp === "string" && Number.isNaN(Date.parse(embed.timestamp)))
    throw badField([...path, "timestamp"], "DATE_TIME_TYPE_PARSE", `Could not parse ${embed.timestamp}.`);
  checkSide(embed, path);
  checkFields(embed, path);
  const shown = ["title", "description", "author", "footer", "image", "thumbnail", "fields", "url"];
  if (!shown.some((key) => embed[key] !== undefined && embed[key] !== null))
    throw badField([...path, "description"], "BASE_TYPE_REQUIRED", "This field is required");
}

function textSize(value: unknown): number {
  return typeof value === "string" ? codePoints(value) : 0;
}

/** What counts towards the 6000: title, description, field names and values, footer text, author name. */
function embedSize(embed: Fields): number {
  const author = embed.author as Fields | undefined | null;
  const footer = embed.footer as Fields | undefined | null;
  const fields = (embed.fields ?? []) as readonly Fields[];
  return (
    textSize(embed.title) +
    textSize(embed.description) +
    textSize(author?.name) +
    textSize(footer?.text) +
    fields.reduce((sum, field) => sum + textSize(field.name) + textSize(field.value), 0)
  );
}

/**
 * Embeds as stored; undefined when the request does not speak of them, [] when it removes them.
 * Discord docs, resources/message: 10 embeds; title 256, description 4096, 25 fields (256/1024), footer 2048,
 * author 256; 6000 over all embeds. `type`, `provider` and `video` cannot be set.
 * @throws ApiFailure 50035
 */
export function readEmbeds(value: unknown): readonly Embed[] | undefined {
  if (value === null) return [];
  const raw = listAt(value, ["embeds"], 10);
  if (raw === undefined) return undefined;
  const embeds = raw.map((item, index) => {
    const embed = fieldsAt(item, ["embeds", index]) ?? {};
    checkEmbed(embed, ["embeds", index]);
    const { provider: _provider, video: _video, ...kept } = withoutNulls(embed);
    return { ...kept, type: "rich" };
  });
  if (embeds.reduce((sum, embed) => sum + embedSize(embed), 0) > 6000)
    throw badField(["embeds"], "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000");
  return embeds;
}
