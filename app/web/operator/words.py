"""What pages call the machine's own codes: kinds and states of its jobs and messages, and what a message is about."""

from __future__ import annotations

from flask import Flask
from flask_babel import gettext as _

from app.standard.wording import worded
from app.store.outbox import OutboxMessage
from app.web.current import service
from app.web.language import language


def install(app: Flask) -> None:
    """Give the filters to every template."""
    app.jinja_env.filters.update(
        deed=command_word,
        doer=actor_word,
        job_kind=job_kind,
        state_word=state_word,
        subject=subject,
        trouble=incident_word,
        unsent_reason=unsent_reason,
    )


def actor_word(name: str) -> str:
    """Whoever did something: a person's name, or a word for those who have none."""
    words: dict[str, str] = {"system": _("sistem"), "reporter": _("pelapor")}
    return words.get(name, name)


def command_word(command: str) -> str:
    """What somebody did, as the audit trail names it."""
    return command_words().get(command, command)


def command_words() -> dict[str, str]:
    """Command -> what somebody does with it, by these words; the trail may hold others of earlier releases."""
    words: dict[str, str] = {
        "Activate": _("Memberlakukan kembali sebuah versi"),
        "AddUser": _("Menambah orang"),
        "AskForNewSecret": _("Meminta kode rahasia baru"),
        "AskForReset": _("Meminta tautan kata sandi"),
        "CancelInstance": _("Menghentikan aduan"),
        "ChooseLanguage": _("Memilih bahasa"),
        "ChooseOwnPassword": _("Mengganti kata sandi sendiri"),
        "ClaimTask": _("Mengambil tugas"),
        "CloseAccess": _("Menutup aduan di semua perangkat"),
        "CompleteTask": _("Menyelesaikan tugas"),
        "Deploy": _("Memberlakukan versi baru"),
        "EndGrant": _("Mengakhiri peran"),
        "EndSubstitute": _("Mengakhiri penggantian"),
        "EraseAfterRetention": _("Menghapus identitas pelapor sesudah masa simpan"),
        "EraseIdentity": _("Menghapus identitas sendiri"),
        "EraseIdentityOnRequest": _("Menghapus identitas pelapor atas permintaannya"),
        "FailJob": _("Mencatat pekerjaan yang gagal"),
        "FileComplaint": _("Mengirim aduan"),
        "GrantRole": _("Memberi peran"),
        "LoadService": _("Memuat data pelayanan"),
        "OpenIdentity": _("Membuka identitas pelapor"),
        "OpenPersonalLink": _("Membuka aduan dengan tautan pribadi"),
        "RecountDeadlines": _("Menghitung ulang batas waktu"),
        "RecountIfChanged": _("Memeriksa apakah batas waktu perlu dihitung ulang"),
        "ReleaseTask": _("Melepas tugas"),
        "ReplaceSecret": _("Mengganti kode rahasia"),
        "RetryIncident": _("Mencoba lagi yang terhenti"),
        "RunJob": _("Menjalankan pekerjaan otomatis"),
        "SaveDraft": _("Menyimpan draf"),
        "SendAgain": _("Mencoba lagi yang terhenti"),
        "SendDigests": _("Mengirim ringkasan tugas"),
        "SendMessage": _("Mengirim pesan pelapor"),
        "SetActive": _("Membuka atau menutup akun"),
        "SetCaseAside": _("Menyisihkan aduan yang tidak dapat dihitung ulang"),
        "SetPassword": _("Menetapkan kata sandi"),
        "SetSubstitute": _("Menetapkan pengganti"),
        "ApproveServiceFiles": _("Menyetujui usulan data pelayanan"),
        "ProposeServiceFiles": _("Mengusulkan data pelayanan"),
        "ApproveProposal": _("Menyetujui usulan perubahan"),
        "ProposeVersion": _("Mengusulkan perubahan"),
        "OfferFiles": _("Mencatat berkas yang berubah"),
        "RejectProposal": _("Menolak usulan perubahan"),
        "StartByHandler": _("Memulai kasus dari kasus lain"),
        "StartCase": _("Memulai kasus"),
        "StartPeriod": _("Memulai kasus menurut kalender"),
        "StartTest": _("Memulai uji coba"),
        "StartTrial": _("Memulai uji coba"),
        "StoreAttachment": _("Menyimpan lampiran"),
        "SweepAttachments": _("Menghapus lampiran yang tidak terpakai"),
        "SweepDrafts": _("Menghapus draf tugas yang sudah selesai"),
        "WarnOfHorizon": _("Mengingatkan batas kalender"),
        "Withdraw": _("Mencabut aduan"),
        "WriteAnchor": _("Menulis jangkar audit"),
    }
    return dict(sorted(words.items(), key=lambda each: each[1]))


def job_kind(code: str) -> str:
    """What a job is for."""
    words: dict[str, str] = {
        "timer": _("pewaktu diagram"),
        "service": _("langkah sistem"),
        "reminder": _("pengingat"),
        "overdue": _("kabar terlambat"),
        "escalation": _("eskalasi"),
        "recount": _("hitung ulang batas waktu"),
    }
    return words.get(code, code)


def incident_word(code: str) -> str:
    """What kind of thing stopped."""
    words: dict[str, str] = {
        "engine-stuck": _("proses tidak dapat melanjutkan"),
        "damaged-state": _("keadaan tersimpan rusak"),
        "job-failed": _("pekerjaan otomatis gagal"),
        "recount-failed": _("batas waktu tidak dapat dihitung ulang"),
    }
    return words.get(code, code)


def state_word(code: str) -> str:
    """Where a job or a message stands."""
    words: dict[str, str] = {
        "waiting": _("menunggu"),
        "paused": _("berhenti sementara"),
        "done": _("selesai"),
        "cancelled": _("tidak diperlukan lagi"),
        "sent": _("terkirim"),
        "kept": _("disimpan di sini, tidak dikirim"),
        "problem": _("tidak sampai"),
        "failed": _("gagal"),
        "dropped": _("ditolak penerima"),
        "unreachable": _("tidak terjangkau"),
        "skipped": _("tidak perlu dikirim"),
    }
    return words.get(code, code)


def unsent_reason(code: str) -> str:
    """Why a message did not reach anybody, or not yet; what a mail server said stays as it said it."""
    words: dict[str, str] = {
        "no-way": _("tidak ada jalur ke kontak ini"),
        "no-address": _("tidak ada kontak"),
        "recipient-gone": _("penerimanya tidak ada lagi"),
        "superseded": _("digantikan surat yang lebih baru tentang batas yang sama"),
    }
    return words.get(code, code)


def subject(message: OutboxMessage) -> str:
    """The subject of a message; the code of its template where the service's data no longer know it."""
    if message.template not in service().templates:
        return message.template
    return worded(service(), message.template, language(), message.fields).subject
