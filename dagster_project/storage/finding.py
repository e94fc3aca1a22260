"""A file that is not as it was written, in the form in which commands report it."""

from pydantic import BaseModel


class Finding(BaseModel):
    """A file, its problem, and what to do about it."""

    file: str
    problem: str
    do: str
