// Builds src/*.ts into static/: one module for each widget, and one style sheet for all.
// Each begins with the digest of what it is built from, so that a test can tell without Node
// whether it is up to date.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { build } from "esbuild";

const sources = readdirSync("src", { recursive: true })
  .map((name) => `src/${name}`.replaceAll("\\", "/"))
  .filter((name) => /\.(ts|css)$/.test(name));
const digest = createHash("sha256");
for (const name of [...sources, "build.mjs", "package-lock.json"].sort()) {
  digest.update(`${name}\n`).update(readFileSync(name)).update("\n");
}
const banner = `/* Built by make widgets from ${digest.digest("hex")} */`;

await build({
  entryPoints: sources.filter((name) => /^src\/[^/]+\.(ts|css)$/.test(name)),
  outdir: "static",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  banner: { js: banner, css: banner },
});
