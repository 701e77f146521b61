"""The daemon is found where it says it is, and its absence is told with a remedy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bottega.endpoint import DEFAULT_PORT, Endpoint, find, parse
from bottega.errors import DaemonNotFound, InvalidRequest


def announce(home: Path, address: str, token: str = "secret") -> None:
    home.mkdir(parents=True, exist_ok=True)
    (home / "daemon.json").write_text(json.dumps({"address": address, "token": token, "pid": 1}))


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("127.0.0.1:80", "127.0.0.1", 80),
        ("[::1]:8080", "::1", 8080),
        ("::1", "::1", DEFAULT_PORT),
        ("[::1]", "::1", DEFAULT_PORT),
        ("studio-box", "studio-box", DEFAULT_PORT),
        (" gpu.local:65535 ", "gpu.local", 65535),
        ("büro.example.:80", "büro.example.", 80),
        ("[fe80::1%eth0]:80", "fe80::1%eth0", 80),
    ],
)
def test_addresses(text: str, host: str, port: int) -> None:
    assert parse(text) == (host, port)
    assert parse(Endpoint(host, port).address) == (host, port)


@example("[")
@given(st.text(max_size=12))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        host, port = parse(text)
    except InvalidRequest as error:
        assert error.remedy
        assert error.field == "address"
    else:
        assert host.encode("idna")
        assert 0 < port < 65536


@pytest.mark.parametrize(
    "text",
    [
        "192.168.1..5",
        ".studio",
        "x" * 300,
        "http://studio:7868",
        "studio/x",
        "a b",
        "a\0b:80",
        "\ud800",
        "..:7868",
        ".",
    ],
)
def test_what_is_no_name_is_refused_before_it_is_looked_up(text: str) -> None:
    with pytest.raises(InvalidRequest, match="is no address"):
        parse(text)


def test_the_own_daemon_is_found_with_its_token(home: Path) -> None:
    announce(home, "127.0.0.1:1234")
    assert find(None, None) == Endpoint("127.0.0.1", 1234, "secret")
    assert find("127.0.0.1:1234", None).token == "secret"
    assert find("10.0.0.1:1234", None).token == ""  # ours is for nobody else
    assert find(None, "other").token == "other"


@pytest.mark.parametrize("content", [None, "", "{", "[]", "{}", '{"address": ":", "token": "x"}', "\xff"])
def test_no_daemon_is_told_with_a_remedy(home: Path, content: str | None) -> None:
    if content is not None:
        home.mkdir(parents=True)
        (home / "daemon.json").write_bytes(content.encode("latin-1"))
    with pytest.raises(DaemonNotFound) as caught:
        find(None, None)
    assert "bottega serve" in caught.value.remedy
