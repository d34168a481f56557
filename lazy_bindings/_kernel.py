"""jsii's kernel, started at once, spoken to directly, and waited for only when an answer is needed.

Stock jsii starts Node when the first assembly is loaded, waits until it is up, and waits for every assembly.
That Node is a mere go-between: it starts a second one, the kernel, and copies every message to it and back.
Here Python starts the kernel itself, with `preload.cjs` in it, and goes on importing while Node does the same.

The messages are jsii's own, and so are the kernel and the Python code that speaks to it.
"""

import inspect
import json
import os
import platform
import socket
import subprocess
import sys
import threading
from atexit import register as at_exit
from importlib import resources
from pathlib import Path
from typing import IO

from jsii._embedded import jsii as embedded
from jsii._kernel.providers.process import ProcessProvider, _NodeProcess
from jsii._kernel.types import LoadRequest, LoadResponse
from jsii.errors import ErrorType, JavaScriptError, JSIIError

from lazy_bindings._notice import step_aside
from lazy_bindings._preload import PRELOAD, command_with_preload

_PROGRAM = "lib/program.js"
_GO_BETWEEN_STARTS_IT_SO = '"--preserve-symlinks",', '{stdio:["ignore","pipe","pipe","pipe"]}'
_METHODS = {
    "start": ["self"],
    "stop": ["self"],
    "handshake": ["self"],
    "send": ["self", "request", "response_type"],
    "_next_message": ["self"],
    "_jsii_runtime": ["self"],
}


def knows_shape_of_jsii() -> bool:
    """Tell whether this jsii starts its kernel, and speaks to it, in the way that this module replaces."""
    if os.name != "posix" or "JSII_RUNTIME" in os.environ or _PROGRAM not in embedded.EMBEDDED_FILES.values():
        return False
    go_between = resources.files(embedded).joinpath(embedded.ENTRYPOINT).read_text(encoding="utf-8")
    return all(part in go_between for part in _GO_BETWEEN_STARTS_IT_SO) and all(
        list(inspect.signature(getattr(_NodeProcess, name, print)).parameters) == parameters
        for name, parameters in _METHODS.items()
    )


class DirectKernel(_NodeProcess):
    """A kernel that is a child process of Python's own, and may still be starting."""

    def start(self) -> None:
        """Start Node and return at once; the `handshake` waits for it."""
        program = Path(self._jsii_runtime()).parents[1] / _PROGRAM
        environ = {**os.environ, "JSII_AGENT": f"Python/{platform.python_version()}"}
        node = [
            environ.get("JSII_NODE", "node"),
            "--max-old-space-size=4069",
            "--preserve-symlinks",
            str(program),
        ]
        ours, theirs = socket.socketpair()
        with ours, theirs:
            fd = theirs.fileno()
            # The kernel expects its messages at file descriptor 3, and only a shell puts one there without a fork.
            redirect = f'exec "$0" "$@" 3<&{fd}'
            self._process = subprocess.Popen(  # noqa: S603 - the command is jsii's own
                ["/bin/sh", "-c", redirect, *command_with_preload(node)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=[fd],
                env=environ,
            )
            self._sinks = [_forward(self._process.stdout, "stdout"), _forward(self._process.stderr, "stderr")]
            self.sink_thread = self._sinks[-1]
            self._process.stdin = ours.makefile("wb", buffering=0)
            self._process.stdout = ours.makefile("rb")
        at_exit(self.stop)

    def post(self, request: LoadRequest) -> None:
        """Send *request* without waiting for its answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(self._serializer.unstructure(request)).encode() + b"\n")

    def expect_ok(self) -> None:
        """Read the answer to a posted request; raise what jsii raises when it is an error."""
        answer = self._next_message()
        if "error" in answer:
            error = JSIIError if answer.get("name") == ErrorType.JSII_FAULT.value else RuntimeError
            raise error(answer["error"]) from JavaScriptError(answer.get("stack"))

    def stop(self) -> None:
        """Stop Node as jsii does, also when it is gone already."""
        try:
            super().stop()
        except OSError:
            self._process.kill()
            self._process.wait()
        finally:
            for sink in self._sinks:
                sink.join(timeout=5)
            self._ctx_stack.close()


def _forward(stream: IO[bytes] | None, name: str) -> threading.Thread:
    """Copy what Node prints to this process's stream of that *name*, in the background."""
    assert stream is not None

    def copy() -> None:
        with stream:
            for line in stream:
                target = getattr(sys, name)
                try:
                    target.buffer.write(line)
                except AttributeError:  # a stream that takes text only, such as io.StringIO
                    target.write(line.decode(errors="replace"))
                target.flush()

    thread = threading.Thread(name=f"lazy_bindings.{name}", target=copy, daemon=True)
    thread.start()
    return thread


class OverlappingProvider(ProcessProvider):
    """Start the kernel when created, and let assemblies load while Python does something else.

    A failure to load shows at the first request that needs an answer, with the exception that jsii raises for it.
    When Node does not even greet, jsii starts its own way instead.
    """

    def __init__(self) -> None:
        self._starting: DirectKernel | None = DirectKernel()
        self._starting.start()
        self._running: _NodeProcess = self._starting
        self._loads: list[LoadRequest] = []

    def load(self, request: LoadRequest) -> LoadResponse:
        """Ask for an assembly without waiting for it; nobody reads the answer."""
        if not isinstance(self._running, DirectKernel):
            return self._running.send(request, LoadResponse)
        self._loads.append(request)
        try:
            self._running.post(request)
        except OSError:  # Node is gone: whoever needs an answer finds out why
            pass
        return LoadResponse(assembly=request.name, types=0)

    @property
    def _process(self) -> _NodeProcess:
        """The kernel, ready to answer."""
        if self._starting is not None:
            self._greet(self._starting)
        while self._loads and isinstance(self._running, DirectKernel):
            del self._loads[0]
            self._running.expect_ok()
        return self._running

    def _greet(self, kernel: DirectKernel) -> None:
        self._starting = None
        try:
            kernel.handshake()
        except (AssertionError, OSError, ValueError) as error:
            step_aside(f"Node does not start with {PRELOAD.name} ({error or type(error).__name__})")
            kernel.stop()
            self._running = _NodeProcess()
            self._running.start()
            for request in self._loads:
                self._running.send(request, LoadResponse)
