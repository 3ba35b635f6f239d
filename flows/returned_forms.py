"""Answer forms from the inbox: each is looked at by itself, and a practice's answers are brought in together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flows.filled_forms import Answers, answers_of
from flows.filled_sheets import cell_fault
from flows.gathering import Gathered, Sheet
from flows.settings import Workspace
from transforms.answer_layout import questionnaire_of
from transforms.sheet_layout import Mark
from warehouse import returned
from warehouse.returned import Received

SOURCE = "questionnaire"
_Round = tuple[str, str, date]
"""Practice, questionnaire, month."""


class AnswerTaking:
    """Answer forms, one after another, held against the answers that are known and against those before them.

    What a practice answered in a month is brought in whole, what was known before included: a delivery takes the place
    of the one before it.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._known: dict[_Round, dict[str, dict[str, str]]] = {}
        self.gathered = Gathered(SOURCE, "svarark")

    def add(self, received: Received, mark: Mark) -> None:
        """Take the form's answers up.

        Raises:
            SheetError: it cannot be taken; nothing of it was.
        """
        questionnaire = questionnaire_of(self._workspace.package(mark.package, mark.cluster)).id
        answers = answers_of(self._workspace, received, mark)
        there = self._answered((mark.practice, questionnaire, mark.first_month))
        sheet = Sheet(received, mark, f"an answer form of {mark.practice} to {questionnaire}")
        before = there.get(answers.respondent)
        if before is not None:
            _require_same(received, before, answers)
            sheet.said += ", as known before"
        else:
            key = (questionnaire, mark.first_month)
            if not any(row["practice_id"] == mark.practice for row in self.gathered.rows.get(key, [])):
                for respondent, given in there.items():
                    self._enter(key, mark, respondent, given, answers)
            there[answers.respondent] = dict(answers.given)
            self._enter(key, mark, answers.respondent, answers.given, answers)
            sheet.into.add(key)
        self.gathered.sheets.append(sheet)

    def _answered(self, of: _Round) -> dict[str, dict[str, str]]:
        if of not in self._known:
            self._known[of] = returned.answered(self._workspace.store, *of)
        return self._known[of]

    def _enter(
        self, key: tuple[str, date], mark: Mark, respondent: str, given: Mapping[str, str], answers: Answers
    ) -> None:
        scores = {(each.code, choice.id): choice.score for each in answers.questions for choice in each.choices}
        rows = self.gathered.rows.setdefault(key, [])
        for code, answer in given.items():
            score = scores.get((code, answer))
            told = {"practice_id": mark.practice, "questionnaire": key[0], "respondent": respondent}
            told |= {"code": code, "answer": answer, "score": "" if score is None else f"{score:g}"}
            rows.append(told)
        # Their order tells nothing of who answered first.
        rows.sort(key=lambda row: (row["practice_id"], row["respondent"], row["code"]))


def _require_same(received: Received, before: Mapping[str, str], answers: Answers) -> None:
    for code, answer in answers.given.items():
        if before.get(code) != answer:
            said = (
                f"the code {answers.respondent} has answered otherwise before, and the first answer stands. Is it "
                "another person's form, then choose another code."
            )
            raise cell_fault(received, answers.cells[code], said, answer)
