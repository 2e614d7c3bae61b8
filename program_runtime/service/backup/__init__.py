"""Everything that a service on SQLite keeps, in one file and back again."""

from program_runtime.service.backup.contents import Contents, counted
from program_runtime.service.backup.making import make_backup
from program_runtime.service.backup.occupation import occupation
from program_runtime.service.backup.restoring import restore_backup

__all__ = ["Contents", "counted", "make_backup", "occupation", "restore_backup"]
