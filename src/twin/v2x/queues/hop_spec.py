"""One hop and one message as data."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from twin.assumed import Assumed
from twin.spec import Spec
from twin.v2x.queues.delay import DelaySpec

Ints = npt.NDArray[np.int64]


class HopSpec(Spec):
    """One hop: a finite queue before a line of fixed rate, then a random delay to the next node."""

    rate_mbps: float = Field(ge=0.01, le=1e6)
    """Rate of the line in 10^6 bit/s; a message occupies it for its bits divided by the rate, in whole microseconds."""

    delay_s: DelaySpec
    """Delay from the end of transmission to delivery at the next node: propagation, switching and all else on the way."""

    loss_probability: float = Field(ge=0.0, le=1.0)
    """Probability that a fragment is lost on the line (after it has occupied it), independent of all others."""

    queue_messages: int = Field(default=1000, ge=1, le=20_000)
    """Room for this many messages, waiting and in transmission; one that finds none is dropped.

    Source: 1000 is the default transmit queue of an Ethernet interface in Linux, in packets.
    """

    discard: Literal["newest", "oldest"] = "newest"
    """Whom a full queue drops: ``newest`` the message that comes, ``oldest`` the one that has waited longest, of the least
    urgent class that waits; a message in transmission stays. Choice: the newest, as Ethernet interfaces and Eclipse Paho do
    unless told otherwise (``deleteOldestMessages`` is off); lists of objects lose their worth with age, which speaks for
    ``oldest``."""

    qos: Literal[0, 1] = 0
    """Quality of service as MQTT counts it (3.1.1, section 4.3): 0 sends once, 1 until it is acknowledged or ``retries`` are
    used up, so that a message can arrive more than once; the further copies are counted and go no further. The message is
    delivered when its first unharmed transmission arrives. A message lost to an outage (``drop``) is sent again as well; one
    that a full queue drops is not.

    Choice: 0, the least that MQTT demands of both ends.
    """

    retry_s: Annotated[float, Assumed.times(0.2, 5.0)] = Field(default=1.0, ge=0.001, le=600.0)
    """With ``qos`` 1, time from the end of a transmission to its repetition when no acknowledgement has come. An
    acknowledgement that is not lost counts as in time; it is lost with the probability of one fragment.

    Assumption: 1 s, the least retransmission timeout of TCP (RFC 6298, section 2.4). MQTT 3.1.1 itself sends again on
    reconnection only (section 4.4) and leaves losses in between to TCP; MQTT-SN 1.2 repeats after 10 to 15 s.
    """

    retries: Annotated[int, Assumed.between(1, 5)] = Field(default=3, ge=0, le=100)
    """With ``qos`` 1, repetitions of one message at most. Assumption: 3, the least that MQTT-SN 1.2 recommends (3 to 5)."""

    during_outage: Literal["store", "drop"] = "store"
    """What becomes of messages while the line is out (``outages``).

    ``store``: they wait in the queue until it is back, ``discard`` says which are dropped when it is full (``overflow``), and
    one whose transmission was broken off is sent again from its beginning: MQTT (3.1.1, section 4.4), which the cloud-control
    platform specification names, as Eclipse Paho does. ``drop``: what waits, is under way or comes is lost (``outage``):
    datagrams (UDP).
    """


class MessageSpec(Spec):
    """Size of a roadside safety message (RSM, T/CSAE 53-2020) that carries an object list.

    Sizes measured on a UPER encoding of a reconstruction of the RSM structure: 20 B + 28.7 B for each participant (16
    participants 480 B); 20.5 B with the mandatory fields only, 38 B with all of them. The project's own encoding, of 16
    participants 460 B (``message_set``), is on the wire up to 10 % smaller: docs/messages.md.
    """

    bytes_header: float = Field(default=20.0, ge=0.0, le=10_000.0)
    """Bytes of an RSM without participants. Source: measured, see above."""

    bytes_per_object: float = Field(default=28.7, ge=0.0, le=10_000.0)
    """Bytes for each participant. Source: measured, see above."""

    bytes_lower_layers: float = Field(default=66.0, ge=0.0, le=10_000.0)
    """Bytes around each fragment on the wire.

    Source: UDP 8 (RFC 768), IPv4 20 (RFC 791), Ethernet header, check sum, preamble and gap 38 (IEEE 802.3).
    """

    bytes_security: Annotated[float, Assumed.between(0.0, 200.0)] = Field(default=0.0, ge=0.0, le=10_000.0)
    """Bytes of the security envelope of each fragment.

    Assumption: none on the operator's own lines. A signed broadcast has some 96 B with a digest of its certificate and 200 B
    with the certificate (IEEE 1609.2; docs/messages.md).
    """

    own_participants: int = Field(default=1, ge=0, le=255)
    """Participants in every list besides the observed ones: an RSM always holds the roadside unit itself (ptcId 0)."""

    participants_per_fragment: int = Field(default=16, ge=1, le=100_000)
    """A longer list is cut into fragments. Source: ParticipantList has SIZE(1..16) in T/CSAE 53-2020."""

    def fragments(self, objects: npt.NDArray[np.integer]) -> Ints:
        """Return the number of fragments of lists with this many observed objects, (n,); at least one."""
        participants = objects.astype(np.int64) + self.own_participants
        return np.maximum(-(-participants // self.participants_per_fragment), 1)

    def size_bytes(self, objects: npt.NDArray[np.integer]) -> Ints:
        """Return the bytes on the wire of lists with this many observed objects, all fragments together, (n,)."""
        participants = objects.astype(np.int64) + self.own_participants
        around = self.bytes_header + self.bytes_security + self.bytes_lower_layers
        size = self.fragments(objects) * around + participants * self.bytes_per_object
        return np.ceil(np.round(size, 6)).astype(np.int64)
