"""What can go wrong with a delivery, and trying again."""

from __future__ import annotations

from collections.abc import Callable

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    wait_exponential,
    wait_random,
)

from ...errors import BehavioError

ATTEMPTS = 4
SECONDS = 30.0
"""How long a server may be silent."""


class DeliveryError(BehavioError):
    """A delivery that failed.

    Parameters
    ----------
    message : str
        One sentence, without secrets.
    passing : bool
        Whether trying again may help.
    """

    def __init__(self, message: str, passing: bool = False) -> None:
        super().__init__(message)
        self.passing = passing


def attempt(send: Callable[[], str], failed: Callable[[str], None], pause: float) -> str:
    """Send, and again up to four times in all where that may help; return what was said.

    Parameters
    ----------
    send : callable
    failed : callable
        Is told each time why there is another attempt.
    pause : float
        Seconds before the second attempt; twice as long before each later one, and a bit at
        random, so that many do not come back at once.

    Raises
    ------
    DeliveryError
        The last attempt's.
    """

    def tell(state: RetryCallState) -> None:
        assert state.outcome is not None
        failed(str(state.outcome.exception()))

    again = Retrying(
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_exponential(multiplier=pause) + wait_random(0, pause / 2),
        retry=retry_if_exception(lambda error: isinstance(error, DeliveryError) and error.passing),
        before_sleep=tell,
        reraise=True,
    )
    return again(send)
