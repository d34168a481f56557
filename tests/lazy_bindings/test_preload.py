"""The Node side, on fabricated packages in a real Node."""

import json
import os
import re
import subprocess
import tarfile
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from lazy_bindings._preload import PRELOAD, command_with_preload, prefer_node_of_wheel

ENTRY_POINT = """"use strict";
/**
 * A licence; even one with exports.inAComment = require("./nowhere");
 */
Object.defineProperty(exports, "__esModule", { value: true });
exports.queue = exports.bucket = void 0;
// generated
exports.bucket = require("./bucket");
exports.queue = require("./some-queue");
//# sourceMappingURL=data:application/json;base64,e30=
"""


def run(directory: Path, script: str, *, preload: bool = True) -> tuple[Any, list[str]]:
    """Run *script* in Node, in *directory*; return what it passes to `done`, and the lines on stderr."""
    prefer_node_of_wheel()
    main = directory / "main.js"
    main.write_text(f"const done = (value) => console.log(JSON.stringify(value));\n{script}", encoding="utf-8")
    command = [os.environ.get("JSII_NODE", "node"), "--preserve-symlinks", str(main)]
    finished = subprocess.run(
        command_with_preload(command) if preload else command, capture_output=True, text=True, check=True
    )
    return json.loads(finished.stdout), finished.stderr.splitlines()


def write(directory: Path, files: dict[str, str]) -> Path:
    """Write *files*, and return *directory*."""
    for name, text in files.items():
        path = directory / "node_modules" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return directory


def provider(directory: Path, entry_point: str = ENTRY_POINT, scope: str = "@cdktf") -> Path:
    """Fabricate the JavaScript side of a provider."""
    lib = f"{scope}/provider-fabricated/lib"
    return write(
        directory,
        {
            f"{lib}/index.js": entry_point,
            f"{lib}/bucket/index.js": "exports.Bucket = class Bucket {}; exports.at = 'bucket';",
            f"{lib}/some-queue/index.js": "exports.at = 'queue';",
            f"{lib}/../package.json": json.dumps({"main": "lib/index.js"}),
        },
    )


@pytest.mark.parametrize("scope", ["@cdktf", "@cdktn"])
def test_a_resource_loads_at_its_first_use(tmp_path: Path, scope: str) -> None:
    """Requiring a provider loads none of its resources; reading one of them loads that one."""
    script = f"""
        const provider = require("{scope}/provider-fabricated");
        const names = Object.keys(provider);
        const loaded = () => Object.keys(require.cache).filter((file) => /(bucket|queue).index.js/.test(file)).length;
        const before = loaded();
        done([names.sort(), before, provider.bucket.at, loaded(), provider.__esModule]);
    """
    result, errors = run(provider(tmp_path, scope=scope), script)
    assert result == [["bucket", "queue"], 0, "bucket", 1, True]
    assert errors == []


def test_a_loaded_resource_is_the_plain_property_that_it_would_be(tmp_path: Path) -> None:
    """After its first use a resource is a data property, the same module each time; it can be replaced as well."""
    script = """
        const provider = require("@cdktf/provider-fabricated");
        const same = provider.bucket === provider.bucket && provider.bucket.Bucket === provider.bucket.Bucket;
        const { value, ...flags } = Object.getOwnPropertyDescriptor(provider, "bucket");
        provider.queue = 7;
        done([same, flags, provider.queue]);
    """
    stock, _ = run(provider(tmp_path), script, preload=False)
    lazy, _ = run(tmp_path, script)
    assert lazy == stock == [True, {"writable": True, "enumerable": True, "configurable": True}, 7]


IMPORT_STAR = """
var __createBinding = (this && this.__createBinding) || (Object.create ? (function(o, m, k, k2) {
    Object.defineProperty(o, k2 || k, { enumerable: true, get: function() { return m[k]; } });
}) : (function(o, m, k, k2) {
    o[k2 || k] = m[k];
}));
var __importStar = (this && this.__importStar) || (function () {
    return function (mod) {
        return mod && mod.__esModule ? mod : Object.assign({}, mod, { default: mod });
    };
})();
"""


