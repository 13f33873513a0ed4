"""Signing in at an identity provider, and its access tokens: who is let in, as whom, and who is not."""

import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from environs import EnvValidationError
from flask import Flask
from werkzeug.test import Client, TestResponse

from service.access import identity_provider, people
from service.app import create_app
from service.kit.db.database import Database
from service.pages import door, session
from service.settings import Settings
from tests.clients import ApiClient, new_organization
from tests.identity_provider import CLIENT, PERSON, SECRET, Running, running

AUDIENCE = "https://crossover.example/api"
PAGE = "/workloads"


@pytest.fixture(scope="module")
def started() -> Iterator[Running]:
    with running() as provider:
        yield provider


@pytest.fixture
def provider(started: Running) -> Running:
    """Give the provider, telling the truth."""
    started.lie()
    return started


@pytest.fixture
def openid_app(database_url: str, database: Database, tmp_path: Path, provider: Running) -> Iterator[Flask]:
    """Give the application on that provider, with the organization its people belong to and another."""
    for name in ("Example", "Other"):
        new_organization(database, name)
    app = create_app(
        Settings(
            database_url=database_url,
            work_folder=str(tmp_path / "work"),
            oidc_issuer=provider.issuer,
            oidc_client_id=CLIENT,
            oidc_client_secret=SECRET,
            oidc_audience=AUDIENCE,
            oidc_organization_claim="org",
            oidc_roles_claim="groups",
            oidc_roles=("finance=approver", "research=analyst", "root=owner"),
        )
    )
    yield app
    app.extensions["crossover"].database.dispose()


@pytest.fixture
def browser(openid_app: Flask) -> Client:
    return openid_app.test_client()


def follow(browser: Client, to: str = PAGE) -> TestResponse:
    """Go to the provider and come back; return the answer to the coming back."""
    return browser.get(come_back(browser, to))


def come_back(browser: Client, to: str = PAGE) -> str:
    """Go to the provider; return where it sends the browser."""
    sent = browser.get(f"/sign-in/provider?next={to}")
    assert sent.status_code == 303, sent.text
    answer = urllib.request.build_opener(NoRedirect).open(sent.location)
    place = urlsplit(answer.headers["Location"])
    return f"{place.path}?{place.query}"


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Leaves redirects to the test."""

    def http_error_302(self, req: object, fp: object, code: int, msg: str, headers: object) -> object:
        return fp


def test_the_sign_in_leads_to_the_provider_and_back_to_where_one_wanted_to_go(browser: Client) -> None:
    assert 'href="/sign-in/provider?next=/workloads"' in browser.get(f"/sign-in?next={PAGE}").text
    answer = follow(browser)
    assert (answer.status_code, answer.location) == (303, PAGE)
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith(door.COOKIE))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert browser.get(PAGE).status_code == 200
    assert browser.get_cookie(session.PENDING) is None


def test_every_sign_in_has_its_own_state_nonce_and_challenge(browser: Client) -> None:
    asked = [parse_qs(urlsplit(browser.get("/sign-in/provider").location).query) for _ in range(2)]
    for name in ("state", "nonce", "code_challenge"):
        assert asked[0][name] != asked[1][name]
        assert len(asked[0][name][0]) >= 43
    assert asked[0]["code_challenge_method"] == ["S256"]


def test_who_comes_back_with_anothers_state_is_not_signed_in(browser: Client, openid_app: Flask) -> None:
    stranger = openid_app.test_client()
    answer = browser.get(come_back(stranger))
    assert (answer.status_code, "begun elsewhere" in answer.text) == (401, True)
    own = come_back(browser)
    assert browser.get(own.replace("state=", "state=x")).status_code == 401
    assert browser.get(PAGE).status_code == 303


def test_a_code_opens_nothing_without_the_verifier_of_its_own_sign_in(browser: Client, openid_app: Flask) -> None:
    """A code that somebody slips into another's sign-in is refused by the provider: PKCE."""
    stolen = parse_qs(urlsplit(come_back(openid_app.test_client())).query)["code"][0]
    mine = come_back(browser)
    code = parse_qs(urlsplit(mine).query)["code"][0]
    answer = browser.get(mine.replace(code, stolen))
    assert (answer.status_code, "invalid_grant" in answer.text) == (401, True)


