// Checks ffmpeg, without which videos and sounds cross as they are; `checks.ts` lists it.

import { findFfmpeg } from "../../media/convert/convert.ts";
import type { Check } from "../check.ts";

export const ffmpegCheck: Check = {
  name: "ffmpeg",
  group: "machine",
  run: async ({ env, machine }) => {
    const check = "ffmpeg";
    const program = findFfmpeg(env);
    if (program === undefined) return [{ check, level: "warning", key: "doctor.ffmpeg.missing" }];
    const { code, said } = await machine.execute(program, ["-version"]);
    const version = /^ffmpeg version (\S+)/m.exec(said)?.[1];
    if (code === 0 && version !== undefined)
      return [{ check, level: "ok", key: "doctor.ffmpeg.ok", values: { version } }];
    return [{ check, level: "warning", key: "doctor.ffmpeg.broken", values: { program } }];
  },
};
