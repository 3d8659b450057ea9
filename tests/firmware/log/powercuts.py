"""Power cuts: powercuts.py SEED CUTS LONGEST_S FOLDER. The same run again and again on one flash, each time cut off.

Prints a line of JSON for each life, and copies its run out right after the cut; at the end, all runs once more.
"""

import json
import os
import random
import sys
import time

import disk
from simrun import SETTINGS, Clip

from hipclip import runs

_graves = []  # what was open when the power went is not to be closed by the garbage collector, on a flash in use again
PUTS_IN_1_S = 12  # about, without raw frames


def life(flash, plan, number_of_puts):
    """Switch on, erase a run now and then, record; give what happened."""
    flash.puts = 0
    flash.cut_at = 1 + random.randrange(number_of_puts)
    told = {"number": 0, "erasing": 0, "erased": 0, "state": 0, "cut": False, "due": 0, "events": 0}
    clip = None
    try:
        clip = Clip(dict(SETTINGS, log_raw=plan["raw"]))
        kept = [entry[0] for entry in runs.list_runs()]
        if kept and random.random() < plan["erases"]:
            told["erasing"] = random.choice(kept)
            runs.erase(told["erasing"])
            told["erased"] = told["erasing"]
        assert clip.begin(), clip.log.reason
        clip.go(plan["us"])
        told["state"] = clip.log.state
        clip.finish()
    except disk.PowerCut:
        told["cut"] = True
    _graves.append((clip, flash))
    if clip:
        told["number"] = clip.log.number
        told["due"], told["events"], told["lost"] = clip.sampler.due(), clip.events, clip.sampler.lost
        told["refused"] = clip.log.lost
        told["raw"], told["raw_on"] = clip.log.marks != 0, told["cut"] and len(clip.sampler.sinks) > 0
    return told


def main(seed, cuts, longest_s, out):
    random.seed(seed)
    time.now_us = random.randrange(1 << 31)
    plan = {
        "us": random.randrange(2000000, 1000000 * longest_s), "raw": seed % 4 == 3, "erases": 0.2,
        "erase_us": random.choice((45000, 45000, 200000, 400000)),
    }  # fmt: skip
    flash = disk.fresh()
    flash.erase_us = plan["erase_us"]
    done = 0
    while done < cuts:
        puts = plan["us"] * PUTS_IN_1_S * (4 if plan["raw"] else 1) // 1000000
        told = life(flash, plan, puts)
        done += told["cut"]
        told["at_us"] = time.now_us
        time.now_us += 1000000
        flash = disk.again(erase_us=plan["erase_us"])
        told["plan"] = dict(plan)
        told["listed"] = list(runs.list_runs())
        name = runs.path(told["number"])
        told["file"] = ""
        if told["number"] in [entry[0] for entry in told["listed"]]:
            told["file"] = "%s/%d.run" % (out, told["number"])
            disk.copy(name, told["file"])
        print(json.dumps(told))
    for entry in runs.list_runs():
        disk.copy(runs.path(entry[0]), "%s/%d.kept" % (out, entry[0]))


os.chdir(sys.argv[4])
main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
