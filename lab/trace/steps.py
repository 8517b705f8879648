# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""A request's steps, and which function begins which. What a function does belongs to the innermost
step that it was called in."""

CLIENT = "packet to the client"
OTHER = "other"
# (step, what is in it, beginnings of names of functions that begin it)
STEPS = (
    ("accept", "taking a new connection from the backlog, with its socket and session",
     ("ktcp_listener_", "ktcp_connection_create", "kernel_accept", "inet_csk_accept", "sock_alloc")),
    ("wake and drive", "from the socket's callback to whoever serves, and from step to step",
     ("ktcp_inline_data_ready", "ktcp_socket_", "ktcp_worker_", "ktcp_drive", "ktcp_step_",
      "ktcp_blocking_", "ktcp_kthread_", "ktcp_cmwq_", "ktcp_connection_read_clock",
      "ktcp_buffers_reserve")),
    ("receive", "taking the bytes out of the socket",
     ("ktcp_receive", "tcp_read_sock", "tcp_recvmsg")),
    ("parse", "request line, fields, target",
     ("ktcp::http::Session::read_head", "ktcp::http::RequestParser", "ktcp::http::FieldMemory",
      "ktcp::http::parse_target", "ktcp::http::Session::judge", "ktcp::http::Session::begin_request")),
    ("look up", "finding what the path stands for, and proving that it still does",
     ("ktcp_files_", "ktcp_cache_", "ktcp_answer_", "ktcp_trail_", "ktcp_mark_", "ktcp_absence_",
      "ktcp_siblings_", "ktcp_shown_", "ktcp_walk", "ktcp_fill_", "ktcp_flights_",
      "ktcp_os_resource_release")),
    ("make the answer", "choosing status and representation, writing the head",
     ("ktcp::http::Session::resource", "ktcp::http::Session::answer", "ktcp::http::Session::send",
      "ktcp::http::put_", "ktcp::http::DateCache", "ktcp::http::describe")),
    ("send", "handing the bytes to TCP, which makes a packet of them",
     ("ktcp_send", "ktcp_gather_send", "ktcp_content_", "tcp_sendmsg", "__tcp_push_pending_frames",
      "__tcp_transmit_skb")),
    (CLIENT, "the packet's way up to the client's socket, which loopback does on "
     "the sender's back: not the server's, and in no sum", ("tcp_v4_rcv", "tcp_v6_rcv")),
    ("finish", "after the answer: ready for the next request, or the end of the connection",
     ("ktcp::http::Session::sent", "ktcp::http::Session::finish", "ktcp_connection_end",
      "ktcp::http::Session::end_of_input", "inet_shutdown", "tcp_close", "ktcp_send_fin",
      "ktcp_socket_events_disconnect")),
    ("timers", "deadlines", ("ktcp_deadline_",)),
)


def step_of(name):
    """The step that a function begins, or None. The longest beginning decides."""
    best, step = -1, None
    for word, _, beginnings in STEPS:
        for beginning in beginnings:
            if len(beginning) > best and name.startswith(beginning):
                best, step = len(beginning), word
    return step


class Sum:
    """Of a step: own nanoseconds, of these without the tracer's, its calls, and how many of them
    entered it from another step."""

    def __init__(self):
        self.own = self.net = self.calls = self.entered = 0


def by_step(calls, names, tracer):
    """{step: Sum}."""
    sums = {}
    for call in calls:
        count(call, OTHER, names, tracer, sums)
    return sums


def count(call, step, names, tracer, sums):
    # Below a packet's way to the client all is the client's.
    entered = step
    if step != CLIENT:
        entered = step_of(names.get(call.name, call.name)) or step
    line = sums.setdefault(entered, Sum())
    line.own += call.own
    line.net += tracer.without(call)
    line.calls += 1
    line.entered += entered != step
    for child in call.children:
        count(child, entered, names, tracer, sums)
