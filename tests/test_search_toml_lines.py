"""The line of every key of a TOML text."""

import tomllib

from radunion.search.toml_lines import key_lines, line_of

TEXT = '''\
# [not.a.table]
top = 1
dotted.key = "a # b = c"
[ table . "quoted name" ]  # a comment
long = """
[inside]
inside = 1
\\""" still"""

literal = \'\'\'
also = 2\'\'\'
several = [  # one
  [1, 2], "]",
  {deep = 1},
]
inline = {low = 1, high.er = 2, text = "}"}
date = 1979-05-27 07:32:00
[[rows]]
a = 1
[[rows]]
a = 2
'''


def test_every_key_has_its_line() -> None:
    tomllib.loads(TEXT)
    place = ("table", "quoted name")
    assert dict(key_lines(TEXT)) == {
        ("top",): 2,
        ("dotted",): 3,
        ("dotted", "key"): 3,
        ("table",): 4,
        place: 4,
        (*place, "long"): 5,
        (*place, "literal"): 10,
        (*place, "several"): 12,
        (*place, "several", "deep"): 14,
        (*place, "inline"): 16,
        (*place, "inline", "low"): 16,
        (*place, "inline", "high"): 16,
        (*place, "inline", "high", "er"): 16,
        (*place, "inline", "text"): 16,
        (*place, "date"): 17,
        ("rows",): 18,
        ("rows", "a"): 19,
    }


def test_a_key_that_is_not_there_has_the_line_of_its_table() -> None:
    lines = key_lines("\n[axes.batch]\nlow = 1\n")
    assert line_of(lines, ("axes", "batch", "high")) == 2
    assert line_of(lines, ("axes", "batch", "low", "0")) == 3
    assert line_of(lines, ("space",)) == 1


def test_an_empty_text_has_no_lines() -> None:
    assert not key_lines("")
    assert not key_lines("# nothing\n\n")
