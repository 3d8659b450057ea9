"""docs/settings.md says what settings.py says."""

from __future__ import annotations

import dataclasses
import runpy
import tomllib
from pathlib import Path

from hipdrop.settings import Settings


def test_the_page_is_made_from_the_settings(repository: Path) -> None:
    make = runpy.run_path(str(repository / "docs" / "make_settings.py"))
    page = (repository / "docs" / "settings.md").read_text("utf-8")
    assert page == make["render"](), "settings.py has changed: run python docs/make_settings.py"


def test_every_setting_is_on_the_page(repository: Path) -> None:
    page = (repository / "docs" / "settings.md").read_text("utf-8")
    for section in dataclasses.fields(Settings()):
        assert f"\n## [{section.name}]\n" in page
        for field in dataclasses.fields(getattr(Settings(), section.name)):
            assert f"\n| `{field.name}` | `" in page


def test_the_example_of_the_page_is_accepted(repository: Path, tmp_path: Path) -> None:
    page = (repository / "docs" / "settings.md").read_text("utf-8")
    example = page.split("```toml\n")[1].split("```")[0]
    path = tmp_path / "my.toml"
    path.write_text(example)
    loaded = Settings.load(path).as_dict()
    for section, values in tomllib.loads(example).items():
        for key, value in values.items():
            assert loaded[section][key] == value != Settings().as_dict()[section][key]
