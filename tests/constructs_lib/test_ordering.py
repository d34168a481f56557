from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from constructs import Construct

from constructs_lib.ordering import create_after
from tests.support.template import Template


def test_a_resource_waits_for_all_that_is_in_a_construct() -> None:
    """The order is written into the JSON, for every resource below the construct, once each."""

    def define(stack: TerraformStack) -> None:
        group = Construct(stack, "Group")
        SnsTopic(group, "One", name="one")
        SnsTopic(group, "Two", name="two")
        last = SnsTopic(stack, "Last", name="last")
        create_after(last, group)
        create_after(last, group)

    template = Template.build(define)
    waits = template.only("aws_sns_topic", name="last")["depends_on"]
    assert waits == [template.address("aws_sns_topic", name=name) for name in ("one", "two")]
