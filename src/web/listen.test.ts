// Addresses to listen on: every form is read, written back the same, and nothing else is taken for one.

import { expect, it } from "vitest";
import { formatListen, parseListen } from "./listen.ts";

it.each([
  ["127.0.0.1:8443", { kind: "tcp", host: "127.0.0.1", port: 8443 }],
  ["[::1]:443", { kind: "tcp", host: "::1", port: 443 }],
  ["localhost:0", { kind: "tcp", host: "localhost", port: 0 }],
  ["unix:/run/mate.sock", { kind: "unix", path: "/run/mate.sock" }],
])("%s", (text, address) => {
  const parsed = parseListen(text);
  expect(parsed).toEqual(address);
  expect(parsed && formatListen(parsed)).toBe(text);
});

it.each([
  "8443",
  "127.0.0.1",
  ":8443",
  "::1:443",
  "127.0.0.1:70000",
  "127.0.0.1:x",
  "unix:",
  "https://h:1",
  "",
])("%s is none", (text) => {
  expect(parseListen(text)).toBeUndefined();
});
