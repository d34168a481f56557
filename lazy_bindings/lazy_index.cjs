"use strict";

/*
 * Preloaded into jsii's Node (`node --require`). Makes the entry point of a provider's bindings,
 * `@<scope>/provider-<name>/lib/index.js`, lazy.
 *
 * Such an entry point is nothing but a list: one `exports.someResource = require("./some-resource");` for
 * each resource of the provider, 2,000 of them for AWS. Instead of running the list, every name gets a getter
 * that requires its module at first use and then becomes the plain data property that the list would have made.
 *
 * A file that holds anything else than that list is left to Node, with one line on stderr.
 * Written for every Node that jsii ever supported: no syntax newer than ES2018.
 */

const ENTRY_POINT = /[\\/]node_modules[\\/]@[^\\/]+[\\/]provider-[^\\/]+[\\/]lib[\\/]index\.js$/;

const HARMLESS_LINE = /^(?:|"use strict";|\/\/.*|Object\.defineProperty\(exports, "__esModule", \{ value: true \}\);)$/;
const DECLARATION = /^(?:exports\.[\w$]+ = )+void 0;$/;
const REQUIRE = /^exports\.([\w$]+) = require\("(\.\/[\w./-]+)"\);$/;
const BLOCK_COMMENT = /\/\*(?:[^*]|\*(?!\/))*\*\//g;

/** The [name, request] pairs of an entry point, or undefined when it is more than a list of them. */
function parseEntryPoint(source) {
  const pairs = [];
  for (const line of source.replace(BLOCK_COMMENT, "").split(/\r?\n/)) {
    const match = REQUIRE.exec(line);
    if (match) {
      pairs.push([match[1], match[2]]);
    } else if (!HARMLESS_LINE.test(line) && !DECLARATION.test(line)) {
      return undefined;
    }
  }
  return pairs.length > 0 ? pairs : undefined;
}

/** Define *name* on *target* so that *load* runs once, at first use; assigning replaces it, as for plain data. */
function defineLazy(target, name, load) {
  const become = (value) => {
    Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
    return value;
  };
  Object.defineProperty(target, name, { get: () => become(load()), set: become, enumerable: true, configurable: true });
}

/** Wrap the loader of `.js` files: entry points become lazy, everything else goes to *original* untouched. */
function lazyLoader(original, readFile, warn) {
  return function load(module, filename) {
    if (!ENTRY_POINT.test(filename)) {
      return original.apply(this, arguments);
    }
    let pairs;
    try {
      pairs = parseEntryPoint(readFile(filename, "utf8"));
    } catch (error) {
      pairs = undefined;
    }
    if (pairs === undefined) {
      warn(`${filename.split(/[\\/]/).slice(-4, -2).join("/")} has an entry point of unknown shape`);
      return original.apply(this, arguments);
    }
    Object.defineProperty(module.exports, "__esModule", { value: true });
    for (const [name, request] of pairs) {
      defineLazy(module.exports, name, () => module.require(request));
    }
    return undefined;
  };
}

function install() {
  const warn = (what) => process.stderr.write(`lazy_bindings: ${what}; all of it is loaded, as without lazy_bindings\n`);
  try {
    const extensions = require("module")._extensions;
    if (typeof extensions[".js"] !== "function") {
      throw new TypeError("module._extensions is not what it was");
    }
    extensions[".js"] = lazyLoader(extensions[".js"], require("fs").readFileSync, warn);
  } catch (error) {
    warn(`Node ${process.version} has a module loader of unknown shape (${error.message})`);
  }
}

install();
