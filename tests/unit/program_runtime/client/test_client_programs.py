import json

import pytest

from program_runtime import bundle, errors

SOURCE = "def main(backend, user_messenger, *, iterations):\n    return iterations\n"
METADATA = {
    "name": "hello",
    "description": "Say hello.",
    "max_execution_time": 300,
    "spec": {"parameters": {"properties": {"iterations": {"type": "integer"}}}},
}


def published(contract, tmp_path, version, name="hello"):
    path = tmp_path / "seen.zip"
    path.write_bytes(contract.bundles[name, version])
    files = bundle.read_bundle(path)
    return files, json.loads(files["program.json"])


def test_a_source_is_uploaded_as_a_first_release(contract, service, tmp_path):
    assert service.upload_program(SOURCE, METADATA) == "hello"
    files, described = published(contract, tmp_path, "1.0.0")
    assert files["program.py"].decode() == SOURCE
    assert described["version"] == "1.0.0"
    assert described["spec"]["parameters"] == METADATA["spec"]["parameters"]
    assert contract.programs["hello"]["put_query"] == {}


def test_files_are_uploaded_by_their_names(contract, service, tmp_path):
    (tmp_path / "hello.py").write_text(SOURCE)
    (tmp_path / "hello.json").write_text(json.dumps({**METADATA, "version": "2.0.0"}))
    service.upload_program(str(tmp_path / "hello.py"), tmp_path / "hello.json")
    files, _ = published(contract, tmp_path, "2.0.0")
    assert files["program.py"].decode() == SOURCE


def test_a_bundle_is_uploaded_whole(contract, service, tmp_path):
    path = tmp_path / "hello.zip"
    text = json.dumps({**METADATA, "version": "1.5.0"}).encode()
    files = {"program.py": SOURCE.encode(), "program.json": text, "more.py": b"A = 1\n"}
    bundle.write_bundle(files, path)
    assert service.upload_program(path) == "hello"
    assert set(published(contract, tmp_path, "1.5.0")[0]) == set(files)


@pytest.mark.parametrize(("public", "word"), [(True, "public"), (False, "private")])
def test_an_upload_may_say_who_may_run_it(contract, service, public, word):
    service.upload_program(SOURCE, {**METADATA, "is_public": public})
    assert contract.programs["hello"]["put_query"] == {"visibility": word}


def test_the_description_may_be_missing(contract, service):
    described = {name: METADATA[name] for name in ("name", "max_execution_time")}
    assert service.upload_program(SOURCE, described) == "hello"


def test_the_same_upload_again_is_no_error_and_another_a_conflict(service):
    service.upload_program(SOURCE, METADATA)
    assert service.upload_program(SOURCE, METADATA) == "hello"
    with pytest.raises(errors.RuntimeDuplicateProgramError, match="published already"):
        service.upload_program(SOURCE + "\n", METADATA)


def test_metadata_is_judged_before_anything_is_sent(contract, service):
    with pytest.raises(errors.BadMetadataError):
        service.upload_program(SOURCE, {"name": "No Name", "version": "one"})
    with pytest.raises(errors.BadMetadataError):
        service.upload_program(SOURCE)
    assert contract.requests == []


def test_a_source_without_a_proper_main_is_refused(contract, service):
    with pytest.raises(errors.BadBundleError):
        service.upload_program("x = 'def main('", METADATA)
    assert contract.requests == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "hello.json is not JSON: "),
        ("[]", "hello.json is no JSON object but a list."),
        (None, "hello.json can not be read: No such file or directory."),
    ],
)
def test_a_metadata_file_that_is_none_is_named(service, tmp_path, content, message):
    path = tmp_path / "hello.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(errors.BadMetadataError) as caught:
        service.upload_program(SOURCE, path)
    assert message in str(caught.value)


def test_what_is_neither_source_nor_file_is_refused(service):
    with pytest.raises(errors.InvalidValueError) as caught:
        service.upload_program("hello.py", METADATA)
    assert str(caught.value) == (
        "'hello.py' is neither the source of a program nor a file. "
        "A source holds the text 'def main('."
    )


def test_a_folder_is_published_by_the_command(service, tmp_path):
    with pytest.raises(errors.InvalidValueError) as caught:
        service.upload_program(tmp_path, METADATA)
    assert str(caught.value) == (
        f"{tmp_path} is a folder. Publish a project with: qrt publish {tmp_path}"
    )


def test_an_update_is_the_next_patch_release(contract, service, tmp_path):
    service.upload_program(SOURCE, METADATA)
    service.update_program("hello", description="Say it again.")
    files, described = published(contract, tmp_path, "1.0.1")
    assert files["program.py"].decode() == SOURCE
    assert described["description"] == "Say it again."
    assert described["max_execution_time"] == 300


