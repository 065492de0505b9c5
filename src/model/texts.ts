// The port through which anything user-visible is said; `src/texts.ts` implements it from `locales/`.

export type Language = "pt-BR" | "en" | "es";
export type Values = Readonly<Record<string, string | number>>;

/** Formats the ICU message `key` (`file.path.to.key`, e.g. `bridge.attachment.photo`) in the conversation's language. */
export type Texts = (key: string, values?: Values) => string;
