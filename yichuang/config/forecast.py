"""The section of hall.toml about expected waits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from yichuang.config.section import Section


class ForecastSettings(Section):
    """`[forecast]`: what visitors are told of their wait, and what is supposed before a hall has a past."""

    enabled: bool = True
    """Whether tickets and screens tell an expected wait."""
    minutes: float = Field(8.0, gt=0, le=240)
    """How long a window has one visitor, from call to end, as long as the hall's own past tells nothing."""
    categories: Mapping[str, Annotated[float, Field(gt=0, le=240)]] = {}
    """`[forecast.categories]`: the same for single categories, such as `tax = 6.0`."""
    seconds: float = Field(5.0, ge=0, le=600)
    """How long one forecast serves, unless much happens meanwhile."""
    calls: int = Field(2000, ge=50, le=20_000)
    """From how many of the latest calls the hall learns how long things take."""
