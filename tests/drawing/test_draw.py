"""The picture of a diagram: whole, harmless, in both languages, with what is to be shown on top of it."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from app.domain.errors import InvalidDiagram
from app.drawing.draw import Highlight, draw
from app.drawing.text import STEP, fit, text_width, wrap
from tests.processes.content import bundle

FILE = "pengaduan_sp4n.bpmn"
READ = 11  # pixels; smaller letters are not read
SVG = "{http://www.w3.org/2000/svg}"
KINDS = [
    "task", "userTask", "manualTask", "serviceTask", "scriptTask", "businessRuleTask", "sendTask", "receiveTask",
    "callActivity", "subProcess", "startEvent", "endEvent", "intermediateThrowEvent", "exclusiveGateway",
    "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway", "dataObjectReference",
]  # fmt: skip
EVENTS = [
    "message",
    "timer",
    "error",
    "signal",
    "escalation",
    "link",
    "conditional",
    "compensate",
    "cancel",
    "terminate",
]
UNPLACED = '<bpmndi:BPMNShape bpmnElement="one"/>'
COLOURED = UNPLACED.replace("/>", ' bioc:fill="{}"><dc:Bounds x="0" y="0" width="99" height="60"/></bpmndi:BPMNShape>')


def picture(highlight: Highlight | None = None, english: bool = False) -> Any:
    labels = bundle().labels if english else None
    return etree.fromstring(draw(bundle().files[FILE], FILE, "Gambar", labels, highlight).encode())


def words(root: Any) -> str:
    return " ".join(" ".join(text.itertext()) for text in root.iter(f"{SVG}text"))


def part(root: Any, id_: str) -> str:
    return etree.tostring(root.find(f".//{SVG}g[@data-element='{id_}']")).decode()


def small(kind: str = "task", name: str = "Satu", inner: str = "", plane: str = "") -> bytes:
    return f"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
      xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
      xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:bioc="http://bpmn.io/schema/bpmn/biocolor/1.0">
      <process id="p"><{kind} id="one" name="{name}">{inner}</{kind}></process>
      <bpmndi:BPMNDiagram><bpmndi:BPMNPlane>{
        plane
        or '<bpmndi:BPMNShape bpmnElement="one"><dc:Bounds x="10" y="10" width="100" height="80"/></bpmndi:BPMNShape>'
    }</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
    </definitions>""".encode()


def test_every_element_and_flow_is_drawn_under_its_id() -> None:
    drawn = {group.get("data-element") for group in picture().iter(f"{SVG}g") if group.get("data-element")}
    definition = bundle().definition
    here = {id_ for id_, element in definition.elements.items() if element.process_id == "pengaduan_sp4n"}
    assert here <= drawn
    assert {id_ for id_, flow in definition.flows.items() if flow.source in here} <= drawn


def test_steps_carry_their_number_as_a_badge() -> None:
    found = words(picture())
    assert all(f" {number} " in f" {found} " for number in range(1, 8))
    assert "Mendisposisi aduan ke Dinkominfo" in found
    assert "2. Mendisposisi" not in found


def test_the_english_picture_has_no_indonesian_left() -> None:
    found = words(picture(english=True))
    assert "Follow up the complaint" in found
    assert not re.search(r"aduan|Menunggu|Diarsipkan|Pelapor|kembali", found)


def test_nothing_in_a_picture_can_run_or_be_fetched() -> None:
    text = draw(bundle().files[FILE], FILE, "Gambar")
    assert not re.search(r"<script|<style|<image|<foreignObject|href|url\(|javascript:|style=| on\w+=", text)


@pytest.mark.parametrize("text", ["&lt;script&gt;alert(1)&lt;/script&gt;", "&quot;&gt;&lt;x y=&quot;", "&amp;amp;"])
def test_names_are_text_and_nothing_else(text: str) -> None:
    source = small(name=text)
    root = etree.fromstring(draw(source, "a.bpmn", '"><script>').encode())
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {"svg", "title", "rect", "g", "text", "tspan"}


def test_a_highlight_shows_tokens_path_counts_and_incidents() -> None:
    plain, shown = (
        picture(),
        picture(
            Highlight({"follow_up": 1}, frozenset({"f_function_yes"}), {"confirm_result": 12}, frozenset({"gw_plan"}))
        ),
    )
    assert "#b45309" in part(shown, "follow_up") and "#b45309" not in part(plain, "follow_up")
    assert "#15803d" in part(shown, "f_function_yes") and "#15803d" not in part(plain, "f_function_yes")
    assert "12×" in html.unescape(part(shown, "confirm_result"))
    assert ">!<" in part(shown, "gw_plan") and "#b42318" in part(shown, "gw_plan")


