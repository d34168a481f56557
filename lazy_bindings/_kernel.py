"""jsii's kernel as a direct child process, which may still be starting.

Stock jsii starts a Node that is a mere go-between: it starts a second one, the kernel, and copies every message
to it and back. Here Python starts the kernel itself, with `preload.cjs` in it, and does not wait for it.

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
from contextlib import suppress
from importlib import resources
from pathlib import Path
from typing import IO

from jsii._embedded import jsii as embedded
from jsii._kernel.providers.process import _NodeProcess
from jsii._kernel.types import LoadRequest, StaticGetRequest
from jsii.errors import ErrorType, JavaScriptError, JSIIError

from lazy_bindings._preload import command_with_preload

_PROGRAM = "lib/program.js"
_INDEX_SECONDS = 60  # how long Node may take, once, for its index of a big assembly
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
    """jsii's way to speak to the kernel, and a shorter way to start it."""

    def start(self) -> None:
        """Start Node and return at once; the `handshake` waits for it."""
        program = Path(self._jsii_runtime()).parents[1] / _PROGRAM
        environ = {**os.environ, "JSII_AGENT": f"Python/{platform.python_version()}"}
        options = ["--max-old-space-size=4069", "--preserve-symlinks"]  # as jsii and its go-between choose them
        node = command_with_preload([environ.get("JSII_NODE", "node"), *options, str(program)])
        ours, theirs = socket.socketpair()
        with ours, theirs:
            # The kernel expects its messages at file descriptor 3. A shell can put them there before it becomes
            # Node; in Python that takes code between fork and exec, which is unsafe beside threads.
            self._process = subprocess.Popen(  # noqa: S603 - the command is jsii's own
                ["/bin/sh", "-c", 'exec "$0" "$@" 3<&0 0</dev/null', *node],
                stdin=theirs.fileno(),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environ,
            )
            self._sinks = [_forward(self._process.stdout, "stdout"), _forward(self._process.stderr, "stderr")]
            self.sink_thread = self._sinks[-1]
            self._process.stdin = ours.makefile("wb", buffering=0)  # type: ignore[assignment] # raw, as jsii flushes
            self._process.stdout = ours.makefile("rb")
        at_exit(self.stop)

    def post(self, request: LoadRequest | StaticGetRequest) -> None:
        """Send *request* without waiting for its answer."""
        message = json.dumps(self._serializer.unstructure(request)).encode() + b"\n"
        self._process.stdin.write(message)  # type: ignore[union-attr] # `start` has set it

    def expect_ok(self) -> None:
        """Read the answer to a posted request; raise what jsii raises when it is an error."""
        answer = self._next_message()
        if "error" in answer:
            error = JSIIError if answer.get("name") == ErrorType.JSII_FAULT.value else RuntimeError
            raise error(answer["error"]) from JavaScriptError(answer.get("stack"))  # type: ignore[no-untyped-call]

    def stop(self) -> None:
        """Stop Node as jsii does, but let it finish its index first; also when it is gone already."""
        try:
            if self._process.stdin is not None and not self._process.stdin.closed:
                self._process.stdin.write(b'{"exit":0}\n')
                self._process.stdin.close()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=_INDEX_SECONDS)
            super().stop()
        except OSError:
            self._process.kill()
            self._process.wait()
        finally:
            for sink in self._sinks:
                sink.join(timeout=5)
            self._ctx_stack.close()


def _forward(stream: IO[bytes] | None, name: str) -> threading.Thread:
    """Copy what Node prints to *stream* to this process's stream of that *name*, in the background."""

    def copy() -> None:
        with stream or open(os.devnull, "rb") as lines:  # noqa: PTH123 - for the type checker only
            for line in lines:
                target = getattr(sys, name)
                try:
                    target.buffer.write(line)
                except AttributeError:  # a stream that takes text only, such as io.StringIO
                    target.write(line.decode(errors="replace"))
                target.flush()

    thread = threading.Thread(name=f"lazy_bindings.{name}", target=copy, daemon=True)
    thread.start()
    return thread
