"""A process that has the reader's libraries loaded, which takes longer than most files do, and forks one for each file.

Run as `python -m service.traffic_histories.reading.fork_server` with a stream socket as standard input, on which each
request is `MODULE FOLDER` with one more socket: what a process ended with is told there as text, and when the other
side stops writing, the process is killed. It knows nothing of the service but its code, and ends when the service does.
"""

import gc
import os
import selectors
import signal
import socket
import sys
import traceback
from importlib import import_module
from pathlib import Path

from . import parser  # noqa: F401 - loaded once, for every process that is forked
from .columns_file import ERRORS

REQUEST_BYTES = 8192
OPEN_FILES = 256
"""More than this process ever has open: a request lives as long as one file is read."""


def serve(requests: socket.socket) -> None:
    """Fork a process for each request until nobody can ask any more."""
    ended, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    running: dict[int, socket.socket] = {}
    with selectors.DefaultSelector() as selector:
        selector.register(requests, selectors.EVENT_READ)
        selector.register(ended, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is requests:
                    message, descriptors, _, _ = socket.recv_fds(requests, REQUEST_BYTES, 1)
                    if not message:
                        return
                    asking = socket.socket(fileno=descriptors[0])
                    pid = _fork(message.decode(), asking)
                    running[pid] = asking
                    selector.register(asking, selectors.EVENT_READ, pid)
                elif key.fileobj == ended:
                    os.read(ended, 4096)
                    _reap(running, selector)
                else:  # whoever asked waits no longer
                    os.kill(key.data, signal.SIGKILL)
                    selector.unregister(key.fileobj)


def _reap(running: dict[int, socket.socket], selector: selectors.BaseSelector) -> None:
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        asking = running.pop(pid)
        if asking in selector.get_map():
            selector.unregister(asking)
        with asking:
            try:
                asking.sendall(b"%d" % os.waitstatus_to_exitcode(status))
            except OSError:
                continue  # whoever asked is gone


def _fork(request: str, asking: socket.socket) -> int:
    """Return the id of a process that runs a module on a folder, with the socket as its standard input."""
    if pid := os.fork():
        return pid
    code = 1
    try:
        module, folder = request.split(" ", 1)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        os.chdir(folder)
        errors = os.open(ERRORS, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        for descriptor, standard in ((asking.fileno(), 0), (errors, 1), (errors, 2)):
            os.dup2(descriptor, standard)
        os.closerange(3, OPEN_FILES)
        import_module(module).run(Path(folder))
        code = 0
    except BaseException:  # noqa: BLE001 - it must never go on as a server
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    gc.freeze()  # what is loaded stays shared
    serve(socket.socket(fileno=os.dup(0)))
    os._exit(0)  # libraries that clean up at the end say more than there is to say
