"""What klyngeflow.toml says of e-mail and reminders."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from transforms.errors import UserError
from transforms.model import Strict
from transforms.recipients import is_address

LOOPBACK = ("localhost", "127.0.0.1", "::1")


class MailError(UserError):
    """E-mail cannot be sent as it is set up; what was to be sent waits."""


class MailSettings(Strict):
    """The mail server. The password is never written here: a variable of the environment or a file has it.

    `how` is the workspace's own sentence on how to get what is ready, in place of the usual ones.
    """

    host: str
    port: int = Field(default=587, ge=1, le=65535)
    starttls: bool = True
    sender: str
    user: str = ""
    password_env: str = ""
    password_file: str = ""
    timeout_seconds: float = Field(default=30, gt=0, le=600)
    language: Literal["da", "en"] | None = None
    how: str = ""

    @field_validator("sender")
    @classmethod
    def _is_one_address(cls, sender: str) -> str:
        if not is_address(sender):
            raise ValueError("that is no e-mail address")
        return sender

    @model_validator(mode="after")
    def _keeps_the_password(self) -> Self:
        if self.user and not (self.password_env or self.password_file):
            raise ValueError("a user needs password_env (a variable of the environment) or password_file (a file)")
        if self.user and not self.starttls and self.host not in LOOPBACK:
            raise ValueError("a password may not go unencrypted over a network: write starttls = true")
        return self

    def password(self, root: Path) -> str:
        """The password, looked up when it is wanted and kept nowhere; a file is named from the workspace's folder.

        Raises:
            MailError: the variable or the file is not there.
        """
        if self.password_env:
            found = os.environ.get(self.password_env, "")
            place = f"the environment variable {self.password_env}"
        else:
            path = root / self.password_file
            found, place = path.read_text(encoding="utf-8").strip() if path.is_file() else "", self.password_file
        if not found:
            raise MailError(f"The mail server's password is looked for in {place}, and nothing is there. Put it there.")
        return found


class Reminders(Strict):
    """How often practices that have not delivered are reminded: every so many days, 0 for never; `clusters` by code.

    The first goes out `begin_days` before the meeting: before that nobody is late.
    """

    every_days: int = Field(default=14, ge=0)
    begin_days: int = Field(default=45, ge=1)
    clusters: Mapping[str, int] = Field(default_factory=dict[str, int])

    def days_for(self, cluster_id: str) -> int:
        """What the cluster chose."""
        return self.clusters.get(cluster_id, self.every_days)
