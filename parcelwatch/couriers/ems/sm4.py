"""SM4, the block cipher of GB/T 32907, as far as EMS wants it: a text of a hundred characters, encrypted in ECB.

What belongs here: bytes in, bytes out. The courier's choice, within TLS; nothing of ours depends on it, and no secret
of ours outlives a call, so a plain table does. A cipher of some hundred bytes a call is worth no dependency.
"""

from __future__ import annotations

from collections.abc import Sequence

BLOCK = 16
ROUNDS = 32

_WORD = 0xFFFFFFFF
_BOX = bytes.fromhex(
    "d690e9fecce13db716b614c228fb2c052b679a762abe04c3aa44132649860699"
    "9c4250f491ef987a33540b43edcfac62e4b31ca9c908e89580df94fa758f3fa6"
    "4707a7fcf37317ba83593c19e6854fa8686b81b27164da8bf8eb0f4b70569d35"
    "1e240e5e6358d1a225227c3b01217887d40046579fd327524c3602e7a0c4c89e"
    "eabf8ad240c738b5a3f7f2cef96115a1e0ae5da49b341a55ad933230f58cb1e3"
    "1df6e22e8266ca60c02923ab0d534e6fd5db3745defd8e2f03ff6a726d6c5b51"
    "8d1baf92bbddbc7f11d95c411f105ad80ac13188a5cd7bbd2d74d012b8e5b4b0"
    "8969974a0c96777e65b9f109c56ec68418f07dec3adc4d2079ee5f3ed7cb3948"
)
_FAMILY = (0xA3B1BAC6, 0x56AA3350, 0x677D9197, 0xB27022DC)
_CONSTANTS = tuple(
    int.from_bytes(bytes((4 * place + byte) * 7 & 0xFF for byte in range(4)), "big") for place in range(ROUNDS)
)


def encrypted(key: bytes, plain: bytes) -> bytes:
    """ECB with PKCS#7 padding; ValueError unless the key has sixteen bytes."""
    if len(key) != BLOCK:
        raise ValueError(f"an SM4 key has {BLOCK} bytes, not {len(key)}")
    keys = _round_keys(key)
    missing = BLOCK - len(plain) % BLOCK
    padded = plain + bytes([missing]) * missing
    return b"".join(_block(keys, padded[start : start + BLOCK]) for start in range(0, len(padded), BLOCK))


def _round_keys(key: bytes) -> list[int]:
    words = [word ^ fixed for word, fixed in zip(_words(key), _FAMILY, strict=True)]
    for constant in _CONSTANTS:
        mixed = _substituted(words[-3] ^ words[-2] ^ words[-1] ^ constant)
        words.append(words[-4] ^ mixed ^ _turned(mixed, 13) ^ _turned(mixed, 23))
    return words[4:]


def _block(keys: Sequence[int], block: bytes) -> bytes:
    one, two, three, four = _words(block)
    for key in keys:
        mixed = _substituted(two ^ three ^ four ^ key)
        spread = mixed ^ _turned(mixed, 2) ^ _turned(mixed, 10) ^ _turned(mixed, 18) ^ _turned(mixed, 24)
        one, two, three, four = two, three, four, one ^ spread
    return b"".join(word.to_bytes(4, "big") for word in (four, three, two, one))


def _words(block: bytes) -> list[int]:
    return [int.from_bytes(block[start : start + 4], "big") for start in range(0, BLOCK, 4)]


def _substituted(word: int) -> int:
    return int.from_bytes(word.to_bytes(4, "big").translate(_BOX), "big")


def _turned(word: int, bits: int) -> int:
    return (word << bits | word >> (32 - bits)) & _WORD
