"""Where what a TOML file says stands in it: lines of keys and values, and of what is no TOML."""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter_toml
from tree_sitter import Language, Node, Parser, Tree

_PARSER = Parser(Language(tree_sitter_toml.language()))
_KEYS = ("bare_key", "quoted_key", "dotted_key")
_TABLES = ("table", "table_array_element")
Path = tuple[str | int, ...]


class TomlPlaces:
    """The places of one TOML file, also of one that cannot be parsed whole."""

    def __init__(self, text: str) -> None:
        self._tree: Tree = _PARSER.parse(text.encode())
        self._nodes: dict[Path, Node] = {}
        self._lists: dict[Path, int] = {}
        for node in self._tree.root_node.children:
            if node.type == "pair":
                self._take_pair(node, ())
            elif node.type in _TABLES:
                self._take_table(node)

    def line(self, *path: str | int, value: str | None = None) -> int:
        """The line of `path` (keys, and numbers within lists), or of what of it there is; with `value`, of that."""
        node = self._node(path)
        named = None if value is None else self.line_of_value(value, *path)
        return named or (1 if node is None else _line(node))

    def line_of_value(self, value: str, *path: str | int) -> int | None:
        """The first line under `path` on which `value` stands as a text or a key; None where it does not."""
        within = self._node(path) or self._tree.root_node
        return next((_line(each) for each in _every(within) if _text_of(each) == value), None)

    def faults(self) -> list[int]:
        """The lines on which something is no TOML, in order."""
        root = self._tree.root_node
        return sorted(
            {_line(node) for node in _every(root) if node.is_error or node.is_missing} if root.has_error else ()
        )

    def _node(self, path: Path) -> Node | None:
        there = next((path[:end] for end in range(len(path), 0, -1) if path[:end] in self._nodes), ())
        return self._nodes.get(there)

    def _take_table(self, node: Node) -> None:
        names = next((_names(child) for child in node.children if child.type in _KEYS), ())
        path: Path = ()
        for name in names[:-1]:
            path = (*path, name)
            path = (*path, self._lists[path] - 1) if path in self._lists else path
        path = (*path, *names[-1:])
        self._nodes.setdefault(path, node)
        if node.type == "table_array_element":
            count = self._lists.get(path, 0)
            self._lists[path] = count + 1
            path = (*path, count)
            self._nodes[path] = node
        for child in node.children:
            if child.type == "pair":
                self._take_pair(child, path)

    def _take_pair(self, node: Node, at: Path) -> None:
        names, value = _names(node.children[0]), node.children[-1]
        for end in range(1, len(names) + 1):
            self._nodes.setdefault((*at, *names[:end]), node)
        self._take_value(value, (*at, *names))

    def _take_value(self, node: Node, path: Path) -> None:
        if node.type == "inline_table":
            for pair in (child for child in node.children if child.type == "pair"):
                self._take_pair(pair, path)
        elif node.type == "array":
            values = [child for child in node.children if child.is_named and child.type != "comment"]
            for index, value in enumerate(values):
                self._nodes[(*path, index)] = value
                self._take_value(value, (*path, index))


def _line(node: Node) -> int:
    return node.start_point.row + 1


def _every(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _every(child)


def _names(node: Node) -> tuple[str, ...]:
    if node.type == "dotted_key":
        return tuple(name for child in node.children if child.type in _KEYS for name in _names(child))
    return (_text_of(node) or "",)


def _text_of(node: Node) -> str | None:
    """What a key or a string says; None of anything else."""
    text = (node.text or b"").decode()
    if node.type == "bare_key":
        return text
    if node.type not in ("string", "quoted_key"):
        return None
    return text.strip("'\"")
