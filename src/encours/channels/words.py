"""The words printed around the figures of a document, in the language of its reader."""

from django.utils import translation
from django.utils.translation import gettext as _


def labels(language: str) -> dict[str, str]:
    """Every label the documents know, in one language; a caller may replace any of them."""
    with translation.override(language):
        return {
            "action": _("Action"),
            "addressee": _("Addressee"),
            "aged_balance": _("Aged balance"),
            "amount": _("Amount"),
            "amount_to_pay": _("Amount to pay"),
            "basis": _("Basis"),
            "bic": _("BIC"),
            "claim": _("Claim"),
            "claims": _("What may be claimed"),
            "credit": _("Credit"),
            "customer": _("Customer"),
            "customers_at_risk": _("Customers at risk, and why"),
            "days": _("Days"),
            "days_overdue": _("Days overdue"),
            "debit": _("Debit"),
            "do_today": _("What to do today"),
            "due_on": _("Due on"),
            "iban": _("IBAN"),
            "interest_base": _("On"),
            "issued_on": _("Issued on"),
            "kind": _("Kind"),
            "late_interest": _("Late payment interest"),
            "late_interest_amount": _("Interest"),
            "notes": _("How these figures were made"),
            "number": _("Number"),
            "open_amount": _("Still due"),
            "outstanding": _("Outstanding"),
            "overdue": _("Overdue"),
            "page": _("Page"),
            "pages": _("Pages"),
            "payee": _("Account holder"),
            "payment_details": _("To pay by bank transfer"),
            "payment_reference": _("Reference to give"),
            "period": _("Period"),
            "post_number": _("Number given by the post"),
            "post_stamp": _("Stamp of the post office"),
            "rank": _("No."),
            "rate": _("Rate"),
            "scan_to_pay": _("Scan to pay"),
            "service": _("Service"),
            "subject": _("Subject:"),
            "total": _("Total"),
            "why": _("Why"),
        }


def status_words(status: str) -> str:
    """Return how far a message has come at its carrier, in words."""
    words = {
        "submitted": _("handed to the carrier"),
        "accepted": _("accepted by the carrier"),
        "printed": _("printed"),
        "posted": _("posted"),
        "in_transit": _("in transit"),
        "awaiting_pickup": _("waiting at the post office"),
        "delivered": _("delivered"),
        "returned_unclaimed": _("returned, not claimed"),
        "returned_refused": _("refused by the addressee"),
        "returned_unknown": _("returned, address unknown"),
        "lost": _("lost"),
        "failed": _("not delivered"),
        "canceled": _("canceled at the carrier"),
    }
    return words.get(status, "")


def fault_sentence(code: str) -> str:
    """Return what a fault means and what to do about it; nothing for an unknown code."""
    sentences = (
        _provider_faults()
        | _grant_faults()
        | {
            "answer_unclear": _("The mail server gave an answer that means nothing."),
            "canceled_by_person": _("Someone canceled this message before it left."),
            "certificate_refused": _("The mail server's certificate is not valid: check the server's name."),
            "connection_lost": _("The connection to the mail server was lost before the message left."),
            "connection_refused": _("The mail server does not answer at this address and port."),
            "content_lost": _("The message that was prepared is no longer what it was: prepare it again."),
            "guard_failed": _("The last check before sending could not be made; it will be tried again."),
            "host_unknown": _("There is no mail server of this name."),
            "interrupted": _("The program stopped while this message was leaving. Check whether it arrived."),
            "message_refused": _("The mail server refused the message."),
            "message_too_large": _("The message is larger than the mail server accepts."),
            "no_answer": _(
                "The message was handed over but the mail server never answered. Check whether it arrived."
            ),
            "no_answer_in_time": _("The mail server took too long to answer."),
            "password_unprotected": _("The password would travel in clear: choose STARTTLS or TLS."),
            "recipient_refused": _("The mail server refused the recipient: check the address."),
            "security_unsupported": _("The mail server does not offer this kind of security."),
            "sender_refused": _("The mail server refused the sender's address."),
            "sign_in_refused": _("The mail server refused the user name or the password."),
            "unforeseen": _(
                "Something unforeseen happened while this message was leaving. Check whether it arrived."
            ),
        }
    )
    return sentences.get(code, "")


def _grant_faults() -> dict[str, str]:
    return {
        "application_missing": _(
            "No application is known at this provider, or its secret can no longer be read: enter it in the settings."
        ),
        "application_refused": _(
            "The provider refuses the application: its secret has perhaps run out. Enter a new one in the settings."
        ),
        "authority_silent": _(
            "The provider gives no answer about the authorization; it will be asked again."
        ),
        "authorization_brief": _(
            "The provider gave an authorization that ends within the hour: allow access while you are away."
        ),
        "authorize_again": _("The authorization has ended: authorize the mailbox again."),
        "authorize_first": _("The mailbox is not yet authorized at its provider."),
        "token_refused": _(
            "The mail server refuses the authorization: check the user name, and that the mailbox allows this access."
        ),
    }


def _provider_faults() -> dict[str, str]:
    return {
        "address_incomplete": _("The postal address is incomplete: complete it on the customer's page."),
        "provider_address": _("The carrier's service is not at this address."),
        "provider_busy": _("The carrier is busy; the message will be tried again."),
        "provider_credit": _("Nothing is left on the account at the carrier: add credit there."),
        "provider_fault": _("The carrier answered with an error of its own. Check whether the message left."),
        "provider_refused": _("The carrier refused the message."),
        "provider_service": _("The carrier knows no such service: check the name of the account."),
        "provider_sign_in": _("The carrier refused the keys: check them in the settings."),
        "provider_silent": _(
            "The message was handed over but the carrier never answered. It is being looked up there."
        ),
        "provider_unaware": _("The carrier knows of no such message: most likely it did not leave."),
        "provider_unclear": _(
            "The carrier gave an answer that means nothing. The message is being looked up there."
        ),
        "provider_unreachable": _("The carrier cannot be reached; the message will be tried again."),
        "recipient_refused_by_provider": _(
            "The carrier refused the number: check it on the customer's page."
        ),
    }
