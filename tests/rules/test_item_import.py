"""Reading item files, and the items shipped with the program."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import subprocess
import sys
import unicodedata
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuang.errors import InvalidItems
from yichuang.queue.item import Item, groups_of
from yichuang.queue.item_import import (
    COLUMNS,
    LONGEST_CODE,
    SHIPPED_CATEGORIES,
    WIDEST_ALIAS,
    WIDEST_NAME,
    columns,
    decode_csv,
    package_items,
    pinyin_initials,
    read_items,
    short_alias,
)

HEADER = "code,name,alias,department,category,group,private,sample\n"
"""The columns that item files had before there was `saturday`."""
GOOD = "RS156,社会保障卡申请,社保卡申领,人社局,social_insurance,社保卡,0,0\n"

OFFICIAL_NAMES = "6950b42aebaac4aac282c37b71c251200cb129a4805a3d48038fb3c9fcbb310d"
"""SHA-256 of the 180 names of the published list, in its order, joined by line feeds."""


@pytest.fixture(scope="module")
def shipped() -> list[Item]:
    return package_items(SHIPPED_CATEGORIES)


def _problems(text: str) -> list[str]:
    with pytest.raises(InvalidItems) as caught:
        read_items(text, SHIPPED_CATEGORIES)
    return caught.value.problems


# --- the shipped items -------------------------------------------------------------------------


def test_names_are_those_of_the_published_list(shipped: list[Item]) -> None:
    names = [item.name for item in shipped if not item.sample]
    assert len(names) == len(set(names)) == 180
    assert hashlib.sha256("\n".join(names).encode()).hexdigest() == OFFICIAL_NAMES


def test_codes_tell_department_and_number(shipped: list[Item]) -> None:
    real = [item for item in shipped if not item.sample]
    assert [int(item.code[2:]) for item in real] == list(range(1, 181))
    assert {item.department: item.code[:2] for item in shipped} == {
        "公安局": "GA",
        "卫计委": "WJ",
        "总工会": "GH",
        "公积金": "GJ",
        "人社局": "RS",
        "房管局": "FG",
        "残联": "CL",
        "档案局": "DA",
        "民政局": "MZ",
        "市场监管局": "SC",
        "税务局": "SW",
    }


def test_each_category_has_items_and_a_menu_of_digits(shipped: list[Item]) -> None:
    assert Counter(item.category for item in shipped if not item.sample) == {
        "police": 100,
        "social_affairs": 31,
        "social_insurance": 28,
        "public_service": 21,
    }
    samples = Counter(item.category for item in shipped if item.sample)
    assert samples == {"legal_affairs": 8, "tax": 8}
    for category in SHIPPED_CATEGORIES:
        assert 1 <= len(groups_of(shipped, category)) <= 9
    assert all(item.group for item in shipped)
    sizes = Counter((item.category, item.group) for item in shipped)
    assert [key for key, size in sizes.items() if size > 9 and key[0] != "police"] == []


@pytest.mark.parametrize(
    ("group", "first", "last"),
    [
        ("立户分户", 1, 12),
        ("出生收养恢复", 13, 34),
        ("注销", 35, 43),
        ("迁移", 44, 82),
        ("证件与户口档案", 83, 89),
        ("出入境与境外人员", 90, 96),
        ("查询证明", 97, 100),
    ],
)
def test_police_groups(shipped: list[Item], group: str, first: int, last: int) -> None:
    codes = [item.code for item in shipped if item.group == group]
    assert codes == [f"GA{number:03d}" for number in range(first, last + 1)]


def test_saturday_is_for_frequent_business_of_persons(shipped: list[Item]) -> None:
    flagged = {item.code: item for item in shipped if item.saturday}
    assert len(flagged) == 30
    assert {item.category for item in flagged.values()} == {
        "police",
        "public_service",
        "social_insurance",
    }
    for code in ("GA083", "GA088", "GJ124", "RS148", "RS156"):
        assert code in flagged
    assert [item.name for item in flagged.values() if "单位" in item.name or item.sample] == []


def test_aliases_are_short_whole_and_distinct(shipped: list[Item]) -> None:
    aliases = [item.alias for item in shipped]
    assert len(set(aliases)) == len(aliases)
    assert [alias for alias in aliases if columns(alias) > WIDEST_ALIAS] == []
    assert [alias for alias in aliases if ".." in alias] == []


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("punishment", ["刑满释放", "监外执行", "死刑", "开除学籍"]),
        ("faith", ["清真寺"]),
        ("health", ["残疾", "大病", "工伤", "避孕", "住院", "白内障", "苯丙酮尿症"]),
        ("poverty", ["最低生活保障", "困难", "特困", "失业金", "无业", "住房救助"]),
        ("family", ["收养", "非婚生", "政策外", "离婚", "离异", "特别扶助"]),
        ("identity", ["现役军人", "退役", "退伍"]),
    ],
)
def test_private_items(shipped: list[Item], kind: str, words: list[str]) -> None:
    for word in words:
        named = [item for item in shipped if word in item.name]
        assert named, kind
        assert [item.name for item in named if not item.private] == [], kind


def test_everyday_items_are_not_private(shipped: list[Item]) -> None:
    everyday = {"GA001", "GA083", "GA091", "RS156", "GJ126", "DA176", "SC901", "SW901"}
    found = [item for item in shipped if item.code in everyday]
    assert len(found) == len(everyday)
    assert [item.name for item in found if item.private] == []


@pytest.mark.parametrize(
    ("words", "initials"),
    [
        ("重新出现", "cxcx"),
        ("重度残疾人", "zdcjr"),
        ("监外执行", "jwzx"),
        ("银行卡在线绑定", "yhkzxbd"),
        ("往来台湾通行证", "wltwtxz"),
        ("工作调动", "gzdd"),
        ("基数调整", "jstz"),
        ("参加社会保险", "cjshbx"),
        ("参保、停保", "cbtb"),
        ("未参保证明", "wcbzm"),
        ("延长大龄失业人员", "ycdlsyry"),
        ("一次性转账还清", "ycxzzhq"),
        ("部分转账还贷", "bfzzhd"),
        ("寺庙、宫观、教堂", "smggjt"),
        ("技(职)校毕业生", "jzxbys"),
        ("职称评定", "zcpd"),
        ("苯丙酮尿症儿童", "bbtnzet"),
        ("女婿和儿媳", "nxhex"),
        ("新生儿", "xse"),
        ("丧葬费", "szf"),
        ("肄业", "yy"),
        ("住宿登记", "zsdj"),
        ("会计职称", "kjzc"),
        ("单位集体户", "dwjth"),
        ("省内", "sn"),
        ("转学", "zx"),
        ("待遇资格认证", "dyzgrz"),
        ("曾用名", "cym"),
        ("行政", "xz"),
        ("0-14 岁ＡＢ《证》", "014sabz"),
    ],
)
def test_pinyin_initials(words: str, initials: str) -> None:
    assert pinyin_initials(words) == initials


def test_initials_are_plain_letters_and_digits(shipped: list[Item]) -> None:
    for item in shipped:
        for initials in (item.initials, item.alias_initials):
            assert initials
            assert initials.isascii()
            assert initials.isalnum()
            assert initials == initials.lower()


def test_a_hall_gets_the_items_of_its_categories(shipped: list[Item]) -> None:
    assert package_items(["tax"]) == [item for item in shipped if item.category == "tax"]
    assert package_items(["own_category"]) == []


def test_pinyin_is_loaded_only_when_needed() -> None:
    code = "import sys, yichuang.queue.item_import; print('pypinyin' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


# --- reading -----------------------------------------------------------------------------------


def test_reads_a_whole_line() -> None:
    assert read_items(HEADER + GOOD, SHIPPED_CATEGORIES) == [
        Item(
            code="RS156",
            name="社会保障卡申请",
            alias="社保卡申领",
            department="人社局",
            category="social_insurance",
            group="社保卡",
            private=False,
            sample=False,
            initials="shbzksq",
            alias_initials="sbksl",
        )
    ]


def test_optional_columns_order_and_white_space() -> None:
    text = "\ufeff Name ,CATEGORY,code\r\n\r\n 清税申报 ,tax,SW1 \r\n,,\r\n"
    (item,) = read_items(text, SHIPPED_CATEGORIES)
    assert (item.code, item.name, item.alias, item.category) == (
        "SW1",
        "清税申报",
        "清税申报",
        "tax",
    )
    assert (item.department, item.group, item.private, item.sample) == ("", "", False, False)


def test_flags() -> None:
    text = "code,name,category,private,sample,saturday\nA1,甲,tax,1,,0\nA2,乙,tax,0,1,\nA3,丙,tax,,,1\n"
    items = read_items(text, SHIPPED_CATEGORIES)
    flags = [(item.private, item.sample, item.saturday) for item in items]
    assert flags == [(True, False, False), (False, True, False), (False, False, True)]


@pytest.mark.parametrize("column", ["private", "sample", "saturday"])
def test_a_flag_is_0_or_1(column: str) -> None:
    text = f"code,name,category,{column}\nA1,甲,tax,是\n"
    assert _problems(text) == [f"第 2 行：{column} 只能是 0 或 1"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_decodes_what_spreadsheets_write(encoding: str) -> None:
    assert decode_csv((HEADER + GOOD).encode(encoding)) == HEADER + GOOD


def test_decodes_a_rare_name_in_gb18030() -> None:
    assert decode_csv("𠮷,㐂".encode("gb18030")) == "𠮷,㐂"


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (HEADER.encode() + "甲\n".encode() + b"\xff\n", 3),
        (HEADER.encode("utf-8-sig") + "甲\n乙".encode("gbk"), 2),
        (HEADER.encode("utf-16"), 1),
    ],
)
def test_refuses_other_encodings(data: bytes, line: int) -> None:
    with pytest.raises(InvalidItems) as caught:
        decode_csv(data, path="事项.csv")
    reason = "既不是 UTF-8 也不是 GBK 编码，请另存为「CSV UTF-8」"
    assert caught.value.problems == [f"第 {line} 行：{reason}"]
    assert "事项.csv" in caught.value.message


# --- what can be wrong -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("", f"文件是空的，第一行要写列名：{','.join(COLUMNS)}"),
        ("code,nmae,category\n", "没有「nmae」这一列，是不是 name？"),
        ("seq\n", f"没有「seq」这一列，可用：{'、'.join(COLUMNS)}"),
        ("code,name,category,name\n", "「name」这一列出现了不止一次"),
        ("name\n", "缺少列：code、category"),
        ("code,name,category\n", "只有表头，没有事项"),
        ('code,"na', "引号不成对，或一格太长（unexpected end of data）"),
    ],
)
def test_bad_header(header: str, reason: str) -> None:
    assert _problems(header) == [f"第 1 行：{reason}"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("A1,甲,tax", "应有 8 列，实有 3 列"),
        (GOOD.strip() + ",", "应有 8 列，实有 9 列"),
        (",甲,,,tax,,,", "没有编码"),
        ("甲1,甲,,,tax,,,", "编码「甲1」只能用字母、数字和 . _ -，以字母或数字开头"),
        ("-A,甲,,,tax,,,", "编码「-A」只能用字母、数字和 . _ -，以字母或数字开头"),
        (f"{'9' * 41},甲,,,tax,,,", f"编码有 41 个字符，最多 {LONGEST_CODE} 个"),
        ("rs156,甲,,,tax,,,", "编码 rs156 与第 2 行重复"),
        ("A1, ,,,tax,,,", "没有名称"),
        (f"A1,{'长' * 101},,,tax,,,", f"name 宽 202 列，最多 {WIDEST_NAME} 列（一个汉字两列）"),
        (f"A1,甲,{'短' * 16}a,,tax,,,", "alias 宽 33 列，最多 32 列（一个汉字两列）"),
        (f"A1,甲,,{'局' * 17},tax,,,", "department 宽 34 列，最多 32 列（一个汉字两列）"),
        (f"A1,甲,,,tax,{'组' * 17},,", "group 宽 34 列，最多 32 列（一个汉字两列）"),
        ("A1,甲,,,,,,", "没有类别"),
        ("A1,甲,,,Polise,,,", "没有「Polise」这个类别，是不是 police？"),
        ("A1,甲,,,户籍,,,", f"没有「户籍」这个类别，可用：{'、'.join(SHIPPED_CATEGORIES)}"),
        ("A1,甲\x1b[2J,,,tax,,,", "name 含有控制字符或换行"),
        ('A1,"甲\n乙",,,tax,,,', "name 含有控制字符或换行"),
        ("A1,甲,\u202e乙,,tax,,,", "alias 含有控制字符或换行"),
        ("A1,甲,,,tax,\x07组,,", "group 含有控制字符或换行"),
        ("A1,甲,,,tax,,是,", "private 只能是 0 或 1"),
        ("A1,甲,,,tax,,,2", "sample 只能是 0 或 1"),
        ('A1,"甲"乙,,,tax,,,', "引号不成对，或一格太长（',' expected after '\"'）"),
    ],
)
def test_bad_line(line: str, reason: str) -> None:
    assert _problems(HEADER + GOOD + line + "\nZ1,后,,,tax,,,\n") == [f"第 3 行：{reason}"]


def test_every_bad_line_is_told_with_all_its_faults() -> None:
    text = HEADER + GOOD + '\nB1,"甲\n乙",,,tax,,,\n,,,,taxx,,,\n' + GOOD + "B2,丙,,,tax,,,"
    with pytest.raises(InvalidItems) as caught:
        read_items(text, SHIPPED_CATEGORIES, path="大厅/items.csv")
    assert caught.value.problems == [
        "第 4 行：name 含有控制字符或换行",
        "第 6 行：没有编码；没有名称；没有「taxx」这个类别，是不是 tax？",
        "第 7 行：编码 RS156 与第 2 行重复",
    ]
    assert "大厅/items.csv 有 3 行不能导入" in caught.value.message


def test_errors_carry_no_control_characters() -> None:
    hostile = "\x1b]0;x\x07" + "甲" * 100
    (problem,) = _problems(HEADER + f"{hostile},甲,,,{hostile},,,\n")
    assert "\x1b" not in problem
    assert "\x07" not in problem
    assert "甲" * 41 not in problem


@given(text=st.text(st.sampled_from('ab1,甲"\r\n\x00\x1b\ud800 -'), max_size=60))
def test_any_line_is_read_or_refused(text: str) -> None:
    _read_or_refuse(HEADER + text)


@given(text=st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    _read_or_refuse(text)


cells = st.text(max_size=12) | st.sampled_from(["A1", "tax", "police", "0", "1", ""])


@given(rows=st.lists(st.lists(cells, min_size=7, max_size=9), max_size=5))
def test_any_table_is_read_or_refused(rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    _read_or_refuse(HEADER + out.getvalue())


@given(data=st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        text = decode_csv(HEADER.encode() + data)
    except InvalidItems:
        return
    _read_or_refuse(text)


def _read_or_refuse(text: str) -> None:
    items: list[Item] = []
    problems: list[str] = []
    try:
        items = read_items(text, SHIPPED_CATEGORIES)
    except InvalidItems as error:
        problems = error.problems
    assert bool(items) != bool(problems)
    assert all(re.fullmatch("第 [0-9]+ 行：.+", problem) for problem in problems)
    assert len({item.code.casefold() for item in items}) == len(items)
    for item in items:
        assert item.name
        assert columns(item.alias) <= WIDEST_ALIAS
        assert item.category in SHIPPED_CATEGORIES
        assert not any(unicodedata.category(mark) in ("Cc", "Cf") for mark in item.name)


# --- text --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "width"),
    [("", 0), ("abc", 3), ("社保卡", 6), ("Ａ（", 4), ("「」", 4), ("e\u0301", 1), ("𠮷", 2)],
)
def test_columns(text: str, width: int) -> None:
    assert columns(text) == width


@pytest.mark.parametrize(
    ("name", "alias"),
    [
        ("失业登记", "失业登记"),
        ("注销登记-人民法院失踪宣告判决书失踪注销", "人民法院失踪宣告判决书失踪注销"),
        ("核发异地居民身份证(各区部分派出所办)", "核发异地居民身份证.."),
        ("办理居民保险停保、续保、终止参保、退保业务", "办理居民保险停保、续保.."),
        ("申报登记-刑满释放或假释后异地恢复申报(准入)", "刑满释放或假释后异地恢复申报.."),
        ("甲" * 17, "甲" * 15 + ".."),
        ("甲" * 10 + "(" + "乙" * 20, "甲" * 10 + ".."),
        ("A-" + "b" * 40, "A-" + "b" * 28 + ".."),
    ],
)
def test_short_alias(name: str, alias: str) -> None:
    assert short_alias(name) == alias


@given(name=st.text(min_size=1, max_size=120))
def test_short_alias_always_fits(name: str) -> None:
    assert columns(short_alias(name)) <= WIDEST_ALIAS


def test_short_aliases_of_the_shipped_names_are_usable(shipped: list[Item]) -> None:
    for item in shipped:
        alias = short_alias(item.name)
        assert columns(alias.removesuffix("..")) >= min(columns(item.name), 8)
        assert alias.removesuffix("..") in item.name
