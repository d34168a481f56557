"""Run the real cdktf CLI against the local account: deploy every stack of an environment, destroy it again."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

from tools import cdktf, toolchain
from tools.adopt.terraform import IMPORTS, unfinished
from tools.local_aws.process import Server, clean_environment

ALLOW_DESTROY = "EDGEMIND_ALLOW_DESTROY"
GRACE_SECONDS = 60
# Terraform waits more than it works here: let it wait for everything at once
UNATTENDED = ("--auto-approve", "--terraform-parallelism", "40")


def deploy(server: Server, environment: str, more: Mapping[str, str] | None = None) -> int:
    """Apply every stack of *environment*, independent ones in parallel; return cdktf's exit code."""
    code = take_back(server, environment, more or {})
    if code:
        return code
    print(f"applying every stack of {environment}; the load balancer and CloudFront alone take two minutes")
    return _run(server, ["deploy", f"edgemind-{environment}-*", *UNATTENDED], more or {})


def take_back(server: Server, environment: str, more: Mapping[str, str]) -> int:
    """Adopt what an earlier deployment made and was killed before it wrote it down (``tools.adopt``).

    Nothing runs when every state is complete, as it is after any other end.
    """
    for left in server.out.glob(f"stacks/*/{IMPORTS}"):
        left.unlink()  # a look that was itself killed; it may be about an account that is gone
    states = sorted(server.state_dir.glob(f"edgemind-{environment}-*.tfstate"))
    broken = [path.stem for path in states if unfinished(json.loads(path.read_text() or "{}"))]
    if not broken:
        return 0
    print(f"an earlier run was killed in {', '.join(broken)}: taking back what it made")
    code = _run(server, ["synth"], more)
    words = [sys.executable, "-m", "tools.adopt", *broken, "--apply", "--out", str(server.out)]
    code = code or subprocess.run(words, env=variables(server, more), cwd=toolchain.ROOT, check=False).returncode
    if code:
        print("the account is not as clear as a deployment needs it; to start over: python -m tools.local_aws down")
    return code


def diff(server: Server, environment: str) -> int:
    """Plan every stack of *environment*, one after the other; return the first exit code that is not 0."""
    code = _run(server, ["synth"], {})
    manifest = json.loads((server.out / "manifest.json").read_text()) if not code else {"stacks": {}}
    for stack in sorted(manifest["stacks"]):
        if code == 0 and f"-{environment}-" in stack:
            code = _run(server, ["diff", stack, "--skip-synth"], {})
    return code


def destroy(server: Server, environment: str) -> int:
    """Take the protection of state off, the documented way, then destroy every stack of *environment*.

    Two steps, because AWS refuses to delete a protected resource until the switch itself was applied.
    """
    unprotected = {ALLOW_DESTROY: "1"}
    print(f"taking the protection of state off {environment}")
    code = deploy(server, environment, unprotected)
    if code:
        return code
    print(f"destroying every stack of {environment}")
    return _run(server, ["destroy", f"edgemind-{environment}-*", *UNATTENDED], unprotected)


def variables(server: Server, more: Mapping[str, str]) -> dict[str, str]:
    """Return the whole environment of a cdktf run against *server*."""
    return toolchain.terraform_environment(clean_environment(os.environ)) | server.variables() | dict(more)


def _run(server: Server, arguments: Sequence[str], more: Mapping[str, str]) -> int:
    began = time.monotonic()
    environment = variables(server, more)
    process = subprocess.Popen(cdktf.command(arguments, environment), env=environment, cwd=toolchain.ROOT)
    try:
        code = process.wait()
    except KeyboardInterrupt:
        # Ctrl-C reached cdktf and Terraform as well: let them end their requests
        _let_end(process)
        raise
    outcome = "done" if code == 0 else f"failed with exit code {code}"
    print(f"cdktf {arguments[0]}: {outcome} in {time.monotonic() - began:.0f} s")
    return code


def _let_end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(GRACE_SECONDS)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        process.send_signal(signal.SIGKILL)
        process.wait()
