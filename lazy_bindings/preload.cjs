"use strict";

/*
 * Preloaded into jsii's kernel (`node --require`). Makes lazy what a synthesis seldom needs:
 *
 * 1. The entry point of a provider's bindings, `@<scope>/provider-<name>/lib/index.js`. It is nothing but a list:
 *    one `exports.someResource = require("./some-resource");` for each resource, 2,000 of them for AWS. Instead of
 *    running the list, every name gets a getter that requires its module at first use and then becomes the plain
 *    data property that the list would have made.
 * 2. The stack trace that cdktf takes for each token and each nested block, to quote it in an error message. It is
 *    taken at the same moment, but turned into lines of text only when somebody reads them.
 * 3. The `archiver` that cdktf's assets use only in a child process.
 * 4. `terraform version`, which cdktf runs for every stack that needs a minimal version: once is enough.
 * 5. The end of the process, while jsii still builds its index of a big assembly. A stock run lasts long enough;
 *    a lazy one would end that work each time, and each time parse the whole assembly, 120 MB for AWS, again.
 *
 * One thing is said less often: cdktf calls `util.isArray`, for which newer Nodes print a warning on every run.
 *
 * A file of another shape is left to Node; for 1 and 2, with one line on stderr.
 * Written for every Node that jsii ever supported: no syntax newer than ES2018.
 */

const crypto = require("crypto");
const fs = require("fs");
const Module = require("module");
const util = require("util");

const ENTRY_POINT = /[\\/]node_modules[\\/]@[^\\/]+[\\/]provider-[^\\/]+[\\/]lib[\\/]index\.js$/;
const STACK_TRACE = /[\\/]node_modules[\\/](?:cdktf|cdktn)[\\/]lib[\\/]tokens[\\/]private[\\/]stack-trace\.js$/;
const ASSETS = /[\\/]node_modules[\\/](?:cdktf|cdktn)[\\/]lib[\\/]private[\\/]fs\.js$/;

const VERSION_CHECK = /[\\/]node_modules[\\/](?:cdktf|cdktn)[\\/]lib[\\/]validations[\\/]validate-binary-version\.js$/;

const BLOCK_COMMENT = /\/\*(?:[^*]|\*(?!\/))*\*\//g;
const HARMLESS = /^(?:|"use strict";|\/\/.*|Object\.defineProperty\(exports, "__esModule", \{ value: true \}\);)$/;
const DECLARATION = /^(?:exports\.[\w$]+ = )+void 0;$/;
const REQUIRE = /^exports\.([\w$]+) = (__importStar\()?require\("(\.\/[\w./-]+)"\)\)?;$/;
/** What the TypeScript compiler puts before its uses of __importStar. */
const HELPERS = /^var __(?:createBinding|setModuleDefault|importStar) = \(this && this\.__[^]*?^\}\)+(?:\(\))?;$/gm;

/** SHA-256 of the texts of cdktf's captureStackTrace that are known to do what lazyCaptureStackTrace does. */
const KNOWN_CAPTURES = new Set(["4b92f5ee4e8121d22119163f3879f66780d7caa51974b68cbf1421829f32e047"]);

const warn = (what) => process.stderr.write(`lazy_bindings: ${what}; everything works, at the usual speed\n`);

/** What an entry point exports and from where, or undefined when it is more than a list of that. */
function parseEntryPoint(source) {
  const list = [];
  for (const line of source.replace(BLOCK_COMMENT, "").replace(HELPERS, "").split(/\r?\n/)) {
    const match = REQUIRE.exec(line);
    if (match) {
      list.push({ name: match[1], star: match[2] !== undefined, request: match[3] });
    } else if (!HARMLESS.test(line) && !DECLARATION.test(line)) {
      return undefined;
    }
  }
  return list.length > 0 ? list : undefined;
}

/** Define *name* on *target* so that *load* runs once, at first use; assigning replaces it, as for plain data. */
function defineLazy(target, name, load) {
  const become = (value) => {
    Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
    return value;
  };
  Object.defineProperty(target, name, { get: () => become(load()), set: become, enumerable: true, configurable: true });
}

/** A module as `import *` sees it; the bindings' own are that already. */
function importStar(loaded) {
  return loaded && loaded.__esModule ? loaded : { ...loaded, default: loaded };
}

