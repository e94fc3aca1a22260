"""Keyed one-way pseudonymisation (HMAC-SHA256) of the numbers of persons and cases.

An upload replaces the deliveries before it, so its key is new each time and never stored. Where cases must be
recognised in the next delivery, the key derives from the secret of the installation.
"""

import hmac
from collections.abc import Callable

TEXT_LENGTH = 16


def lasting_key(secret: str, feed: str) -> bytes:
    """Key of a feed for as long as the installation keeps its secret; pseudonyms of two feeds cannot be linked.

    Raises ValueError without a secret.
    """
    if not secret:
        raise ValueError(f"{feed} cannot be pseudonymised without a secret")
    return hmac.digest(secret.encode(), feed.encode(), "sha256")


def pseudonyms(key: bytes, data_type: str) -> Callable[[str], str]:
    """Pseudonyms of a column, as text: 16 hexadecimal digits, or a whole number of 63 bits where the column is numeric.

    Two of a million cases get the same number once in eighteen million installations. Raises ValueError for a text in a
    numeric column.
    """

    def digest(text: str) -> bytes:
        return hmac.digest(key, text.encode(), "sha256")

    if data_type == "bigint":
        return lambda text: str(int.from_bytes(digest(str(int(text)))[:8]) >> 1)
    return lambda text: digest(text).hex()[:TEXT_LENGTH]
