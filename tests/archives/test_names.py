"""What an archive calls its entries becomes safe names, the same ones each time."""

from __future__ import annotations

import struct
import unicodedata
import zlib
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.archives.zips import UTF8
from workmail_async.archives.findings import Problem
from workmail_async.archives.safe_names import (
    Places,
    decode_name,
    safe_folder,
    safe_name,
)
from workmail_async.archives.seen_names import SeenNames

PATHS = st.one_of(
    st.text(),
    st.text(alphabet="./\\: abC\0\u202e~é", max_size=40),
    st.lists(st.sampled_from(["..", ".", "", "CON", "nul.txt", "Inbox", " x ", "a.", "é" * 90]))
    .map("/".join)
    .filter(bool),
)


@pytest.mark.parametrize(
    ("path", "folder", "name"),
    [
        ("Inbox/1.eml", "Inbox", "1.eml"),
        ("1.eml", "", "1.eml"),
        ("./Inbox//./1.eml", "Inbox", "1.eml"),
        ("Inbox/Re: what?.eml", "Inbox", "Re_ what_.eml"),
        ("A. /b .eml", "A", "b .eml"),
        ("e\u0301te\u0301/x", "été", "x"),
        (".ssh/.rc", "_ssh", "_rc"),
        ("con/aux.txt", "_con", "_aux.txt"),
        ("Folder/", "", "Folder"),
        ("../../x", "_/_", "x"),
        ("C:\\x", "C_", "x"),
    ],
)
def test_paths_become_safe_ones(path: str, folder: str, name: str) -> None:
    place = Places(10).place(path)
    assert (place.folder, place.name) == (folder, name)


@given(PATHS)
def test_no_path_leads_out_or_to_a_name_that_a_system_refuses(path: str) -> None:
    place = Places(10).place(path)
    parts = [*(place.folder.split("/") if place.folder else []), place.name]
    whole = "/".join(parts)
    for part in parts:
        assert part
        assert part not in (".", "..")
        assert not part.startswith(".")
        assert part == part.rstrip(". ")
        assert len(part.encode()) <= 120
        assert unicodedata.is_normalized("NFC", part)
        assert not set(part) & set('<>:"/\\|?*')
        assert all(ord(character) >= 32 for character in part)
        stem = part.partition(".")[0].rstrip(" ").upper()
        assert stem not in ("CON", "PRN", "AUX", "NUL", "COM1", "LPT9")
    assert not PurePosixPath(whole).is_absolute()
    assert not PureWindowsPath(whole).drive
    assert not PureWindowsPath(whole).root
    assert len(place.folder.encode()) <= 400


@given(PATHS)
def test_a_safe_path_stays_as_it_is(path: str) -> None:
    place = Places(10).place(path)
    again = Places(10).place(f"{place.folder}/{place.name}" if place.folder else place.name)
    assert (again.folder, again.name, again.findings) == (place.folder, place.name, ())


@given(st.text(min_size=130, max_size=300), st.text(min_size=130, max_size=300))
def test_long_names_are_cut_without_becoming_one(first: str, second: str) -> None:
    if unicodedata.normalize("NFC", first) != unicodedata.normalize("NFC", second):
        one, other = safe_name(f"{'n' * 120}{first}")[0], safe_name(f"{'n' * 120}{second}")[0]
        assert one != other


def test_endless_names_take_no_endless_time() -> None:
    """Sorting so many accents would take days."""
    name = "a" + "\u0301\u0316" * 2_000_000 + ".eml"
    safe, findings = safe_name(name)
    assert safe.endswith(".eml")
    assert safe != safe_name("a" + name)[0]
    assert [problem for problem, _ in findings] == [Problem.LONG_NAME]


def test_endless_folders_are_told_apart_without_being_remembered() -> None:
    places = Places(10)
    folders = {places.place(f"{'d' * 50_000}{number % 3}/x").folder for number in range(9)}
    assert len(folders) == 3
    assert max(len(key) for key in places._folders) < 100


def test_a_cut_name_keeps_its_suffix_and_a_deep_folder_its_begin() -> None:
    assert safe_name("x" * 300 + ".eml")[0].endswith(".eml")
    folder, findings = safe_folder("/".join(["deep"] * 50))
    assert folder.startswith("deep~")
    assert [problem for problem, _ in findings] == [Problem.LONG_NAME]


@pytest.mark.parametrize(
    ("raw", "flags", "name", "odd"),
    [
        (b"plain", 0, "plain", ""),
        ("größe".encode(), UTF8, "größe", ""),
        ("größe".encode(), 0, "größe", "does not say so"),
        ("größe".encode("cp437"), 0, "größe", "its encoding is not given"),
        ("größe".encode("cp437"), UTF8, "größe", "says UTF-8 but is not"),
    ],
)
def test_names_are_decoded_and_a_doubt_is_told(raw: bytes, flags: int, name: str, odd: str) -> None:
    decoded, told = decode_name(raw, flags, b"")
    assert decoded == name
    assert odd in told
    assert bool(odd) == bool(told)


def test_the_unicode_name_of_info_zip_counts_when_it_is_of_this_name() -> None:
    raw = "größe".encode("latin-1")
    value = b"\x01" + zlib.crc32(raw).to_bytes(4, "little") + "größe".encode()
    extra = struct.pack("<HH", 0x7075, len(value)) + value
    assert decode_name(raw, 0, extra) == ("größe", "")
    other = struct.pack("<HH", 0x7075, len(value)) + b"\x01\0\0\0\0" + value[5:]
    assert decode_name(raw, 0, other)[1] != ""


def test_names_that_are_only_promised_take_no_room() -> None:
    assert len(SeenNames(10**9)._slots) < 10**6


def test_seen_names_grow_and_forget_nothing() -> None:
    seen = SeenNames(2)
    assert [seen.add(str(number)) for number in range(1_000)] == [True] * 1_000
    assert [seen.add(str(number)) for number in range(1_000)] == [False] * 1_000
