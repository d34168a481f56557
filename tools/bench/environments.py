"""As many environments as asked for, made from ``environments/prod.toml``."""

import re
from pathlib import Path

_OWN = {
    "name": "{name}",
    "secret_prefix": "{name}",
    "private_namespace": "{name}.local",
    "zone": "{name}.example.com",
    "cidr": "10.{number}.0.0/16",
}


def write_environments(source: Path, directory: Path, count: int) -> None:
    """Write *count* files into *directory*; one alone is *source* itself, more differ in what must differ."""
    directory.mkdir(parents=True)
    text = source.read_text(encoding="utf-8")
    if count == 1:
        (directory / source.name).write_text(text, encoding="utf-8")
        return
    for number in range(count):
        name = f"bench{number:02}"
        (directory / f"{name}.toml").write_text(_renamed(text, name, number), encoding="utf-8")


def _renamed(text: str, name: str, number: int) -> str:
    section, lines = "", []
    for line in text.splitlines():
        header = re.fullmatch(r"\[(.+)\]", line)
        section = header[1] if header else section
        key = line.partition(" = ")[0]
        if key in _OWN and section in {"", "domain", "network"}:
            value = _OWN["zone" if section == "domain" else key].format(name=name, number=number)
            lines.append(f'{key} = "{value}"')
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"
