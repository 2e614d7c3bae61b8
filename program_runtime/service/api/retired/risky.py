"""Results that clients since 0.9 take for a link, or stumble over.

They look for ``url`` in whatever JSON value a result is: a number has no members to
look among, and a text, a list or an object that holds the word is followed as a link
to the result. Such a result is given as what they expect: a real link.
"""

from __future__ import annotations

import json

__all__ = ["may_be_risky", "risky"]

_WORD = "url"
_ESCAPE = "\\u"
"""A text without it, and without the word, does not hold the word in disguise."""


def risky(text: str) -> bool:
    """Whether clients misread the text of a result.

    >>> [risky(text) for text in ("1.5", "null", '"no"', '"curl"', '{"url": 1}')]
    [True, True, False, True, True]
    """
    if not may_be_risky(text):
        return False
    try:
        return _WORD in json.loads(text)
    except TypeError:
        return True
    except (ValueError, RecursionError):
        return False


def may_be_risky(text: str) -> bool:
    """Whether it is worth looking closer; False is certain.

    >>> may_be_risky('["abc", 1]')
    False
    """
    if not text.lstrip(" \t\n\r").startswith(("[", "{", '"')):
        return True
    return _WORD in text or _ESCAPE in text
