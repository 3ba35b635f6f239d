"""The reading process: engines crash, hang or swell on hostile files, so a child reads them under limits.

One child serves a whole command and is replaced when it died. Nothing heavy is imported here.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import multiprocessing
import os
import signal
import threading
import time
import warnings
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from transforms.errors import UserError
from warehouse.extract_file import UnreadableFileError
from warehouse.own_process import end_with_parent

if TYPE_CHECKING:
    from transforms.contract import Contract
    from warehouse.reading.probe import Probed
    from warehouse.staging import Staged

MEMORY_BYTES = 4 * 2**30  # of private memory; the engine is told to keep to 2 GB of it
WALL_SECONDS = 3600.0
CPU_SECONDS = 7200


class Reader:
    """One child process that stages files, started with the first and stopped by `stop` or with its parent."""

    def __init__(
        self, wall_seconds: float = WALL_SECONDS, cpu_seconds: int = CPU_SECONDS, memory_bytes: int = MEMORY_BYTES
    ) -> None:
        self.wall_seconds, self.limits = wall_seconds, (cpu_seconds, memory_bytes)
        self._child: multiprocessing.process.BaseProcess | None = None
        self._line: Connection | None = None
        self._one_at_a_time = threading.Lock()

    def stage(self, file_name: str, landed: Path, contract: Contract, target: Path) -> Staged:
        """See `warehouse.staging.stage`. Blocks until the child has done it.

        Raises:
            UserError: as there; or the child died, hung or ran out of memory, and the file is refused.
        """
        try:
            return self._asked("stage", file_name, landed, contract, target)
        except BaseException:
            _tidy(target)
            raise

    def probe(self, file_name: str, path: Path, sheet: str | None = None) -> Probed:
        """See `warehouse.reading.probe.probe`; errors as for `stage`."""
        return self._asked("probe", file_name, path, sheet)

    def _asked(self, what: Literal["stage", "probe"], file_name: str, *more: object) -> Any:
        with self._one_at_a_time:
            line = self._running()
            try:
                line.send((what, file_name, *more))
                if not line.poll(self.wall_seconds):
                    raise _refused(file_name, f"it was not done after {self.wall_seconds:.0f} seconds")
                outcome = line.recv()
            except (EOFError, OSError):
                self._end()
                raise _refused(file_name, "the reading process ended: it ran out of memory or time, or broke") from None
            except BaseException:
                self._end()
                raise
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    def stop(self) -> None:
        """End the child."""
        with self._one_at_a_time:
            self._end()

    def _running(self) -> Connection:
        if self._child is None or self._line is None or not self._child.is_alive():
            self._end()
            spawn = multiprocessing.get_context("spawn")
            self._line, other = spawn.Pipe()
            self._child = spawn.Process(target=_serve, args=(other, self.limits), daemon=True)
            self._child.start()
            other.close()
        return self._line

    def _end(self) -> None:
        if self._line is not None:
            self._line.close()
        if self._child is not None:
            self._child.kill()
            self._child.join()
            self._child.close()
        self._child = self._line = None


def _refused(file_name: str, why: str) -> UnreadableFileError:
    return UnreadableFileError(
        f"{file_name}: the file could not be read within the limits set for one file ({why}). Compare it with its "
        "contract, or ask the sender for it again."
    )


def _tidy(target: Path) -> None:
    """What a child that was ended left beside `target`."""
    for suffix in (".part", ".part.wal", ".utf8"):
        target.with_suffix(suffix).unlink(missing_ok=True)


def _serve(line: Connection, limits: tuple[int, int]) -> None:
    """Runs in the child: one file after the other, until the parent hangs up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore")
    logging.getLogger().addHandler(logging.NullHandler())
    end_with_parent()
    cpu_seconds, memory_bytes = limits
    _limit_memory(memory_bytes)
    # What a crashing library writes to the terminal may hold cells.
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
        while True:
            try:
                task = line.recv()
            except (EOFError, OSError):
                os._exit(0)
            _limit_time(cpu_seconds)
            line.send(_outcome(*task))


def _outcome(what: Literal["stage", "probe"], file_name: str, *more: Any) -> Staged | Probed | UserError:
    from warehouse.faults import MemoryLimitError
    from warehouse.reading.probe import probe
    from warehouse.staging import stage

    try:
        return stage(file_name, *more) if what == "stage" else probe(file_name, *more)
    except MemoryLimitError:
        return _refused(file_name, "it needs more memory")
    except UserError as error:
        return error
    except MemoryError:
        return _refused(file_name, "it needs more memory")
    except Exception as error:
        # Only the kind of error leaves: its text may hold cells.
        return _refused(file_name, f"the reader failed with {type(error).__name__}")


def _limit_memory(memory_bytes: int) -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):  # a system without limits has the timeout alone
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))


def _limit_time(cpu_seconds: int) -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + cpu_seconds, hard))


_shared: list[Reader] = []
_making = threading.Lock()


def shared_reader() -> Reader:
    """The reader of this command."""
    with _making:
        if not _shared:
            _shared.append(Reader())
            atexit.register(_shared[0].stop)
        return _shared[0]
