"""The system calls that no program of ours needs, and where they stand in the kernel.

Each name has its numbers on x86_64 and aarch64; ``None``: that machine never had it.
The newer a call is, the likelier both numbers are the same: from 424 on they are.
"""

from __future__ import annotations

from typing import Final

__all__ = ["EXAMINED", "MACHINES", "OF_A_SHARED_USER", "REFUSED"]

Numbers = dict[str, tuple[int, int | None]]

MACHINES: Final = ("x86_64", "aarch64")
"""What the columns of the tables stand for."""

REFUSED: Final[Numbers] = {
    # Other processes: their memory, descriptors and threads.
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "move_pages": (279, 239),
    "migrate_pages": (256, 238),
    # Mounts, roots and namespaces; clone is examined.
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "open_tree_attr": (467, 467),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "unshare": (272, 97),
    "setns": (308, 268),
    # It can not be examined, so glibc is told that it is not there and takes clone.
    "clone3": (435, 435),
    # Large parts of the kernel that attacks have come through again and again. What
    # io_uring does, no filter of system calls sees.
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "mbind": (237, 235),
    "set_mempolicy_home_node": (450, 450),
    # Memory that nobody can count, and what is counted for the machine as a whole. A
    # file in memory can be sent through a socket and closed: then no process has it.
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "io_setup": (206, 0),
    # What outlives a program, and what it would share with others of its user.
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "semget": (64, 190),
    "semop": (65, 193),
    "semctl": (66, 191),
    "semtimedop": (220, 192),
    "msgget": (68, 186),
    "msgsnd": (69, 189),
    "msgrcv": (70, 188),
    "msgctl": (71, 187),
    "mq_open": (240, 180),
    "mq_unlink": (241, 181),
    # Files by another way than their path; Landlock does not see who watches.
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "fanotify_init": (300, 262),
    "inotify_init": (253, None),
    "inotify_init1": (294, 26),
    "inotify_add_watch": (254, 27),
    "file_setattr": (469, 469),
    # The machine as a whole: its kernel, clock, name, swap, quotas, log and terminals.
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "create_module": (174, None),
    "get_kernel_syms": (177, None),
    "query_module": (178, None),
    "reboot": (169, 142),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "adjtimex": (159, 171),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "acct": (163, 89),
    "syslog": (103, 116),
    "vhangup": (153, 58),
    # Hardware, and what is there for old programs only.
    "iopl": (172, None),
    "ioperm": (173, None),
    "modify_ldt": (154, None),
    "uselib": (134, None),
    "ustat": (136, None),
    "sysfs": (139, None),
    "_sysctl": (156, None),
    "nfsservctl": (180, 42),
    "lookup_dcookie": (212, 18),
}
"""Refused whatever their arguments are."""

EXAMINED: Final[Numbers] = {
    "clone": (56, 220),
    "ioctl": (16, 29),
    "personality": (135, 92),
    "socket": (41, 198),
    "socketpair": (53, 199),
    "setsockopt": (54, 208),
}
"""Refused with some arguments."""

OF_A_SHARED_USER: Final[Numbers] = {
    # Limits, processors and priorities, when they are another process's: who sets the
    # limits of a process can end it.
    "prlimit64": (302, 261),
    "sched_setaffinity": (203, 122),
    "sched_setattr": (314, 274),
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "setpriority": (141, 140),
    "ioprio_set": (251, 30),
    # Who may open which file, and how old it is said to be. Modes and times are
    # answered as if they were changed, because copying a file ends with it; access
    # lists are extended attributes.
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "setxattrat": (463, 463),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "removexattrat": (466, 466),
    # Before its ABI 3, Landlock stops nobody from emptying a file by its name, or with
    # odd flags of open; those of openat2 can not be examined.
    "truncate": (76, 45),
    "open": (2, None),
    "openat": (257, 56),
    "openat2": (437, 437),
}
"""Refused, some with some arguments only, to a program whose user has other processes
and files as well: what Landlock leaves open between them."""
