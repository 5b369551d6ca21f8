"""A schedule as other machinery takes it."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from behavio_jupyter import DefinitionError, UnknownNameError
from behavio_jupyter.report.schedule import FORMATS, Schedule, export

from .schedules import START, made


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_for_other_machinery(format):
    one = Schedule.made(
        "weekly_review",
        cron="0 8 * * 1",
        timezone="Europe/Berlin",
        parameters={"funnel": "code -> test within 7d"},
        added=START,
    )
    text = export(one, format, Path("reports"))
    assert "report run weekly_review --period last --timezone Europe/Berlin" in text
    assert (sys.executable in text) == (format != "github")
    assert (str(Path.cwd()) in text) == (format != "github")
    assert ("timeout 3600" in text) == (format == "crontab")
    assert "funnel=code -> test within 7d" in text
    if format == "github":
        read = yaml.safe_load(text)
        assert read[True]["schedule"] == [{"cron": "0 8 * * 1", "timezone": "Europe/Berlin"}]
    if format == "airflow":
        compile(text, "dag", "exec")
    if format == "systemd":
        assert "OnCalendar=Mon *-*-* 8:0:00 Europe/Berlin" in text
    with pytest.raises(UnknownNameError, match="the nearest is 'crontab'"):
        export(one, "cron", Path("reports"))


def test_github_gets_paths_of_the_repository(own, tmp_path, monkeypatch):
    (tmp_path / ".git").mkdir()
    (tmp_path / "shop").mkdir()
    monkeypatch.chdir(tmp_path / "shop")
    one = made(own, name="\N{BAR CHART}", folders=[tmp_path])
    text = export(one, "github", tmp_path / "shop" / "out")
    read = yaml.safe_load(text)
    assert read["name"] == "\N{BAR CHART}"
    *_, step, kept = read["jobs"]["report"]["steps"]
    assert "report run ../own.ipynb " in step["run"]
    assert "--out out --templates .." in step["run"]
    assert (step["working-directory"], kept["with"]["path"]) == ("shop", "shop/out")
    assert kept["if"] == "always()"
    assert str(tmp_path) not in text
    assert "--out reports" in export(one, "github", Path("/srv/out"))
    (tmp_path / ".git").rename(tmp_path / "shop" / ".git")
    with pytest.raises(DefinitionError, match="GitHub has only what is in the repository"):
        export(one, "github", tmp_path)


def test_names_and_values_with_signs_of_their_own(tmp_path):
    funnel = "a -> \"b\"[x = 'it\\'s $y ${{z}} 5%'] within 7d"
    asked = {
        "cron": "0 8 * * 1",
        "timezone": "Europe/Berlin",
        "name": 'it\'s """50%""" \\d',
        "targets": ["mail:lead@example.com", "slack:TEAM_WEBHOOK"],
        "added": START,
    }
    one = Schedule.made("weekly_review", parameters={"funnel": funnel}, **asked)
    compile(export(one, "airflow", tmp_path), "dag", "exec", flags=0)
    [step] = [
        step
        for step in yaml.safe_load(export(one, "github", tmp_path))["jobs"]["report"]["steps"]
        if "report run" in step.get("run", "")
    ]
    assert shlex.split(step["run"])[:3] == ["behavio", "report", "run"]
    begun = "${{ '${{' }}"
    assert f"funnel={funnel}" in shlex.split(step["run"].replace(begun, "${{"))
    assert step["run"].count(begun) == step["run"].count("${{") / 2
    assert step["env"]["TEAM_WEBHOOK"] == "${{ secrets.TEAM_WEBHOOK }}"
    assert "BEHAVIO_SMTP_PASSWORD" in step["env"]
    # Systemd reads escapes in its quotes, takes % and $ for its own, and has names for files.
    text = export(one, "systemd", tmp_path)
    written = funnel.replace("\\", r"\\").replace('"', r"\"").replace("%", "%%").replace("$", "$$")
    assert f'"funnel={written}"' in text
    service, timer = re.split(r"# \S+\.timer\n", text)
    for unit in (service, timer):
        assert re.search(r"Description=.*50%%", unit)
    if verify := shutil.which("systemd-analyze"):
        for kind, unit in (("service", service), ("timer", timer)):
            (tmp_path / f"own.{kind}").write_text(unit)
        units = [str(tmp_path / "own.service"), str(tmp_path / "own.timer")]
        said = subprocess.run([verify, "verify", *units], capture_output=True, text=True)
        assert "own." not in said.stderr
    lines = Schedule.made("weekly_review", parameters={"funnel": "code ->\ntest"}, **asked)
    with pytest.raises(DefinitionError, match="A crontab cannot hold the line breaks"):
        export(lines, "crontab", tmp_path)
    assert r'"funnel=code ->\ntest"' in export(lines, "systemd", tmp_path)
