"""What a chain knows of clip and link, as facts for the views: live and in a replay the same."""

from __future__ import annotations

from dataclasses import replace

from hipdrop.live.updates import Facts
from hipdrop.receive.chain import Chain
from hipdrop.wording import FAULT_WORDS


def chain_facts(chain: Chain, facts: Facts) -> Facts:
    """Give `facts` with what the chain knows."""
    link, status = chain.link_counts(), chain.status
    return replace(
        facts,
        rate_hz=chain.rate_hz,
        received=int(link["samples_received"] or 0),
        lost=int(link["samples_lost"] or 0),
        recovered=int(link["samples_recovered"] or 0),
        reconnects=int(link["reconnects"] or 0),
        battery_percent=status.battery_percent if status is not None and status.battery_known else None,
        mtu=chain.counters.mtu,
        faults=tuple(text for bit, text in FAULT_WORDS.items() if status is not None and status.faults & bit),
    )
