"""One picture → thumbnails as WebP; one sound or video → Opus at one loudness, and a picture of it.

Everything goes to `out`, with `out/report.json` that tells what became of the file. Exit code 1: it is
damaged, or it is neither.
"""

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

WIDTHS = (640, 320, 160)
QUALITY = 80
LOUDNESS = -16  # LUFS: what podcasts and streaming players expect
PICTURES = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".tif", ".tiff", ".bmp"}
LENGTH = re.compile(r"Duration: (\d+):(\d+):(\d+\.\d+)")
MEASURED = re.compile(r"\{[^{}]*\}")


def thumbnails(file, out):
    """Thumbnails as wide as `WIDTHS`, none larger than the picture; what was written."""
    from PIL import Image, ImageOps

    with Image.open(file) as opened:
        picture = ImageOps.exif_transpose(opened).convert("RGB")
    written = {}
    for width in WIDTHS:
        if width <= picture.width:
            small = picture.copy()
            small.thumbnail((width, picture.height))
            name = f"{file.stem}-{width}.webp"
            small.save(out / name, quality=QUALITY)
            written[name] = list(small.size)
    return {"kind": "picture", "size": list(picture.size), "thumbnails": written}


def ffmpeg(*arguments):
    """What ffmpeg says; its last line where it fails."""
    import imageio_ffmpeg

    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostdin", "-y", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        raise ValueError(done.stderr.strip().splitlines()[-1])
    return done.stderr


def transcode(file, out):
    """The sound as Opus at one loudness, and a picture of its course; measured first, so that it only gets
    louder or quieter as a whole."""
    goal = f"loudnorm=I={LOUDNESS}:TP=-1.5:LRA=20:print_format=json"
    said = ffmpeg("-i", file, "-vn", "-af", goal, "-f", "null", "-")
    found = json.loads(MEASURED.findall(said)[-1])
    known = ":".join(
        f"measured_{name}={found[f'input_{name.lower()}']}" for name in ("I", "TP", "LRA", "thresh")
    )
    level = f"{goal}:{known}:offset={found['target_offset']}:linear=true"
    sound, course = out / f"{file.stem}.opus", out / f"{file.stem}.png"
    ffmpeg("-i", file, "-vn", "-af", level, "-ar", 48_000, "-c:a", "libopus", "-b:a", "64k", sound)
    ffmpeg("-i", sound, "-filter_complex", "showwavespic=s=800x160", "-frames:v", 1, course)
    hours, minutes, seconds = map(float, LENGTH.search(said).groups())
    length = hours * 3600 + minutes * 60 + seconds
    return {"kind": "sound", "seconds": length, "loudness_before": float(found["input_i"])}


def main():
    """Convert one file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    file, out = parser.parse_args().file, Path("out")
    out.mkdir(exist_ok=True)
    convert = thumbnails if file.suffix.lower() in PICTURES else transcode
    try:
        report = {"file": file.name, **convert(file, out)}
    except (OSError, ValueError, SyntaxError) as error:  # Pillow's word for a broken PNG is SyntaxError
        for left in out.iterdir():
            left.unlink()
        sys.exit(f"{file.name} cannot be converted: {error}")
    (out / "report.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(report))
    return 0


if __name__ == "__main__":
    sys.exit(main())
