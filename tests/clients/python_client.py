"""A gRPC client in another language: python_client.py ADDRESS.

Compiles proto/timebank/v1 as any integrator would, walks through the main
calls of a running server and prints `ok`. Whatever is not as the contract says
ends it with a message and exit code 1. Needs grpcio, grpcio-tools,
grpcio-status, grpcio-health-checking and grpcio-reflection.
"""

import importlib
import os
import pathlib
import sys
import tempfile
import uuid

import grpc
import grpc_tools
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)
from grpc_status import rpc_status
from grpc_tools import protoc

PROTO = pathlib.Path(__file__).resolve().parents[2] / "proto"
NAMES = ["unit", "account", "entry", "hold", "statement", "journal"]
SERVICES = {
    f"timebank.v1.{name.capitalize()}Service" for name in NAMES
}
TIMEOUT_S = 20


class Deviation(Exception):
    """The server did not do what the contract says."""


def expect(what, found, wanted):
    if found != wanted:
        raise Deviation(f"{what}: found {found!r}, wanted {wanted!r}")


def compile_contract(out):
    files = sorted(str(path) for path in (PROTO / "timebank" / "v1").glob("*.proto"))
    well_known = pathlib.Path(grpc_tools.__file__).parent / "_proto"
    command = ["protoc", f"-I{PROTO}", f"-I{well_known}", f"--python_out={out}"]
    if protoc.main(command + [f"--grpc_python_out={out}"] + files) != 0:
        raise Deviation("the contract does not compile")
    sys.path.insert(0, out)


class Client:
    """The messages and the stubs of the contract, on one channel."""

    def __init__(self, channel, run):
        token = os.environ["TIMEBANK_TOKEN"]
        self.metadata = (
            ("authorization", f"Bearer {token}"),
            ("x-actor", "python-client"),
            ("x-request-id", run),
        )
        for name in NAMES:
            messages = importlib.import_module(f"timebank.v1.{name}_pb2")
            services = importlib.import_module(f"timebank.v1.{name}_pb2_grpc")
            stub = getattr(services, f"{name.capitalize()}ServiceStub")(channel)
            setattr(self, name, messages)
            setattr(self, f"{name}_stub", stub)

    def call(self, method, request):
        return method(request, metadata=self.metadata, timeout=TIMEOUT_S)


def check_health(channel):
    stub = health_pb2_grpc.HealthStub(channel)
    reply = stub.Check(health_pb2.HealthCheckRequest(), timeout=TIMEOUT_S)
    expect("health", reply.status, health_pb2.HealthCheckResponse.SERVING)


def check_reflection(channel):
    database = ProtoReflectionDescriptorDatabase(channel)
    missing = SERVICES - set(database.get_services())
    expect("services left out of reflection", missing, set())
    found = database.FindFileContainingSymbol("timebank.v1.EntryService")
    expect("reflected package", found.package, "timebank.v1")


def open_account(client, account_id, kind):
    request = client.account.OpenAccountRequest(account_id=account_id, kind=kind)
    reply = client.call(client.account_stub.OpenAccount, request)
    expect("opened id", reply.account.account_id, account_id)
    expect("opened unit", reply.account.unit_id, "time")
    expect("opened state", reply.account.state, client.account.ACCOUNT_STATE_OPEN)
    expect("opened before", reply.replayed, False)
    return reply.account


def open_accounts(client, issuance, member):
    open_account(client, issuance, client.account.ACCOUNT_KIND_ISSUANCE)
    account = open_account(client, member, client.account.ACCOUNT_KIND_MEMBER)
    expect("the member's floor", account.floor.amount, 0)
    expect("the member's ceiling", account.ceiling.unbounded, True)


def post_request(client, debit, credit, amount):
    transfer = client.entry.Transfer(
        debit_account_id=debit, credit_account_id=credit, amount=amount
    )
    entry = client.entry.Entry(
        entry_id=str(uuid.uuid4()),
        transfers=[transfer],
        kind="service",
        tags=[client.entry.Tag(key="service", value="home-care")],
        note="a first service",
    )
    entry.effective_at.FromJsonString("2025-03-01T09:00:00+08:00")
    return client.entry.PostEntryRequest(entry=entry)


def check_post_and_repeat(client, issuance, member):
    request = post_request(client, issuance, member, 90)
    first = client.call(client.entry_stub.PostEntry, request)
    expect("posted before", first.replayed, False)
    expect("posted id", first.entry.entry_id, request.entry.entry_id)
    expect("effective time", first.entry.effective_at, request.entry.effective_at)
    expect("actor", first.entry.actor, "python-client")
    again = client.call(client.entry_stub.PostEntry, request)
    expect("repeat replayed", again.replayed, True)
    expect("repeat's sequence", again.entry.sequence, first.entry.sequence)
    return request.entry.entry_id


