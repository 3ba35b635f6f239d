"""What every parsed definition shares: frozen, strict, and text in two languages."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """A parsed piece of TOML: unknown keys are refused, nothing can be changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Strict):
    """The same words in Danish and English."""

    da: str
    en: str = ""

    def in_language(self, language: str) -> str:
        """The words in `language`, Danish where the English is missing."""
        return self.en if language == "en" and self.en else self.da
