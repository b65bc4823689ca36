"""Zip archives of kinds that wheels may come in: Fixtures/archives.   python Tools/make_fixtures/archives.py

Made by CPython's zipfile and zlib alone. `zeros.deflate` is raw deflate, for archives that a test puts together itself.
"""
import io
import pathlib
import zipfile
import zlib

OUT = pathlib.Path(__file__).resolve().parents[2] / "Fixtures/archives"
TEXT = b"".join(b"line %d\n" % n for n in range(200))
DATE = (2026, 1, 1, 0, 0, 0)


class Unseekable(io.RawIOBase):
    """What a pipe is: zipfile then writes sizes and checksum behind the content (general purpose bit 3)."""

    def __init__(self):
        self.data = b""

    def writable(self):
        return True

    def write(self, data):
        self.data += bytes(data)
        return len(data)


def fill(target, comment=b""):
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = comment
        archive.writestr(zipfile.ZipInfo("stored.txt", DATE), TEXT, zipfile.ZIP_STORED)
        archive.writestr(zipfile.ZipInfo("directory/", DATE), b"", zipfile.ZIP_STORED)
        archive.writestr(zipfile.ZipInfo("directory/déflated.txt", DATE), TEXT, zipfile.ZIP_DEFLATED)
        archive.writestr(zipfile.ZipInfo("empty.txt", DATE), b"", zipfile.ZIP_DEFLATED)


def seekable(**options):
    data = io.BytesIO()
    fill(data, **options)
    return data.getvalue()


OUT.mkdir(exist_ok=True)
pipe = Unseekable()
fill(pipe)
(OUT / "streamed.zip").write_bytes(pipe.data)
# An end-of-central-directory record within the comment of the true one.
(OUT / "comment.zip").write_bytes(seekable(comment=b"PK\5\6" + bytes(18) + b" is not the end"))
# Whatever is above the limit goes to zip64 fields: with a limit of 100 bytes, that of small files does.
zipfile.ZIP64_LIMIT = 100
(OUT / "zip64.zip").write_bytes(seekable())
compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
(OUT / "zeros.deflate").write_bytes(compressor.compress(bytes(1_000_000)) + compressor.flush())
(OUT / "content.txt").write_bytes(TEXT)
