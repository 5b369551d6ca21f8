"""Every template on a real log of purchases and on a made-up one of a shop."""

from .checks import Checks


class TestPurchases(Checks):
    LOGS = ("cdnow", "shop")
