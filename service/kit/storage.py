"""Errors of the disk under the service: which of them say that it is full or fails, not that the code is wrong."""

import errno

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
"""No space, or none left to this user."""

FAILING = frozenset(
    {
        errno.EIO, errno.EROFS, errno.ENODEV, errno.ENXIO, errno.ESTALE, errno.ENOLCK,
        errno.EACCES, errno.EPERM, errno.EMFILE, errno.ENFILE, errno.ENOMEM,
    }
)  # fmt: skip
"""I/O errors, a disk that is gone or cannot be written, and a machine out of files or memory: all may pass."""
