"""Code that CloudFront runs at its edge for a site."""

from typing import Final

from cdktf_cdktf_provider_aws.cloudfront_function import CloudfrontFunction
from constructs import Construct

from constructs_lib.naming import checked_name

DEEP_LINK_CODE: Final = """\
// A path whose last part has no extension is a view of the application, not a file.
function handler(event) {
  var request = event.request;
  var path = request.uri;
  var isFile = path.slice(path.lastIndexOf('/') + 1).indexOf('.') !== -1;
  if (!isFile && path.indexOf('/.well-known/') !== 0) {
    request.uri = '/index.html';
  }
  return request;
}
"""


class DeepLinks(Construct):
    """A viewer-request function that answers deep links with ``/index.html``.

    It belongs on the behaviour of the files only. An error page for the whole distribution would do the same and
    more: turn a 404 of the API, and a missing script, into a page with status 200.
    """

    def __init__(self, scope: Construct, construct_id: str, *, name: str) -> None:
        super().__init__(scope, construct_id)
        self.resource = CloudfrontFunction(
            self,
            "Resource",
            name=checked_name("CloudFront", name),
            runtime="cloudfront-js-2.0",
            comment="Deep links get index.html",
            code=DEEP_LINK_CODE,
            publish=True,
        )
        self.arn: str = self.resource.arn
