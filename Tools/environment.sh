# Sourced by the commands beside it: what has to be there before the first build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Debian and Ubuntu packages: headers to build against, and pip, which fetches the base models.
packages=(libpng-dev libjpeg-dev libwebp-dev zlib1g-dev)

# Release for both: numeric code is slow without the optimiser.
build_flags=(-c release --explicit-target-dependency-import-check error)

say() { printf '%s\n' "$*" >&2; }

install_packages() {
  local missing=() package
  # Asked only before a build: pip takes a while to answer.
  python3 -m pip --version >/dev/null 2>&1 || packages+=(python3-pip)
  if ! command -v apt-get >/dev/null; then
    say "No apt-get here: libpng, libjpeg-turbo, libwebp and zlib, with their headers, are taken to be installed."
    return
  fi
  for package in "${packages[@]}"; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  local become=()
  if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
      become=(sudo)
    else
      say "Packages are missing, and installing them needs root. Run this once, then try again:"
      say "  apt-get update && apt-get install -y ${missing[*]}"
      exit 69
    fi
  fi
  say "Installing ${missing[*]}"
  "${become[@]}" apt-get update -q >&2
  DEBIAN_FRONTEND=noninteractive "${become[@]}" apt-get install -y -q "${missing[@]}" >&2
}

require_swift() {
  command -v swift >/dev/null && return
  say "swift is not on the PATH: install a Swift 6 toolchain from swift.org, then try again."
  exit 69
}

binary=.build/release/caption

# Builds the release binary where a source is newer than it. What the compiler says is shown only when it fails.
build_binary() {
  if [ -x "$binary" ] && [ -z "$(find Package.swift Sources -newer "$binary" -print -quit)" ]; then return; fi
  require_swift
  install_packages
  say "Building caption (some minutes the first time)"
  local log
  log=$(mktemp)
  # With the Swift libraries linked in, the binary runs where no toolchain is.
  if ! swift build "${build_flags[@]}" --static-swift-stdlib --product caption >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    exit 70
  fi
  rm -f "$log"
  touch "$binary"
}
