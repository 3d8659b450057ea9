"""The errors of the sensor as the host has measured them: one record of the wire, kept on the flash as it came."""

from micropython import const

from hipclip import flashfile
from hipwire import ids, records

FILE = "calibration.bin"
_MATRIX_MOST_PPM = const(100000)  # data sheets allow a few percent of scale and cross-axis: what is more, is no fit
_OFFSET_MOST_UG = const(200000)
_BIAS_MOST_UDPS = const(20000000)


def check(values, imu):
    """Raise ValueError with a text for people unless the clip can use these `records.CALIBRATION` with this sensor."""
    if values["parts"] & ids.CALIBRATED_ACC:
        for k, name in enumerate(records.ACC_MATRIX):
            one = 1000000 if k % 4 == 0 else 0
            _between(values, name, one - _MATRIX_MOST_PPM, one + _MATRIX_MOST_PPM)
        for name in records.ACC_OFFSET:
            _between(values, name, -_OFFSET_MOST_UG, _OFFSET_MOST_UG)
        _between(values, "acc_range_g", imu.ACC_RANGE_G, imu.ACC_RANGE_G)
    if values["parts"] & ids.CALIBRATED_GYR:
        for name in records.GYR_BIAS:
            _between(values, name, -_BIAS_MOST_UDPS, _BIAS_MOST_UDPS)
        _between(values, "gyr_range_dps", imu.GYR_RANGE_DPS, imu.GYR_RANGE_DPS)


def _between(values, name, least, most):
    if not least <= values[name] <= most:
        raise ValueError("%s: %d, must be from %d to %d" % (name, values[name], least, most))


class StoredCalibration:
    """The calibration in use: `record` as it came, `values` of it by name; both zeros where there is none.

    `damaged` and `error` as those of `Settings`: they stay until one is stored.
    """

    def __init__(self, imu, path=FILE):
        self._imu = imu
        self._path = path
        self.damaged = False
        self.error = ""
        self._use(bytes(records.size(records.CALIBRATION)))
        self._load()

    def store(self, record):
        """Take over and save, or nothing: WireError and ValueError say what is wrong, OSError is the flash's."""
        values = self._read(record)
        record = records.pack_calibration(values)
        if record != self.record or self.damaged:
            self._save(record)
        self._use(record)
        self.damaged, self.error = False, ""

    def _save(self, record):
        flashfile.replace(self._path, record, self.damaged)

    def _use(self, record):
        self.record = record
        self.values = records.unpack(records.CALIBRATION, record)

    def _read(self, record):
        """Give the values of a record that is whole and can be used."""
        values = records.unpack(records.CALIBRATION, record)
        if values["calibration_id"] != (records.calibration_id(record) if values["parts"] else 0):
            raise ValueError("calibration_id: must be the CRC of what is before it")
        check(values, self._imu)
        return values

    def _load(self):
        try:
            with open(self._path, "rb") as file:
                record = file.read()
        except OSError:  # none yet
            return
        try:
            self._use(records.pack_calibration(self._read(record)))
        except ValueError as error:  # or WireError, one of them
            self.damaged, self.error = True, "%s: %s" % (self._path, error)
