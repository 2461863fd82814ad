"""Write pictures and sounds to try the example with: nothing is downloaded, and only Python is needed.

The pictures are of sums of waves, with a gradient that shows what a thumbnail does to it; the
sounds are chords, some loud and some quiet. One picture is damaged. The same number makes the same.
"""

import argparse
import math
import struct
import wave
import zlib
from array import array
from pathlib import Path

RATE = 22_050


def chunk(kind, data):
    """A piece of a PNG file."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def picture(number, width=960, height=640):
    """A PNG file's bytes."""
    across = [math.sin(x / (23 + 5 * number)) for x in range(width)]
    rows = bytearray()
    for y in range(height):
        down = math.cos(y / (17 + 3 * number))
        rows.append(0)
        for x in range(width):
            level = across[x] + down
            rows += bytes((int(127 + 60 * level), 255 * x // width, 255 * y // height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(bytes(rows), 6))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body + chunk(b"IEND", b"")


def sound(path, number, seconds=6):
    """A WAV file: a chord that fades, louder with each number."""
    loud = 2_000 + 3_000 * (number % 5)
    tones = [220 * 2 ** ((number + step) / 12) for step in (0, 4, 7)]
    samples = array("h")
    for at in range(RATE * seconds):
        time = at / RATE
        tone = sum(math.sin(2 * math.pi * hertz * time) for hertz in tones) / len(tones)
        samples.append(int(loud * tone * math.exp(-time / 4)))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())


def main():
    """Write the files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=Path("media"), help="default: media")
    parser.add_argument("--number", type=int, default=3, help="of pictures, and of sounds (default: 3)")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for number in range(options.number):
        (options.folder / f"picture-{number}.png").write_bytes(picture(number))
        sound(options.folder / f"sound-{number}.wav", number)
    (options.folder / "broken.png").write_bytes(picture(0, 64, 64)[:200])
    print(f"{2 * options.number + 1} files in {options.folder}")


if __name__ == "__main__":
    main()
