"""Run the emulator with our completions, in the emulator's own virtual environment.

Settings come from the environment variables that the emulator reads (``GATEWAY_PORT``, ``BIND_HOST``,
``AUTH``); ``tools.local_aws.process`` sets them.
"""

import importlib
import os
import pkgutil
import threading
import time

from ministack import app as emulator

from tools.local_aws import completions
from tools.local_aws.gateway import Gateway

POLL_SECONDS = 2


def install() -> Gateway:
    """Attach every module of ``completions`` to the emulator."""
    gateway = Gateway()
    for found in sorted(pkgutil.iter_modules(completions.__path__), key=lambda module: module.name):
        importlib.import_module(f"{completions.__name__}.{found.name}").install(gateway)
    forget = emulator._reset_all_state  # noqa: SLF001 - the emulator has no public hook for a reset

    def reset() -> None:
        forget()
        gateway.reset()

    emulator._reset_all_state = reset  # noqa: SLF001
    return gateway


def end_with(owner: int) -> None:
    """End this process soon after the process *owner* ended, however that came about."""

    def watch() -> None:
        while True:
            try:
                os.kill(owner, 0)
            except ProcessLookupError:
                os._exit(0)
            time.sleep(POLL_SECONDS)

    threading.Thread(target=watch, daemon=True).start()


def main() -> None:
    """Serve until the process is told to stop."""
    owner = os.environ.get("EDGEMIND_LOCAL_AWS_OWNER")
    if owner:
        end_with(int(owner))
    install()
    emulator.main()


if __name__ == "__main__":
    main()
