"""The security groups as a graph: who may open connections to whom, and nothing else is possible."""

from dataclasses import dataclass
from html import escape

from tools.synthesized import Resource, Synthesis

INTERNET, CLOUDFRONT = "the internet", "CloudFront"
_W, _H, _GAP_X, _GAP_Y, _PAD = 130, 40, 84, 34, 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Edge:
    """One permission to connect.

    Attributes:
        source: Group, or where from.
        target: Group, or where to.
        ports: Ports, as text.
        purpose: Why.
        stack: Stack that declares it.
    """

    source: str
    target: str
    ports: str
    purpose: str
    stack: str


def edges(world: Synthesis) -> list[Edge]:
    """Return every permission once: links between groups from the ingress side, ways out from the egress side."""
    found = []
    for rule in world.all("aws_vpc_security_group_ingress_rule"):
        target = world.first(rule, "security_group_id")
        peer = world.first(rule, "referenced_security_group_id")
        source = peer.name if peer else (CLOUDFRONT if "prefix_list_id" in rule.values else _address(rule))
        found.append(_edge(rule, source, target.name if target else "?"))
    for rule in world.all("aws_vpc_security_group_egress_rule"):
        if "referenced_security_group_id" not in rule.values:
            group = world.first(rule, "security_group_id")
            found.append(_edge(rule, group.name if group else "?", _address(rule)))
    return sorted(found, key=lambda edge: (edge.source, edge.target, edge.ports))


def graph(found: list[Edge], prefix: str) -> str:
    """Return the graph as SVG, left to right in the direction of connections; names without *prefix*."""
    inner = [edge for edge in found if edge.target != INTERNET]
    names = sorted({name for edge in inner for name in (edge.source, edge.target)})
    depth = dict.fromkeys(names, 0)
    for _ in names:  # longest path; ends because groups are few
        for edge in inner:
            depth[edge.target] = max(depth[edge.target], min(depth[edge.source] + 1, len(names)))
    columns: dict[int, list[str]] = {}
    for name in names:
        columns.setdefault(depth[name], []).append(name)
    tallest = max((len(column) for column in columns.values()), default=0)
    height = _PAD * 2 + tallest * (_H + _GAP_Y) - _GAP_Y
    width = _PAD * 2 + len(columns) * (_W + _GAP_X) - _GAP_X
    place = {
        name: (
            _PAD + column * (_W + _GAP_X),
            height / 2 - (len(members) * (_H + _GAP_Y) - _GAP_Y) / 2 + row * (_H + _GAP_Y),
        )
        for column, members in columns.items()
        for row, name in enumerate(members)
    }
    parts = [_arrow(place[edge.source], place[edge.target], edge.ports) for edge in inner]
    parts += [
        f'<rect class="g" x="{x:g}" y="{y:g}" width="{_W}" height="{_H}" rx="6"/>'
        f'<text class="gt" x="{x + _W / 2:g}" y="{y + 25:g}" text-anchor="middle">'
        f"{escape(name.removeprefix(f'{prefix}-'))}</text>"
        for name, (x, y) in place.items()
    ]
    return (
        f'<svg class="graph" viewBox="0 0 {width:g} {height:g}" width="{width:g}" role="img" '
        'aria-label="Security groups: who may open connections to whom; the table below says the same">'
        '<defs><marker id="gtip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path class="ga" d="M0 0 8 4 0 8z"/></marker></defs>{"".join(parts)}</svg>'
    )


def _arrow(source: tuple[float, float], target: tuple[float, float], label: str) -> str:
    x1, y1, x2, y2 = source[0] + _W, source[1] + _H / 2, target[0], target[1] + _H / 2
    middle = (x1 + x2) / 2
    return (
        f'<path class="gl" d="M{x1:g} {y1:g} C{middle:g} {y1:g} {middle:g} {y2:g} {x2:g} {y2:g}" '
        f'marker-end="url(#gtip)"/><text class="gp" x="{middle:g}" y="{(y1 + y2) / 2 - 5:g}" '
        f'text-anchor="middle">{escape(label)}</text>'
    )


def _edge(rule: Resource, source: str, target: str) -> Edge:
    low, high = rule.values.get("from_port"), rule.values.get("to_port")
    return Edge(
        source=source,
        target=target,
        ports="all" if low is None else str(low) if low == high else f"{low}-{high}",
        purpose=str(rule.values.get("description", "")),
        stack=rule.stack,
    )


def _address(rule: Resource) -> str:
    cidr = str(rule.values.get("cidr_ipv4", rule.values.get("cidr_ipv6", "?")))
    return INTERNET if cidr in ("0.0.0.0/0", "::/0") else cidr
