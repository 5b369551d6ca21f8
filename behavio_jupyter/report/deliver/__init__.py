"""Bringing a run to those who read it: by mail, to a webhook, into a folder."""

from __future__ import annotations

from .deliveries import Deliveries, Delivery
from .delivering import Deliverer, after_run, failed_run
from .sending import DeliveryError
from .settings import out_of_sight
from .target import Target

__all__ = [
    "Deliverer",
    "Deliveries",
    "Delivery",
    "DeliveryError",
    "Target",
    "after_run",
    "failed_run",
    "out_of_sight",
]
