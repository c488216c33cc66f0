"""What may be written into one value of hall.toml, read off the models, for forms and commands."""

from __future__ import annotations

import tomllib
import types
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

import annotated_types
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from yichuang.config.difference import ELEMENT_KEYS, plain
from yichuang.config.edit import Spot
from yichuang.config.hours import TimeSpan
from yichuang.config.labels import value_text
from yichuang.config.settings import Settings, problems_of
from yichuang.errors import SettingsUneditable
from yichuang.language import N_, _

SEPARATORS = "|｜"
"""Between the parts of a list that is typed on one line."""


class Shape(StrEnum):
    """How a value is entered."""

    FLAG = "flag"
    CHOICE = "choice"
    INTEGER = "integer"
    NUMBER = "number"
    TEXT = "text"
    DAY = "day"
    SPAN = "span"
    LIST = "list"
    PAIRS = "pairs"
    SECTION = "section"


class FieldFacts(NamedTuple):
    """One value of a section."""

    name: str
    shape: Shape
    model: type[BaseModel]
    """The section's."""
    required: bool
    default: Any
    """As TOML has it."""
    may_be_none: bool = False
    choices: tuple[Any, ...] = ()
    """Of a choice, or of each part of a list."""
    part: Shape = Shape.TEXT
    """What each part of a list is, or what stands behind each key of pairs."""
    section: type[BaseModel] | None = None
    """Of a section inside the section."""
    bounds: Mapping[str, Any] = types.MappingProxyType({})
    """`ge`, `gt`, `le`, `lt`, `min_length`, `max_length`, as far as there are any."""


def section_model(section: str) -> type[BaseModel]:
    """The model of a section, also of one of which there are many."""
    annotation = Settings.model_fields[section].annotation
    found = [each for each in (annotation, *get_args(annotation)) if _is_model(each)]
    model: type[BaseModel] = found[0]
    return model


def fields_of(model: type[BaseModel]) -> list[FieldFacts]:
    """Every value of a section, in the order of the model."""
    return [_facts(model, name, info) for name, info in model.model_fields.items()]


def _facts(model: type[BaseModel], name: str, info: FieldInfo) -> FieldFacts:
    kind, may_be_none = _without_none(info.annotation)
    shape, choices, part, section = _shape(kind)
    default = None if info.is_required() else plain(info.get_default(call_default_factory=True))
    return FieldFacts(
        name,
        shape,
        model,
        info.is_required(),
        default,
        may_be_none,
        choices,
        part,
        section,
        _bounds(info),
    )


def _without_none(annotation: Any) -> tuple[Any, bool]:
    if get_origin(annotation) in (Union, types.UnionType):
        kinds = [each for each in get_args(annotation) if each is not type(None)]
        return kinds[0], True
    return annotation, False


def _shape(kind: Any) -> tuple[Shape, tuple[Any, ...], Shape, type[BaseModel] | None]:
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    origin = get_origin(kind)
    if origin is Literal:
        return Shape.CHOICE, get_args(kind), Shape.TEXT, None
    if origin is tuple:
        part, choices, _inner, _model = _shape(get_args(kind)[0])
        return Shape.LIST, choices, part, None
    if origin is not None and issubclass(origin, Mapping):
        part, choices, _inner, _model = _shape(get_args(kind)[1])
        return Shape.PAIRS, choices, part, None
    if _is_model(kind):
        return Shape.SECTION, (), Shape.TEXT, kind
    return _PLAIN.get(kind, Shape.TEXT), (), Shape.TEXT, None


_PLAIN: Mapping[Any, Shape] = types.MappingProxyType(
    {
        bool: Shape.FLAG,
        int: Shape.INTEGER,
        float: Shape.NUMBER,
        date: Shape.DAY,
        TimeSpan: Shape.SPAN,
    }
)


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _bounds(info: FieldInfo) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for each in info.metadata:
        if isinstance(each, annotated_types.BaseMetadata):
            for name in ("ge", "gt", "le", "lt", "min_length", "max_length"):
                value = getattr(each, name, None)
                if value is not None:
                    found[name] = value
    return found


# --- typing ---------------------------------------------------------------------------------------

_KINDS = {
    Shape.FLAG: N_("是或否"),
    Shape.CHOICE: N_("选一个"),
    Shape.INTEGER: N_("整数"),
    Shape.NUMBER: N_("数"),
    Shape.TEXT: N_("一行文字"),
    Shape.DAY: N_("日期，例如 2026-10-01"),
    Shape.SPAN: N_("时段，例如 09:00-12:00"),
    Shape.LIST: N_("几个值，用 | 隔开"),
    Shape.PAIRS: N_("几对 名=值，用 | 隔开"),
}


