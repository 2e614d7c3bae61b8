"""Blob stores: a folder, and memory for tests."""

from program_runtime.service.store.blobs.digest import check_digest, digest_bytes
from program_runtime.service.store.blobs.folder import FolderBlobStore
from program_runtime.service.store.blobs.memory import MemoryBlobStore
from program_runtime.service.store.blobs.transfer import copy_out, put_bytes

__all__ = [
    "FolderBlobStore",
    "MemoryBlobStore",
    "check_digest",
    "copy_out",
    "digest_bytes",
    "put_bytes",
]
