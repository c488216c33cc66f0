"""What an administrator has changed on the screen and not yet saved: edits over hall.toml as it stands."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import BaseModel

from yichuang.config import Settings
from yichuang.config.difference import ELEMENT_KEYS, plain
from yichuang.config.edit import Add, Drop, Edit, Put, Remove, Spot, edited
from yichuang.config.field import FieldFacts, Shape, fields_of, section_model
from yichuang.config.labels import section_label
from yichuang.errors import SettingsUneditable


class Node(NamedTuple):
    """A section of hall.toml, one element of many, or a section inside of either."""

    section: str
    element: Any = None
    path: tuple[str, ...] = ()
    label: str = ""

    @property
    def model(self) -> type[BaseModel]:
        """What it may hold."""
        model = section_model(self.section)
        for name in self.path:
            model = next(each.section for each in fields_of(model) if each.name == name) or model
        return model

    @property
    def fields(self) -> list[FieldFacts]:
        """Its values; sections inside it are nodes of their own."""
        return [each for each in fields_of(self.model) if each.shape is not Shape.SECTION]

    @property
    def is_element(self) -> bool:
        """Whether it is one of many, and can be removed."""
        return self.element is not None and not self.path

    def spot(self, field: str) -> Spot:
        """Where a value of it stands."""
        return Spot(self.section, self.element, (*self.path, field))

    def path_of(self, field: str) -> str:
        """A value's place in its section, such as `rates.ordinary`."""
        return ".".join((*self.path, field))


class Draft:
    """hall.toml with edits that are not saved. Edits are kept as such: they can follow another text."""

    def __init__(self, text: str = "", digest: str = "") -> None:
        self._base = text
        self.hash = digest
        """Of the text that was read."""
        self.edits: list[Edit] = []
        self.text = text
        """The text as it will be."""
        self._data = self._read(text)

    @staticmethod
    def _read(text: str) -> dict[str, Any]:
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            return {}

    @property
    def is_changed(self) -> bool:
        """Whether there is something to save."""
        return self.text != self._base

    def forget(self) -> None:
        """Leave the file as it is."""
        self.edits = []
        self._take(self._base)

    def follow(self, text: str, digest: str) -> int:
        """The file has another text: make the edits in that one; how many could not be made."""
        edits, self.edits = self.edits, []
        self._base, self.hash = text, digest
        self._take(text)
        lost = 0
        for edit in edits:
            try:
                self.make(edit)
            except SettingsUneditable:
                lost += 1
        return lost

    def make(self, *edits: Edit) -> None:
        """Edit; raises SettingsUneditable, and then nothing is edited."""
        text = edited(self.text, edits)
        self.edits.extend(edits)
        self._take(text)

    def _take(self, text: str) -> None:
        self.text = text
        self._data = self._read(text)

    # --- what stands there --------------------------------------------------------------------

    def nodes(self, sections: Sequence[str]) -> list[Node]:
        """The parts of these sections, each followed by those inside it."""
        found: list[Node] = []
        for section in sections:
            if section in ELEMENT_KEYS:
                for element in self._elements(section):
                    key = element.get(ELEMENT_KEYS[section])
                    found.append(Node(section, key, label=_label_of(section, element)))
                    found += self._inside(found[-1])
            else:
                found.append(Node(section, label=section_label(section)))
                found += self._inside(found[-1])
        return found

    def _inside(self, node: Node) -> list[Node]:
        return [
            Node(
                node.section,
                node.element,
                (each.name,),
                f"  {section_label(f'{node.section}.{each.name}')}",
            )
            for each in fields_of(node.model)
            if each.shape is Shape.SECTION
        ]

    def _elements(self, section: str) -> list[Mapping[str, Any]]:
        info = Settings.model_fields[section]
        default = [] if info.is_required() else plain(info.default)
        found = self._data.get(section, default)
        return (
            [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []
        )

    def written(self, node: Node) -> Mapping[str, Any]:
        """The values that the text names."""
        home: Any
        if node.element is not None:
            key = ELEMENT_KEYS[node.section]
            elements = self._elements(node.section)
            home = next((each for each in elements if each.get(key) == node.element), {})
        else:
            home = self._data.get(node.section, {})
        for name in node.path:
            home = home.get(name, {}) if isinstance(home, Mapping) else {}
        return home if isinstance(home, Mapping) else {}

    def value(self, node: Node, field: FieldFacts) -> Any:
        """A value as TOML has it: as written, else the default."""
        return self.written(node).get(field.name, field.default)

    def is_edited(self, node: Node, field: FieldFacts) -> bool:
        """Whether an edit that is not saved wrote the value, or all of its element."""
        for edit in self.edits:
            if isinstance(edit, Put | Drop):
                found = edit.spot == node.spot(field.name)
            elif isinstance(edit, Add) and edit.section == node.section:
                is_its_own = edit.values.get(ELEMENT_KEYS[edit.section]) == node.element
                found = is_its_own and field.name in edit.values
            else:
                found = False
            if found:
                return True
        return False

    # --- editing ------------------------------------------------------------------------------

    def put(self, node: Node, field: FieldFacts, value: Any) -> Node:
        """Write a value, or take it out where it is None; the node, which may have another key now."""
        spot = node.spot(field.name)
        self.make(Drop(spot) if value is None else Put(spot, value))
        if node.is_element and ELEMENT_KEYS[node.section] == field.name:
            return node._replace(element=value)
        return node

    def add(self, section: str, values: Mapping[str, Any]) -> Node:
        """One element more."""
        self.make(Add(section, values))
        return Node(section, values[ELEMENT_KEYS[section]])

    def remove(self, node: Node) -> None:
        """Take an element out."""
        self.make(Remove(node.section, node.element))

    def codes(self) -> list[tuple[str, str]]:
        """The categories: code and name."""
        elements = self._elements("category")
        return [(str(each.get("code", "")), str(each.get("name", ""))) for each in elements]


def _label_of(section: str, element: Mapping[str, Any]) -> str:
    key = str(element.get(ELEMENT_KEYS[section], "?"))
    name = str(element.get("name", ""))
    if section == "window":
        return f"{key:>3}  {name}".rstrip()
    if section in ("category", "group"):
        return f"{name}  {key}"
    if section == "holiday":
        return f"{key}  {name}".rstrip()
    return f"{section_label(section)} {key}"
