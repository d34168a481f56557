"use strict";
// The cdktf CLI loads, for every command, what only `cdktf convert`, `add` and `init` use: a translator of HCL, with
// TypeScript, jsii-rosetta, prettier and two WebAssembly parsers in it. That is half of its start. Preloaded
// (`node --require`), this file loads the translator when somebody uses it, and lets Node keep the compiled code
// of the rest between runs. A translator of another shape is loaded at once, as ever.

const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");

const TRANSLATOR = "@cdktf/hcl2cdk";
const HANDLERS = /[\\/]cdktf-cli[\\/]bundle[\\/]bin[\\/]cmds[\\/]handlers\.js$/;
const EXPORT = /^(?:exports\.(\w+) = |Object\.defineProperty\(exports, "(\w+)")/gm;
const EXPORTS_MORE = /^__exportStar\(|^module\.exports/m;
const CACHE = path.join(__dirname, "..", ".build", "node-compile-cache");

/** The names that the TypeScript compiler's output in *file* exports, or undefined when they are not all written there. */
function exportedNames(file) {
  const source = fs.readFileSync(file, "utf8");
  const names = [...source.matchAll(EXPORT)].map((match) => match[1] ?? match[2]);
  return names.includes("__esModule") && !EXPORTS_MORE.test(source) ? new Set(names) : undefined;
}

/** What has the exports of *file*, and loads them with *load* when one is read. */
function standIn(file, load) {
  const names = exportedNames(file);
  if (names === undefined) return load();
  const exports = {};
  for (const name of names) {
    if (name !== "__esModule") Object.defineProperty(exports, name, { enumerable: true, get: () => load()[name] });
  }
  return Object.defineProperty(exports, "__esModule", { value: true });
}

if (Module.enableCompileCache) {
  Module.enableCompileCache(CACHE); // this process only: the setting by environment would reach jsii's kernel
}

const load = Module._load;
Module._load = function loadLazily(request, parent, isMain) {
  const loadNow = () => load.call(this, request, parent, isMain);
  const isTranslator = request === TRANSLATOR && HANDLERS.test(parent?.filename ?? "");
  return isTranslator ? standIn(Module._resolveFilename(request, parent), loadNow) : loadNow();
};