def test_new_source_keeps_the_metadata(contract, service, tmp_path):
    service.upload_program(SOURCE, METADATA)
    service.update_program("hello", data=SOURCE + "# new\n")
    files, described = published(contract, tmp_path, "1.0.1")
    assert files["program.py"].decode() == SOURCE + "# new\n"
    assert described["description"] == "Say hello."


def test_single_arguments_win_over_metadata(contract, service, tmp_path):
    service.upload_program(SOURCE, METADATA)
    service.update_program(
        "hello",
        metadata={"version": "2.0.0", "description": "A", "max_execution_time": 10},
        description="B",
        spec={},
        name="hello",
    )
    _, described = published(contract, tmp_path, "2.0.0")
    assert (described["description"], described["max_execution_time"]) == ("B", 10)
    assert "iterations" not in json.dumps(described)


def test_the_highest_release_counts_for_the_next_version(contract, service):
    for version in ("1.0.9", "1.0.10", "1.0.11-rc.1"):
        service.upload_program(SOURCE, {**METADATA, "version": version})
    service.update_program("hello", description="A")
    service.update_program("hello", description="B")
    assert [version for _, version in contract.bundles][3:] == ["1.0.11", "1.0.12"]


def test_a_version_in_no_order_comes_before_all_others(contract, service):
    service.upload_program(SOURCE, METADATA)
    contract.bundles["hello", "nightly"] = contract.bundles["hello", "1.0.0"]
    service.update_program("hello", description="A")
    assert [version for _, version in contract.bundles][2:] == ["1.0.1"]


def test_an_update_with_nothing_is_a_warning(contract, service):
    with pytest.warns(UserWarning, match="Nothing to update was given"):
        service.update_program("hello")
    assert contract.requests == []


def test_a_program_is_not_renamed(service):
    with pytest.raises(errors.InvalidValueError) as caught:
        service.update_program("hello", name="bye")
    assert str(caught.value) == (
        "The program 'hello' can not be renamed to 'bye'. "
        "Its name is its id; upload it under the new name instead."
    )


def test_programs_are_fetched_once(contract, service):
    contract.add_program("qaoa")
    assert [program.program_id for program in service.programs()] == ["vqe", "qaoa"]
    assert service.program("qaoa").name == "qaoa"
    assert len(contract.requests) == 1
    contract.add_program("new")
    assert len(service.programs()) == 2
    assert len(service.programs(refresh=True)) == 3


def test_programs_come_page_by_page(contract, service):
    contract.page_limit = 3
    for number in range(8):
        contract.add_program(f"p{number}")
    listed = [program.program_id for program in service.programs(limit=4, skip=1)]
    assert listed == ["p0", "p1", "p2", "p3"]
    assert len(contract.requests) == 2
    assert len(service.programs(limit=None)) == 9
    assert service.programs(limit=5, skip=99) == []


def test_a_program_tells_what_it_takes(service):
    program = service.program("vqe")
    assert program.max_execution_time == 300
    assert program.version == "1.0.0"
    assert "iterations" in dir(program.parameters())


def test_a_program_is_asked_for_again_on_demand(contract, service):
    service.program("vqe")
    contract.programs["vqe"]["description"] = "New."
    assert service.program("vqe").description == "The program vqe."
    assert service.program("vqe", refresh=True).description == "New."


def test_an_own_programs_source_can_be_read(contract, service):
    service.upload_program(SOURCE, METADATA)
    assert service.program("hello").data == SOURCE


def test_visibility_is_changed_and_seen(contract, service):
    service.program("vqe")
    service.set_program_visibility("vqe", True)
    assert contract.programs["vqe"]["visibility"] == "public"
    service.set_program_visibility("vqe", public=False)
    assert contract.programs["vqe"]["visibility"] == "private"


def test_a_deleted_program_is_gone(contract, service):
    service.programs()
    service.delete_program("vqe")
    assert service.programs() == []
    with pytest.raises(errors.RuntimeProgramNotFound):
        service.program("vqe")


def test_programs_are_printed_in_short(service, capsys):
    service.pprint_programs()
    assert capsys.readouterr().out == (
        "==================================================\n"
        "vqe:\n  Name: vqe\n  Description: The program vqe.\n"
    )


@pytest.mark.parametrize("detailed", [False, True])
def test_what_is_printed_of_others_steers_no_terminal(
    contract, service, capsys, detailed
):
    contract.programs["vqe"]["description"] = "\x1b[2J\x9b1m\u202e"
    service.pprint_programs(detailed=detailed)
    told = capsys.readouterr().out
    assert "Description: \\x1b[2J\\x9b1m\\u202e\n" in told
    assert told.isascii()


def test_programs_are_printed_in_full(service, capsys):
    service.pprint_programs(detailed=True)
    assert "Input parameters:" in capsys.readouterr().out
