"""Alerts: what a sensor has to report, and the channel that it goes through."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from logging import Logger

import dagster as dg


@dataclass(frozen=True)
class Alert:
    """A message that a person has to act on."""

    title: str
    text: str
    # The person or department to write to, where the contract names one.
    write_to: str | None = None


class Alerts(dg.ConfigurableResource, ABC):
    """Channel for alerts. A channel of your own is a subclass, given to ``build_defs(alerts=…)``."""

    @abstractmethod
    def send(self, alert: Alert, log: Logger) -> None:
        """Send one alert; ``log`` is the log of the sensor's tick."""


class LogAlerts(Alerts):
    """Alerts in the log of the sensor's tick, which the UI shows."""

    def send(self, alert: Alert, log: Logger) -> None:
        """Log the alert as a warning."""
        log.warning("%s\n%s%s", alert.title, alert.text, f"\nwrite to: {alert.write_to}" if alert.write_to else "")
