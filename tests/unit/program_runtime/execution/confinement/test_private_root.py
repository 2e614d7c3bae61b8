"""A program sees its interpreter, its own folders and nothing else of the machine."""

import os
import sys
from pathlib import Path

import pytest
from confined_process import NOT_YET_POWERLESS, attempt

import program_runtime

CHECKOUT = Path(program_runtime.__file__).parents[1]


def test_a_file_that_everybody_may_read_is_not_there(user, canary):
    piece = "found = outcome(Path(given['path']).read_text)"
    found = attempt(user, piece, given={"path": str(canary)})
    assert found == ("a secret", "ENOENT")


def test_of_the_checkout_only_the_package_is_there(user):
    piece = "found = sorted(os.listdir(given['path']))"
    outside, inside = attempt(user, piece, given={"path": str(CHECKOUT)})
    assert "pyproject.toml" in outside
    # An environment in the checkout is one of the interpreter's folders.
    own = {path.parts[len(CHECKOUT.parts)] for path in _within(CHECKOUT)}
    assert set(inside) == {"program_runtime"} | own


def _within(folder):
    prefixes = {Path(sys.prefix), Path(sys.base_prefix)}
    return [path for path in prefixes if path.is_relative_to(folder)]


def test_the_root_holds_what_is_needed_and_nothing_else(user):
    outside, inside = attempt(user, "found = os.listdir('/')")
    usual = {"bin", "dev", "etc", "lib", "proc", "program", "sbin", "tmp", "usr"}
    above = {Path(path).parts[1] for path in (sys.prefix, sys.base_prefix, CHECKOUT)}
    assert "var" in outside
    assert usual <= set(inside)
    assert {name for name in inside if not name.startswith("lib")} <= usual | above


def test_no_way_leads_back_to_the_old_root(user, canary):
    piece = """
    path = given["path"].lstrip("/")
    ways = ["/", "/..", "/../../..", "/proc/self/root", "/proc/1/root", "/proc/1/cwd"]
    folders = []
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            if stat.S_ISDIR(os.stat(f"/proc/self/fd/{name}").st_mode):
                folders.append(f"/proc/self/fd/{name}")
    found = [way for way in ways + folders if os.path.exists(f"{way}/{path}")]
    """
    given = {"path": str(canary)}
    outside, inside = attempt(user, piece, given=given)
    assert outside[:3] == ["/", "/..", "/../../.."]
    assert inside == []


def test_leaving_a_narrower_root_leads_no_further_than_the_private_one(user, canary):
    piece = """
    os.makedirs("/tmp/cell")
    os.chroot("/tmp/cell")
    os.chdir("../" * 20)
    os.chroot(".")
    found = [os.path.exists("/program"), os.path.exists(given["path"])]
    """
    _, inside = attempt(
        user,
        piece,
        given={"path": str(canary)},
        without=None,
        within=NOT_YET_POWERLESS,
    )
    assert inside == [True, False]


def test_nothing_of_the_machine_can_be_written_even_with_every_right(user, open_folder):
    piece = """
    def write(folder):
        (Path(folder) / "new").touch()
        (Path(folder) / "new").unlink()
    found = [outcome(write, folder) for folder in given["folders"]]
    """
    own = [str(open_folder)]
    outside, inside = attempt(
        user,
        piece,
        given={"folders": [*own, sys.prefix, "/usr", "/etc", "/dev", "/"]},
        walls={"readable": own},
        within=NOT_YET_POWERLESS,
    )
    assert outside[0] is None
    assert inside == ["EROFS"] * 6


def test_what_is_mounted_below_a_shown_folder_is_read_only_too(user, open_folder):
    piece = """
    from program_runtime.execution.confinement import Level, Walls, private_root
    inner = Path(given["folder"]) / "inner"
    kernel.mount("tmpfs", str(inner), "tmpfs")
    (inner / "before").touch()
    walls = Walls(level=Level.STRONG, readable=(given["folder"],))
    private_root.enter_private_root(walls, os.getuid())
    found = [os.listdir(inner), outcome((inner / "after").touch)]
    """
    (open_folder / "inner").mkdir()
    given = {"folder": str(open_folder)}
    _, inside = attempt(user, piece, given=given, without=None, within=("namespaces",))
    assert inside == [["before"], "EROFS"]


