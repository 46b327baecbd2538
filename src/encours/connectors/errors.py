"""Why a file is refused, in sentences that say what is wrong and what to do."""

from django.utils.translation.trans_null import gettext_noop as _


class FileRefusedError(Exception):
    """This file cannot be read as a customer ledger.

    `message` is an English sentence with `%(name)s` places that `params` fills; a door translates it.
    """

    message = _("This file cannot be read as a customer ledger. Export a FEC, a CSV or an XLSX instead.")

    def __init__(self, **params: str) -> None:
        self.params = params
        super().__init__(self.message % params)


class FileMissingError(FileRefusedError):
    """There is no such file."""

    message = _("There is no file at %(path)s. Check the path and try again.")


class KeptFileMissingError(FileRefusedError):
    """A file that was received is no longer in the store."""

    message = _("The file “%(name)s” is no longer in the store of this installation. Send it again.")


class FileEmptyError(FileRefusedError):
    """The file is empty."""

    message = _("The file is empty. Export it again and check that the period holds entries.")


class FileTooLargeError(FileRefusedError):
    """The file is larger than the limit."""

    message = _(
        "The file weighs %(size)s, more than the limit of %(limit)s. Export one fiscal year at a time."
    )


class OldWorkbookError(FileRefusedError):
    """The file is a workbook of the format before 2007, or another file of that time, that cannot be read."""

    message = _(
        "This old Excel workbook (.xls) cannot be read here. Open it, save it as .xlsx or CSV, and send that file."
    )


class PdfRefusedError(FileRefusedError):
    """The file is a PDF."""

    message = _("This is a PDF, made to be read by people. Export the same list as a FEC, a CSV or an XLSX.")


class ImageRefusedError(FileRefusedError):
    """The file is an image."""

    message = _("This is an image. Export the list from your accounting software as a FEC, a CSV or an XLSX.")


class ArchiveRefusedError(FileRefusedError):
    """The file is an archive that is no XLSX workbook."""

    message = _(
        "This is an archive or another document, not an XLSX workbook. Send the ledger that it holds."
    )


class ProtectedWorkbookError(FileRefusedError):
    """The workbook is protected by a password."""

    message = _("This workbook is protected by a password. Save a copy without password and send the copy.")


class UnpackedTooLargeError(FileRefusedError):
    """The workbook unpacks into far more than its size."""

    message = _(
        "This workbook unpacks into more than a ledger can hold (%(reason)s), as harmful files do. "
        "Save the ledger sheet alone as CSV and send that file."
    )


class WorkbookBrokenError(FileRefusedError):
    """The workbook cannot be opened."""

    message = _(
        "This workbook is damaged and cannot be opened. Open it in a spreadsheet, save it again, and retry."
    )


class BinaryFileError(FileRefusedError):
    """The file holds no text."""

    message = _("This file is not text. Export the ledger as a FEC, a CSV or an XLSX.")


class DoctypeRefusedError(FileRefusedError):
    """The XML file declares a document type."""

    message = _("This XML file declares a document type (DOCTYPE), which is unsafe. Export the FEC as text.")


class XmlBrokenError(FileRefusedError):
    """The XML file is not well formed."""

    message = _("This XML file is broken at line %(line)s. Export it again, preferably as text.")


class ColumnsMissingError(FileRefusedError):
    """The file lacks columns that nothing can replace."""

    message = _(
        "The file lacks what cannot be guessed: %(missing)s. It has these columns: %(found)s. "
        "Rename the right one in the first row, or choose the columns by hand."
    )


class MappingNeededError(ColumnsMissingError):
    """The columns of the list could not be told; a person has to choose them."""


class HeaderMissingError(FileRefusedError):
    """No row of the file names its columns."""

    message = _("No row of the file names its columns. Add a first row with the name of each column.")


class LinesMissingError(FileRefusedError):
    """The file names its columns but holds no line that can be read."""

    message = _(
        "The file names its columns but holds no line that can be read. Export it again for the right period."
    )


class UnforeseenError(FileRefusedError):
    """The program failed while it worked on the file."""

    message = _(
        "Something unforeseen happened while this file was worked on; nothing of it was written. Send it again;"
        " if it happens once more, the administrator of this installation finds the cause in its log."
    )
