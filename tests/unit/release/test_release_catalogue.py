# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re

import pytest
import yaml
from ansible_collections.oracle1.minio.plugins.filter.advisories import FilterModule
from ansible_collections.oracle1.minio.plugins.module_utils import _release_catalogue as catalogue
from ansible_collections.oracle1.minio.plugins.module_utils._release_argspec import ARGUMENT_SPEC

from release_support import RELEASE, ROOT, VERSION

advisories = FilterModule().filters()["advisories"]


def shipped():
    path = ROOT / "roles" / "minio_release" / "vars" / "main.yml"
    return yaml.safe_load(path.read_text())["__minio_release_catalogue"]


@pytest.mark.parametrize("raw", shipped(), ids=lambda raw: f"{raw['component']}-{raw['distribution']}-{raw['release']}")
class TestEveryShippedEntry:
    def test_is_well_formed_and_can_be_had(self, raw):
        assert catalogue.parse_entry(raw).offers()

    def test_is_named_after_the_time_it_reports(self, raw):
        assert raw["release"] == "RELEASE." + raw["version"].replace(":", "-")

    def test_builds_the_commit_and_time_it_names(self, raw):
        if "build" not in raw:
            assert raw["downloads"]
            return
        digits = re.sub(r"\D", "", raw["version"])
        assert raw["build"]["version"] == f"v0.0.0-{digits}-{raw['commit']}"

    def test_downloads_both_architectures_from_its_own_address(self, raw):
        offered = {item["architecture"]: item for item in raw.get("downloads", [])}
        assert sorted(offered) in ([], ["amd64", "arm64"])
        for arch, item in offered.items():
            assert all(raw["release"] in url and arch in url and url.startswith("https://") for url in item["urls"])
            assert bool(item.get("member")) == item["urls"][0].endswith(".tar.gz")
        assert len({item["sha256"] for item in offered.values()}) == len(offered)

    def test_says_so_when_nobody_tagged_it(self, raw):
        assert raw["tagged"] or "commit" in raw["note"]

    def test_lists_only_advisories_that_are_described(self, raw, role):
        described = {item["id"] for item in role["vars"]["__minio_release_advisories"]}
        assert set(raw["advisories"]) <= described
        assert len(set(raw["advisories"])) == len(raw["advisories"])


def test_the_catalogue_holds_the_default_releases(role):
    known = catalogue.parse(shipped())
    defaults = role["defaults"]
    assert catalogue.resolve(known, "server", defaults["minio_release"]).build
    assert catalogue.resolve(known, "client", defaults["minio_release_client"]).build


def test_no_two_entries_have_one_name():
    assert len(catalogue.parse(shipped())) == len(shipped())


def test_every_described_advisory_is_complete_and_open_somewhere(role):
    used = {name for raw in shipped() for name in raw["advisories"]}
    for item in role["vars"]["__minio_release_advisories"]:
        assert set(item) == {"id", "aliases", "severity", "title", "fixed_in", "covered_by"}
        assert item["severity"] in ("high", "medium", "low", "unrated")
        assert len(item["title"]) <= 70, "the table must fit a terminal"
        assert re.fullmatch(r"(CVE-\d{4}-\d{4,}|SN-\d{4}-\d{3})", item["id"])
        assert item["id"] in used


def test_an_advisory_that_upstream_fixed_is_not_open_in_a_later_upstream_release(role):
    for item in role["vars"]["__minio_release_advisories"]:
        for fixed in item["fixed_in"]:
            distribution, name = fixed.split()[:2]
            later = [raw for raw in shipped() if raw["component"] == "server" and raw["distribution"] == distribution
                     and raw["release"].removeprefix("RELEASE.") >= name.removeprefix("RELEASE.")]
            assert all(item["id"] not in raw["advisories"] for raw in later)


def test_user_entries_have_the_type_of_the_modules_catalogue():
    """The role's argument spec of minio_release_extra says the same as the module's."""
    specs = yaml.safe_load((ROOT / "roles" / "minio_release" / "meta" / "argument_specs.yml").read_text())

    def shape(options):
        return {name: (option["type"], option.get("elements"), option.get("required", False), option.get("default"),
                       shape(option.get("options", {}))) for name, option in options.items()}

    role_options = specs["argument_specs"]["main"]["options"]
    assert shape(role_options["minio_release_extra"]["options"]) == shape(ARGUMENT_SPEC["catalogue"]["options"])
    assert shape(role_options["minio_release_files"]["options"]) == shape(ARGUMENT_SPEC["files"]["options"])
    assert specs["argument_specs"]["check"]["options"] == role_options


GOOD = {"component": "server", "release": RELEASE, "version": VERSION}
SUM = "0" * 64


