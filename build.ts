// Compiles what `npm pack` ships: JavaScript of src and console under dist; a checkout needs none of it.

import { execFileSync } from "node:child_process";
import { copyFileSync, globSync, rmSync } from "node:fs";
import { basename, join } from "node:path";

const root = import.meta.dirname;
const dist = join(root, "dist");

rmSync(dist, { recursive: true, force: true });
for (const project of ["tsconfig.build.json", "console/tsconfig.build.json"]) {
  execFileSync(join(root, "node_modules/.bin/tsc"), ["-p", join(root, project)], { stdio: "inherit" });
}
for (const file of globSync("console/*.{html,css,svg}", { cwd: root })) {
  copyFileSync(join(root, file), join(dist, "console", basename(file)));
}
