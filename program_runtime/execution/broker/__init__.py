"""The broker: runs circuits of programs on devices whose credentials they never see.

``link`` is the service's side, ``process`` the other one; ``desk`` is where requests of
one job arrive. Import the modules themselves: a program's process needs only ``wire``.
"""
