"""Objects that are made from mounted files, and made again when these change."""

import os
import threading
from abc import ABC, abstractmethod
from typing import ClassVar, Final, Generic, TypeVar

import structlog

from hooks.server.logs import LOGGER
from hooks.server.settings import SettingsError

Made = TypeVar("Made")

log: Final = structlog.stdlib.get_logger(LOGGER)


class Followed(ABC, Generic[Made]):
    """An object made from files that something else replaces while the service runs.

    A subclass defines how it is made, and which setting names the files.
    """

    setting: ClassVar[str]

    def __init__(self, *files: str) -> None:
        """Load the files; raises SettingsError if they cannot be used."""
        self._files = files
        self._lock = threading.Lock()
        self._is_logged = False
        try:
            self._version = self._version_on_disk()
            self._made = self.load(*files)
        except OSError as error:
            raise SettingsError(self.setting, type(error).__name__) from None

    @abstractmethod
    def load(self, *files: str) -> Made:
        """Return the object made from the files; raises OSError or SettingsError if unusable."""

    def current(self) -> Made:
        """Return the object for the files as they are now.

        If the files cannot be used, for example while they are being replaced, the last object
        stays. This is logged once, until the files can be used again.
        """
        with self._lock:
            try:
                version = self._version_on_disk()
                if version != self._version:
                    self._made = self.load(*self._files)
                    self._version = version
                    log.info("files reloaded", setting=self.setting)
                self._is_logged = False
            except (OSError, SettingsError):
                if not self._is_logged:
                    log.exception("files not reloaded", setting=self.setting)
                self._is_logged = True
            return self._made

    def _version_on_disk(self) -> tuple[tuple[int, int, int], ...]:
        stats = (os.stat(file) for file in self._files)  # noqa: PTH116  follows links, as it should
        return tuple((stat.st_mtime_ns, stat.st_ino, stat.st_size) for stat in stats)