def test_an_entry_point_of_newer_bindings_is_lazy_as_well(tmp_path: Path) -> None:
    """Bindings compiled with `import *` helpers load a resource at its first use, and see the same in it."""
    provider(tmp_path, entry_point=IMPORT_STAR + re.sub(r"(require\(.+\));", r"__importStar(\1);", ENTRY_POINT))
    script = """
        const provider = require("@cdktf/provider-fabricated");
        const loaded = () => Object.keys(require.cache).filter((file) => /(bucket|queue).index.js/.test(file)).length;
        done([loaded(), provider.bucket.at, Object.keys(provider.bucket).sort(), loaded()]);
    """
    stock, _ = run(tmp_path, script, preload=False)
    assert stock == [2, "bucket", ["Bucket", "at", "default"], 2]
    assert run(tmp_path, script) == ([0, *stock[1:3], 1], [])


@pytest.mark.parametrize(
    "more",
    [
        'exports.extra = require("./bucket").Bucket;',
        "class Extra {} exports.extra = Extra;",
        '__exportStar(require("./bucket"), exports);',
        'console.error; exports.extra = require("./bucket");',
    ],
)
def test_an_entry_point_of_unknown_shape_runs_as_it_is(tmp_path: Path, more: str) -> None:
    """An entry point that is more than a list is run by Node, and one line says so."""
    helper = "const __exportStar = (from, to) => Object.assign(to, from);\n"
    provider(tmp_path, entry_point=ENTRY_POINT + helper + more)
    script = 'const all = require("@cdktf/provider-fabricated"); done([all.queue.at, all.extra || all.Bucket ? 1 : 0]);'
    result, errors = run(tmp_path, script)
    assert result == ["queue", 1]
    (line,) = errors
    assert line.startswith("lazy_bindings: @cdktf/provider-fabricated has an entry point of unknown shape")


def test_other_packages_are_left_to_node(tmp_path: Path) -> None:
    """A package that is no provider is loaded as ever, whatever its entry point looks like."""
    write(tmp_path, {"other/lib/index.js": ENTRY_POINT, "other/package.json": '{"main": "lib/index.js"}'})
    write(tmp_path, {"other/lib/bucket.js": "", "other/lib/some-queue.js": ""})
    script = 'require("other"); done(Object.keys(require.cache).filter((file) => /other.lib/.test(file)).length);'
    result, errors = run(tmp_path, script)
    assert result == 3
    assert errors == []


CAPTURE = Path("cdktf/lib/tokens/private/stack-trace.js")
OUTER = """
    const { captureStackTrace } = require("cdktf/lib/tokens/private/stack-trace");
    function inner() { return captureStackTrace(); }
    function outer() { return inner(); }
    setImmediate(() => { const lines = outer(); LOOK; });  // away from the loader's own frames
"""


def cdktf_file(name: str) -> str:
    """The text of one of cdktf's own JavaScript files, out of the installed package."""
    archive = next(path for path in resources.files("cdktf._jsii").iterdir() if path.name.endswith(".tgz"))
    with resources.as_file(archive) as path, tarfile.open(path) as tar:
        member = tar.extractfile(f"package/{name}")
        assert member is not None
        return member.read().decode()


def test_a_stack_trace_reads_as_without_laziness(tmp_path: Path) -> None:
    """A captured stack trace is an array of the same lines, however it is looked at first."""
    write(tmp_path, {str(CAPTURE): cdktf_file("lib/tokens/private/stack-trace.js")})
    for look in (
        "done(lines)",
        'done(lines.join("|").split("|"))',
        "done([...lines])",
        "done(Object.values(lines))",
        "done(lines.concat([]))",
        "done([Array.isArray(lines), lines.length, 0 in lines, Object.keys(lines)])",
    ):
        stock, _ = run(tmp_path, OUTER.replace("LOOK", look), preload=False)
        lazy, errors = run(tmp_path, OUTER.replace("LOOK", look))
        assert lazy == stock
        assert errors == []