def test_no_mount_keeps_rights_that_a_job_does_not_need(user):
    piece = """
    lines = [line.split() for line in Path("/proc/self/mountinfo").open()]
    found = {words[4]: words[5].split(",") for words in lines}
    """
    _, inside = attempt(user, piece, without=None)
    own = {"/tmp", "/program", "/dev/shm", "/proc"}
    assert {place for place, flags in inside.items() if "rw" in flags} == own
    assert all("nosuid" in flags for flags in inside.values())
    with_devices = {place for place, flags in inside.items() if "nodev" not in flags}
    names = ("null", "zero", "full", "random", "urandom")
    assert with_devices == {f"/dev/{name}" for name in names}


def test_the_disk_of_a_job_ends_at_its_size(user, open_folder):
    piece = """
    def fill(size):
        with open(given["folder"] + "/large", "wb") as file:
            os.posix_fallocate(file.fileno(), 0, size)
        os.unlink(given["folder"] + "/large")
    found = [outcome(fill, 1024 * 1024), outcome(fill, 1024 * 1024 + 1)]
    """
    given = {"folder": str(open_folder)}
    outside, _ = attempt(user, piece, given=given)
    _, inside = attempt(
        user,
        piece,
        given={"folder": "/tmp"},
        walls={"disk_bytes": 1024 * 1024},
        without=None,
    )
    assert outside == [None, None]
    assert inside == [None, "ENOSPC"]


def test_the_disk_of_a_job_holds_so_many_files_and_no_more(user, open_folder):
    piece = """
    def make(number):
        (Path(given["folder"]) / str(number)).mkdir()
    found = [outcome(make, number) for number in range(22)]
    """
    outside, _ = attempt(user, piece, given={"folder": str(open_folder)})
    _, inside = attempt(
        user, piece, given={"folder": "/tmp"}, walls={"disk_files": 20}, without=None
    )
    assert outside == [None] * 22
    assert inside == [None] * 20 + ["ENOSPC"] * 2


@pytest.mark.parametrize(
    ("folder", "size"), [("/dev/shm", 64), ("/program", 128)], ids=["shm", "program"]
)
def test_other_memory_of_a_job_ends_at_a_size_of_its_own(user, folder, size):
    piece = """
    def fill(size):
        with open(given["folder"] + "/large", "wb") as file:
            os.posix_fallocate(file.fileno(), 0, size)
    found = [outcome(fill, given["size"]), outcome(fill, given["size"] + 1)]
    """
    given = {"folder": folder, "size": size * 1024 * 1024}
    _, inside = attempt(user, piece, given=given, without=None)
    assert inside == [None, "ENOSPC"]


def test_only_the_processes_of_the_job_are_seen(user):
    piece = (
        "found = sorted(int(name) for name in os.listdir('/proc') if name.isdigit())"
    )
    outside, inside = attempt(user, piece)
    assert os.getpid() in outside
    assert inside == [1, 2]


def test_the_devices_are_the_harmless_ones(user):
    piece = """
    Path("/dev/null").write_text("gone")
    with open("/dev/zero", "rb") as zero, open("/dev/urandom", "rb") as random:
        kinds = [zero.read(2).hex(), len(random.read(9))]
    with open("/dev/full", "wb", buffering=0) as full:
        kinds.append(outcome(full.write, b"text"))
    found = [sorted(os.listdir("/dev")), kinds, os.readlink("/dev/stdout")]
    """
    outside, inside = attempt(user, piece)
    names = ["fd", "full", "null", "random", "shm", "stderr", "stdin", "stdout"]
    assert inside[0] == [*names, "urandom", "zero"]
    assert inside[1] == outside[1] == ["0000", 9, "ENOSPC"]
    assert set(outside[0]) > set(inside[0])


