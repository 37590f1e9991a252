"""Sends e-mail through the city's mail server."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP

from app.senders.letter import Letter, NotSent, PutOff, Unsendable

TIMEOUT = 20.0  # seconds


@dataclass(frozen=True)
class Smtp:
    """A mail server; TLS is used wherever the server offers it, and always when there is a password to protect."""

    host: str
    port: int
    user: str
    password: str
    sender: str
    name: str = "smtp"
    real: bool = True

    def takes(self, address: str) -> bool:
        """E-mail addresses."""
        return "@" in address

    def send(self, letter: Letter) -> None:
        """Hand it to the server. Raises NotSent (try again) or Unsendable (never)."""
        message = compose(letter, self.sender)
        try:
            with smtplib.SMTP(self.host, self.port, timeout=TIMEOUT) as server:
                server.ehlo()
                if server.has_extn("starttls"):
                    server.starttls(context=ssl.create_default_context())
                    server.ehlo()
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code = max((code for code, _ in error.recipients.values()), default=550)
            raise (Unsendable if code >= 500 else PutOff)(f"recipient refused ({code})") from error
        except (smtplib.SMTPException, OSError) as error:
            raise NotSent(type(error).__name__) from error


def compose(letter: Letter, sender: str) -> EmailMessage:
    """The e-mail. Raises Unsendable for a line break in an address or subject: that would forge headers."""
    for value in (letter.to, letter.subject, sender):
        if any(char in value for char in "\r\n\x00"):
            raise Unsendable("a line break in an address or subject")
    message = EmailMessage(policy=SMTP)
    domain = sender.rsplit("@", 1)[-1]
    try:
        message["From"], message["To"], message["Subject"] = sender, letter.to, letter.subject
        message["Message-ID"] = f"<{hashlib.sha256(letter.key.encode()).hexdigest()[:40]}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.body)
    except (ValueError, UnicodeError) as error:
        raise Unsendable("an address that mail cannot carry") from error
    return message
