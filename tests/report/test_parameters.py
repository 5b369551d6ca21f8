"""Parameters: what a cell says, what is taken."""

import pytest

from behavio_jupyter import DefinitionError, UnknownNameError
from behavio_jupyter.report import ParameterError, template, templates
from behavio_jupyter.report.parameters import checked

from .notebooks import template as notebook

CELL = """\
top: int = 5  # how many
share: float = 0.5  # a part
name: str = "a, b"  # a text
steps: list[str] = ["a"]  # names
quick: bool = False
plain = 3
least: str = "count(any) >= 3"  # such as count(any) >= 3, or 'a' = "b"
"""


@pytest.fixture
def read(tmp_path):
    return template(str(notebook(tmp_path / "own.ipynb", parameters=CELL, unit="month")))


def test_the_cell_is_read(read):
    assert [(one.name, one.type, one.default, one.help) for one in read.parameters] == [
        ("top", "int", 5, "how many"),
        ("share", "float", 0.5, "a part"),
        ("name", "str", "a, b", "a text"),
        ("steps", "list[str]", ["a"], "names"),
        ("quick", "bool", False, ""),
        ("plain", "int", 3, ""),
        ("least", "str", "count(any) >= 3", "such as count(any) >= 3, or 'a' = \"b\""),
    ]
    assert (read.title, read.description, read.unit) == ("A report", "What it is for.", "month")


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ({"top": "7"}, 7),
        ({"share": "1"}, 1.0),
        ({"name": "7"}, "7"),
        ({"steps": "[x, 'y z']"}, ["x", "y z"]),
        ({"steps": "x, y"}, ["x", "y"]),
        ({"steps": ["x"]}, ["x"]),
        ({"quick": "true"}, True),
        ({"quick": True}, True),
    ],
)
def test_text_is_read_as_its_type_asks(read, given, taken):
    [name] = given
    assert checked(read.parameters, given)[name] == taken


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"top": "many"}, "The parameter top is a whole number, not 'many'."),
        ({"top": "1.5"}, "The parameter top is a whole number, not '1.5'."),
        ({"quick": "perhaps"}, "The parameter quick is true or false, not 'perhaps'."),
        ({"steps": "[a"}, "The parameter steps is a list such as [a, b], not '[a'."),
    ],
)
def test_other_values_are_refused(read, given, said):
    with pytest.raises(ParameterError) as error:
        checked(read.parameters, given)
    assert str(error.value) == said


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://user:s3cret@host/shop",
        "postgresql://user:s3/cret@host/shop",
        "postgresql://host/shop?user=a&password=s3cret",
        "https://host/events.csv?token=s3cret",
        "https://host/events.csv?v=2&access_token=s3cret",
        "https://host/events.csv?se=2026&sig=s3cret",
        "https://host/events.csv?X-Amz-Signature=s3cret",
        "postgres:dbname=shop user=me password=s3cret",
    ],
)
def test_an_address_with_a_password_is_no_parameter(read, address):
    with pytest.raises(ParameterError, match="The parameter name has a password in it") as error:
        checked(read.parameters, {"name": address})
    assert "cret" not in str(error.value)
    with pytest.raises(ParameterError, match="has a password in it"):
        checked(read.parameters, {"steps": [address]})


def test_other_addresses_are_parameters(read):
    for address in (
        "postgresql://host:5432/shop",
        "https://host/a.csv?v=2",
        "a@b -> c:d@e",
        "login[token = 'x']",
    ):
        assert checked(read.parameters, {"name": address})["name"] == address


def test_an_unknown_parameter_has_a_nearest_one(read):
    with pytest.raises(UnknownNameError, match="no parameter 'tops'; the nearest is 'top'"):
        checked(read.parameters, {"tops": 1})


def test_defaults_are_plain_values(tmp_path):
    own = template(str(notebook(tmp_path / "own.ipynb", parameters="top: int = 2 + len('a')")))
    with pytest.raises(ParameterError, match="The default of top in own"):
        own.parameters  # noqa: B018


def test_a_line_that_names_no_parameter_is_told(tmp_path):
    own = template(str(notebook(tmp_path / "own.ipynb", parameters="top = 1\nprint(top)")))
    with pytest.raises(ParameterError, match="Line 2 of the cell of parameters in own"):
        own.parameters  # noqa: B018


@pytest.mark.parametrize("name", [one.name for one in templates()])
def test_every_line_of_a_bundled_template_is_a_parameter_with_help(name):
    one = template(name)
    [cell] = [c for c in one.notebook.cells if "parameters" in c.metadata.get("tags", [])]
    assert len(one.parameters) == len(cell.source.splitlines())
    assert all(parameter.help for parameter in one.parameters)


def test_templates_of_a_folder_come_before_those_of_the_same_name(tmp_path):
    notebook(tmp_path / "weekly_review.ipynb", title="Ours")
    notebook(tmp_path / "another.ipynb")
    found = {one.name: one.title for one in templates([tmp_path])}
    assert (found["weekly_review"], found["another"]) == ("Ours", "A report")
    assert template("weekly_review", [tmp_path]).title == "Ours"


def test_unknown_templates():
    with pytest.raises(UnknownNameError, match="the nearest is 'weekly_review'"):
        template("weekly")
    with pytest.raises(DefinitionError, match=r"There is no notebook nothing\.ipynb"):
        template("nothing.ipynb")


def test_a_file_that_is_no_notebook(tmp_path):
    path = tmp_path / "own.ipynb"
    path.write_text("hello")
    with pytest.raises(DefinitionError, match="cannot be read: it is no notebook"):
        template(str(path)).title  # noqa: B018
