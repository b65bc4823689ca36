# Sourced by the commands beside it: what has to be there before the first build, and the build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Debian and Ubuntu packages: headers to build against, and pip, which fetches the base models.
packages=(
  libpng-dev libjpeg-dev libwebp-dev zlib1g-dev libssl-dev libcurl4-openssl-dev
)

# Release for all: numeric code is slow without the optimiser. Tools/caption and Tools/test share one build, so that
# neither compiles again what the other did.
build_flags=(-c release --explicit-target-dependency-import-check error)
scratch=.build
binary=$scratch/release/caption

# After the interrupted command has ended.
trap 'say; exit 130' INT

say() { printf '%s\n' "$*" >&2; }

install_packages() {
  local missing=() package
  # Asked only before a build: pip takes a while to answer.
  python3 -m pip --version >/dev/null 2>&1 || packages+=(python3-pip)
  if ! command -v apt-get >/dev/null; then
    say "No apt-get here: libpng, libjpeg-turbo, libwebp, zlib, OpenSSL and libcurl, with their headers, are taken to be installed."
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

# Copies standard input to the file $1 and shows its last step, such as "[214/530] Compiling TextDecoding": on a terminal
# in one line that changes in place, elsewhere in a line every 15 seconds.
show_progress() {
  local log=$1 part line= step=planning period=15 next=$((SECONDS + 15)) columns
  if [ -t 2 ]; then
    period=1
    columns=$(tput cols 2>/dev/null || echo 80)
  fi
  local state=0 begun=$SECONDS
  while [ "$state" -eq 0 ] || [ "$state" -gt 128 ]; do
    # More than 128: the time is up, and the line may have begun.
    state=0
    IFS= read -r -t "$period" part || state=$?
    line+=$part
    if [ "$state" -eq 0 ]; then
      printf '%s\n' "$line" >>"$log"
      if [[ $line =~ ^\[[0-9]+/[0-9]+\]\ (Compiling|Linking) ]]; then step=$line; fi
      line=
    fi
    if [ -t 2 ]; then
      part="$step ($((SECONDS - begun)) s)"
      printf '\r\e[K%s' "${part:0:columns-1}" >&2
    elif [ "$SECONDS" -ge "$next" ]; then
      say "  $step ($((SECONDS - begun)) s)"
      next=$((SECONDS + period))
    fi
  done
  printf '%s' "$line" >>"$log"
  if [ -t 2 ]; then printf '\r\e[K' >&2; fi
}

# swift build, with the flags above and those given, whose output appears only if it fails. Its warnings, which the
# compiler says only when it compiles a file, are kept for Tools/test.
build() {
  local log=$scratch/log status=0
  mkdir -p "$scratch"
  : >"$log"
  swift build "${build_flags[@]}" --scratch-path "$scratch" "$@" 2>&1 | show_progress "$log" || status=$?
  # Packages that others wrote may hold files that SwiftPM does not know: it says so when it first sees them.
  grep -E 'warning:' "$log" | grep -vE "^warning: '[a-z-]+': found [0-9]+ file\(s\) which are unhandled" \
    >>"$scratch/warnings" || true
  if [ "$status" -ne 0 ]; then cat "$log" >&2; fi
  return "$status"
}

# Builds the release binary where a source is newer than the last build.
build_binary() {
  local stamp=$scratch/built
  if [ -x "$binary" ] && [ -e "$stamp" ] && [ -z "$(find Package.swift Sources -newer "$stamp" -print -quit)" ]; then
    return
  fi
  require_swift
  install_packages
  say "Building caption (some minutes the first time)"
  # As old as the sources that were read.
  mkdir -p "$scratch"
  touch "$stamp.begun"
  build --product caption || exit 70
  mv "$stamp.begun" "$stamp"
}
