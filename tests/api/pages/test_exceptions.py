"""Steps of decisions beside the usual way, on pages: delegated votes, newer evidence, an owner's approval alone."""

from datetime import UTC, datetime, timedelta
from html import unescape

from tests.api.pages.browsing import Browser
from tests.api.pages.test_decided import value
from tests.api.pages.test_start import text
from tests.clients import ApiClient
from tests.deciding import propose, second
from tests.evaluating import evaluate, ready

HERE = "/decisions/delegations"


def test_a_vote_is_delegated_cast_for_another_and_taken_back(api: ApiClient, other_api: ApiClient) -> None:
    dana, ann, kim = second(api, "Dana", "analyst"), second(api, "Ann <b>"), second(api, "Kim", "analyst")
    decision = propose(dana, evaluate(api, ready(api)).json["id"])
    page, approver, delegate = f"/decisions/{decision['id']}", Browser.of(ann), Browser.of(kim)
    assert "Your key's role may not vote" in text(delegate.get(page).text)
    until = str(datetime.now(UTC).date() + timedelta(days=3))
    past = approver.send(HERE, delegate_id=kim.member_id, until="2020-01-01", reason="On leave")
    assert past.status_code == 422
    assert 'value="On leave"' in past.text
    assert "Name a day from" in past.text
    assert approver.send(HERE, delegate_id=kim.member_id, until=until, reason="On leave").location == HERE
    assert "Ann &lt;b&gt;" in delegate.get(HERE).text
    assert "Let somebody vote for you" not in delegate.get(HERE).text, "who may not vote has no vote to give"
    assert "asks for the vote of Ann <b>, which you may cast, until" in unescape(delegate.get("/").text)
    assert "asks for your vote until" in text(approver.get("/").text)
    assert "which you may cast" not in text(Browser.of(dana).get("/").text), "nobody lets them vote"
    assert "Ann" not in Browser.of(other_api).get(HERE).text
    shown = delegate.get(page).text
    assert "for Ann &lt;b&gt;, who let you" in shown
    assert "for yourself" not in shown
    said = {"vote": "approve", "digest": decision["digest"]}
    ended = f"{HERE}/{approver.get(HERE).text.partition(f'{HERE}/')[2].partition('/end')[0]}/end"
    assert delegate.send(ended).status_code == 403, "it is taken back by who gave it"
    assert delegate.send(f"{page}/votes", **said).status_code == 403, "for nobody else they may not"
    assert delegate.send(f"{page}/votes", **said, on_behalf_of=ann.member_id).location == page
    assert "Kim for Ann &lt;b&gt;: approve" in text(delegate.get(page).text)
    assert api.get(f"/v1{page}").json["state"] == "approved"
    assert "which you may cast" not in text(delegate.get("/").text)
    assert approver.send(ended).location == HERE
    assert "taken back" in text(approver.get(HERE).text)


def test_a_proposal_moves_onto_a_newer_evaluation(api: ApiClient) -> None:
    dana, workload = second(api, "Dana", "analyst"), ready(api)
    decision = propose(dana, evaluate(api, workload).json["id"])
    page, browser = f"/decisions/{decision['id']}", Browser.of(dana)
    seen = browser.get(page).text
    assert "A newer evaluation is there" not in seen
    newer = evaluate(api, workload, policy={"margin": "0.11"}).json["id"]
    shown = browser.get(page).text
    assert "A newer evaluation is there" not in Browser.of(second(api, "Ann")).get(page).text, "it is the proposer's"
    said = {"etag": value(shown, "etag"), "evaluation_id": newer, "option": decision["option"]}
    assert f'<option value="{decision["option"]}" selected>' in shown
    stale = browser.send(f"{page}/rebase", **said | {"etag": "v0-proposed"})
    assert stale.status_code == 409
    assert "moved on meanwhile" in stale.text
    led = browser.send(f"{page}/rebase", **said)
    assert led.location == page, text(led.text)
    assert f'Dana moved it onto <a href="/evaluations/{newer}">' in browser.get(page).text
    assert api.get(f"/v1{page}").json["evaluation_id"] == newer


def test_an_owner_approves_alone_and_somebody_else_reviews_it(api: ApiClient) -> None:
    dana, olga, lee = second(api, "Dana", "analyst"), second(api, "Olga", "owner"), second(api, "Lee")
    decision = propose(dana, evaluate(api, ready(api)).json["id"])
    page, owner, approver = f"/decisions/{decision['id']}", Browser.of(olga), Browser.of(lee)
    assert "Approve alone" not in approver.get(page).text
    said = {"digest": decision["digest"], "because": "Units go at noon"}
    assert approver.send(f"{page}/break-glass", **said).status_code == 403
    assert owner.send(f"{page}/break-glass", **said | {"because": ""}).status_code == 422
    assert owner.send(f"{page}/break-glass", **said).location == page
    shown = text(owner.get(page).text)
    assert "Approved by an owner alone Olga: Units go at noon" in shown
    assert "What your review found" not in shown, "nobody reviews their own"
    assert owner.send(f"{page}/review", review="Fine").status_code == 403
    assert "What your review found" in approver.get(page).text
    assert approver.send(f"{page}/review", review="Nothing else was to be had").location == page
    assert "Reviewed by Lee: Nothing else was to be had" in text(approver.get(page).text)
