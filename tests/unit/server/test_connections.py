import socket
import threading
import time
from collections.abc import Iterator

import pytest

from hooks.server.connections import (
    LARGEST_HEAD,
    LARGEST_HELD,
    Connection,
    HungUp,
    Phase,
    Port,
    ReviewLimits,
    ReviewPort,
)

ADDRESS = ("127.0.0.1", 1)
LIMITS = ReviewLimits(places=2, bytes_at_once=100, largest_body=80)
HEAD = b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n"


@pytest.fixture(name="port")
def _port() -> Port:
    return Port(ADDRESS, 10, 0.2)


@pytest.fixture(name="reviews")
def _reviews() -> ReviewPort:
    return ReviewPort(ADDRESS, 10, 0.2, LIMITS)


@pytest.fixture(name="pair")
def _pair(port: Port) -> Iterator[tuple[Connection, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Connection(ours, ADDRESS, port, None), theirs


def held(port: Port, phase: Phase, size: int = 0) -> Connection:
    """Return a further connection that is at something, with bytes."""
    connection = Connection(socket.socket(), ADDRESS, port, None)
    connection.received += b"x" * size
    port.move(connection, phase, time.monotonic() + len(port))
    connection.sock.close()
    return connection


def started(port: Port) -> list[Connection]:
    """Start all that may be, as the worker does."""
    found = []
    for connection in port.ready():
        connection.taken = connection.size
        port.move(connection, Phase.BUSY, 0)
        found.append(connection)
    return found


def test_a_request_is_there_with_its_head(pair: tuple[Connection, socket.socket]) -> None:
    connection, peer = pair
    peer.sendall(b"POST / HTTP/1.1\r\nContent-Length: 9\r\n")
    connection.read()
    assert not connection.has_request()

    peer.sendall(b"\r\n")
    connection.read()
    assert connection.has_request()


def test_a_review_is_there_with_its_body(reviews: ReviewPort) -> None:
    connection = held(reviews, Phase.ARRIVING)
    connection.received += HEAD % 4 + b"abc"
    assert not connection.has_request()

    connection.received += b"d"
    assert connection.has_request()


@pytest.mark.parametrize(
    "head",
    [
        HEAD % (LIMITS.largest_body + 1),
        HEAD % 10**9,
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
    ],
)
def test_a_review_that_will_be_refused_is_there_without(reviews: ReviewPort, head: bytes) -> None:
    connection = held(reviews, Phase.ARRIVING)
    connection.received += head

    assert connection.has_request()


def test_a_head_is_bounded(pair: tuple[Connection, socket.socket]) -> None:
    connection, peer = pair
    peer.sendall(b"x" * (LARGEST_HEAD + 1))
    connection.read()

    assert connection.has_too_much()


def test_a_peer_that_hangs_up_without_a_head_is_gone(
    pair: tuple[Connection, socket.socket],
) -> None:
    connection, peer = pair
    peer.sendall(b"GET /")
    peer.close()

    with pytest.raises(HungUp):
        connection.read()


def test_a_thread_waits_for_a_body_as_long_as_it_may(
    pair: tuple[Connection, socket.socket],
) -> None:
    connection, peer = pair
    connection.is_patient = True
    peer.sendall(b"x")
    assert connection.recv(10) == b"x"

    started_at = time.monotonic()
    with pytest.raises(TimeoutError):
        connection.recv(10)
    assert time.monotonic() - started_at >= connection.port.read_seconds / 2


def test_a_slow_body_is_late_however_often_a_byte_comes(
    pair: tuple[Connection, socket.socket],
) -> None:
    connection, peer = pair
    connection.is_patient = True
    stop = threading.Event()

    def trickle() -> None:
        while not stop.wait(0.01):
            peer.sendall(b"x")

    sender = threading.Thread(target=trickle)
    sender.start()
    reads = iter(lambda: connection.recv(10), b"")
    with pytest.raises(TimeoutError):
        sum(map(len, reads))
    stop.set()
    sender.join()


def test_what_is_there_is_never_late(pair: tuple[Connection, socket.socket]) -> None:
    connection, peer = pair
    connection._waited_since = time.monotonic() - 3600
    peer.sendall(b"x")

    assert connection.recv(10) == b"x"


def test_a_thread_waits_for_no_peer_to_take_its_answer(
    pair: tuple[Connection, socket.socket],
) -> None:
    connection, peer = pair
    answer = b"x" * 4_000_000
    connection.sendall(answer)
    assert connection.unsent

    received = 0
    while received < len(answer):
        received += len(peer.recv(1_000_000))
        connection.flush()
    assert not connection.unsent


def test_one_of_the_most_numerous_is_dropped_the_oldest_first(port: Port) -> None:
    first, *_ = [held(port, Phase.ARRIVING) for _ in range(3)]
    for _ in range(2):
        held(port, Phase.IDLE)
    for _ in range(5):
        held(port, Phase.BUSY)

    assert port.one_too_many() is first


def test_connections_on_threads_are_not_dropped(port: Port) -> None:
    held(port, Phase.BUSY)

    assert port.one_too_many() is None


def test_of_those_that_hold_too_much_the_oldest_is_dropped(port: Port) -> None:
    held(port, Phase.ARRIVING)
    large = held(port, Phase.ARRIVING, LARGEST_HELD)
    assert port.one_too_large() is None

    held(port, Phase.ARRIVING, 1)
    assert port.one_too_large() is large


def test_those_whose_time_is_over_are_late(port: Port) -> None:
    first, second = held(port, Phase.IDLE), held(port, Phase.IDLE)
    port.move(held(port, Phase.BUSY), Phase.BUSY, 0)
    late = []
    for connection in port.late(port.held[Phase.IDLE][first]):
        late.append(connection)
        port.move(connection, Phase.OVER, 0)

    assert late == [first]
    assert port.next_deadline() == port.held[Phase.IDLE][second]


def test_the_smallest_review_is_next(reviews: ReviewPort) -> None:
    sizes = [30, 10, 20]
    waiting = {size: held(reviews, Phase.WAITING, size) for size in sizes}

    assert started(reviews) == [waiting[10], waiting[20]]
    assert started(reviews) == []
    reviews.move(waiting[10], Phase.IDLE, 0)
    assert started(reviews) == [waiting[30]]


def test_large_reviews_are_looked_at_one_by_one(reviews: ReviewPort) -> None:
    first, second = (held(reviews, Phase.WAITING, size) for size in (70, 75))

    assert started(reviews) == [first]
    reviews.move(first, Phase.IDLE, 0)
    assert started(reviews) == [second]


def test_a_review_larger_than_all_bytes_is_looked_at_alone(reviews: ReviewPort) -> None:
    large = held(reviews, Phase.WAITING, 200)

    assert started(reviews) == [large]


def test_other_requests_need_no_place(port: Port) -> None:
    waiting = [held(port, Phase.WAITING, 1000) for _ in range(5)]

    assert started(port) == waiting