def allowed(field: FieldFacts) -> str:
    """What may be typed, in a sentence of the user's language."""
    said = [_(_KINDS[field.shape])] if field.shape in _KINDS else []
    if field.shape is Shape.LIST and field.part in (Shape.INTEGER, Shape.SPAN):
        said.append(_(_KINDS[field.part]))
    bounds = field.bounds
    least, most = bounds.get("ge", bounds.get("gt")), bounds.get("le", bounds.get("lt"))
    if least is not None and most is not None:
        said.append(_("{least} 到 {most}").format(least=value_text(least), most=value_text(most)))
    if "max_length" in bounds and field.shape is Shape.TEXT:
        said.append(_("最多 {most} 个字").format(most=bounds["max_length"]))
    if "max_length" in bounds and field.shape is Shape.LIST:
        said.append(_("最多 {most} 个").format(most=bounds["max_length"]))
    if field.choices and field.shape is not Shape.CHOICE:
        said.append(_("可用：{known}").format(known=_("、").join(map(str, field.choices))))
    if field.may_be_none:
        said.append(_("空着就由程序定"))
    return _("，").join(said)


def typed_value(field: FieldFacts, typed: str) -> Any:
    """The value that was typed, as TOML has it; None for nothing. It is yet to be checked."""
    typed = typed.strip()
    if not typed and (
        field.may_be_none or field.shape not in (Shape.TEXT, Shape.LIST, Shape.PAIRS)
    ):
        return None
    if field.shape is Shape.LIST:
        return [_one(field.part, each, field.choices) for each in _parts(typed)]
    if field.shape is Shape.PAIRS:
        pairs = [each.partition("=") for each in _parts(typed)]
        return {key.strip(): _one(field.part, value, field.choices) for key, _is, value in pairs}
    return _one(field.shape, typed, field.choices)


def _parts(typed: str) -> list[str]:
    for each in SEPARATORS:
        typed = typed.replace(each, "\n")
    return [each.strip() for each in typed.split("\n") if each.strip()]


def _one(shape: Shape, typed: str, choices: tuple[Any, ...]) -> Any:
    typed = typed.strip()
    named = {str(each): each for each in choices}
    if typed in named:
        return named[typed]
    if shape is Shape.FLAG:
        flags = {"1": True, "0": False, "true": True, "false": False, _("是"): True, _("否"): False}
        return flags.get(typed.lower(), typed)
    try:
        if shape is Shape.INTEGER:
            return int(typed, 0)
        if shape is Shape.NUMBER:
            return float(typed)
        if shape is Shape.DAY:
            return date.fromisoformat(typed)
    except ValueError:
        return typed  # the model says what is wrong with it
    return typed


def problems_with(field: FieldFacts, value: Any) -> list[str]:
    """What is wrong with a value taken by itself, in the user's language."""
    if value is None:
        return [_("这一项不能空着")] if field.required else []
    try:
        field.model.model_validate({field.name: value})
    except ValidationError as error:
        told = list(problems_of(error, only=field.name))
        return [each.removeprefix(field.name).lstrip("：") for each in told]
    return []


def spot_from(text: str) -> tuple[Spot, FieldFacts | None]:
    """A place as it is written (`window.3.name`, `dispatch.rates.ordinary`, `missed`), and its value's facts.

    Without a value named, the facts are None. Raises SettingsUneditable for what hall.toml cannot have.
    """
    section, *parts = text.strip().split(".")
    if section not in Settings.model_fields:
        raise SettingsUneditable(place=text)
    element = parts.pop(0) if section in ELEMENT_KEYS and parts else None
    model: type[BaseModel] | None = section_model(section)
    field = None
    for part in parts:
        known = {each.name: each for each in fields_of(model)} if model is not None else {}
        if part not in known:
            raise SettingsUneditable(place=text)
        field = known[part]
        model = field.section
    return Spot(section, element, tuple(parts)), field


def written_value(field: FieldFacts, typed: str) -> Any:
    """The value of a command line: in the way of TOML where it is in brackets, else as it is typed."""
    if typed[:1] in ("[", "{"):
        try:
            return tomllib.loads(f"value = {typed}")["value"]
        except tomllib.TOMLDecodeError:
            return typed
    return typed_value(field, typed)