@pytest.mark.parametrize(("change", "message"), [
    ({"component": "console"}, "component is one of server, client"),
    ({"component": None}, "(no component)"),
    ({"release": ""}, "release is a name"),
    ({"release": "../../etc"}, "release is a name"),
    ({"release": ".hidden"}, "release is a name"),
    ({"version": None}, "is not a time such as"),
    ({"version": RELEASE}, "is not a time such as"),
    ({"build": {"module": "m", "version": "v1.0.0"}}, "needs the commit"),
    ({"commit": "c", "build": {"module": "", "version": "v1.0.0"}}, "a build needs module and version"),
    ({"commit": "c", "build": {"module": "m", "version": "master"}}, "'master' is not a Go module version"),
    ({"downloads": [{"architecture": "amd64", "urls": [], "sha256": SUM}]}, "at least one address"),
    ({"downloads": [{"architecture": "amd64", "urls": ["ftp://x/y"], "sha256": SUM}]}, "'ftp://x/y' is not an http"),
    ({"downloads": [{"architecture": "amd64", "urls": ["https://x/y"], "sha256": "abc"}]}, "sha256 'abc' is not 64"),
    ({"downloads": [{"architecture": "amd64", "urls": ["https://x/y"], "sha256": "A" * 64}]}, "lower-case hexadecimal"),
    ({"downloads": [{"architecture": "sparc", "urls": ["https://x/y"], "sha256": SUM}]}, "architecture 'sparc' is not supported"),
    ({"downloads": [{"architecture": arch, "urls": ["https://x/y"], "sha256": SUM} for arch in ("amd64", "x86_64")]},
     "two downloads for amd64"),
])
def test_a_malformed_entry_is_refused_by_name_and_reason(change, message):
    with pytest.raises(catalogue.ReleaseError) as error:
        catalogue.parse_entry({**GOOD, **change})
    assert message in str(error.value)


def test_a_later_entry_replaces_an_earlier_one_of_the_same_name():
    known = catalogue.parse([{**GOOD, "advisories": ["CVE-1"]}, {**GOOD, "advisories": []}])
    assert catalogue.resolve(known, "server", RELEASE).advisories == ()


def test_an_unknown_release_is_refused_with_those_that_are_known():
    known = catalogue.parse([GOOD, {**GOOD, "component": "client", "release": "RELEASE.client"}])
    with pytest.raises(catalogue.ReleaseError) as error:
        catalogue.resolve(known, "server", "RELEASE.client")
    assert f"unknown server release 'RELEASE.client'; known: {RELEASE}." in str(error.value)
    assert "minio_release_extra" in str(error.value)


@pytest.mark.parametrize(("name", "expected"), [
    ("x86_64", "amd64"), ("amd64", "amd64"), ("aarch64", "arm64"), ("arm64", "arm64")])
def test_architectures_have_gos_names(name, expected):
    assert catalogue.architecture(name) == expected


DESCRIBED = [{"id": "CVE-2026-1", "aliases": ["GHSA-a"], "severity": "high", "title": "first", "fixed_in": ["silo 2"], "covered_by": []},
             {"id": "SN-2026-2", "aliases": [], "severity": "unrated", "title": "second", "fixed_in": [], "covered_by": ["rule x"]}]
OPEN = [{**GOOD, "advisories": ["CVE-2026-1", "SN-2026-2", "CVE-2026-3"]}]


@pytest.mark.parametrize(("accepted", "left"), [
    ([], ["CVE-2026-1", "SN-2026-2", "CVE-2026-3"]),
    (["CVE-2026-1"], ["SN-2026-2", "CVE-2026-3"]),
    (["GHSA-a"], ["SN-2026-2", "CVE-2026-3"]),
    (["CVE-2026-3", "SN-2026-2", "CVE-2026-1"], []),
    (["CVE-2020-0"], ["CVE-2026-1", "SN-2026-2", "CVE-2026-3"]),
])
def test_advisories_are_open_until_they_are_accepted(accepted, left):
    assert [item["id"] for item in advisories(OPEN, "server", RELEASE, DESCRIBED, accepted)["open"]] == left


def test_the_table_is_aligned_and_says_what_covers_what():
    assert advisories(OPEN, "server", RELEASE, DESCRIBED)["lines"] == [
        "id          severity  covered by  what",
        "CVE-2026-1  high      nothing     first",
        "SN-2026-2   unrated   rule x      second",
        "CVE-2026-3  unrated   nothing     not described in the catalogue"]


def test_the_filter_refuses_an_unknown_release():
    with pytest.raises(Exception, match="unknown server release 'nope'"):
        advisories(OPEN, "server", "nope", DESCRIBED)
