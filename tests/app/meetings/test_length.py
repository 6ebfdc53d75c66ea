"""How long the meeting of one request lasts, set by the organiser."""

from tests.factories.timetables import make_request

LIST = "/events/spring/organise/requests"


def test_the_organiser_sets_a_length_and_takes_it_back(session, clock, cast, sign_in) -> None:
    request = make_request(session, clock, cast.pia_participant, cast.piotr_participant)
    session.commit()
    olga = sign_in(cast.olga)
    address = f"{LIST}/{request.code}/length"
    assert olga.post(address, data={"length": "2"}).status_code == 302
    session.refresh(request)
    assert request.length == 2
    assert 'value="2"' in olga.get(LIST).text
    for bad in ("0", "13", "long", "-1"):
        assert olga.post(address, data={"length": bad}).status_code == 422
    assert olga.post(address, data={"length": ""}).status_code == 302
    session.refresh(request)
    assert request.length is None


def test_nobody_else_does(session, clock, cast, client, sign_in) -> None:
    request = make_request(session, clock, cast.pia_participant, cast.piotr_participant)
    session.commit()
    address = f"{LIST}/{request.code}/length"
    for person in (cast.omar, cast.dana, cast.pia):
        assert sign_in(person).post(address, data={"length": "2"}).status_code == 403
    assert client.post(address, data={"length": "2"}).status_code in {302, 401}
    session.refresh(request)
    assert request.length is None
    assert sign_in(cast.olga).post(f"{LIST}/r-nobody/length", data={"length": "2"}).status_code == 404