def error_info(error):
    status = rpc_status.from_call(error)
    if status is None:
        raise Deviation(f"the refusal has no status details: {error}")
    for detail in status.details:
        info = error_details_pb2.ErrorInfo()
        if detail.Unpack(info):
            return info
    raise Deviation("the refusal's details have no google.rpc.ErrorInfo")


def check_refusal(client, issuance, member):
    request = post_request(client, member, issuance, 91)
    try:
        client.call(client.entry_stub.PostEntry, request)
    except grpc.RpcError as error:
        expect("refusal's code", error.code(), grpc.StatusCode.FAILED_PRECONDITION)
        info = error_info(error)
        expect("refusal's reason", info.reason, "FLOOR_CROSSED")
        expect("hours available", info.metadata["available"], "90")
        expect("hours requested", info.metadata["requested"], "91")
        return
    raise Deviation("an entry that crosses the floor was posted")


def check_hold(client, issuance, member):
    request = client.hold.PlaceHoldRequest(
        hold_id=str(uuid.uuid4()),
        debit_account_id=member,
        credit_account_id=issuance,
        amount=60,
    )
    request.expires_in.FromSeconds(3600)
    placed = client.call(client.hold_stub.PlaceHold, request)
    expect("placed state", placed.hold.state, client.hold.HOLD_STATE_OPEN)
    check_balance(client, member, balance=90, held=60)
    settle = client.hold.SettleHoldRequest(hold_id=request.hold_id, amount=45)
    settled = client.call(client.hold_stub.SettleHold, settle)
    expect("settled state", settled.hold.state, client.hold.HOLD_STATE_SETTLED)
    expect("settled amount", settled.hold.settled_amount, 45)
    check_balance(client, member, balance=45, held=0)
    return request.hold_id


def check_balance(client, account, balance, held):
    request = client.statement.GetBalanceRequest(account_id=account)
    reply = client.call(client.statement_stub.GetBalance, request)
    expect("balance", reply.balance, balance)
    expect("held", reply.held, held)
    expect("available", reply.available, balance - held)


def check_statement(client, account, entry_ids):
    request = client.statement.ListPostingsRequest(
        account_id=account,
        order=client.statement.SORT_ORDER_OLDEST_FIRST,
        page_size=1,
    )
    postings = []
    while True:
        page = client.call(client.statement_stub.ListPostings, request)
        expect("page's unit", page.unit_id, "time")
        postings.extend(page.postings)
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    expect("statement's entries", [p.entry_id for p in postings], entry_ids)
    expect("statement's amounts", [p.amount for p in postings], [90, -45])
    expect("statement's balances", [p.balance for p in postings], [90, 45])


def check_journal(client, run, entry_ids):
    request = client.journal.WatchRecordsRequest(from_sequence=1)
    records = []
    for reply in client.call(client.journal_stub.WatchRecords, request):
        for stored in reply.records:
            expect("stored record", client.journal.Record.FromString(stored.stored_bytes), stored.record)
            records.append(stored.record)
    sequences = [record.sequence for record in records]
    expect("sequences", sequences, list(range(1, len(records) + 1)))
    ours = [record for record in records if record.request_id == run]
    steps = [record.WhichOneof("step") for record in ours]
    wanted = ["account_opened"] * 2 + ["entry_posted", "hold_placed", "hold_settled"]
    expect("steps of this run", steps, wanted)
    expect("actors of this run", {record.actor for record in ours}, {"python-client"})
    posted = [ours[2].entry_posted.entry_id, ours[4].hold_settled.entry.entry_id]
    expect("recorded ids", [str(uuid.UUID(bytes=id)) for id in posted], entry_ids)


def walk(address):
    run = uuid.uuid4().hex[:12]
    issuance, member = f"python-{run}:issuance:trial", f"python-{run}:member:000001"
    with tempfile.TemporaryDirectory() as out, grpc.insecure_channel(address) as channel:
        check_health(channel)
        check_reflection(channel)
        compile_contract(out)
        client = Client(channel, run)
        open_accounts(client, issuance, member)
        entry_id = check_post_and_repeat(client, issuance, member)
        check_refusal(client, issuance, member)
        hold_id = check_hold(client, issuance, member)
        check_statement(client, member, [entry_id, hold_id])
        check_journal(client, run, [entry_id, hold_id])


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: python_client.py ADDRESS")
    try:
        walk(sys.argv[1])
    except Deviation as deviation:
        sys.exit(f"error: {deviation}")
    except grpc.RpcError as error:
        sys.exit(f"error: {error.code()}: {error.details()}")
    print("ok")


if __name__ == "__main__":
    main()
