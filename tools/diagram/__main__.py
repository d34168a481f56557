"""``python -m tools.diagram``: draw docs/architecture.svg from a fresh synthesis."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tools import toolchain
from tools.diagram.layout import draw
from tools.diagram.picture import picture_of
from tools.diagram.svg import render
from tools.synthesized import Synthesis, SynthesisError

PICTURE = toolchain.ROOT / "docs" / "architecture.svg"


def svg_of(synthesis: Synthesis, prefix: str) -> str:
    """Return the picture of one environment as SVG."""
    picture = picture_of(synthesis, prefix)
    return render(picture, draw(picture))


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the picture, or with --check say whether it is up to date."""
    parser = argparse.ArgumentParser(prog="python -m tools.diagram", description=__doc__)
    parser.add_argument("--prefix", default="edgemind-prod", help="project and environment (default: edgemind-prod)")
    parser.add_argument("--out", type=Path, default=PICTURE, help="where to write (default: docs/architecture.svg)")
    parser.add_argument("--synthesis", type=Path, help="folder of a synthesis (default: synthesize afresh)")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the picture is out of date")
    options = parser.parse_args(arguments)
    try:
        synthesis = Synthesis.load(options.synthesis) if options.synthesis else Synthesis.fresh()
        wanted = svg_of(synthesis, options.prefix)
    except (SynthesisError, toolchain.ToolMissingError) as error:
        print(f"diagram: {error}", file=sys.stderr)
        return 2
    if options.check:
        current = options.out.read_text(encoding="utf-8") if options.out.exists() else ""
        if current != wanted:
            print(f"diagram: {options.out} is out of date; run `make diagram` and commit it", file=sys.stderr)
            return 1
        return 0
    options.out.write_text(wanted, encoding="utf-8")
    print(f"wrote {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
