"""The family of errors a user can meet: a stable code, an HTTP status and a sentence that says how to go on."""

from collections.abc import Sequence
from dataclasses import dataclass


class AppError(Exception):
    """Base of all errors that are the user's to read. `message` is already translated."""

    status = 400
    code = "bad_request"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code:
            self.code = code


class Invalid(AppError):
    """Input that breaks a rule; `field` names the form field or column where there is one."""

    status = 422
    code = "invalid"

    def __init__(self, message: str, *, field: str | None = None, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.field = field


class FileRefused(Invalid):
    """A file that cannot be taken: 413 too large, 415 of a kind we do not take, 422 not what it says it is."""

    code = "file_refused"

    def __init__(self, message: str, status: int = 422) -> None:
        super().__init__(message, field="file")
        self.status = status


class NotFound(AppError):
    status = 404
    code = "not_found"


class Forbidden(AppError):
    status = 403
    code = "forbidden"


class SignInNeeded(AppError):
    status = 401
    code = "sign_in_needed"


class Conflict(AppError):
    """Somebody or something else is already there; nothing was changed."""

    status = 409
    code = "conflict"


class Gone(AppError):
    """A link or token that was good once."""

    status = 410
    code = "gone"


@dataclass(frozen=True)
class CellError:
    """One fault of an imported table. Rows count from 1 as a spreadsheet shows them, the header being row 1."""

    row: int
    column: str
    message: str
    value: str = ""
    sheet: str = ""


class ImportRefused(AppError):
    """An import with faults: nothing was imported."""

    status = 422
    code = "import_refused"

    def __init__(self, message: str, cells: Sequence[CellError]) -> None:
        super().__init__(message)
        self.cells = list(cells)
