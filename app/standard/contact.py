"""Where the office that owns the service can be found: its name, address, telephones and e-mail, from the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.text import Text

if TYPE_CHECKING:
    from app.standard.service import ServiceData


@dataclass(frozen=True, slots=True)
class Contact:
    """Who signs letters and stands at the foot of pages; what the data do not know is empty."""

    office: Text
    address: str = ""
    phones: tuple[str, ...] = ()
    email: str = ""


def contact_of(service: ServiceData) -> Contact:
    """The owner of the service, reached by the channels that are in use: the counter, the telephone and the mail."""
    used = {channel.kind: channel for channel in reversed(list(service.channels.values())) if channel.active}
    counter, phone, mail = (used.get(kind) for kind in ("counter", "phone", "email"))
    return Contact(
        service.standard.unit_name,
        counter.address if counter else "",
        (phone.address, *phone.more) if phone else (),
        mail.address if mail else "",
    )
