"""What all tests share."""

import lazy_bindings

lazy_bindings.install()
