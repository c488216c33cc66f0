"""The section of hall.toml about ticket printers, and the models that it can name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from pydantic import Field, model_validator

from yichuang.config.device import DeviceName, LinkSettings
from yichuang.config.section import nearest
from yichuang.language import _

PRINTER_MODELS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "epson-80": {"width": 80, "process_id": True, "qr": "native"},
        "epson-tm-t88": {"width": 80, "columns": 42, "process_id": True, "qr": "native"},
        "clone-80": {"width": 80, "qr": "native"},
        "clone-58": {"width": 58, "cutter": False, "qr": "raster"},
        "raster-58": {"width": 58, "cutter": False, "qr": "raster", "encoding": "raster"},
    }
)
"""What a `model` presets; each can still be chosen otherwise (hardware 2, 5; clones [U])."""


class PrinterSettings(LinkSettings):
    """`[[printer]]`: one ticket printer."""

    model: str = ""
    """One of `PRINTER_MODELS`; empty for the plain defaults below."""
    width: Literal[58, 80] = 80
    """Paper width in mm: 58 has 32 columns (384 dots), 80 has 48 (576 dots)."""
    columns: int | None = Field(None, ge=24, le=64)
    """Half-width characters in a line (12 dots each) where it differs, such as 42."""
    encoding: Literal["gbk", "gb18030", "utf-8", "raster"] = "gbk"
    """How Chinese is sent; `raster` draws every line that is not ASCII."""
    rare: Literal["replace", "raster"] = "replace"
    """Characters outside the encoding: 〓 in their place, or the line drawn as an image."""
    font: str = ""
    """A font file for drawn lines; empty looks among the system's."""
    chinese_mode: Literal["once", "runs", "never"] = "once"
    """When `FS &` is sent: once after initialising, around every Chinese run, or not at all."""
    qr: Literal["native", "raster", "none"] = "raster"
    """How a code is printed, where `[ticket] qr` asks for one: by the printer, or as an image."""
    simulated: bool = False
    """`run` starts a simulated printer on this `port` (a hall for trying out). It listens at 127.0.0.1 only,
    on this machine, so `host` must be 127.0.0.1 or localhost."""
    cutter: bool = True
    process_id: bool = False
    """The printer answers `GS ( H`; a clone that does not know it may print stray characters."""
    buzzer: bool = False
    answers: bool = True
    """False for print servers and boards that never answer: a ticket is then at best handed over."""
    answer_seconds: float = Field(1.0, gt=0, le=10)
    """How long to wait for the answer to a status request."""
    print_seconds: float = Field(6.0, gt=0, le=60)
    """How long a ticket may take from the last byte to the printer's confirmation, and how long the next
    waits at most for a printer that still owes answers."""
    kiosks: tuple[DeviceName, ...] = ()
    """The kiosks that print here; one of the printer's own name does so anyway."""
    windows: tuple[int, ...] = ()
    """The windows that print here."""
    backup: str = ""
    """The printer that takes over a ticket of which this one surely printed nothing."""

    @model_validator(mode="before")
    @classmethod
    def _as_its_model(cls, data: Any) -> Any:
        """What the model presets stands behind what is written."""
        if not isinstance(data, dict) or not isinstance(model := data.get("model", ""), str):
            return data
        if model and model not in PRINTER_MODELS:
            raise ValueError(
                _("没有「{model}」这个型号{near}").format(
                    model=model, near=nearest(model, list(PRINTER_MODELS))
                )
            )
        return {**PRINTER_MODELS.get(model, {}), **data}
