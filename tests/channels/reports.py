"""Reports as mail servers send them back, made for a test."""


def bounce(
    recipient: str = "compta.c001@verger.example",
    *,
    status: str = "5.1.1",
    action: str = "failed",
    diagnostic: str = "smtp; 550 5.1.1 User unknown",
    to: str = "relances@lumiere.example",
    returned: str = "<reminder-1@lumiere.example>",
    name: str = "b1",
) -> bytes:
    """Return a delivery status notification of RFC 3464."""
    text = f"""From: Mail Delivery System <MAILER-DAEMON@mx.verger.example>
To: {to}
Subject: Undelivered Mail Returned to Sender
Message-ID: <{name}@mx.verger.example>
Date: Fri, 20 Nov 2026 09:05:00 +0100
Return-Path: <>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="r"

--r
Content-Type: text/plain; charset=utf-8

This is the mail system at host mx.verger.example. I could not deliver your message.

--r
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.verger.example
Arrival-Date: Fri, 20 Nov 2026 09:04:00 +0100

Final-Recipient: rfc822; {recipient}
Original-Recipient: rfc822;{recipient}
Action: {action}
Status: {status}
Diagnostic-Code: {diagnostic}

--r
Content-Type: text/rfc822-headers

From: relances@lumiere.example
To: {recipient}
Message-ID: {returned}
Subject: Votre facture

--r--
"""
    return text.replace("\n", "\r\n").encode()


def complaint(
    recipient: str = "compta.c001@verger.example", returned: str = "<reminder-1@lumiere.example>"
) -> bytes:
    """Return an abuse report of RFC 5965."""
    text = f"""From: <abuse@provider.example>
To: <relances@lumiere.example>
Subject: FW: Votre facture
Message-ID: <arf1@provider.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="r"

--r
Content-Type: text/plain

This is an abuse report.

--r
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: SomeGenerator/1.0
Version: 1
Original-Rcpt-To: <{recipient}>

--r
Content-Type: message/rfc822

From: <relances@lumiere.example>
To: <{recipient}>
Message-ID: {returned}
Subject: Votre facture

Bonjour
--r--
"""
    return text.replace("\n", "\r\n").encode()


QMAIL = b"""From: MAILER-DAEMON@mx.old.example\r
To: relances@lumiere.example\r
Subject: failure notice\r
Message-ID: <q1@mx.old.example>\r
\r
Hi. This is the qmail-send program at mx.old.example.\r
I'm afraid I wasn't able to deliver your message to the following addresses.\r
\r
<compta.c001@verger.example>:\r
192.0.2.1 does not like recipient. 550 5.1.1 no such user\r
\r
--- Below this line is a copy of the message.\r
\r
Return-Path: <relances@lumiere.example>\r
Received: from x\r
Message-ID: <reminder-1@lumiere.example>\r
To: someone.else@verger.example\r
"""