function loadEntryPoint(original, module, filename) {
  const list = parseEntryPoint(fs.readFileSync(filename, "utf8"));
  if (list === undefined) {
    warn(`${filename.split(/[\\/]/).slice(-4, -2).join("/")} has an entry point of unknown shape`);
    original(module, filename);
    return;
  }
  Object.defineProperty(module.exports, "__esModule", { value: true });
  for (const { name, star, request } of list) {
    defineLazy(module.exports, name, () => (star ? importStar(module.require(request)) : module.require(request)));
  }
}

const UNREAD = Symbol("a captured stack trace that nobody has read");

/** An array stands in for its lines, and gets them before the first operation on it. */
const READ_FIRST = {};
for (const trap of Object.getOwnPropertyNames(Reflect)) {
  READ_FIRST[trap] = (lines, ...rest) => {
    const captured = lines[UNREAD];
    if (captured !== undefined) {
      delete lines[UNREAD];
      lines.push(...captured.stack.split("\n").slice(1).map((line) => line.replace(/^\s*at\s+/, "")));
    }
    return Reflect[trap](lines, ...rest);
  };
}

/** What cdktf's captureStackTrace does, with the costly half, turning frames into text, left for later. */
function lazyCaptureStackTrace(below) {
  const captured = {};
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = Number.MAX_SAFE_INTEGER;
  Error.captureStackTrace(captured, below || lazyCaptureStackTrace);
  Error.stackTraceLimit = limit;
  const lines = [];
  Object.defineProperty(lines, UNREAD, { value: captured, configurable: true });
  return new Proxy(lines, READ_FIRST);
}

function loadStackTrace(original, module, filename) {
  original(module, filename);
  const text = String(module.exports.captureStackTrace);
  if (KNOWN_CAPTURES.has(crypto.createHash("sha256").update(text).digest("hex"))) {
    module.exports.captureStackTrace = lazyCaptureStackTrace;
  } else {
    warn("cdktf takes its stack traces in an unknown way");
  }
}

/** A function that stands in for the module that *load* returns, which must be a function as well. */
function lazyFunction(load) {
  const traps = {};
  for (const trap of Object.getOwnPropertyNames(Reflect)) {
    traps[trap] = (_, ...rest) => Reflect[trap](load(), ...rest);
  }
  return new Proxy(function () {}, traps);
}

/** Load *module* so that its `require(request)` returns what *replace* makes of the original. */
function loadWith(original, module, filename, request, replace) {
  const require = module.require;
  module.require = function (id) {
    const load = () => require.call(module, id);
    return id === request ? replace(load) : load();
  };
  original(module, filename);
  delete module.require;
}

function loadAssets(original, module, filename) {
  loadWith(original, module, filename, "archiver", lazyFunction);
}

/** `execSync` that runs a command once and remembers what it printed; a failure is not remembered. */
function rememberingExecSync(execSync) {
  const outputs = new Map();
  return function (command, options) {
    const key = JSON.stringify([command, options]);
    if (!outputs.has(key)) {
      outputs.set(key, execSync(command, options));
    }
    return outputs.get(key);
  };
}

function loadVersionCheck(original, module, filename) {
  loadWith(original, module, filename, "child_process", (load) => {
    const childProcess = load();
    return { ...childProcess, execSync: rememberingExecSync(childProcess.execSync) };
  });
}

/** Let `process.exit` wait for the workers that build jsii's index. */
function finishIndexBeforeExit(threads) {
  const building = new Set();
  threads.Worker = class extends threads.Worker {
    constructor(file, options) {
      super(file, options);
      if (/[\\/]runtime-index-worker\.js$/.test(String(file))) {
        building.add(this);
        this.once("exit", () => building.delete(this));
      }
    }
  };
  const exit = process.exit;
  process.exit = function (code) {
    if (building.size === 0) {
      return exit.call(process, code);
    }
    const [worker] = building;
    worker.once("exit", () => process.exit(code));
    return undefined;
  };
}

finishIndexBeforeExit(require("worker_threads"));
util.isArray = Array.isArray; // what it is, without the warning

const LAZY = [
  [ENTRY_POINT, loadEntryPoint],
  [STACK_TRACE, loadStackTrace],
  [ASSETS, loadAssets],
  [VERSION_CHECK, loadVersionCheck],
];

const original = Module._extensions[".js"];
if (typeof original === "function") {
  Module._extensions[".js"] = function (module, filename) {
    const lazy = LAZY.find(([pattern]) => pattern.test(filename));
    return lazy ? lazy[1](original, module, filename) : original.apply(this, arguments);
  };
} else {
  warn(`Node ${process.version} loads modules in an unknown way`);
}
