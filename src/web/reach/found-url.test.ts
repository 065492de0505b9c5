import { describe, expect, it } from "vitest";
import { loadTexts } from "../../texts.ts";
import { findPublicUrl } from "./found-url.ts";

const texts = loadTexts("en");
const at = (host: string, port: number) => ({ kind: "tcp", host, port }) as const;

describe("the public address", () => {
  it("is this machine's own, with the port that is bound", () => {
    const found = findPublicUrl(
      { publicUrl: "auto", listen: at("0.0.0.0", 8443) },
      ["8.8.4.4", "8.8.8.8"],
      texts,
    );
    expect(found.publicUrl?.origin).toBe("https://8.8.4.4:8443");
    expect(found.why).toContain("8.8.4.4");
  });

  it("is the one of several that is listened at", () => {
    const found = findPublicUrl(
      { publicUrl: "auto", listen: at("8.8.8.8", 443) },
      ["8.8.4.4", "8.8.8.8"],
      texts,
    );
    expect(found.publicUrl?.href).toBe("https://8.8.8.8/");
  });

  it("is none where the machine has none, and polling needs none", () => {
    const found = findPublicUrl({ publicUrl: "auto", listen: at("0.0.0.0", 8443) }, [], texts);
    expect(found.publicUrl).toBeUndefined();
    expect(found.why).toContain("polling");
  });

  it("is what the configuration says where it says one", () => {
    const publicUrl = new URL("https://bot.example.org");
    expect(findPublicUrl({ publicUrl, listen: at("127.0.0.1", 80) }, ["8.8.8.8"], texts)).toEqual({
      publicUrl,
    });
  });
});
