"""Checks a file of audit entries with proof by nothing of ours: hashes by the standard library, the signature by openssl.

check-proof.py PROOF-FILE PUBLIC-KEY-FILE prints one line for each entry, and fails where the checkpoint is not signed.
"""

import base64
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile

# What openssl wants before the 32 bytes of an Ed25519 key (RFC 8410).
KEY_HEAD = bytes.fromhex("302a300506032b6570032100")


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def signed(text, signature, key):
    with tempfile.TemporaryDirectory() as directory:
        place = pathlib.Path(directory)
        (place / "text").write_bytes(text)
        (place / "signature").write_bytes(signature)
        (place / "key").write_bytes(KEY_HEAD + key)
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-rawin"]
        command += ["-inkey", place / "key", "-in", place / "text", "-sigfile", place / "signature"]
        return subprocess.run(command, stdout=subprocess.DEVNULL).returncode == 0


def root_by_path(index, size, leaf, path):
    """RFC 9162, section 2.1.3.2."""
    place, last, found = index, size - 1, leaf
    for neighbour in path:
        if last == 0:
            return None
        if place % 2 == 1 or place == last:
            found = sha256(b"\x01", neighbour, found)
            while place % 2 == 0 and place != 0:
                place, last = place >> 1, last >> 1
        else:
            found = sha256(b"\x01", found, neighbour)
        place, last = place >> 1, last >> 1
    return found if last == 0 else None


proof = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf8"))
name, key_id, encoded = pathlib.Path(sys.argv[2]).read_text(encoding="utf8").strip().split("+", 2)
key = base64.b64decode(encoded)[1:]
text, signatures = proof["checkpoint"].split("\n\n")
origin, size, root = text.split("\n")
signer, signature = signatures.strip().removeprefix("\u2014 ").split(" ")
raw = base64.b64decode(signature)
if (origin, signer, raw[:4].hex()) != (name, name, key_id) or not signed((text + "\n").encode(), raw[4:], key):
    sys.exit("the checkpoint is not signed with this key")
for item in proof["entries"]:
    canonical = json.dumps(item["entry"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    leaf = sha256(b"\x00", canonical.encode("utf8"))
    path = [base64.b64decode(line) for line in item["path"]]
    proved = root_by_path(item["index"], int(size), leaf, path) == base64.b64decode(root)
    print(item["entry"]["id"], "proved" if proved else "wrong")
