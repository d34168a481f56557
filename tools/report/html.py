"""The page: one document, nothing loaded from elsewhere."""

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from tools.diagram.__main__ import svg_of
from tools.report import cost, groups, rights
from tools.report.results import Result
from tools.synthesized import Synthesis

_HERE = Path(__file__).parent
_SECTIONS = {
    "architecture": "Architecture",
    "resources": "Resources",
    "groups": "Security groups",
    "roles": "Roles and rights",
    "checks": "Checks",
    "cost": "Cost",
}


def page(synthesis: Synthesis, prefix: str, *, results: Sequence[Result], notes: Sequence[str]) -> str:
    """Return the whole document about the environment *prefix*."""
    world = synthesis.of_environment(prefix)
    estimate = cost.estimate(world)
    found = rights.roles(world)
    links = "".join(f'<li><a href="#{key}">{title}</a></li>' for key, title in _SECTIONS.items())
    failed = sum(len(result.failed) for result in results)
    tiles = [
        (str(len(world.stacks)), "stacks"),
        (str(len(world.all())), "resources"),
        (str(len(found)), "roles"),
        (str(failed) if results else "not run", "failed checks"),
        (f"${estimate.total:,.0f}", "a month, estimated"),
    ]
    shown = "".join(f"<div class=tile><b>{number}</b>{escape(text)}</div>" for number, text in tiles)
    body = [
        f"<header><h1>{escape(prefix)}</h1>",
        '<p class="soft">Drawn from what the code synthesizes. Nothing in here was measured in an account.</p>',
        f'<div class="tiles">{shown}</div></header>',
        f'<nav aria-label="Sections"><ul>{links}</ul></nav>',
        '<main id="main">',
        _section("architecture", [_picture(svg_of(synthesis, prefix))]),
        _section("resources", _resources(world)),
        _section("groups", _groups(world, prefix)),
        _section("roles", _roles(found)),
        _section("checks", _checks(results, notes)),
        _section("cost", _cost(estimate)),
        "</main>",
    ]
    style, script = ((_HERE / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        "script-src 'unsafe-inline'; img-src data:\">\n"
        f'<title>{escape(prefix)}: report</title>\n<link rel="icon" href="data:,">\n<style>\n{style}</style>\n</head>\n'
        f'<body>\n<a class="skip" href="#main">Skip to the content</a>\n{chr(10).join(body)}\n'
        f"<script>\n{script}</script>\n</body>\n</html>\n"
    )


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, label: str, numbers: Sequence[int] = ()) -> str:
    """Return a table that scrolls by itself on a narrow screen; cells are HTML."""

    def cells(tag: str, values: Sequence[str]) -> str:
        return "".join(
            f"<{tag}{' class=n' if number in numbers else ''}{' scope=col' if tag == 'th' else ''}>{value}</{tag}>"
            for number, value in enumerate(values)
        )

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    head = f"<thead><tr>{cells('th', heads)}</tr></thead>"
    return _scroll(label, f"<table>{head}<tbody>{body}</tbody></table>")


def _scroll(label: str, content: str) -> str:
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(label)}">{content}</div>'


def _picture(svg: str) -> str:
    return f'<div class="picture" tabindex="0" role="region" aria-label="Picture of the architecture">{svg}</div>'


def _details(title: str, small: str, content: str) -> str:
    summary = f"<summary>{escape(title)} <small>{escape(small)}</small></summary>"
    return f'<details>{summary}<div class="body">{content}</div></details>'


def _section(key: str, parts: Iterable[str]) -> str:
    heading = f'<h2 id="h-{key}">{_SECTIONS[key]}</h2>'
    return f'<section id="{key}" aria-labelledby="h-{key}">{heading}{"".join(parts)}</section>'


def _resources(world: Synthesis) -> list[str]:
    parts = [
        '<p><label for="filter">Find resources by type, name or path</label><br>',
        '<input id="filter" type="search" autocomplete="off"> <span id="found" role="status" class="soft"></span></p>',
    ]
    for stack in world.stacks:
        mine = [resource for resource in world.all() if resource.stack == stack]
        rows = [[f"<code>{escape(r.kind)}</code>", escape(r.name), f"<code>{escape(r.path)}</code>"] for r in mine]
        listed = table(["Type", "Name", "Construct"], rows, label=f"Resources of {stack}")
        parts.append(_details(stack, f"{len(mine)} resources", listed))
    return parts


