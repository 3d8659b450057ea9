"""A radio that takes what a test allows it to; the behaviour of the real one is tested over the virtual radio."""

import errno

FLAG_READ, FLAG_WRITE_NO_RESPONSE, FLAG_WRITE, FLAG_NOTIFY = 2, 4, 8, 16
FLAG_READ_ENCRYPTED = 0x200


class UUID:
    def __init__(self, value):
        self.value = value


class BLE:
    def __init__(self):
        self.room = 1000
        self.gone = set()
        self.sent = []  # (connection, handle, message)
        self.values = {}
        self.parted = []
        self.advertised = []
        self.may_advertise = True
        self.options = {}

    def active(self, on):
        pass

    def irq(self, handler):
        self.handler = handler

    def config(self, **settings):
        self.options.update(settings)

    def gatts_register_services(self, services):
        self.services = services
        handles, following = [], 1
        for _, characteristics in services:
            handles.append(tuple(range(following, following + len(characteristics))))
            following += len(characteristics)
        return tuple(handles)

    def gatts_set_buffer(self, handle, length):
        pass

    def gatts_write(self, handle, data, notify=False):
        self.values[handle] = bytes(data)

    def gatts_read(self, handle):
        return self.values[handle]

    def gatts_notify(self, connection, handle, data):
        if connection in self.gone:
            raise OSError(errno.ENOTCONN)
        if self.room == 0:
            raise OSError(errno.ENOMEM)
        self.room -= 1
        self.sent.append((connection, handle, bytes(data)))

    def gap_advertise(self, interval_us, data=None, resp_data=None):
        if not self.may_advertise:
            raise OSError(errno.EINVAL)
        self.advertised.append((interval_us, bytes(data), bytes(resp_data)))

    def gap_disconnect(self, connection):
        self.parted.append(connection)
        return connection not in self.gone
