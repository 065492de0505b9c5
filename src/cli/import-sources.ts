// The other bridges whose settings can be taken over; the command line offers them, `import.ts` reads them.

export const SOURCES = ["tedicross", "matterbridge"] as const;
export type Source = (typeof SOURCES)[number];
