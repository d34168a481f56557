"""ACM: the options of a certificate.

Defect: the choice about certificate transparency logs is not read back, so every plan makes it again.
"""

from tools.local_aws.gateway import SUCCESS, Call, Gateway, Json, Reply

SERVICE = "acm"
DEFAULT: Json = {"CertificateTransparencyLoggingPreference": "ENABLED"}


def install(gateway: Gateway) -> None:
    """Attach the completions of this service."""
    options = gateway.store()

    async def request(call: Call) -> Reply:
        reply = await call.forward()
        if reply[0] == SUCCESS:
            options[call.output(reply)["CertificateArn"]] = DEFAULT | call.input.get("Options", {})
        return reply

    async def update(call: Call) -> Reply:
        asked = call.input
        options[asked["CertificateArn"]] = DEFAULT | asked["Options"]
        return call.answer({})

    async def describe(call: Call) -> Reply:
        reply = await call.forward()
        if reply[0] != SUCCESS:
            return reply
        certificate = call.output(reply)["Certificate"]
        kept = options.get(certificate["CertificateArn"]) or DEFAULT
        return call.answer({"Certificate": certificate | {"Options": kept}})

    gateway.on(SERVICE, "RequestCertificate")(request)
    gateway.on(SERVICE, "UpdateCertificateOptions")(update)
    gateway.on(SERVICE, "DescribeCertificate")(describe)
