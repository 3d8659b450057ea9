"""What is left of a crash for the next boot."""

import os

from hipclip import crash


def fail(depth=0):
    """Give an error with a traceback."""
    if depth:
        return fail(depth - 1)
    try:
        raise ValueError("Sensor läuft davon")
    except ValueError as error:
        return error


def test_a_crash_is_told_once():
    crash.record(fail(), 1)
    assert crash.take() == (1, "ValueError: Sensor läuft davon")
    assert crash.take() == (0, "")
    assert crash.take() == (0, "")


def test_an_error_of_several_lines_takes_one():
    crash.record(ValueError("first\nsecond"), 1)
    assert crash.take() == (1, "ValueError: first second")


def test_without_a_file_there_was_no_crash():
    assert crash.take() == (0, "")
    assert os.listdir() == []


def test_three_in_a_row_are_told_to_safe_mode_and_to_the_boot_after_it():
    rows = []
    for _ in range(crash.MOST):
        crash.record(fail(), 2)
        rows.append(crash.take()[0])
    assert rows == [1, 2, 3]
    assert crash.take() == (1, "ValueError: Sensor läuft davon")
    assert crash.take() == (0, "")
    crash.record(fail(), 2)
    assert crash.take()[0] == 1


def test_a_good_boot_between_breaks_the_row():
    crash.record(fail(), 2)
    assert crash.take()[0] == 1
    assert crash.take()[0] == 0
    crash.record(fail(), 2)
    assert crash.take()[0] == 1


def test_a_crash_after_a_good_while_begins_a_new_row():
    crash.record(fail(), 2)
    crash.take()
    crash.BOOT_MS -= 21000  # as if the clip had run for 21 s
    crash.record(fail(), 2)
    assert crash.take()[0] == 1


def test_the_file_holds_traceback_uptime_and_cause_and_is_bounded():
    crash.record(fail(), 3)
    with open(crash.FILE) as file:
        text = file.read()
    assert text.startswith("new  1\nValueError: Sensor läuft davon\nafter ")
    assert "reset cause 3" in text
    assert "in fail" in text
    crash.record(ValueError("x" * 10000), 3)
    assert os.stat(crash.FILE)[6] < 1700


def test_what_cannot_be_written_is_no_second_crash():
    os.mkdir(crash.FILE + ".new")
    crash.record(fail(), 1)
    crash.record(None, None)
    assert crash.take() == (0, "")


def test_a_damaged_file_is_no_crash():
    for text in (b"", b"new", b"new x\n", b"told\n1", b"\x00\x00", b"new 3 4\n", b"new 1\n\xff\n"):
        with open(crash.FILE, "wb") as file:
            file.write(text)
        assert crash.take() == (0, "")
