"""What the picture shows: cards, in zones, grouped by stack, and the links between them. No coordinates in here."""

from dataclasses import dataclass, field
from typing import Final

from tools.diagram import describe
from tools.synthesized import Resource, Synthesis

VISITORS: Final = "visitors"
GITHUB: Final = "github"
HTTPS_PORT: Final = 443


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """One thing of the architecture.

    Attributes:
        key: Unique in the picture.
        title: What it is called.
        kind: What it is.
        lines: Facts about it.
        stack: Stack that defines it; none for what is outside.
    """

    key: str
    title: str
    kind: str
    lines: tuple[str, ...] = ()
    stack: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """Who opens connections to whom.

    Attributes:
        source: Key of the card that connects.
        target: Key of the card that answers.
        label: Port or protocol.
    """

    source: str
    target: str
    label: str


@dataclass(kw_only=True, slots=True)
class Picture:
    """Everything that is drawn.

    Attributes:
        prefix: Project and environment.
        stacks: Names of the stacks, each after those that it needs.
        outside: What connects from outside.
        edge: What visitors reach.
        vpc: Heading of the VPC.
        private_heading: Heading of the private subnets.
        public_heading: Heading of the public subnets.
        entries: Load balancers, and the services behind them.
        inner: Services that are reached from inside only, each with its file system.
        ways_out: NAT gateways.
        peers: What the services connect to outside.
        regional: Lines of the regional services by stack: a tag and a text.
        links: Who connects to whom.
    """

    prefix: str
    stacks: tuple[str, ...]
    outside: list[Card] = field(default_factory=list)
    edge: list[Card] = field(default_factory=list)
    vpc: str = ""
    private_heading: str = ""
    public_heading: str = ""
    entries: list[list[Card]] = field(default_factory=list)
    inner: list[list[Card]] = field(default_factory=list)
    ways_out: list[Card] = field(default_factory=list)
    peers: list[Card] = field(default_factory=list)
    regional: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)


def picture_of(synthesis: Synthesis, prefix: str) -> Picture:
    """Return the picture of one environment."""
    world = synthesis.of_environment(prefix)
    picture = Picture(prefix=prefix, stacks=world.stacks)
    picture.outside.append(Card(key=VISITORS, title="Visitors", kind="browsers anywhere"))
    _add_edge(picture, world)
    _add_network(picture, world)
    _add_services(picture, world)
    _add_links(picture, world)
    picture.regional = {stack: lines for stack in world.stacks if (lines := describe.regional(world, stack, prefix))}
    if world.all("aws_iam_openid_connect_provider") or describe.delivery_roles(world):
        picture.outside.append(
            Card(key=GITHUB, title="GitHub Actions", kind="OIDC, no stored keys", lines=describe.subjects(world))
        )
    return picture


def key_of(resource: Resource) -> str:
    """Return the key of the card that shows *resource*."""
    return "/".join(resource.key)


def _add_edge(picture: Picture, world: Synthesis) -> None:
    for distribution in world.all("aws_cloudfront_distribution"):
        picture.edge.append(
            Card(
                key=key_of(distribution),
                title="CloudFront",
                kind="the only way in",
                lines=describe.distribution(world, distribution),
                stack=distribution.stack,
            )
        )
        picture.links.append(Link(source=VISITORS, target=key_of(distribution), label="HTTPS 443"))
        for origin in world.referred(distribution, "origin"):
            if origin.kind == "aws_s3_bucket":
                picture.edge.append(
                    Card(
                        key=key_of(origin),
                        title="Site files",
                        kind="S3, private",
                        lines=(origin.name, "read by CloudFront only"),
                        stack=origin.stack,
                    )
                )
                picture.links.append(Link(source=key_of(distribution), target=key_of(origin), label="OAC"))
            if origin.kind == "aws_cloudfront_vpc_origin":
                balancer = world.first(origin, "vpc_origin_endpoint_config")
                if balancer:
                    picture.links.append(
                        Link(source=key_of(distribution), target=key_of(balancer), label="VPC origin 443")
                    )
    for zone in world.all("aws_route53_zone"):
        certified = ("certificate by ACM",) if world.all("aws_acm_certificate") else ()
        lines = (*describe.halves(zone.name), *certified)
        picture.edge.append(Card(key=key_of(zone), title="DNS", kind="Route 53", lines=lines, stack=zone.stack))


def _add_network(picture: Picture, world: Synthesis) -> None:
    for vpc in world.all("aws_vpc"):
        picture.vpc = f"VPC {vpc.values['cidr_block']}"
    for subnet in world.all("aws_subnet"):
        text = f"{subnet.values['availability_zone']} {subnet.values['cidr_block']}"
        if subnet.values.get("tags", {}).get("Tier") == "public":
            picture.public_heading += f"  ·  {text}"
        else:
            picture.private_heading += f"  ·  {text}"
    picture.private_heading = f"Private subnets{picture.private_heading}"
    picture.public_heading = f"Public subnets{picture.public_heading}"
    for gateway in world.all("aws_nat_gateway"):
        place = world.first(gateway, "subnet_id")
        zone = place.values["availability_zone"] if place else ""
        picture.ways_out.append(Card(key=key_of(gateway), title="NAT gateway", kind=str(zone), stack=gateway.stack))


def _add_services(picture: Picture, world: Synthesis) -> None:
    balancers = [
        Card(
            key=key_of(balancer),
            title="Load balancer",
            kind="ALB, internal",
            lines=describe.balancer(world, balancer),
            stack=balancer.stack,
        )
        for balancer in world.all("aws_lb")
    ]
    picture.entries = [[card] for card in balancers]
    for service in world.all("aws_ecs_service"):
        card = Card(
            key=key_of(service),
            title=service.name.removeprefix(f"{picture.prefix}-"),
            kind="Fargate service",
            lines=describe.service(world, service),
            stack=service.stack,
        )
        if service.values.get("load_balancer"):
            picture.entries.append([card])
            continue
        row = [card]
        definition = world.first(service, "task_definition")
        for files in world.referred(definition, "volume") if definition else []:
            if files.kind == "aws_efs_file_system":
                lines = describe.file_system(world, files)
                row.append(
                    Card(
                        key=key_of(files),
                        title="Files",
                        kind="EFS, encrypted",
                        lines=lines,
                        stack=files.stack,
                    )
                )
        picture.inner.append(row)


def _add_links(picture: Picture, world: Synthesis) -> None:
    owners = describe.owners(world)
    for rule in world.all("aws_vpc_security_group_ingress_rule"):
        target, source = (world.first(rule, k) for k in ("security_group_id", "referenced_security_group_id"))
        if target and source and target.key in owners and source.key in owners:
            ends = key_of(owners[source.key]), key_of(owners[target.key])
            picture.links.append(Link(source=ends[0], target=ends[1], label=str(rule.values["from_port"])))
    for rule in world.all("aws_vpc_security_group_egress_rule"):
        group, port = world.first(rule, "security_group_id"), rule.values.get("from_port")
        if group and group.key in owners and "cidr_ipv4" in rule.values and port != HTTPS_PORT:
            peer = f"peer-{port}"
            picture.peers.append(
                Card(
                    key=peer,
                    title=str(rule.values.get("description", "Internet")),
                    kind=f"outside, port {port}",
                )
            )
            for gateway in picture.ways_out:
                picture.links.append(Link(source=gateway.key, target=peer, label=str(port)))
            if picture.ways_out:
                label = f"{HTTPS_PORT}, {port}"
                source_key = key_of(owners[group.key])
                picture.links.append(Link(source=source_key, target=picture.ways_out[0].key, label=label))
