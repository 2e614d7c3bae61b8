"""Opens what belongs to the kernel: memory, disks, its log, settings that run programs.

Must be refused.
"""

import glob
import os

from attempt import attempts

ATTACK = {
    "off": {"root": "none", "ordinary": "these files are open to root only"},
}


def main(backend, user_messenger):
    def opened(path, flags):
        os.close(os.open(path, flags))
        return f"opened {path}"

    disks = sorted(glob.glob("/sys/block/*")) or ["/sys/block/vda"]
    disk = f"/dev/{os.path.basename(disks[-1])}"
    return attempts(
        memory=lambda: opened("/dev/mem", os.O_RDONLY),
        kernel_memory=lambda: opened("/proc/kcore", os.O_RDONLY),
        disk=lambda: opened(disk, os.O_RDONLY),
        first_disk=lambda: opened("/dev/vda", os.O_RDONLY),
        log=lambda: opened("/dev/kmsg", os.O_RDONLY),
        keys=lambda: opened("/proc/sysrq-trigger", os.O_WRONLY),
        core=lambda: opened("/proc/sys/kernel/core_pattern", os.O_WRONLY),
        modprobe=lambda: opened("/proc/sys/kernel/modprobe", os.O_WRONLY),
        overcommit=lambda: opened("/proc/sys/vm/overcommit_memory", os.O_WRONLY),
        events=lambda: opened("/sys/kernel/uevent_helper", os.O_WRONLY),
        groups=lambda: opened("/sys/fs/cgroup/cgroup.procs", os.O_WRONLY),
    )
