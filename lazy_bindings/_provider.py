"""How jsii reaches its kernel: started at once, and waited for only when an answer is needed.

Python goes on importing while Node starts and loads the assemblies and the resources that Python imports.
"""

import gc
from collections import deque
from contextlib import suppress
from itertools import islice
from pathlib import Path

from jsii._kernel.providers.process import ProcessProvider, _NodeProcess
from jsii._kernel.types import LoadRequest, LoadResponse, StaticGetRequest
from jsii._reference_map import _types
from jsii.errors import JSIIError

from lazy_bindings._kernel import DirectKernel
from lazy_bindings._notice import step_aside
from lazy_bindings._preload import PRELOAD


class OverlappingProvider(ProcessProvider):
    """Start the kernel when created; ask for what it will need, and read its answers later.

    A failure to load shows at the first request that needs an answer, with the exception that jsii raises for it.
    When Node does not even greet, jsii starts its own way instead.
    """

    def __init__(self) -> None:
        self._starting: DirectKernel | None = DirectKernel()  # type: ignore[no-untyped-call]
        self._starting.start()
        self._kernel: _NodeProcess = self._starting
        self._posted: deque[LoadRequest | StaticGetRequest] = deque()
        self._types_seen = 0

    def load(self, request: LoadRequest) -> LoadResponse:
        """Ask for an assembly without waiting for it; jsii's caller does not read the answer.

        One that is unpacked from a zip file only for this call is waited for.
        """
        if Path(request.tarball).parent.name != "_jsii":
            self._process.send(request, LoadResponse)
        else:
            self._post(request)
        return LoadResponse(assembly=request.name, types=0)

    def warm_up(self) -> None:
        """Make the kernel load the modules of the resources that Python has imported since the last call.

        It is made to read a constant of each resource's class, which changes nothing.
        """
        new = list(islice(_types.values(), self._types_seen, None))
        self._types_seen += len(new)
        for type_ in new:
            if "TF_RESOURCE_TYPE" in vars(type_):
                self._post(StaticGetRequest(fqn=type_.__jsii_type__, property="tfResourceType"))

    def _post(self, request: LoadRequest | StaticGetRequest) -> None:
        if isinstance(self._kernel, DirectKernel):
            self._posted.append(request)
            with suppress(OSError):  # Node is gone: whoever needs an answer finds out why
                self._kernel.post(request)
        elif isinstance(request, LoadRequest):
            self._kernel.send(request, LoadResponse)

    @property
    def _process(self) -> _NodeProcess:
        """The kernel, ready to answer."""
        if self._starting is not None:
            self._greet(self._starting)
        while self._posted and isinstance(self._kernel, DirectKernel):
            needed = isinstance(self._posted.popleft(), LoadRequest)
            try:
                self._kernel.expect_ok()
            except (JSIIError, RuntimeError):
                if needed:
                    raise
        return self._kernel

    def _greet(self, kernel: DirectKernel) -> None:
        """Hear *kernel*'s greeting, or replace it by one that jsii starts."""
        self._starting = None
        # What has been imported until here stays: the garbage collector need not look at it again and again.
        gc.freeze()
        try:
            kernel.handshake()
        except (AssertionError, OSError, ValueError) as error:
            step_aside(f"Node does not start with {PRELOAD.name} ({error or type(error).__name__})")
            kernel.stop()
            self._kernel = _NodeProcess()  # type: ignore[no-untyped-call]
            self._kernel.start()  # type: ignore[no-untyped-call]
            for request in self._posted:
                self._post(request)
            self._posted.clear()
