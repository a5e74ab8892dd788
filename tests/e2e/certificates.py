# SPDX-License-Identifier: Apache-2.0
"""Certificate authorities of tests, and what they sign."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness import must


@dataclass
class Pair:
    """Files in PEM: a certificate, its key, and who signed it."""

    certificate: Path
    key: Path
    authority: Path


class Authority:
    """Signs for an hour or more; its files are named after it."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name
        self.own = self._files(name)
        must(
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "1", "-subj", f"/CN={name}"),
            *("-keyout", self.own.key, "-out", self.own.certificate),
        )

    def _files(self, name: str) -> Pair:
        return Pair(
            self.folder / f"{name}.crt",
            self.folder / f"{name}.key",
            self.folder / f"{self.name}.crt",
        )

    def sign(self, name: str, usage: str) -> Pair:
        """For 127.0.0.1; `usage` is serverAuth or clientAuth."""
        files = self._files(f"{self.name}-{name}")
        must(
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "1", "-subj", f"/CN={name}"),
            *("-addext", "subjectAltName=IP:127.0.0.1", "-addext", f"extendedKeyUsage={usage}"),
            *("-addext", "basicConstraints=critical,CA:FALSE"),
            *("-CA", self.own.certificate, "-CAkey", self.own.key),
            *("-keyout", files.key, "-out", files.certificate),
        )
        return files
