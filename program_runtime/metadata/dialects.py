"""The drafts of JSON Schema that programs may use, as they judge Python values.

Importing this imports jsonschema: only ``compiled`` does, and only when needed.
"""

from __future__ import annotations

from typing import Any

import jsonschema

from program_runtime.metadata import applicators, keywords, kinds

__all__ = ["CLASSES"]


def _extended(base: Any, **more: keywords.Keyword) -> Any:
    checks = {
        name: (lambda _, value, check=check: check(value))
        for name, check in kinds.CHECKS.items()
    }
    extend: Any = jsonschema.validators.extend  # it has no types
    return extend(
        base,
        {
            **keywords.KEYWORDS,
            **applicators.APPLICATORS,
            **{
                name: applicators.counting(base.VALIDATORS[name])
                for name in applicators.COUNTED
            },
            **more,
        },
        type_checker=jsonschema.TypeChecker().redefine_many(checks),
    )


CLASSES = {
    "2020-12": _extended(jsonschema.Draft202012Validator),
    "2019-09": _extended(jsonschema.Draft201909Validator, items=applicators.items_2019),
}
"""The checker of each draft."""
