import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from stacks.environment import Environment
from stacks.environment_files import ConfigurationError, RefusedError, load_environment, sentences
from tests.fuzz.strategies import documents, environments, mutations
from tests.stacks.test_validate import Validator
from tests.support.synthesis import synthesize

QUICK = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def refusals(tree: dict[str, Any]) -> list[str]:
    """Return what the loader says against *tree*, nothing when it is allowed."""
    try:
        Environment.model_validate(tree)
    except ValidationError as error:
        return sentences(Path("x.toml"), error.errors())
    return []


@given(text=st.text(max_size=400) | st.binary(max_size=400).map(lambda raw: raw.decode("latin-1")))
@example(text="")
@example(text="a.b.c = 1\n[a.b]\n")
@example(text="\ufeffname = 'prod'")
@QUICK
def test_any_text_is_an_environment_or_refused_with_a_sentence(
    text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever is in a file, reading it ends in an environment or a ConfigurationError that names the file."""
    file = tmp_path_factory.getbasetemp() / "fuzz.toml"
    file.write_bytes(text.encode("utf-8", errors="surrogateescape"))
    with pytest.raises(ConfigurationError) as refused:
        load_environment(file)
    assert str(refused.value).startswith(str(file))


@given(tree=documents)
@QUICK
def test_any_tree_of_values_is_refused_with_sentences(tree: dict[str, Any]) -> None:
    """Each refusal is one line with the key and its value; nothing but a refusal comes out."""
    said = refusals(tree)
    assert said
    assert all(line.startswith("x.toml: ") and "\n" not in line for line in said)


@given(tree=mutations())
@QUICK
def test_a_good_environment_with_mistakes_is_allowed_or_refused(tree: dict[str, Any]) -> None:
    """Dropping, renaming and replacing keys never ends in anything but an environment or sentences."""
    assert all(line.startswith("x.toml: ") and "\n" not in line for line in refusals(tree))


@given(tree=environments())
@QUICK
def test_what_is_meant_to_be_allowed_is_allowed(tree: dict[str, Any]) -> None:
    """Generated environments that keep the documented rules pass the loader."""
    assert refusals(tree) == []


@pytest.mark.slow
@pytest.mark.terraform
@given(tree=environments())
# an example takes half a minute: say what fails, do not look for the smallest one
@settings(max_examples=6, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
def test_what_is_allowed_synthesizes_to_what_terraform_accepts(
    tree: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A random environment becomes five stacks that `terraform validate` has nothing against."""
    folder = tmp_path_factory.mktemp("random")
    (folder / f"{tree['name']}.toml").write_text(toml(tree), encoding="utf-8")
    try:
        synthesized = synthesize(folder, folder / "cdktf.out")
    except RefusedError as refused:
        pytest.fail(f"allowed by the model, refused by a construct: {refused}")
    files = {name: folder / "cdktf.out" / "stacks" / name / "cdk.tf.json" for name in synthesized.stacks}
    first, *_ = files.values()
    validator = Validator(folder / "validate", first)
    found = {name: validator.diagnostics(name, file) for name, file in files.items()}
    assert {name: diagnostics for name, diagnostics in found.items() if diagnostics} == {}


def toml(tree: dict[str, Any], above: str = "") -> str:
    """Return *tree* as TOML, whose strings, numbers and lists are written like JSON's."""
    plain = [
        f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in tree.items() if not isinstance(value, dict)
    ]
    tables = [
        f"[{above}{key}]\n{toml(value, f'{above}{key}.')}" for key, value in tree.items() if isinstance(value, dict)
    ]
    return "\n".join([*plain, *tables, ""])
