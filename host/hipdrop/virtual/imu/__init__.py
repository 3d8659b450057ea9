"""Register models of the sensors, fed with a recording."""

from __future__ import annotations

from hipdrop.virtual.imu.base import ImuModel, Nack
from hipdrop.virtual.imu.feed import Feed
from hipdrop.virtual.imu.lsm6ds3trc import Lsm6ds3trcModel
from hipdrop.virtual.imu.lsm6dsox import Lsm6dsoxModel
from hipdrop.virtual.imu.mpu6886 import Mpu6886Model

MODELS: dict[str, type[ImuModel]] = {
    "lsm6dsox": Lsm6dsoxModel,
    "lsm6ds3trc": Lsm6ds3trcModel,
    "mpu6886": Mpu6886Model,
}

__all__ = ["MODELS", "Feed", "ImuModel", "Lsm6ds3trcModel", "Lsm6dsoxModel", "Mpu6886Model", "Nack"]
