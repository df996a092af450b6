"""A migration only adds, so that servers of the version before go on beside it (docs/upgrade.md).

What no version needs any more goes in a later release: such a migration says "Contract:" in its docstring, and since when
nothing reads or writes it."""

import ast
import re

from tests.models.migrations.test_migrations import VERSIONS

CALLS = {"drop_column", "drop_table", "rename_table", "drop_constraint"}
SQL = re.compile(
    r"\b(DROP|RENAME)\s+(TABLE|COLUMN|TO)\b|SET NOT NULL|ALTER COLUMN|ADD CONSTRAINT|CREATE UNIQUE",
    re.IGNORECASE,
)
# What an old server goes on to write may break these, unless the table is as new as they are.
RULES = {"create_unique_constraint", "create_check_constraint", "create_index"}


def problems(source: str) -> list[str]:
    """What of a migration a server of the version before would not survive."""
    module = ast.parse(source)
    if "Contract:" in (ast.get_docstring(module) or ""):
        return []
    parts = [part for part in module.body if getattr(part, "name", "") != "downgrade"]
    nodes = [node for part in parts for node in ast.walk(part)]
    tables = {ast.unparse(node.args[0]) for node in nodes if _name(node) == "create_table"}
    return [ast.unparse(node) for node in nodes if _takes_away(node) or _restricts(node, tables)]


def _name(node: ast.AST) -> str:
    return getattr(node.func, "attr", "") if isinstance(node, ast.Call) else ""


def _restricts(node: ast.AST, new_tables: set[str]) -> bool:
    if _name(node) not in RULES or (_name(node) == "create_index" and "unique=True" not in ast.unparse(node)):
        return False
    return not any(ast.unparse(argument) in new_tables for argument in node.args)


def _takes_away(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and bool(SQL.search(node.value))
    name, words = _name(node), ast.unparse(node)
    if name == "alter_column":
        return not re.search(r"nullable=True|server_default=", words)
    if name == "add_column":
        return "nullable=False" in words and "server_default" not in words
    return name in CALLS


def test_migrations_only_add():
    assert [
        (path.name, found) for path in VERSIONS.glob("[0-9]*.py") if (found := problems(path.read_text()))
    ] == []


def test_what_takes_away_is_seen():
    lines = (
        'op.drop_column("venue", "name")',
        'op.alter_column("venue", "name", new_column_name="title")',
        'op.add_column("venue", sa.Column("x", sa.Integer(), nullable=False))',
        'op.execute("ALTER TABLE venue RENAME TO place")',
        'op.create_check_constraint("ck", "venue", "x > 0")',
        'op.create_index("ix", "venue", ["name"], unique=True)',
    )
    found = [problems(f'"""A change"""\ndef upgrade():\n    {line}\n') for line in lines]
    assert [len(one) for one in found] == [1] * len(lines)
    assert problems(f'"""Contract: nothing reads it since 0040"""\ndef upgrade():\n    {lines[0]}\n') == []
