"""Uploading a file in Slack's three steps."""

from __future__ import annotations

import json

import pytest
import requests
from slack_sdk import WebClient

from bot.playground.workspace import SlackWorkspace
from tests.playground.workspace.conftest import Post


def test_slacks_own_client_uploads_a_file_into_a_channel(workspace: SlackWorkspace, client: WebClient) -> None:
    done = client.files_upload_v2(
        channel="C0003", filename="audit.csv", content="a,b\n", title="Audit", initial_comment="here"
    )
    file_id = done["file"]["id"]
    assert workspace.world.files[file_id]["content"] == b"a,b\n"
    message = workspace.messages("audit")[0]
    assert (message.text, message.files) == ("here", (file_id,))
    assert message.to_json()["files"] == [{"id": file_id}]


def test_a_file_may_be_completed_without_a_channel(workspace: SlackWorkspace, client: WebClient) -> None:
    done = client.files_upload_v2(filename="a.txt", content="x")
    assert done["files"][0]["title"] in ("a.txt", "Uploaded file")
    assert not workspace.messages("audit")


def test_bytes_that_were_not_announced_are_refused(workspace: SlackWorkspace, call: Post) -> None:
    promised = call("files.getUploadURLExternal", filename="a.txt", length=3)
    assert requests.post(promised["upload_url"], data=b"four", timeout=5).status_code == 400
    assert requests.post(promised["upload_url"] + "9", data=b"xyz", timeout=5).status_code == 404
    unsent = json.dumps([{"id": promised["file_id"]}])
    assert call("files.completeUploadExternal", files=unsent)["error"] == "file_not_found"


@pytest.mark.parametrize("files", ["", "[]", "nojson", "[5]"])
def test_completing_needs_files_that_are_there(call: Post, files: str) -> None:
    expected = "file_not_found" if files == "[5]" else "invalid_arguments"
    assert call("files.completeUploadExternal", files=files)["error"] == expected


def test_a_length_is_a_number(call: Post) -> None:
    assert call("files.getUploadURLExternal", filename="a", length="long")["error"] == "invalid_arguments"