def _groups(world: Synthesis, prefix: str) -> list[str]:
    found = groups.edges(world)
    rows = [
        [escape(edge.source), escape(edge.target), escape(edge.ports), escape(edge.purpose), escape(edge.stack)]
        for edge in found
    ]
    return [
        "<p>What is not in this graph can't connect. What leaves the network goes through the NAT gateways; ",
        "the table has those rules, too.</p>",
        _scroll("Graph of the security groups", groups.graph(found, prefix)),
        table(["From", "To", "Port", "Why", "Stack"], rows, label="Security group rules", numbers=[2]),
    ]


def _roles(found: Sequence[rights.RoleRights]) -> list[str]:
    parts = [
        "<p>Each role holds what is listed and nothing else. A wildcard is marked; the code says why it is there.</p>"
    ]
    for role in found:
        rows = [
            [
                escape(right.sid),
                "<br>".join(_marked(action) for action in right.actions),
                "<br>".join(_marked(resource) for resource in right.resources),
                f"<code>{escape(right.condition)}</code>" if right.condition else "",
            ]
            for right in role.rights
        ]
        rows += [["AWS managed", _marked(name), "", ""] for name in role.managed]
        trusted = "; ".join(escape(who) for who in role.trusted)
        listed = table(["For", "Actions", "On", "If"], rows, label=f"Rights of {role.name}")
        parts.append(_details(role.name, role.description, f"<p><b>Assumed by</b> {trusted}</p>{listed}"))
    return parts


def _marked(text: str) -> str:
    mark = ' <span class="warn" title="wildcard">✱</span>' if "*" in text else ""
    return f"<code>{escape(text)}</code>{mark}"


def _checks(results: Sequence[Result], notes: Sequence[str]) -> list[str]:
    parts = [f"<p>{escape(note)}</p>" for note in notes]
    rows = [
        [
            escape(result.tool),
            escape(result.subject),
            "" if result.passed is None else str(result.passed),
            str(len(result.excused)),
            f"<span class=bad>{len(result.failed)} failed</span>"
            if result.failed
            else "<span class=good>passed</span>",
        ]
        for result in results
    ]
    if rows:
        heads = ["Tool", "Stack or plan", "Passed", "Excused", "Outcome"]
        parts.append(table(heads, rows, label="Results of the checks", numbers=[2, 3]))
    for title, chosen in (
        ("Failures", [f for r in results for f in r.failed]),
        ("Excused, each with its reason", [e for r in results for e in r.excused]),
    ):
        if chosen:
            items = "".join(f"<li>{escape(text)}</li>" for text in chosen)
            parts.append(_details(title, str(len(chosen)), f"<ul>{items}</ul>"))
    return parts


def _cost(estimate: cost.Estimate) -> list[str]:
    most = max((line.usd for line in estimate.lines), default=1)
    rows = [
        [
            escape(line.what),
            escape(line.stack),
            escape(line.basis),
            f'<span class="bar" style="width:{90 * line.usd / most:.0f}px"></span>',
            f"{line.usd:,.2f}",
        ]
        for line in estimate.lines
    ]
    listed = table(["What", "Stack", "How", "", "USD a month"], rows, label="Cost of a month", numbers=[4])
    amount = f'<td class="n">{estimate.total:,.2f}</td>'
    total = f'<tfoot><tr><th colspan="4" scope="row">Total</th>{amount}</tr></tfoot></table>'
    limits = "".join(f"<li>{escape(limit)}</li>" for limit in estimate.limits)
    return [
        f"<p>List prices of us-east-1 as of <b>{escape(estimate.as_of)}</b>, ",
        f"from {escape(', '.join(estimate.sources))}. An estimate, not a bill:</p>",
        f"<ul>{limits}</ul>",
        listed.replace("</table>", total),
    ]
