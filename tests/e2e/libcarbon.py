# SPDX-License-Identifier: Apache-2.0
"""libcarbon.so as another language calls it: by src/capi/carbon_kube.h alone."""

from __future__ import annotations

import ctypes as c
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from harness import REPOSITORY

LIBRARY = REPOSITORY / "build" / "release" / "src" / "libcarbon.so"
ABI_VERSION = 1
ERROR_SIZE = 256


class Text(c.Structure):
    _fields_ = (("data", c.c_char_p), ("size", c.c_size_t))

    @classmethod
    def of(cls, text: str) -> Text:
        data = text.encode()
        return cls(data, len(data))


class Node(c.Structure):
    _fields_ = (("region", Text), ("instance_type", Text), ("zone", Text))


class Pod(c.Structure):
    _fields_ = (
        ("cpu_millicores", c.c_int64),
        ("memory_bytes", c.c_int64),
        ("run_milliseconds", c.c_int64),
    )


class Names(c.Structure):
    _fields_ = (("bytes", c.c_char_p), ("ends", c.POINTER(c.c_uint32)), ("count", c.c_size_t))


@dataclass
class Scored:
    values: list[float]  # NaN where unknown
    scores: list[int]
    unknown: int


class Ranker:
    """A carbon_ranker; raises ValueError with the library's own words."""

    def __init__(self, options: str = "") -> None:
        self.library = c.CDLL(str(LIBRARY))
        assert self.library.carbon_abi_version() == ABI_VERSION
        self.library.carbon_ranker_open.restype = c.c_void_p
        error = c.create_string_buffer(ERROR_SIZE)
        self.handle = c.c_void_p(
            self.library.carbon_ranker_open(Text.of(options), error, c.c_size_t(ERROR_SIZE))
        )
        if not self.handle:
            raise ValueError(error.value.decode())

    def close(self) -> None:
        self.library.carbon_ranker_close(self.handle)

    def load_zones(self, zones: str) -> None:
        error = c.create_string_buffer(ERROR_SIZE)
        self._check(
            self.library.carbon_load_zones(
                self.handle, Text.of(zones), error, c.c_size_t(ERROR_SIZE)
            ),
            error,
        )

    def upsert(self, name: str, region: str = "", instance_type: str = "", zone: str = "") -> None:
        error = c.create_string_buffer(ERROR_SIZE)
        node = Node(Text.of(region), Text.of(instance_type), Text.of(zone))
        self._check(
            self.library.carbon_upsert_node(
                self.handle, Text.of(name), c.byref(node), error, c.c_size_t(ERROR_SIZE)
            ),
            error,
        )

    def score(self, pod: Pod, now_milliseconds: int, nodes: Sequence[str]) -> Scored:
        count = len(nodes)
        parts = [node.encode() for node in nodes]
        ends = (c.c_uint32 * count)()
        total = 0
        for i, part in enumerate(parts):
            total += len(part)
            ends[i] = total
        names = Names(b"".join(parts), ends, count)
        values = (c.c_double * count)()
        scores = (c.c_uint8 * count)()
        unknown = c.c_size_t()
        error = c.create_string_buffer(ERROR_SIZE)
        self._check(
            self.library.carbon_score(
                *(self.handle, c.byref(pod), c.c_int64(now_milliseconds), c.byref(names)),
                *(values, scores, c.byref(unknown), error, c.c_size_t(ERROR_SIZE)),
            ),
            error,
        )
        return Scored(list(values), list(scores), unknown.value)

    def explain(self, pod: Pod, now_milliseconds: int, node: str) -> dict[str, Any]:
        size = 4096
        text = c.create_string_buffer(size)
        status = self.library.carbon_explain(
            *(self.handle, c.byref(pod), c.c_int64(now_milliseconds), Text.of(node)),
            *(text, c.c_size_t(size), None),
        )
        assert status == 0
        return json.loads(text.value)

    @staticmethod
    def _check(status: int, error: c.Array[c.c_char]) -> None:
        if status != 0:
            raise ValueError(error.value.decode())


def known(values: Sequence[float]) -> list[float]:
    return [value for value in values if not math.isnan(value)]
