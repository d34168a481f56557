"""The CLI's preload, on a fabricated CLI in a real Node."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tools import toolchain

PRELOAD = toolchain.ROOT / "tools" / "cdktf_lazy.cjs"
TRANSLATOR = """
Object.defineProperty(exports, "__esModule", { value: true });
exports.convert = void 0;
require("./heavy");
exports.convert = () => "converted";
Object.defineProperty(exports, "named", { enumerable: true, get: function () { return "named"; } });
"""
HANDLERS = """
const translator = require("@cdktf/hcl2cdk");
const copied = {};
for (const name of Object.getOwnPropertyNames(translator)) {
  Object.defineProperty(copied, name, { get: () => translator[name] });
}
const loaded = () => Object.keys(require.cache).some((file) => file.endsWith("heavy.js"));
const before = loaded();
console.log(JSON.stringify([before, copied.convert(), copied.named, translator.__esModule, loaded()]));
"""


def run(directory: Path, translator: str) -> Any:
    """Run a CLI that has *translator*, and return what it printed."""
    files = {
        "cdktf-cli/bundle/bin/cmds/handlers.js": HANDLERS,
        "@cdktf/hcl2cdk/index.js": translator,
        "@cdktf/hcl2cdk/heavy.js": "",
    }
    for name, text in files.items():
        path = directory / "node_modules" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    node = toolchain.node_home() / "bin" / "node"
    handlers = directory / "node_modules" / "cdktf-cli" / "bundle" / "bin" / "cmds" / "handlers.js"
    finished = subprocess.run([node, f"--require={PRELOAD}", handlers], capture_output=True, text=True, check=True)
    return json.loads(finished.stdout)


def test_the_translator_loads_when_it_is_used(tmp_path: Path) -> None:
    """A command that does not translate does not load the translator; one that does gets the real one."""
    assert run(tmp_path, TRANSLATOR) == [False, "converted", "named", True, True]


@pytest.mark.parametrize("more", ["__exportStar(require('./heavy'), exports);", "module.exports = exports;"])
def test_a_translator_of_another_shape_loads_at_once(tmp_path: Path, more: str) -> None:
    """A translator that exports more than its text names is loaded by Node as ever."""
    assert run(tmp_path, f"{TRANSLATOR}function __exportStar() {{}}\n{more}") == [
        True,
        "converted",
        "named",
        True,
        True,
    ]
