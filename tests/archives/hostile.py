"""Two hundred zips that mean harm, each made from a number, with what is to be found in it."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable
from functools import cache

from attrs import frozen

from tests.archives.zips import (
    ENCRYPTED,
    SIZES_FOLLOW,
    STORED,
    UTF8,
    Member,
    deflated,
    letter,
    zip_of,
)
from workmail_async.archives import Problem

MEBIBYTE = 1024 * 1024


@frozen
class Hostile:
    """A hostile zip.

    Attributes:
        attack: What it does.
        data: The zip.
        expected: What is to be found.
        lost: Whether the hostile item cannot be had.
        good: The honest messages around it, all of which are to be had.
    """

    attack: str
    data: bytes
    expected: Problem
    lost: bool
    good: tuple[bytes, ...]


Attack = Callable[[random.Random, list[Member], Member], tuple[bytes, Problem, bool]]
ATTACKS: list[Attack] = []


def attack(make: Attack) -> Attack:
    ATTACKS.append(make)
    return make


def hostile(number: int) -> Hostile:
    """Make one: the same number gives the same zip."""
    make = ATTACKS[number % len(ATTACKS)]
    chance = random.Random(number)
    good = [
        Member(
            name=b"Inbox/%d.eml" % place,
            content=letter(place, body="x" * chance.randrange(400)),
            flags=chance.choice((0, SIZES_FOLLOW)),
        )
        for place in range(chance.randint(2, 5))
    ]
    bad = Member(name=b"Inbox/bad.eml", content=letter(99, body="bad " * chance.randint(1, 90)))
    data, expected, lost = make(chance, good, bad)
    return Hostile(make.__name__, data, expected, lost, tuple(member.content for member in good))


def among(chance: random.Random, good: list[Member], *bad: Member) -> bytes:
    """Put the bad between the good."""
    place = chance.randint(0, len(good))
    return zip_of(*good[:place], *bad, *good[place:])


def named(name: bytes, content: bytes = b"", flags: int = 0) -> Member:
    return Member(name=name, content=content or letter(99), flags=flags)


@attack
def traversal(chance: random.Random, good: list[Member], _: Member) -> tuple[bytes, Problem, bool]:
    name = b"../" * chance.randint(1, 9) + chance.choice((b"evil.eml", b"tmp/evil.eml"))
    return among(chance, good, named(name)), Problem.UNSAFE_PATH, False


@attack
def traversal_inside(
    chance: random.Random, good: list[Member], _: Member
) -> tuple[bytes, Problem, bool]:
    name = b"Inbox/x/" + b"../" * chance.randint(3, 9) + b"evil.eml"
    return among(chance, good, named(name)), Problem.UNSAFE_PATH, False


@attack
def traversal_windows(
    chance: random.Random, good: list[Member], _: Member
) -> tuple[bytes, Problem, bool]:
    name = b"..\\" * chance.randint(1, 9) + b"evil.eml"
    return among(chance, good, named(name)), Problem.UNSAFE_PATH, False


@attack
def parent_as_name(
    chance: random.Random, good: list[Member], _: Member
) -> tuple[bytes, Problem, bool]:
    name = chance.choice((b"..", b"Inbox/..", b"Inbox/. .", b"a/...", b"Inbox/.. /x"))
    expected = Problem.UNSAFE_PATH if b".." in name.replace(b"...", b"") else Problem.UNSAFE_NAME
    return among(chance, good, named(name)), expected, False


@attack
def absolute(chance: random.Random, good: list[Member], _: Member) -> tuple[bytes, Problem, bool]:
    name = chance.choice((b"/etc/cron.d/evil", b"/evil.eml", b"//host/share/evil", b"///x"))
    return among(chance, good, named(name)), Problem.ABSOLUTE_PATH, False


@attack
def drive(chance: random.Random, good: list[Member], _: Member) -> tuple[bytes, Problem, bool]:
    name = chance.choice((b"C:\\evil.eml", b"c:/Windows/evil", b"Z:evil.eml"))
    return among(chance, good, named(name)), Problem.ABSOLUTE_PATH, False


@attack
def share(chance: random.Random, good: list[Member], _: Member) -> tuple[bytes, Problem, bool]:
    name = chance.choice((b"\\\\host\\c$\\evil.eml", b"\\\\?\\C:\\evil", b"\\\\.\\pipe\\evil"))
    return among(chance, good, named(name)), Problem.ABSOLUTE_PATH, False


@attack
def duplicate(
    chance: random.Random, good: list[Member], bad: Member
) -> tuple[bytes, Problem, bool]:
    second = named(bad.name, letter(100))
    return among(chance, good, bad, second), Problem.DUPLICATE, False


@attack
def same_place_twice(
    chance: random.Random, good: list[Member], _: Member
) -> tuple[bytes, Problem, bool]:
    first = good[0]
    twice = Member(
        name=first.name, content=first.content, flags=first.flags, offset=0, packed=first.packed
    )
    return zip_of(*good, twice), Problem.OVERLAP, False


@attack
def inside_another(
    chance: random.Random, good: list[Member], bad: Member
) -> tuple[bytes, Problem, bool]:
    outer = Member(name=b"Inbox/outer.bin", content=bad.local(), method=STORED)
    inner = Member(
        name=bad.name,
        content=bad.content,
        packed=bad.packed,
        offset=30 + len(outer.name),
    )
    return zip_of(outer, inner, *good), Problem.OVERLAP, False


@cache
def zeros(size: int) -> tuple[bytes, int]:
    """Return packed zeros and their CRC."""
    packer = zlib.compressobj(9, wbits=-15)
    block, crc, packed = bytes(MEBIBYTE), 0, b""
    for _ in range(size // MEBIBYTE):
        packed += packer.compress(block)
        crc = zlib.crc32(block, crc)
    return packed + packer.flush(), crc


@attack
def bomb(chance: random.Random, good: list[Member], _: Member) -> tuple[bytes, Problem, bool]:
    size = chance.choice((65, 90)) * MEBIBYTE
    packed, crc = zeros(size)
    bad = Member(name=b"Inbox/bomb.eml", packed=packed, crc=crc, size=size)
    return among(chance, good, bad), Problem.BOMB, True


@attack
def small_bomb(chance: random.Random, good: list[Member], _: Member) -> tuple[bytes, Problem, bool]:
    size = chance.choice((2, 8)) * MEBIBYTE
    packed, crc = zeros(size)
    bad = Member(name=b"Inbox/bomb.eml", packed=packed, crc=crc, size=size)
    return among(chance, good, bad), Problem.BOMB, False


@attack
def huge_declared_size(
    chance: random.Random, good: list[Member], bad: Member
) -> tuple[bytes, Problem, bool]:
    size = chance.choice((2**31, 2**40, 2**62))
    bad = Member(name=bad.name, content=bad.content, size=size, flags=SIZES_FOLLOW)
    return among(chance, good, bad), Problem.BOMB, True


@attack
def nested(chance: random.Random, good: list[Member], bad: Member) -> tuple[bytes, Problem, bool]:
    inner = zip_of(bad)
    for _ in range(chance.randint(0, 20)):
        inner = zip_of(Member(name=b"again.zip", content=inner))
    return among(chance, good, named(b"Inbox/more.zip", inner)), Problem.NESTED_ARCHIVE, False


@attack
def truncated(
    chance: random.Random, good: list[Member], bad: Member
) -> tuple[bytes, Problem, bool]:
    whole = zip_of(*good, bad)
    kept = sum(len(member.local()) for member in good)
    cut = chance.randint(kept + 31 + len(bad.name), len(whole) - 23)
    return whole[:cut], Problem.NO_DIRECTORY, False


@attack
def bad_crc(chance: random.Random, good: list[Member], bad: Member) -> tuple[bytes, Problem, bool]:
    method = chance.choice((STORED, 8, 12))
    bad = Member(name=bad.name, content=bad.content, crc=chance.getrandbits(32), method=method)
    return among(chance, good, bad), Problem.BAD_CRC, True


@attack
def corrupt(chance: random.Random, good: list[Member], bad: Member) -> tuple[bytes, Problem, bool]:
    broken = chance.choice((b"\xff" * 60, b"\x07" + bad.packed, bad.packed[: len(bad.packed) // 2]))
    bad = Member(name=bad.name, content=bad.content, packed=broken)
    return among(chance, good, bad), Problem.CORRUPT, True


@attack
def encrypted(
    chance: random.Random, good: list[Member], bad: Member
) -> tuple[bytes, Problem, bool]:
    flags = ENCRYPTED if chance.random() < 0.6 else 0
    bad = Member(name=bad.name, content=bad.content, flags=flags, local_flags=ENCRYPTED)
    return among(chance, good, bad), Problem.ENCRYPTED, True


@attack
def not_utf8(chance: random.Random, good: list[Member], _: Member) -> tuple[bytes, Problem, bool]:
    name = chance.choice(("Entwürfe/größe.eml", "Envoyés/à lire.eml")).encode("cp437")
    return among(chance, good, named(name, flags=UTF8)), Problem.ENCODING, False


@attack
def utf8_untold(
    chance: random.Random, good: list[Member], _: Member
) -> tuple[bytes, Problem, bool]:
    name = chance.choice(("Entwürfe/größe.eml", "受信/見積.eml")).encode()
    return among(chance, good, named(name)), Problem.ENCODING, False


@attack
def link(chance: random.Random, good: list[Member], _: Member) -> tuple[bytes, Problem, bool]:
    mode = chance.choice((0o120777, 0o060666, 0o020666, 0o010666))
    bad = Member(name=b"Inbox/link", content=b"../../../etc/passwd", mode=mode)
    return among(chance, good, bad), Problem.SPECIAL_FILE, False


@attack
def empty_name(chance: random.Random, good: list[Member], _: Member) -> tuple[bytes, Problem, bool]:
    name = chance.choice((b"", b" ", b"Inbox/ "))
    return among(chance, good, named(name)), Problem.UNSAFE_NAME, False


@attack
def device(chance: random.Random, good: list[Member], _: Member) -> tuple[bytes, Problem, bool]:
    name = chance.choice((b"CON", b"nul.eml", b"Inbox/COM1.eml", b"aux/x.eml", b"LPT9 .txt"))
    return among(chance, good, named(name)), Problem.UNSAFE_NAME, False


@attack
def control(chance: random.Random, good: list[Member], _: Member) -> tuple[bytes, Problem, bool]:
    name = chance.choice((b"a.eml\0.exe", b"In\x1b[2Jbox/x", b"x\r\ny.eml", b"\x7f"))
    return among(chance, good, named(name)), Problem.UNSAFE_NAME, False


@attack
def long_name(chance: random.Random, good: list[Member], _: Member) -> tuple[bytes, Problem, bool]:
    name = chance.choice((b"n" * 5_000, b"d/" * 900 + b"x.eml", b"f" * 60_000 + b"/x.eml"))
    return among(chance, good, named(name)), Problem.LONG_NAME, False


@attack
def folder_with_content(
    chance: random.Random, good: list[Member], _: Member
) -> tuple[bytes, Problem, bool]:
    name = chance.choice((b"Inbox/", b"Inbox/0.eml/", b"new\\"))
    return among(chance, good, named(name)), Problem.FOLDER_WITH_CONTENT, False


@attack
def no_list(chance: random.Random, good: list[Member], _: Member) -> tuple[bytes, Problem, bool]:
    return zip_of(*good, with_list=False), Problem.NO_DIRECTORY, False


@attack
def trailing(chance: random.Random, good: list[Member], _: Member) -> tuple[bytes, Problem, bool]:
    rest = chance.randbytes(chance.randint(1, 60_000)).replace(b"PK", b"__")
    return zip_of(*good, trailing=rest), Problem.TRAILING_BYTES, False


@attack
def much_trailing(
    chance: random.Random, good: list[Member], _: Member
) -> tuple[bytes, Problem, bool]:
    rest = chance.randbytes(chance.randint(70_000, 300_000)).replace(b"PK", b"__")
    return zip_of(*good, trailing=rest), Problem.NO_DIRECTORY, False


@attack
def leading(chance: random.Random, good: list[Member], _: Member) -> tuple[bytes, Problem, bool]:
    return zip_of(*good, leading=b"#!" * chance.randint(1, 999)), Problem.LEADING_BYTES, False


@attack
def longer_than_declared(
    chance: random.Random, good: list[Member], bad: Member
) -> tuple[bytes, Problem, bool]:
    size = len(bad.content) - chance.randint(1, 50)
    method = chance.choice((STORED, 8, 12))
    bad = Member(name=bad.name, content=bad.content, size=size, method=method)
    return among(chance, good, bad), Problem.SIZE, True


@attack
def shorter_than_declared(
    chance: random.Random, good: list[Member], bad: Member
) -> tuple[bytes, Problem, bool]:
    size = len(bad.content) + chance.randint(1, 5_000)
    bad = Member(name=bad.name, content=bad.content, size=size)
    return among(chance, good, bad), Problem.SIZE, True


@attack
def long_packed_size(
    chance: random.Random, good: list[Member], bad: Member
) -> tuple[bytes, Problem, bool]:
    size = len(bad.packed) + chance.randint(40, 90)
    bad = Member(name=bad.name, content=bad.content, packed_size=size)
    return zip_of(bad, *good), Problem.OVERLAP, False


@attack
def unknown_method(
    chance: random.Random, good: list[Member], bad: Member
) -> tuple[bytes, Problem, bool]:
    bad = Member(name=bad.name, content=bad.content, method=chance.choice((9, 10, 93, 99)))
    return among(chance, good, bad), Problem.UNSUPPORTED, True


@attack
def other_local_header(
    chance: random.Random, good: list[Member], bad: Member
) -> tuple[bytes, Problem, bool]:
    bad = Member(name=bad.name, content=bad.content, local_name=b"Inbox/../../bad.eml")
    return among(chance, good, bad), Problem.LOCAL_HEADER, False


@attack
def nowhere(chance: random.Random, good: list[Member], bad: Member) -> tuple[bytes, Problem, bool]:
    offset = chance.choice((7, 11))
    bad = Member(name=bad.name, content=bad.content, offset=offset)
    return zip_of(*good, bad), Problem.CORRUPT, True


@attack
def beyond_the_end(
    chance: random.Random, good: list[Member], bad: Member
) -> tuple[bytes, Problem, bool]:
    offset = chance.choice((2**31, 2**48, 2**64 - 1))
    bad = Member(name=bad.name, content=bad.content, offset=offset)
    return zip_of(*good, bad), Problem.TRUNCATED, True


@attack
def count_lies(chance: random.Random, good: list[Member], _: Member) -> tuple[bytes, Problem, bool]:
    declared = chance.choice((1, len(good) + 3, 60_000))
    return zip_of(*good, declared=declared), Problem.DIRECTORY, False


@attack
def bomb_without_list(
    chance: random.Random, good: list[Member], _: Member
) -> tuple[bytes, Problem, bool]:
    packed, crc = zeros(65 * MEBIBYTE)
    size = 65 * MEBIBYTE
    bad = Member(name=b"bomb", packed=packed, crc=crc, size=size, flags=SIZES_FOLLOW)
    return zip_of(*good, bad, with_list=False), Problem.BOMB, True


@attack
def nested_bomb(
    chance: random.Random, good: list[Member], _: Member
) -> tuple[bytes, Problem, bool]:
    packed, crc = zeros(90 * MEBIBYTE)
    inner = zip_of(
        *(Member(name=b"%d" % n, packed=packed, crc=crc, size=90 * MEBIBYTE) for n in range(9))
    )
    outer = Member(name=b"Inbox/42.zip", content=inner, packed=deflated(inner))
    return among(chance, good, outer), Problem.NESTED_ARCHIVE, False
