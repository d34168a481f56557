"""Look at the site as a browser would: the page, and each file that it loads. Standard library only."""

import time
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from tools.delivery import web
from tools.delivery.report import say
from tools.delivery.settings import DeliveryError

ATTEMPTS = 6
PAUSE_SECONDS = 5.0
HTTP_OK = 200
_LOADED = {"script": "src", "link": "href", "img": "src"}
_LOADED_LINKS = frozenset({"stylesheet", "modulepreload", "icon", "manifest", "preload"})


def check(
    url: str,
    *,
    host: str = "",
    page: bytes | None = None,
    attempts: int = ATTEMPTS,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Get the page and all that it loads from the site itself; return how many files that were.

    Raises:
        DeliveryError: A file is missing, empty or unreachable, or the page is not *page*.
    """
    problem = ""
    for attempt in range(1, attempts + 1):
        count, problem = _look(url, host, page)
        if not problem:
            say(f"{url}: the page and {count} files that it loads")
            return count
        say(f"{url}: {problem} (attempt {attempt} of {attempts})")
        if attempt < attempts:
            sleep(PAUSE_SECONDS)
    raise DeliveryError(f"{url} is not what was published: {problem}")


def _look(url: str, host: str, page: bytes | None) -> tuple[int, str]:
    try:
        answer = web.get(url, host=host)
        if answer.status != HTTP_OK:
            return 0, f"the page answers {answer.status}"
        if page is not None and answer.body != page:
            return 0, "the page is another one than was published"
        files = list(loaded(url, answer.body.decode(errors="replace")))
        for file in files:
            found = web.get(file, host=host)
            if found.status != HTTP_OK or not found.body:
                return 0, f"{urlsplit(file).path} answers {found.status} with {len(found.body)} bytes"
    except OSError as error:
        return 0, f"nobody answers ({error})"
    return len(files), ""


def loaded(url: str, page: str) -> Iterator[str]:
    """Yield the addresses of the files that *page* loads from its own site, each once."""
    parser = _Loaded()
    parser.feed(page)
    site = urlsplit(url).netloc
    seen = set()
    for reference in parser.references:
        address = urljoin(url, reference)
        parts = urlsplit(address)
        if parts.scheme in ("http", "https") and parts.netloc == site and address not in seen:
            seen.add(address)
            yield address


class _Loaded(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.references: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "link" and not _LOADED_LINKS & set((values.get("rel") or "").lower().split()):
            return
        reference = values.get(_LOADED.get(tag, ""))
        if reference:
            self.references.append(reference)
