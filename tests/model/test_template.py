import pytest

from fargo.model.template import placeholders


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["python", "thumb.py", "{photo}"], ("photo",)),
        (["{a}-{b}", "{a}"], ("a", "b")),
        (["${HOME}", "{}", '{"a": 1}', "{ x }", "{1}"], ()),
        (["{{photo}}", "awk '{{print}}'"], ()),
        (["{row}/{run}", "{output}"], ("row", "run", "output")),
        (["{file name}"], ("file name",)),
        (["{other name}"], ()),
        (["{{{photo}}}"], ()),
    ],
)
def test_a_word_in_single_braces_wants_a_value(arguments: list[str], names: tuple[str, ...]) -> None:
    assert placeholders(arguments, ["file name"]) == names