@pytest.mark.parametrize(
    "lies",
    [
        {"claims": {"nonce": "another"}},
        {"claims": {"nonce": None}},
        {"claims": {"aud": "another"}},
        {"claims": {"aud": [CLIENT, "another"]}},
        {"claims": {"iss": "https://another.example"}},
        {"claims": {"exp": 1_000_000_000}},
        {"claims": {"iat": 4_000_000_000}},
        {"claims": {"nbf": 4_000_000_000}},
        {"claims": {"sub": None}},
        {"claims": {"exp": None}},
        {"key": "none"},
        {"key": "shared"},
        {"key": "forged"},
        {"error": "access_denied"},
    ],
    ids=str,
)
def test_what_the_provider_did_not_say_to_us_now_is_refused(
    browser: Client, provider: Running, lies: dict[str, object]
) -> None:
    provider.lie(**lies)
    answer = follow(browser)
    assert answer.status_code == 401, answer.text
    assert 'role="alert"' in answer.text
    assert browser.get(PAGE).status_code == 303


def test_clocks_may_differ_by_as_much_as_is_set(browser: Client, provider: Running) -> None:
    provider.lie(claims={"exp": int(time.time()) - 30})
    assert follow(browser).status_code == 303


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        ({"groups": ["sales"]}, "None of your groups"),
        ({"groups": None}, "None of your groups"),
        ({"org": "Nobody"}, "belongs to no organization"),
        ({"org": None}, "names no organization"),
    ],
)
def test_who_belongs_nowhere_or_may_nothing_is_told_so(
    browser: Client, provider: Running, claims: dict[str, object], told: str
) -> None:
    provider.lie(claims=claims)
    answer = follow(browser)
    assert (answer.status_code, told in answer.text) == (403, True)


