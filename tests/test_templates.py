"""A template reads only names that its views give it: Jinja would show nothing for any other, without a word."""

import ast
from collections import defaultdict
from collections.abc import Iterator

import pytest
from flask import Flask
from jinja2 import Environment, nodes
from jinja2.meta import find_undeclared_variables

from tests.support.servers.applications import application, settings_for
from tests.test_imports import ROOT

# Given by some pages only; where they are missing, the parts that read them are left out.
OPTIONAL = {"campaign", "back_here", "secret", "problem"}
OF_JINJA = {"loop", "self", "super", "caller", "varargs", "kwargs"}


def rendered() -> dict[str, set[str]]:
    """Templates by name, with the keywords of all calls that render them; those that take a mapping are left out."""
    given: dict[str, set[str]] = defaultdict(set)
    unknown = set()
    for path in (*(ROOT / "web").rglob("*.py"), *(ROOT / "kiosk").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = isinstance(node, ast.Call) and ast.unparse(node.func) == "render_template"
            if called and node.args and isinstance(node.args[0], ast.Constant):
                name = node.args[0].value
                given[name] |= {keyword.arg for keyword in node.keywords if keyword.arg}
                if any(keyword.arg is None for keyword in node.keywords):
                    unknown.add(name)
    return {name: words for name, words in given.items() if name not in unknown}


GIVEN = rendered()


@pytest.fixture(scope="module")
def site(sqlite_databases, tmp_path_factory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("templates")
    with sqlite_databases.fresh() as url, application(settings_for(url, folder)) as app:
        yield app


def trees(environment: Environment, name: str) -> Iterator[nodes.Template]:
    """A template and those that it extends or includes by name."""
    tree = environment.parse(environment.loader.get_source(environment, name)[0])
    yield tree
    for node in tree.find_all((nodes.Extends, nodes.Include)):
        if isinstance(node.template, nodes.Const):
            yield from trees(environment, node.template.value)


def bound(tree: nodes.Template) -> set[str]:
    """The names that a template imports, defines or sets, anywhere in it."""
    names = {name.name for name in tree.find_all(nodes.Name) if name.ctx in ("store", "param")}
    names |= {macro.name for macro in tree.find_all(nodes.Macro)}
    for line in tree.find_all(nodes.FromImport):
        names |= {one if isinstance(one, str) else one[1] for one in line.names}
    return names


def known_everywhere(app) -> set[str]:
    with app.test_request_context():
        return set(app.jinja_env.globals) | {
            word
            for processors in app.template_context_processors.values()
            for one in processors
            for word in one()
        }


@pytest.mark.parametrize("name", sorted(GIVEN))
def test_what_a_template_reads_is_given_to_it(site, name):
    parts = list(trees(site.jinja_env, name))
    read = {word for tree in parts for word in find_undeclared_variables(tree)}
    known = known_everywhere(site) | {word for tree in parts for word in bound(tree)}
    assert read - known - GIVEN[name] - OPTIONAL - OF_JINJA == set()