def test_an_unknown_way_to_take_stack_traces_is_kept(tmp_path: Path) -> None:
    """A cdktf that takes its stack traces otherwise keeps doing so, and one line says so."""
    write(tmp_path, {str(CAPTURE): "exports.captureStackTrace = function () { return ['its own']; };"})
    result, errors = run(tmp_path, OUTER.replace("LOOK", "done(lines)"))
    assert result == ["its own"]
    (line,) = errors
    assert line.startswith("lazy_bindings: cdktf takes its stack traces in an unknown way")


def test_the_archiver_loads_when_it_is_used(tmp_path: Path) -> None:
    """The file helpers of cdktf load without the archiver, and get the real one once they call it."""
    files = {
        "cdktf/lib/private/fs.js": 'const archiver = require("archiver"); exports.zip = (x) => archiver(x);',
        "archiver/index.js": "module.exports = (format) => 'archived as ' + format;",
    }
    script = """
        const helpers = require("cdktf/lib/private/fs");
        const isLoaded = () => Object.keys(require.cache).some((file) => file.includes("node_modules/archiver"));
        done([isLoaded(), helpers.zip("zip"), isLoaded()]);
    """
    assert run(write(tmp_path, files), script) == ([False, "archived as zip", True], [])


def test_the_version_of_terraform_is_asked_for_once(tmp_path: Path) -> None:
    """The same command runs once, another one by itself, and a failing one each time."""
    write(
        tmp_path,
        {
            "cdktf/lib/validations/validate-binary-version.js": """
        const child_process_1 = require("child_process");
        exports.ask = (command) => (0, child_process_1.execSync)(command, { stdio: "pipe" }).toString().trim();
    """
        },
    )
    script = f"""
        const {{ ask }} = require("cdktf/lib/validations/validate-binary-version");
        const attempt = (command) => {{ try {{ return ask(command); }} catch (error) {{ return "failed"; }} }};
        const count = "echo x >> {tmp_path}/calls; wc -l < {tmp_path}/calls";
        done([ask(count), ask(count), ask(count + " "), attempt("exit 3"), attempt("exit 3")].map(String));
    """
    assert run(tmp_path, script)[0] == ["1", "1", "2", "failed", "failed"]


def test_nothing_is_said_of_an_old_name_of_is_array(tmp_path: Path) -> None:
    """`util.isArray`, which cdktf calls, works without the warning that newer Nodes print for it."""
    assert run(tmp_path, 'const util = require("util"); done([util.isArray([]), util.isArray({})]);') == (
        [True, False],
        [],
    )


def test_the_preload_is_read_from_the_package() -> None:
    """The file that Node preloads lies beside the module that names it."""
    assert PRELOAD.is_file()
    assert command_with_preload(["node", "program"]) == ["node", f"--require={PRELOAD}", "program"]


@pytest.mark.parametrize(("worker", "finishes"), [("runtime-index-worker.js", True), ("other-worker.js", False)])
def test_the_index_of_an_assembly_is_finished_before_the_process_ends(
    tmp_path: Path,
    worker: str,
    finishes: bool,  # noqa: FBT001
) -> None:
    """Exiting waits for jsii's index, and for no other worker; the exit code stays."""
    result = tmp_path / "result"
    slow = f'setTimeout(() => require("fs").writeFileSync("{result}", "built"), 300);'
    (tmp_path / worker).write_text(slow, encoding="utf-8")
    script = f"""
        const {{ Worker }} = require("worker_threads");
        new Worker("{tmp_path / worker}");
        process.on("exit", (code) => done(code));
        process.exit(0);
    """
    assert run(tmp_path, script) == (0, [])
    assert result.exists() is finishes