def test_a_session_ends_and_cannot_be_made_up(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    follow(browser)
    cookie = browser.get_cookie(door.COOKIE)
    assert cookie is not None
    assert browser.get(PAGE).status_code == 200
    head, _, tail = cookie.value.partition(".")
    browser.set_cookie(door.COOKIE, f"{head}.{tail[:-2]}xx")
    assert browser.get(PAGE).status_code == 303
    browser.set_cookie(door.COOKIE, cookie.value)
    monkeypatch.setattr(people, "SECONDS", -1)
    assert browser.get(PAGE).status_code == 303


def api_with(app: Flask, token: str) -> ApiClient:
    return ApiClient(app, "", token)


def test_an_access_token_calls_the_api_with_the_scopes_of_its_groups(openid_app: Flask, provider: Running) -> None:
    api = api_with(openid_app, provider.token(aud=AUDIENCE, groups=["research"]))
    assert api.get("/v1/organization").json["name"] == "Example"
    made = api.post("/v1/workloads", json={"name": "w", "model": "m"}, headers={"Idempotency-Key": "k"})
    assert made.status_code == 201
    assert api.get("/v1/events").status_code == 403
    owner = api_with(openid_app, provider.token(aud=AUDIENCE, groups=["root"], sub="u-18"))
    (event,) = [e for e in owner.get("/v1/events").json["items"] if e["action"] == "workload.created"]
    assert (event["actor_kind"], event["actor_id"]) == ("person", f"oidc:{PERSON['sub']}")
    both = api_with(openid_app, provider.token(aud=AUDIENCE, groups=["research", "finance"], sub="u-19"))
    assert both.post("/v1/workloads", json={"name": "w", "model": "m"}).status_code == 201


def members(app: Flask, provider: Running) -> tuple[ApiClient, list[dict[str, Any]]]:
    """Return an owner's client, and the members that it lists who signed in, but for itself."""
    owner = api_with(app, provider.token(aud=AUDIENCE, groups=["root"], sub="the-owner"))
    found = owner.get("/v1/members").json["items"]
    return owner, [member for member in found if member["subject"] not in (None, "the-owner")]


def changed(owner: ApiClient, member: dict[str, Any], **facts: str) -> None:
    path = f"/v1/members/{member['id']}"
    answer = owner.patch(path, json=facts, headers={"If-Match": owner.get(path).headers["ETag"]})
    assert answer.status_code == 200, answer.text


def test_who_signs_in_first_becomes_one_member_and_stays_it(
    openid_app: Flask, browser: Client, provider: Running
) -> None:
    for _ in range(2):
        assert follow(browser).status_code == 303
    api = api_with(openid_app, provider.token(aud=AUDIENCE, groups=["finance"]))
    assert api.get("/v1/workloads").status_code == 200
    owner, (member,) = members(openid_app, provider)
    assert (member["subject"], member["role"], member["state"]) == (PERSON["sub"], "approver", "active")
    made = [event["resource_id"] for event in owner.get("/v1/events").json["items"]]
    assert made.count(member["id"]) == 1


def test_a_deactivated_member_is_out_at_once_and_may_come_back(
    openid_app: Flask, browser: Client, provider: Running
) -> None:
    follow(browser)
    token = api_with(openid_app, provider.token(aud=AUDIENCE, groups=["finance"]))
    owner, (member,) = members(openid_app, provider)
    changed(owner, member, state="deactivated")
    assert "deactivated" in token.get("/v1/workloads").json["detail"]
    assert browser.get(PAGE).status_code == 303
    answer = follow(browser)
    assert (answer.status_code, "deactivated" in answer.text) == (403, True)
    changed(owner, member, state="active")
    assert token.get("/v1/workloads").status_code == 200
    assert follow(browser).status_code == 303


def test_a_role_taken_here_holds_whatever_the_groups_say(openid_app: Flask, provider: Running) -> None:
    token = api_with(openid_app, provider.token(aud=AUDIENCE, groups=["research", "finance"]))
    workload = {"name": "w", "model": "m"}
    assert token.post("/v1/workloads", json=workload).status_code == 201
    owner, (member,) = members(openid_app, provider)
    changed(owner, member, role="viewer")
    assert token.post("/v1/workloads", json=workload).status_code == 403
    assert token.get("/v1/workloads").status_code == 200
    changed(owner, member, role="owner")  # nor may they more than the provider says
    assert token.post("/v1/workloads", json=workload).status_code == 201
    assert token.get("/v1/events").status_code == 403


def test_nobody_changes_their_own_role_by_signing_in(openid_app: Flask, provider: Running) -> None:
    owner, _ = members(openid_app, provider)
    (own,) = [m for m in owner.get("/v1/members").json["items"] if m["subject"] == "the-owner"]
    path = f"/v1/members/{own['id']}"
    refused = owner.patch(path, json={"role": "viewer"}, headers={"If-Match": owner.get(path).headers["ETag"]})
    assert refused.status_code == 409


@pytest.mark.parametrize("verified", [True, False])
def test_an_address_known_here_is_the_same_person_only_where_it_was_verified(
    openid_app: Flask, provider: Running, verified: bool
) -> None:
    owner, _ = members(openid_app, provider)
    known = owner.post("/v1/members", json={"name": "Ada", "email": "Ada@example.com", "role": "analyst"}).json["id"]
    claims = {"groups": ["research"], "email": "ada@example.com", "email_verified": verified}
    token = api_with(openid_app, provider.token(aud=AUDIENCE, **claims))
    assert token.get("/v1/workloads").status_code == (200 if verified else 403)
    _, found = members(openid_app, provider)
    assert [member["id"] for member in found] == ([known] if verified else [])
    another = api_with(openid_app, provider.token(aud=AUDIENCE, sub="another", **claims))
    assert known in another.get("/v1/workloads").json["detail"]


def test_another_organizations_rows_are_not_there_for_a_token(openid_app: Flask, provider: Running) -> None:
    mine = api_with(openid_app, provider.token(aud=AUDIENCE, groups=["root"]))
    other = api_with(openid_app, provider.token(aud=AUDIENCE, groups=["root"], org="Other"))
    made = mine.post("/v1/workloads", json={"name": "w", "model": "m"}).json["id"]
    assert mine.get(f"/v1/workloads/{made}").status_code == 200
    assert other.get(f"/v1/workloads/{made}").status_code == 404


@pytest.mark.parametrize(
    "claims",
    [{"aud": CLIENT}, {"aud": None}, {"iss": "https://a.example"}, {"exp": 1}, {"iat": None}, {"nbf": 4_000_000_000}],
    ids=str,
)
def test_a_token_made_for_somebody_else_or_another_time_is_refused(
    openid_app: Flask, provider: Running, claims: dict[str, object]
) -> None:
    answer = api_with(openid_app, provider.token(**{"aud": AUDIENCE, **claims})).get("/v1/organization")
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_new_keys_of_the_provider_are_found_and_old_ones_end(
    openid_app: Flask, provider: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity_provider, "RETRY_SECONDS", 0.0)
    before = provider.token(aud=AUDIENCE)
    assert api_with(openid_app, before).get("/v1/organization").status_code == 200
    provider.lie(rotate=True)
    after = provider.token(aud=AUDIENCE)
    assert api_with(openid_app, after).get("/v1/organization").status_code == 200
    assert api_with(openid_app, before).get("/v1/organization").status_code == 401


def test_tokens_of_unknown_keys_do_not_have_the_provider_asked_each_time(openid_app: Flask, provider: Running) -> None:
    provider.lie(key="forged")
    forged = provider.token(aud=AUDIENCE)
    asked = provider.asked()
    for _ in range(5):
        assert api_with(openid_app, forged).get("/v1/organization").status_code == 401
    assert provider.asked() - asked <= 1


def test_keys_still_open_while_there_is_a_provider(openid_app: Flask, database: Database) -> None:
    _, key = new_organization(database, "Third")
    assert api_with(openid_app, key).get("/v1/organization").status_code == 200


def test_a_provider_that_is_away_is_said(database_url: str, tmp_path: Path) -> None:
    app = create_app(
        Settings(
            database_url=database_url, work_folder=str(tmp_path), oidc_issuer="http://127.0.0.1:9", oidc_client_id="c",
            oidc_audience="a", oidc_organization="x", oidc_roles=("*=viewer",),
        )
    )  # fmt: skip
    assert app.test_client().get("/sign-in/provider").status_code == 503
    assert api_with(app, "a.b.c").get("/v1/organization").status_code == 503
    app.extensions["crossover"].database.dispose()


def test_without_a_provider_nothing_of_it_is_served(api: ApiClient) -> None:
    browser = api.app.test_client()
    assert "/sign-in/provider" not in browser.get("/sign-in").text
    assert browser.get("/sign-in/provider").status_code == 404
    assert api_with(api.app, "a.b.c").get("/v1/organization").status_code == 401


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"OIDC_ISSUER": "http://login.example"}, "OIDC_ISSUER"),
        ({"OIDC_ISSUER": "https://login.example"}, "CROSSOVER_OIDC_CLIENT_ID"),
        ({"OIDC_ROLES": "finance=boss"}, "finance=boss"),
    ],
)
def test_half_a_configuration_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], named: str
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(f"CROSSOVER_{name}", value)
    with pytest.raises(EnvValidationError, match=named):
        Settings.from_environment()
