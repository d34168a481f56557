"use strict";
// The cdktf CLI runs Terraform in a pseudo terminal, by a package whose only way without a prebuilt binary is
// to compile C++. Preloaded (`node --require`), this file answers for that package with ordinary pipes when its
// binary is missing, so that nobody needs a compiler: prompts, answers, Ctrl-C and exit codes work the same.

const { spawn } = require("node:child_process");
const { existsSync } = require("node:fs");
const Module = require("node:module");
const path = require("node:path");

const PACKAGE = "@cdktf/node-pty-prebuilt-multiarch";
const CTRL_C = "\x03";
const running = new Set();

function signalGroup(child, signal) {
  try {
    process.kill(-child.pid, signal); // Terraform and its provider processes
  } catch {
    // it ended meanwhile
  }
}

function spawnWithPipes(file, words, options) {
  // a group of its own: a Ctrl-C of the terminal reaches Terraform once, through cdktf, not twice
  const child = spawn(file, words, { ...options, detached: true, stdio: ["pipe", "pipe", "pipe"] });
  running.add(child);
  child.stdin.on("error", () => {}); // it ended before it read an answer
  const state = { ended: false };
  return {
    pid: child.pid,
    write(text) {
      if (text === CTRL_C) signalGroup(child, "SIGINT");
      else if (!state.ended) child.stdin.write(text);
    },
    kill(signal) {
      signalGroup(child, signal ?? "SIGTERM");
    },
    onData(listener) {
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8");
        stream.on("data", listener);
      }
    },
    onExit(listener) {
      const end = (exitCode) => {
        if (state.ended) return;
        state.ended = true;
        running.delete(child);
        listener({ exitCode });
      };
      child.on("error", () => end(127));
      child.on("close", (code) => end(code ?? 1));
    },
  };
}

process.on("exit", () => running.forEach((child) => signalGroup(child, "SIGTERM")));

function hasBinary(request, parent) {
  const main = Module._resolveFilename(request, parent);
  const home = main.slice(0, main.lastIndexOf(PACKAGE) + PACKAGE.length);
  return existsSync(path.join(home, "build", "Release", "pty.node"));
}

const load = Module._load;
Module._load = function loadWithPipes(request, parent, isMain) {
  if (request === PACKAGE && !hasBinary(request, parent)) return { spawn: spawnWithPipes };
  return load.call(this, request, parent, isMain);
};
