"""Sheets about people as A4 pages for any browser: one file, no script, every text escaped."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

from yichuang.language import _, current_language
from yichuang.queue.people.sheet import SheetKind, SheetPerson, WhereaboutsSheet, WindowSheet
from yichuang.queue.people.staff import Staff
from yichuang.queue.personnel.sheet import sheet_title
from yichuang.text import harmless

_STYLE = """
@page { size: A4 %s; margin: 12mm; }
* { box-sizing: border-box; }
body { font-family: "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "WenQuanYi Micro Hei",
  sans-serif; color: #000; background: #fff; margin: 0 auto; max-width: 273mm; }
h1 { font-size: 26pt; text-align: center; margin: 2mm 0; }
h2 { font-size: 15pt; font-weight: normal; text-align: center; margin: 1mm 0 4mm; }
table { border-collapse: collapse; width: 100%%; font-size: 13pt; }
th, td { border: 0.4mm solid #000; padding: 1.5mm 2.5mm; text-align: left; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
td.state { font-weight: bold; }
img, .photo { width: 22mm; height: 30mm; object-fit: cover; display: block; border: 0.2mm solid #888; }
.number { font-size: 150pt; font-weight: bold; line-height: 1; text-align: center; }
.person { display: flex; gap: 6mm; border-top: 0.5mm solid #000; padding: 4mm 0; font-size: 18pt;
  break-inside: avoid; }
.person b { font-size: 24pt; }
dl { font-size: 18pt; margin: 4mm 0; }
dt { float: left; clear: left; width: 8em; }
dd { margin: 0 0 2mm 8em; }
footer { margin-top: 5mm; font-size: 13pt; display: flex; justify-content: space-between; }
"""


def as_html(sheet: WhereaboutsSheet | WindowSheet, folder: Path) -> str:
    """The sheet as a page; a photo's path counts from the hall's `folder`."""
    is_sign = isinstance(sheet, WindowSheet)
    kind = SheetKind.WINDOW if is_sign else SheetKind.WHEREABOUTS
    title = sheet_title(kind)
    if isinstance(sheet, WindowSheet):
        title += f" {sheet.window}"
        body = _sign(sheet, folder)
    else:
        body = _board(sheet, folder)
    language = current_language().replace("_", "-")
    return "\n".join(
        [
            "<!DOCTYPE html>",
            f'<html lang="{language}">',
            '<head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width">',
            f"<title>{_text(sheet.hall)} {_text(title)}</title>",
            f"<style>{_STYLE % ('portrait' if is_sign else 'landscape')}</style></head>",
            "<body>",
            *body,
            "</body></html>",
            "",
        ]
    )


def _board(sheet: WhereaboutsSheet, folder: Path) -> Iterator[str]:
    yield f"<h1>{_text(_('去向公示牌'))}</h1><h2>{_text(sheet.hall)}</h2>"
    headings = (_("单位"), _("照片"), _("姓名"), _("岗位"), _("联系电话"), _("工作状态"))
    cells = "".join(f"<th>{_text(each)}</th>" for each in headings)
    yield f"<table><thead><tr>{cells}</tr></thead><tbody>"
    for name, people in sheet.departments:
        for place, each in enumerate(people):
            # A department stands once, beside all its people.
            first = f'<td rowspan="{len(people)}">{_text(name)}</td>' if place == 0 else ""
            yield f"<tr>{first}{_row(each, folder)}</tr>"
    yield "</tbody></table>"
    yield _foot(sheet.foot, sheet.complaint_phone, sheet.at)


def _row(each: SheetPerson, folder: Path) -> str:
    person = each.staff
    note = f"<br><small>{_text(each.note)}</small>" if each.note else ""
    return (
        f"<td>{_photo(person, folder)}</td>"
        f"<td>{_text(person.name)}<br><small>{_text(person.badge)}</small></td>"
        f"<td>{_text(person.post)}</td><td>{_text(person.phone)}</td>"
        f'<td class="state">{_text(each.standing)}{note}</td>'
    )


def _sign(sheet: WindowSheet, folder: Path) -> Iterator[str]:
    yield f'<h2>{_text(sheet.hall)}</h2><div class="number">{sheet.window}</div>'
    yield f"<h1>{_text(sheet.label)}</h1><h2>{_text(_('、').join(sheet.categories))}</h2><dl>"
    for name, fact in (
        (_("单位"), sheet.department),
        (_("联系电话"), sheet.phone),
        (_("监督电话"), sheet.complaint_phone),
    ):
        if fact:
            yield f"<dt>{_text(name)}</dt><dd>{_text(fact)}</dd>"
    yield "</dl>"
    for each in sheet.people:
        person = each.staff
        badge = _("工号 {badge}").format(badge=person.badge)
        duty = _("职责：{duty}").format(duty=person.duty) if person.duty else ""
        facts = (f"{each.standing} {badge}".strip(), person.post, duty)
        lines = "".join(f"<br>{_text(fact)}" for fact in facts if fact)
        photo = _photo(person, folder)
        yield f'<div class="person">{photo}<div><b>{_text(person.name)}</b>{lines}</div></div>'
    yield _foot("", "", sheet.at)


def _foot(text: str, phone: str, at: str) -> str:
    told = _("监督电话：{phone}").format(phone=phone) if phone else ""
    parts = "".join(f"<span>{_text(each)}</span>" for each in (text, told, at))
    return f"<footer>{parts}</footer>"


def _photo(person: Staff, folder: Path) -> str:
    """The picture, or a frame to paste one in."""
    if not person.photo:
        return '<span class="photo"></span>'
    address = folder.absolute().joinpath(person.photo).as_uri()
    return f'<img src="{_text(address)}" alt="{_text(person.name)}">'


def _text(text: str) -> str:
    return escape(harmless(text), quote=True)
