"""A data directory with something of everything in it."""

from program_runtime.service import Settings
from program_runtime.service.domain import JobQuery, SessionQuery
from program_runtime.service.store import FolderBlobStore, SqlStore
from program_runtime.service.store.blobs import put_bytes

TOKEN = "qrt_planted-owner-token\n"
LARGE = "large result " * 8000


class Home:
    """A data directory, and its store while that is open."""

    def __init__(self, folder, ask):
        self.folder = folder
        self.ask = ask
        self.settings = Settings(data_dir=folder)
        folder.mkdir(mode=0o700, exist_ok=True)
        self.blobs = FolderBlobStore(folder / "blobs")
        self.store = SqlStore(self.settings.database(), self.blobs)
        ask(self.store.open())

    def put(self, text):
        """Store a blob; returns its digest."""
        return put_bytes(self.blobs, text.encode(), spool=self.folder)

    def everything(self):
        """Return all that the store says."""
        jobs, count = self.ask(self.store.jobs.find(JobQuery(limit=1000)))
        return {
            "users": self.ask(self.store.users.list()),
            "programs": self.ask(self.store.programs.get("vqe")),
            "sessions": self.ask(self.store.sessions.find(SessionQuery())),
            "count": count,
            "jobs": {job.id: job for job in jobs},
            "inputs": {j.id: self.ask(self.store.jobs.inputs(j.id)) for j in jobs},
            "events": {
                j.id: self.ask(self.store.events.read(j.id, limit=1000)) for j in jobs
            },
        }

    def close(self):
        self.ask(self.store.close())


def name_of(digest):
    name = digest.partition(":")[2]
    return f"{name[:2]}/{name}"


def blob_path(home, digest):
    return home.folder / "blobs" / name_of(digest)


def files_below(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "lock"
    }
