"""The USB link on this program's own input and output, its clock forty times too quick: run by test_clip_usb.py."""

import time

from small_clip import Clip

from hipclip import commands, sender, status, stream, usb

QUICK = 40


class Time:
    """Real time, made quick."""

    def ticks_ms(self):
        return time.ticks_ms() * QUICK

    def ticks_us(self):
        return time.ticks_us() * QUICK

    ticks_diff = staticmethod(time.ticks_diff)
    ticks_add = staticmethod(time.ticks_add)


quick = Time()
for module in (commands, sender, status, stream, usb):
    module.time = quick  # small_clip's clock stands still

clip = Clip(kept=300)
link = usb.UsbLink(clip)
print("printed text before anything else")
fed = begun_ms = slowest_ms = 0
while not clip.left:
    now_ms = quick.ticks_ms()
    if clip.stream.running:
        begun_ms = begun_ms or now_ms
        due = time.ticks_diff(now_ms, begun_ms) * 208 // 1000 - fed
        clip.sampler.feed(due)
        fed += due
    before_ms = time.ticks_ms()
    link.turn()
    clip.sender.turn()
    slowest_ms = max(slowest_ms, time.ticks_diff(time.ticks_ms(), before_ms))
    time.sleep_ms(1)
print(clip.left[0], "garbage", link.garbage, "slowest turn", slowest_ms, "ms")
try:
    time.sleep(60)
except KeyboardInterrupt:
    print("interrupted")
    time.sleep(60)  # a port that closes loses what is in it
