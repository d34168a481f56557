"""ECS: what a cluster and a service were told is read back.

Defects: a cluster created with ``serviceConnectDefaults`` forgets them; a service forgets
``availabilityZoneRebalancing``.
"""

from tools.local_aws.gateway import Call, Gateway, Json, Reply

SERVICE = "ecs"
OK = 200


def install(gateway: Gateway) -> None:
    """Attach the completions of this service."""
    _complete_clusters(gateway)
    _complete_services(gateway)


def _complete_clusters(gateway: Gateway) -> None:
    defaults = gateway.store()

    async def write(call: Call) -> Reply:
        reply, asked = await call.forward(), call.input
        output = call.output(reply)
        if "cluster" in output and "serviceConnectDefaults" in asked:
            defaults[output["cluster"]["clusterArn"]] = asked["serviceConnectDefaults"]
        return _shown(call, reply, output)

    async def describe(call: Call) -> Reply:
        reply = await call.forward()
        return _shown(call, reply, call.output(reply))

    def _shown(call: Call, reply: Reply, output: Json) -> Reply:
        if reply[0] != OK:
            return reply
        for cluster in [*output.get("clusters", []), *([output["cluster"]] if "cluster" in output else [])]:
            kept = defaults.get(cluster["clusterArn"])
            if kept and kept.get("namespace"):
                cluster["serviceConnectDefaults"] = kept
        return call.answer(output)

    for operation in ("CreateCluster", "UpdateCluster"):
        gateway.on(SERVICE, operation)(write)
    for operation in ("DescribeClusters", "PutClusterCapacityProviders"):
        gateway.on(SERVICE, operation)(describe)


def _complete_services(gateway: Gateway) -> None:
    rebalancing = gateway.store()

    async def write(call: Call) -> Reply:
        reply, asked = await call.forward(), call.input
        output = call.output(reply)
        if "service" in output and asked.get("availabilityZoneRebalancing"):
            rebalancing[output["service"]["serviceArn"]] = asked["availabilityZoneRebalancing"]
        return _shown(call, reply, output)

    async def describe(call: Call) -> Reply:
        reply = await call.forward()
        return _shown(call, reply, call.output(reply))

    def _shown(call: Call, reply: Reply, output: Json) -> Reply:
        if reply[0] != OK:
            return reply
        for service in [*output.get("services", []), *([output["service"]] if "service" in output else [])]:
            # AWS: a service that never asked is not rebalanced
            service["availabilityZoneRebalancing"] = rebalancing.get(service["serviceArn"]) or "DISABLED"
        return call.answer(output)

    for operation in ("CreateService", "UpdateService"):
        gateway.on(SERVICE, operation)(write)
    for operation in ("DescribeServices", "DeleteService"):
        gateway.on(SERVICE, operation)(describe)