def test_the_job_is_the_only_user_there_is(user):
    piece = """
    import grp, pwd
    me = pwd.getpwall()
    group = [entry.gr_name for entry in grp.getgrall()]
    found = [[entry.pw_name for entry in me], me[0].pw_uid == os.getuid(),
             me[0].pw_gid == os.getgid(), me[0].pw_dir, group]
    """
    outside, inside = attempt(user, piece)
    assert "root" in outside[0]
    assert inside == [["program"], True, True, "/tmp/job", ["program"]]


def test_names_of_other_machines_are_known_with_a_network_only(user):
    piece = """
    files = ["/etc/resolv.conf", "/etc/ssl/certs", "/etc/hosts", "/etc/shadow"]
    hosts = Path("/etc/hosts").read_text()
    found = [[path for path in files if os.path.exists(path)], hosts]
    """
    outside, connected = attempt(user, piece, walls={"network": True})
    _, alone = attempt(user, piece, without=None)
    assert "/etc/shadow" in outside[0]
    assert connected == [outside[0][:-1], outside[1]]
    assert alone == [["/etc/hosts"], "127.0.0.1 localhost program\n"]


def test_a_folder_that_is_to_be_readable_is_there_by_every_name(user, open_folder):
    real, link = open_folder / "real", open_folder / "link"
    real.mkdir()
    (real / "data").write_text("7")
    link.symlink_to("real")
    piece = "found = [outcome(Path(path).read_text) for path in given['paths']]"
    given = {"paths": [f"{link}/data", f"{real}/data"]}
    readable = [str(link), str(open_folder / "missing")]
    outside, inside = attempt(user, piece, given=given, walls={"readable": readable})
    _, without = attempt(user, piece, given=given, without=None)
    assert outside == inside == ["7", "7"]
    assert without == ["ENOENT", "ENOENT"]


def test_a_server_that_makes_files_for_itself_alone_shows_them_all_the_same(user):
    piece = """
    from program_runtime.execution.confinement import Level, Walls, private_root
    os.umask(0o077)
    private_root.enter_private_root(Walls(level=Level.STRONG), os.getuid())
    found = [oct(os.stat(sys.prefix + "/..").st_mode), oct(os.umask(0))]
    """
    _, inside = attempt(user, piece, without=None, within=("namespaces",))
    assert inside == ["0o40755", "0o22"]


def test_what_programs_use_works_inside(user):
    piece = """
    import multiprocessing, zoneinfo
    from qiskit import QuantumCircuit, transpile
    from qiskit_aer import AerSimulator
    bell = QuantumCircuit(2)
    bell.h(0)
    bell.cx(0, 1)
    bell.measure_all()
    simulator = AerSimulator(seed_simulator=7)
    counts = simulator.run(transpile(bell, simulator, optimization_level=3)).result()
    run = [sys.executable, "-c", "import numpy, ssl; print(numpy.arange(3).sum())"]
    with multiprocessing.get_context("fork").Pool(2) as pool:
        squares = pool.map(abs, [-1, -2])
    tempfile.tempdir = None
    with tempfile.NamedTemporaryFile() as file:
        place = os.path.dirname(file.name)
    shell = subprocess.run(["/bin/sh", "-c", "echo $((6 * 7))"], capture_output=True)
    found = {
        "bell": sorted(counts.get_counts()),
        "python": subprocess.run(run, capture_output=True, text=True).stdout,
        "shell": shell.stdout.decode(),
        "squares": squares,
        "temporary": place,
        "zone": str(zoneinfo.ZoneInfo("UTC")),
    }
    """
    _, inside = attempt(user, piece, without=None, preload=["qiskit", "qiskit_aer"])
    assert inside == {
        "bell": ["00", "11"],
        "python": "3\n",
        "shell": "42\n",
        "squares": [1, 2],
        "temporary": "/tmp",
        "zone": "UTC",
    }
