"""``docs/constructs.md``: every construct and its arguments, from the docstrings. Reads the source, imports nothing."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_ORDER: Final = (
    ("Network", ("network", "subnets", "vpc_endpoints", "endpoint_services", "flow_log", "security_group")),
    ("Services", ("cluster", "fargate_service", "stateful_service", "fargate_task", "container", "fargate_size")),
    ("Images and scaling", ("container_registry", "published_image", "image_reference", "autoscaling")),
    ("Data", ("file_system", "backup", "secret", "encryption_key", "private_bucket", "protection")),
    ("Load balancer and site", ("load_balancer", "static_site", "site_", "vpc_origin", "web_acl")),
    ("Names and certificates", ("dns_zone", "certificate", "naming")),
    ("Logs and monitoring", ("monitoring", "alarm", "alarm_", "event_", "dashboard", "dashboard_", "log_", "budget")),
    ("Rights", ("iam", "account", "github_oidc", "terraform_cloud_oidc", "web_identity", "exceptions")),
    ("Other", ("",)),
)
_HIDDEN: Final = {"scope", "construct_id", "self"}


def page(folder: Path) -> str:
    """Return the page about the modules in *folder*."""
    sources = sorted(folder.glob("[a-z]*.py"))
    modules = {path.stem: ast.parse(path.read_text(encoding="utf-8")) for path in sources}
    lines = [
        "# Constructs",
        "",
        "<!-- Written by `python -m tools.reference` from the docstrings in constructs_lib/. Edit those. -->",
        "",
        "`constructs_lib/` knows nothing of EdgeMind. A construct takes collaborators as keyword arguments",
        "(constructs, never ARNs), plain values in a frozen *spec* that checks itself, and offers links and grants:",
        "`database.allow_from(api, port=8086)`, `registry.grant_pull(role)`. Every construct also takes its parent and",
        "its id first, as CDKTF asks. What is safe is the default; a risk has a name that starts with `dangerously_`.",
        "",
    ]
    done: set[str] = set()
    for heading, starts in _ORDER:
        chosen = [name for start in starts for name in modules if name not in done and _belongs(name, start)]
        chosen = list(dict.fromkeys(chosen))
        done.update(chosen)
        body = [line for name in chosen for line in _module(name, modules[name])]
        if body:
            lines += [f"## {heading}", "", *body]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip() + "\n"


def _belongs(name: str, start: str) -> bool:
    return name == start or (start.endswith("_") and name.startswith(start)) or not start


def _module(name: str, tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and ast.get_docstring(node):
            yield from _class(name, node)
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield from (f"### `{node.name}`", "", f"`{name}.{node.name}{_signature(node)}`", "")
            yield from (_markdown(ast.get_docstring(node) or ""), "")


def _class(module: str, node: ast.ClassDef) -> Iterator[str]:
    yield from (f"### `{node.name}`", "", f"`from constructs_lib.{module} import {node.name}`", "")
    yield from (_markdown(ast.get_docstring(node) or ""), "")
    functions = [part for part in node.body if isinstance(part, ast.FunctionDef)]
    if _is_protocol(node):
        return
    init = next((part for part in functions if part.name == "__init__"), None)
    if init:
        arguments = list(_arguments(init))
        if arguments:
            yield from ("| Argument | Type | Default |", "| --- | --- | --- |")
            for name, kind, default in arguments:
                shown = kind.replace("|", "\\|")
                yield f"| `{name}` | `{shown}` | {f'`{default}`' if default else '*required*'} |"
            yield ""
        about = ast.get_docstring(init)
        if about:
            yield from (_markdown(about, skip=("Args", "Returns")), "")
    for method in functions:
        if not method.name.startswith("_") and (text := ast.get_docstring(method)):
            plain = any(isinstance(d, ast.Name) and d.id == "property" for d in method.decorator_list)
            yield f"- `{method.name}{'' if plain else _signature(method)}`: {_first(text)}"
    yield ""


def _is_protocol(node: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name) and base.id == "Protocol" for base in node.bases)


def _arguments(node: ast.FunctionDef) -> Iterator[tuple[str, str, str]]:
    positional = node.args.args
    defaults = [None] * (len(positional) - len(node.args.defaults)) + list(node.args.defaults)
    pairs = [*zip(positional, defaults, strict=True), *zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)]
    for argument, default in pairs:
        if argument.arg not in _HIDDEN:
            kind = ast.unparse(argument.annotation) if argument.annotation else ""
            yield argument.arg, kind.strip("'\""), ast.unparse(default) if default is not None else ""


def _signature(node: ast.FunctionDef) -> str:
    shown = [f"{name}={default}" if default else name for name, _, default in _arguments(node)]
    shown += [f"*{node.args.vararg.arg}"] if node.args.vararg else []
    return f"({', '.join(shown)})"


def _first(text: str) -> str:
    return _inline(" ".join(text.split("\n\n", maxsplit=1)[0].split()))


def _inline(text: str) -> str:
    text = re.sub(r":(?:meth|data|mod|class|func):`~?\.?([^`]+)`", r"`\1`", text)
    return text.replace("``", "`")


def _markdown(text: str, skip: tuple[str, ...] = ()) -> str:
    """Return a docstring as Markdown; its sections become lists."""
    lines: list[str] = []
    section = ""
    for line in text.splitlines():
        match = re.fullmatch(r"(Attributes|Args|Raises|Returns|Yields):", line)
        if match:
            section = match[1]
            if section not in skip:
                lines += [f"**{'Arguments' if section == 'Args' else section}**", ""]
        elif section in skip:
            continue
        elif section and re.match(r" {4}\S", line):
            name, _, rest = line.strip().partition(": ")
            lines.append(f"- `{name}`: {_inline(rest)}" if rest else f"- {_inline(line.strip())}")
        elif section and line.strip():
            lines[-1] += f" {_inline(line.strip())}"
        else:
            lines.append(_inline(line))
    return "\n".join(lines).strip()
