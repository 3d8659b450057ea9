"""How full the battery is."""

from hipclip.battery import Battery, percent_of


class Settings:
    def get(self, name):
        return {"low_battery_percent": 15, "empty_battery_percent": 3}[name]


class Cell:
    mv = 3900

    def read(self):
        return self.mv


def battery():
    cell = Cell()
    return cell, Battery(cell.read, Settings())


def test_the_curve_has_its_points_and_is_straight_between():
    assert [percent_of(mv) for mv in (4200, 3950, 3750, 3550, 3325, 3100, 3000)] == [100, 100, 53, 6, 3, 0, 0]


def test_it_never_rises_while_the_voltage_falls():
    percents = [percent_of(mv) for mv in range(4300, 2900, -1)]
    assert percents == sorted(percents, reverse=True)
    assert set(percents) <= set(range(101))


def test_low_is_told_once_and_comes_back_only_well_above():
    cell, watched = battery()
    told = []
    for cell.mv in (3700, 3580, 3570, 3590, 3620, 3640, 3570):  # 41, 13, 10, 15, 22, 27, 10 percent
        told.append((watched.sample(), watched.low))
    assert told == [
        (False, False), (True, True), (False, True), (False, True), (False, True), (False, False), (True, True),
    ]  # fmt: skip


def test_empty_takes_three_readings_in_a_row():
    cell, watched = battery()
    seen = []
    for cell.mv in (3200, 3200, 3600, 3200, 3200, 3200):  # the motor may pull it down for a moment
        watched.sample()
        seen.append(watched.empty)
    assert seen == [False, False, False, False, False, True]


def test_what_is_not_measured_is_not_known():
    cell, watched = battery()
    for cell.mv in (None, 0, 2400):
        assert watched.sample() is False
        assert (watched.mv, watched.percent, watched.low, watched.empty) == (None, None, False, False)
