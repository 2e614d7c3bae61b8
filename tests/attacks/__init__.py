"""A corpus of attacks on the confinement, and the driver that tries them.

``python -m tests.attacks`` runs every attack at every level that the machine offers and
prints a table; ``python tests/ordinary_user.py python -m tests.attacks`` does the same
as an ordinary user. Words choose attacks (``secrets``, ``secrets/canary``), ``--level``
chooses levels, ``--json`` prints everything that is known.

What one run of one attack is worth:

``BLOCKED``
    The attack was kept from its goal in one of the ways that it names.
``SUCCEEDED``
    It reached its goal, or harm was seen: a token came back, an oracle was touched, a
    process, file or mount was left, an honest job was disturbed.
``INCONCLUSIVE``
    Neither; the attack or its oracle is broken, and that is a failure, too.

An attack that finds nothing may have had nothing to find. So the driver first plants
live oracles (``planted``), sees them alive, and runs the attack with the defence off:
there it must succeed.

How to add an attack
--------------------

Write ``programs/<kind>/<name>.py``: a docstring that says what it tries and what must
happen, a dict ``ATTACK`` and ``main``. ``attempt.py`` lies beside it when it runs.
``ATTACK`` is read, not executed; its keys, all optional, are those of
``corpus.Attack``:

``oracles``
    Names of ``planted.ORACLES``; ``main`` gets the facts of each under its name.
``off``
    How the defence is seen off: ``"none"`` (level ``none`` with ``off_limits``),
    ``"bare"`` (a plain process without any runner), or in words why that is not
    possible or not needed. A dict by user (``root``, ``ordinary``) where they differ.
``levels``
    Where it must be blocked; ``reduced`` and ``strong``, if not given.
``blocked_by``
    The ends that count as blocked: ``refused`` (what ``main`` returned), the code of a
    failure, ``Completed`` or ``Cancelled``. ``refused``, if not given.
``limits``, ``off_limits``
    Fields of ``Limits`` that differ from the driver's own.
``turns``
    Run so often, one job after the other, with ``turn`` among the inputs.
``payload``
    Name of a function of ``payloads``: the text of the inputs.
``alone``
    No other attack runs at the same time.
``lives_on``
    With the defence off it does not end by itself, and that is what it wants.
``cancel_after_s``
    The job is cancelled so long after its start.
``may_lack``
    Why some kernels refuse it with the defence off, too.
``machine``
    The only machine that it is made for.

Rules: with the defence off an attack runs as the user who runs the tests, perhaps root.
It must do no harm then: bounded counts, harmless signals, nothing that outlives a
minute, nothing that only a reboot would undo.

Controls are honest programs that must go on working (``controls/<name>.py``, a dict
``CONTROL`` with ``expects`` and ``levels``).
"""
