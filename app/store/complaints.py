"""Complaints: what was reported, what is public of it, its photos and the conversation with its reporter."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base, Code, Id, Instant, JsonObject

ACCUSED = text("accused_unit IS NOT NULL")


class Complaint(Base):
    """One complaint; its id is the tracking id and the business key of its process instance. Identity stands apart."""

    __tablename__ = "complaint"
    __table_args__ = (
        UniqueConstraint("source", "external_ref"),
        Index(None, "category", "received_at"),
        Index("ix_complaint_accused_unit", "accused_unit", sqlite_where=ACCUSED, postgresql_where=ACCUSED),
    )

    id: Mapped[str] = mapped_column(String(10), primary_key=True)
    instance_id: Mapped[str] = mapped_column(ForeignKey("process_instance.id"), unique=True)
    secret_hash: Mapped[str] = mapped_column(String(64))  # keyed hash of the reporter's secret
    submission: Mapped[str | None] = mapped_column(String(64), unique=True)  # keyed hash of the form's token
    sender: Mapped[str | None] = mapped_column(String(64))  # of the token and the mark of the browser it came from
    sent: Mapped[str | None] = mapped_column(String(64))  # of the token and everything that was typed
    source: Mapped[str] = mapped_column(String(32))  # "alur" or the system a complaint was imported from
    external_ref: Mapped[str | None] = mapped_column(String(64))
    channel: Mapped[str] = mapped_column(Code)
    mode: Mapped[str] = mapped_column(String(16))  # main | direct | indirect
    origin: Mapped[str] = mapped_column(String(16))  # national | direct
    received_at: Mapped[datetime] = mapped_column(Instant, index=True)
    registered_by: Mapped[str | None] = mapped_column(String(64))
    classification: Mapped[str] = mapped_column(Code)  # complaint | aspiration | information_request
    category: Mapped[str | None] = mapped_column(Code)
    title: Mapped[str] = mapped_column(String(150))
    content: Mapped[str] = mapped_column(Text)  # as reported; never changed
    public_text: Mapped[str | None] = mapped_column(Text)
    occurred_on: Mapped[date | None]
    location_text: Mapped[str | None] = mapped_column(String(300))
    kecamatan: Mapped[str | None] = mapped_column(String(64))
    kelurahan: Mapped[str | None] = mapped_column(String(64))
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    target_unit: Mapped[str | None] = mapped_column(Code)
    accused_unit: Mapped[str | None] = mapped_column(Code)  # the office complained of; it never gets the complaint
    is_anonymous: Mapped[bool] = mapped_column(default=False)
    is_confidential: Mapped[bool] = mapped_column(default=False)
    complete_since: Mapped[datetime | None] = mapped_column(Instant)
    duplicate_of: Mapped[str | None] = mapped_column(String(10), index=True)
    outcome: Mapped[str | None] = mapped_column(Code)
    cancelled_for: Mapped[str | None] = mapped_column(Code)  # what the reporter reads: a [[cancellation]] of the city
    expected_on: Mapped[date | None]  # outcome "planned": when
    rating: Mapped[int | None]
    rating_text: Mapped[str | None] = mapped_column(Text)
    lang: Mapped[str] = mapped_column(String(2), default="id")
    extra: Mapped[JsonObject] = mapped_column(JSON, default=dict)  # extra questions of the category


class ConversationLine(Base):
    """One line of the conversation with the reporter, in either direction, or an office's progress note."""

    __tablename__ = "message"
    seq: Mapped[int] = mapped_column(primary_key=True)  # given by the database, in the order of what was said
    complaint_id: Mapped[str] = mapped_column(ForeignKey("complaint.id"), index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    direction: Mapped[str] = mapped_column(String(8))  # in | out | note
    author: Mapped[str] = mapped_column(String(120))  # "reporter", or the office's name; never a person's
    template: Mapped[str | None] = mapped_column(Code)
    text: Mapped[str] = mapped_column(Text)
    answer_seq: Mapped[int | None]  # the answers of the reporter that it stands for


class Attachment(Base):
    """A file that belongs to a complaint: re-encoded, free of metadata, kept under a random name."""

    __tablename__ = "attachment"
    __table_args__ = (Index(None, "complaint_id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    complaint_id: Mapped[str | None] = mapped_column(String(10))  # None until the complaint is filed
    task_id: Mapped[str | None] = mapped_column(Id)
    name: Mapped[str] = mapped_column(String(120))  # a safe name for downloads
    media_type: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime] = mapped_column(Instant)
    added_by: Mapped[str] = mapped_column(String(64))
    public: Mapped[bool] = mapped_column(default=False)
    answer_seq: Mapped[int | None]  # the answers of the case that it came with; None until those are sent
    kind: Mapped[str | None] = mapped_column(String(16))  # of a photo of the result: before | after
