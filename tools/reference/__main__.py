"""``python -m tools.reference``: write the pages that the code says: configuration, constructs, decisions, policy."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from stacks.environment_files import load_environment
from tools.reference import configuration, constructs, decisions
from tools.status.policy import read_only_policy
from tools.toolchain import ROOT

_PRODUCTION = ROOT / "environments" / "prod.toml"


def pages() -> dict[Path, str]:
    """Return the text of every generated page, by its path."""
    policy = read_only_policy(load_environment(_PRODUCTION))
    return {
        ROOT / "docs" / "configuration.md": configuration.page(_PRODUCTION),
        ROOT / "docs" / "constructs.md": constructs.page(ROOT / "constructs_lib"),
        ROOT / "docs" / "adr" / "README.md": decisions.page(ROOT / "docs" / "adr"),
        ROOT / "docs" / "status-policy.json": json.dumps(policy, indent=2) + "\n",
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pages, or with --check say which ones are out of date."""
    parser = argparse.ArgumentParser(prog="python -m tools.reference", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a page is out of date")
    options = parser.parse_args(arguments)
    outdated = [path for path, text in pages().items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in outdated:
        if options.check:
            print(f"reference: {path} is out of date; run `make docs` and commit it", file=sys.stderr)
        else:
            path.write_text(pages()[path], encoding="utf-8")
            print(f"wrote {path}")
    return 1 if options.check and outdated else 0


if __name__ == "__main__":
    sys.exit(main())
