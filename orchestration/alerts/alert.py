"""An alert: a message in Dutch, and the facts that it reports."""

from pydantic import BaseModel

from dagster_project.installation.alert_settings import AlertKind


class Alert(BaseModel):
    """A message that a person should read."""

    kind: AlertKind
    # The facts that it reports, by name; none of them is reported a second time.
    facts: list[str]
    title: str
    text: str
    # Page of the board about it.
    page: str
    # The department to which the contract gives the feed.
    owner: str | None = None