def test_a_title_that_is_longer_than_its_lane_takes_a_second_line() -> None:
    plane = '<bpmndi:BPMNShape bpmnElement="one"><dc:Bounds x="0" y="0" width="900" height="130"/></bpmndi:BPMNShape>'
    drawn = etree.fromstring(draw(small("lane", "Pengawas Kepala Bidang", plane=plane), "a.bpmn", "A").encode())
    assert len(list(drawn.iter(f"{SVG}tspan"))) == 2 and words(drawn).split() == ["Pengawas", "Kepala", "Bidang"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_element_is_drawn(kind: str) -> None:
    root = etree.fromstring(draw(small(kind), "a.bpmn", "A").encode())
    assert root.find(f".//{SVG}g[@data-element='one']") is not None


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("kind", ["intermediateCatchEvent", "endEvent"])
def test_every_kind_of_event_has_its_own_sign(kind: str, event: str) -> None:
    marked = draw(small(kind, inner=f"<{event}EventDefinition/>"), "a.bpmn", "A")
    assert marked != draw(small(kind), "a.bpmn", "A")


def test_repeated_work_is_marked() -> None:
    marks = {
        draw(small(inner=inner), "a.bpmn", "A")
        for inner in (
            "",
            "<multiInstanceLoopCharacteristics/>",
            '<multiInstanceLoopCharacteristics isSequential="true"/>',
            "<standardLoopCharacteristics/>",
        )
    }
    assert len(marks) == 4


@pytest.mark.parametrize("bad", ["NaN", "inf", "1e999", "x", ""])
def test_senseless_coordinates_do_no_harm(bad: str) -> None:
    plane = f'<bpmndi:BPMNShape bpmnElement="one"><dc:Bounds x="{bad}" y="0" width="9" height="9"/></bpmndi:BPMNShape>'
    assert not re.search(r"\b(nan|inf)\b", draw(small(plane=plane), "a.bpmn", "A"))


def test_a_colour_that_is_none_is_left_out() -> None:
    assert "#ffeeaa" in draw(small(plane=COLOURED.format("#ffeeaa")), "a.bpmn", "A")
    assert "evil" not in draw(small(plane=COLOURED.format("url(evil)")), "a.bpmn", "A")


@pytest.mark.parametrize("data", [small(plane="<x/>"), b"<a/>", b"no xml", small(plane=UNPLACED)])
def test_without_a_drawing_the_file_is_refused_with_a_finding(data: bytes) -> None:
    with pytest.raises(InvalidDiagram) as refused:
        draw(data, "a.bpmn", "A")
    assert refused.value.findings


@given(st.text(max_size=80), st.floats(20, 200), st.floats(8, 20))
def test_wrapping_loses_no_letter_and_keeps_the_width(text: str, width: float, size: float) -> None:
    lines = wrap(text, width, size, most=1000)
    assert "".join(lines).replace(" ", "") == "".join(text.split())
    assert all(text_width(line, size) <= width or len(line) == 1 for line in lines)


@given(st.text(max_size=80), st.floats(20, 200), st.floats(14, 90), st.sampled_from([400, 600]))
def test_what_is_fitted_stays_in_its_place_in_letters_that_can_be_read(
    text: str, width: float, height: float, weight: int
) -> None:
    size, lines = fit(text, width, height, 15, weight)
    assert size >= READ and len(lines) * size * STEP <= max(height, size * STEP)
    assert all(text_width(line.rstrip("…"), size, weight) <= width or len(line) == 1 for line in lines)


def test_too_many_lines_are_cut_with_a_mark() -> None:
    lines = wrap("kata " * 50, 40, 12, most=3)
    assert len(lines) == 3 and lines[-1].endswith("…")


def test_a_label_of_a_book_is_measured_no_more_than_it_is_shown() -> None:
    assert wrap("kata " * 200_000, 40, 12, most=3)[-1].endswith("…")
    assert len(wrap("a" * 200_000, 40, 12, most=3)) == 3
    size, lines = fit("i " * 20_000, 90_000, 80, 14)
    assert len(lines) * size * STEP <= 80
