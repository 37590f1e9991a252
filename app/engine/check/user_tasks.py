"""A user task needs a form that exists and a role that may do it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.domain.findings import Finding
from app.domain.nearest import meant
from app.domain.text import Text
from app.engine.check.model import Diagram, Neighbours, Node
from app.engine.elements import NS, camunda, read_lanes


def check(diagram: Diagram, bundle: Neighbours) -> Iterator[Finding]:
    """Forms, roles and names of user tasks."""
    lanes = read_lanes(diagram.root)
    for node in diagram.each("userTask", "manualTask"):
        yield from _form(diagram, node, bundle)
        yield from _roles(diagram, node, bundle)
        if not (_in_lane(node, lanes) or camunda(node.xml, "candidateGroups")):
            yield diagram.warning(
                node,
                "task-without-role",
                Text(
                    f"Tugas {node.label} tidak berada di lajur mana pun, jadi tidak ada peran yang mengerjakannya.",
                    f"The task {node.label} lies in no lane, so no role would do it.",
                ),
                Text(
                    "Taruh di lajur perannya, atau isi “Candidate groups”.",
                    "Put it into the lane of its role, or fill in “Candidate groups”.",
                ),
            )
        if not node.name.strip():
            yield diagram.warning(
                node,
                "task-without-name",
                Text("Tugas ini tidak punya nama untuk daftar tugas.", "This task has no name for the task list."),
                Text("Tulis namanya di dalam kotak.", "Write its name into the box."),
            )


def form_key(node: Node) -> str | None:
    """The form a task names, without the prefixes and endings that modelers add."""
    form = camunda(node.xml, "formKey") or camunda(node.xml, "formRef")
    return form.rsplit(":", 1)[-1].removesuffix(".form") if form else None


def _form(diagram: Diagram, node: Node, bundle: Neighbours) -> Iterator[Finding]:
    form = form_key(node)
    if form is None and node.kind == "userTask":
        yield diagram.warning(
            node,
            "form-missing",
            Text(f"Tugas {node.label} tidak punya formulir.", f"The task {node.label} has no form."),
            Text("Isi “Form key” dengan nama formulirnya.", "Fill in “Form key” with the name of its form."),
        )
    elif form is not None and bundle.forms is not None and form not in bundle.forms:
        yield diagram.error(
            node,
            "form-unknown",
            Text(f"Formulir “{form}” ({node.label}) tidak ada.", f"The form “{form}” ({node.label}) does not exist."),
            meant(
                Text("Buat formulirnya, atau perbaiki namanya.", "Make the form, or correct its name."),
                form,
                bundle.forms,
            ),
        )
    if node.xml.find("b:extensionElements/c:formData", NS) is not None:
        yield diagram.warning(
            node,
            "form-generated",
            Text(
                f"Isian yang ditulis di dalam diagram pada {node.label} diabaikan.",
                f"The form fields written inside the diagram at {node.label} are ignored.",
            ),
            Text("Pakai berkas formulir (.form).", "Use a form file (.form)."),
        )


def _roles(diagram: Diagram, node: Node, bundle: Neighbours) -> Iterator[Finding]:
    groups = camunda(node.xml, "candidateGroups") or ""
    if re.search(r"[$#]\{|^\s*=", groups):
        yield diagram.error(
            node,
            "role-expression",
            Text(
                f"Peran tugas {node.label} ditulis sebagai rumus ({groups[:60]}), yang tidak dihitung.",
                f"The role of the task {node.label} is written as a formula ({groups[:60]}), which is not computed.",
            ),
            Text(
                "Tulis nama perannya, atau kosongkan supaya lajur yang berlaku; unit menurut isian: manifest.",
                "Write the name of the role, or leave it empty so that the lane decides; a unit that follows from an "
                "answer is written in the manifest.",
            ),
        )
        return
    for role in groups.split(","):
        role = role.strip()
        if role and bundle.roles is not None and role not in bundle.roles:
            yield diagram.error(
                node,
                "role-unknown",
                Text(f"Peran “{role}” ({node.label}) tidak dikenal.", f"The role “{role}” ({node.label}) is unknown."),
                meant(
                    Text(
                        "Pakai salah satu peran dari daftar peran, atau kosongkan supaya lajur yang berlaku.",
                        "Use a role from the list of roles, or leave it empty so that the lane decides.",
                    ),
                    role,
                    bundle.roles or (),
                ),
            )


def _in_lane(node: Node, lanes: dict[str, str]) -> bool:
    box: Node | None = node
    while box is not None:
        if box.id in lanes:
            return True
        box = box.scope.node
    return False
