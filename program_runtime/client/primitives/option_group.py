"""Options as attributes that are checked when they are set."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from numbers import Integral
from typing import Any, ClassVar, Self, dataclass_transform

from program_runtime import errors
from program_runtime.client.primitives import option_rules

__all__ = ["OptionGroup", "group", "option"]


@dataclass(frozen=True, slots=True)
class _Option:
    """One option of a group; or, with ``kind``, a group inside it."""

    default: Any
    rule: option_rules.Rule
    kind: type[OptionGroup] | None = None


def option(rule: option_rules.Rule, *, default: Any) -> Any:
    """Declare an option; None as its value means that it is not set."""
    return _Option(default, rule)


def group(*, factory: type[OptionGroup]) -> Any:
    """Declare a group of options inside a group."""
    return _Option(None, option_rules.free, factory)


@dataclass_transform(kw_only_default=True, field_specifiers=(option, group))
class OptionGroup:
    """Options that belong together.

    A subclass declares them with :func:`option` and :func:`group`. Whether by the
    constructor, by ``update`` or by assignment: a value is checked when it is set,
    and one error names everything that is wrong.
    """

    _declared: ClassVar[dict[str, _Option]] = {}

    def __init_subclass__(cls) -> None:
        own = {
            name: value for name, value in vars(cls).items() if type(value) is _Option
        }
        for name in own:
            delattr(cls, name)
        cls._declared = {**cls._declared, **own}

    def __init__(self, **given: Any) -> None:
        for name, declared in self._declared.items():
            value = declared.kind() if declared.kind else declared.default
            self.__dict__[name] = value
        if given:
            self.update(**given)

    @classmethod
    def of(cls, options: Self | Mapping[str, Any] | None) -> Self:
        """A copy of options, or options of a dict.

        Raises:
            InvalidValueError: It lists everything that is wrong.
        """
        if options is None:
            return cls()
        if isinstance(options, cls):
            return options.copy()
        if isinstance(options, Mapping):
            made = cls()
            made.update(**options)
            return made
        raise errors.InvalidValueError(
            f"{options!r} are no options.",
            hint=f"Give a dict, or {cls.__name__}(...).",
        )

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The options and groups there are."""
        return tuple(cls._declared)

    def update(self, **given: Any) -> None:
        """Set options; a dict for a group changes only what it names.

        Raises:
            InvalidValueError: It lists everything that is wrong; nothing was set.
        """
        changed = self.copy()
        problems = list(changed._set_all(given, ""))  # noqa: SLF001 - one class
        if not problems:
            problems = list(changed.conflicts())
        if problems:
            raise errors.InvalidValueError("Invalid options.", problems=problems)
        self._take(changed)

    def conflicts(self, path: str = "") -> Iterator[errors.Problem]:
        """Options that do not go together, here and in the groups inside."""
        for problem in self._own_conflicts():
            yield errors.Problem(
                path=f"{path}{problem.path}", message=problem.message, hint=problem.hint
            )
        for name, inner in self._groups():
            yield from inner.conflicts(f"{path}{name}.")

    def to_dict(self) -> dict[str, Any]:
        """All options that are set; a group without any is left out."""
        found: dict[str, Any] = {}
        for name, value in self.__dict__.items():
            said = value.to_dict() if isinstance(value, OptionGroup) else value
            if said is not None and said != {}:
                found[name] = said
        return found

    def copy(self) -> Self:
        """The same options, set apart."""
        made = type(self).__new__(type(self))
        for name, value in self.__dict__.items():
            made.__dict__[name] = (
                value.copy() if isinstance(value, OptionGroup) else value
            )
        return made

    def _own_conflicts(self) -> Iterator[errors.Problem]:
        """Override it where options of one group exclude each other."""
        return iter(())

    def _set_all(self, given: Mapping[str, Any], path: str) -> Iterator[errors.Problem]:
        for name, value in given.items():
            where = f"{path}{name}"
            declared = self._declared.get(name)
            if declared is None:
                yield self._unknown(name, where)
            elif declared.kind is None:
                said = None if value is None else declared.rule(value)
                if said is not None:
                    yield errors.Problem(path=where, message=said)
                self.__dict__[name] = _plain(value)
            elif isinstance(value, declared.kind):
                self.__dict__[name] = value.copy()
            elif isinstance(value, Mapping):
                yield from self.__dict__[name]._set_all(value, f"{where}.")  # noqa: SLF001 - one class
            else:
                message = f"{value!r} is no dict of options"
                yield errors.Problem(path=where, message=message)

    def _take(self, other: OptionGroup) -> None:
        """Set what another has; the groups inside stay the objects they are."""
        for name, value in other.__dict__.items():
            own = self.__dict__[name]
            if isinstance(own, OptionGroup):
                own._take(value)  # noqa: SLF001 - one class
            else:
                self.__dict__[name] = value

    def _unknown(self, name: str, where: str) -> errors.Problem:
        homes = {
            inner: home for home, group in self._groups() for inner in group.names()
        }
        close = difflib.get_close_matches(str(name), [*self._declared, *homes], n=1)
        if name in homes:
            home = homes[name]
            hint = f"It belongs to {home}: {home}={{{name!r}: ...}}."
        elif not close:
            hint = f"Options: {', '.join(self._declared)}."
        elif close[0] in self._declared:
            hint = f"Did you mean {close[0]!r}?"
        else:
            hint = f"Did you mean {close[0]!r}, which belongs to {homes[close[0]]}?"
        return errors.Problem(path=where, message="is no option", hint=hint)

    def _groups(self) -> Iterator[tuple[str, OptionGroup]]:
        for name, value in self.__dict__.items():
            if isinstance(value, OptionGroup):
                yield name, value

    def __setattr__(self, name: str, value: Any) -> None:
        self.update(**{name: value})

    def __getattr__(self, name: str) -> Any:
        problem = self._unknown(name, name)
        raise AttributeError(f"{name!r} {problem.message}. {problem.hint}")

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._declared})

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.__dict__ == self.__dict__

    __hash__ = None  # type: ignore[assignment]  # it changes

    def __repr__(self) -> str:
        said = ", ".join(
            f"{name}={value!r}"
            for name, value in self.__dict__.items()
            if value is not None
            and not (isinstance(value, OptionGroup) and not value.to_dict())
        )
        return f"{type(self).__name__}({said})"


def _plain(value: Any) -> Any:
    """A whole number of NumPy as Python's own, which JSON takes."""
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, Integral) else value
