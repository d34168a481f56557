"""Secrets without a value."""

from collections.abc import Callable
from typing import Any

import pytest

Client = Callable[[str], Any]


def test_a_secret_without_a_value_has_none_to_give(client: Client) -> None:
    """Before a value is put, reading one is an error; afterwards it is the value."""
    secrets = client("secretsmanager")
    secrets.create_secret(Name="waits/for-people")
    with pytest.raises(secrets.exceptions.ResourceNotFoundException):
        secrets.get_secret_value(SecretId="waits/for-people")
    secrets.put_secret_value(SecretId="waits/for-people", SecretString="{}")
    assert secrets.get_secret_value(SecretId="waits/for-people")["SecretString"] == "{}"
