"""``python -m tools.bench``: run all cases side by side, print a table, write ``build/bench.json``."""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tools import toolchain
from tools.bench.cases import CASES, Bench, BenchError, Results
from tools.bench.local import local
from tools.bench.report import machine, merged, table, write


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the *arguments* ask for; return 1 when a case could not be measured."""
    options = _parser().parse_args(arguments)
    build = toolchain.ROOT / "build"
    build.mkdir(exist_ok=True)
    results: Results = {"ratios": {}, **machine()}
    skipped = {}
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(rounds=options.rounds, scratch=Path(scratch), build=build)
        for name in options.only or CASES:
            print(f"measuring {name} ...", file=sys.stderr)
            try:
                results = merged(results, CASES[name](bench))
            except (BenchError, toolchain.ToolMissingError) as error:
                skipped[name] = str(error)
        if options.local:
            print("deploying into an empty local AWS, some minutes ...", file=sys.stderr)
            try:
                results = merged(results, local())
            except BenchError as error:
                skipped["local"] = str(error)
    if skipped:
        results["not_measured"] = skipped
    write(results, build / "bench.json")
    print(table(results))
    return 1 if skipped else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="runs of each variant that count (default: 3)")
    parser.add_argument("--only", nargs="+", choices=sorted(CASES), metavar="CASE", help=", ".join(CASES))
    parser.add_argument("--local", action="store_true", help="deploy prod into an empty local AWS as well (minutes)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
