# shellcheck shell=bash disable=SC2034
# Sourced by the scripts: finds what a build needs, installs it from the distribution's packages, builds.
# Everything here talks on stderr only, stdout belongs to the program that is run in the end.

# One need a line: kind, name, lowest version, Debian and Ubuntu package.
needs_build='
compiler c++                12/14 g++
program  cmake              3.25  cmake
program  ninja              1.10  ninja-build
header   CLI/CLI.hpp        2.1   libcli11-dev
header   fmt/core.h         9.1   libfmt-dev
header   nlohmann/json.hpp  3.11  nlohmann-json3-dev'
needs_test='
header   gtest/gtest.h      1.12  libgtest-dev
header   gmock/gmock.h      1.12  libgmock-dev
program  jq                 -     jq
python   jsonschema         -     python3-jsonschema
program  mandoc             -     mandoc
program  free               -     procps
program  unshare            -     util-linux
program  smem               -     smem
program  strace             -     strace
program  zsh                -     zsh
program  fish               -     fish'
needs_bench='
program  python3            -     python3
program  hyperfine          1.12  hyperfine
header   benchmark/benchmark.h 1.7 libbenchmark-dev
header   gtest/gtest.h      1.12  libgtest-dev
program  strip              -     binutils
program  free               -     procps
program  smem               -     smem
program  smemstat           -     smemstat'
needs_sanitize='
program  clang++-14         -     clang-14
runtime  asan               -     libclang-rt-14-dev'
needs_threads='
program  valgrind           -     valgrind'
needs_coverage='
program  lcov               -     lcov'
needs_fuzz='
program  clang++-14         -     clang-14
runtime  fuzzer             -     libclang-rt-14-dev'
needs_package='
program  dpkg-shlibdeps     -     dpkg-dev
program  lintian            -     lintian
program  debootstrap        -     debootstrap
program  busybox            -     busybox-static
program  python3            -     python3
program  jq                 -     jq'
needs_tidy='
program  clang++-14         -     clang-14
program  clang-format-14    -     clang-format-14
program  clang-tidy-14      -     clang-tidy-14
program  shellcheck         -     shellcheck'

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

# preprocesses LINES: does the compiler accept these preprocessor lines?
preprocesses() { printf '%s\n' "$1" | "${CXX:-c++}" -x c++ -std=c++20 -E - >/dev/null 2>&1; }

has_header() {
  if command -v "${CXX:-c++}" >/dev/null; then
    preprocesses "#include <$1>"
  else
    [[ -e /usr/include/$1 || -e /usr/local/include/$1 ]]
  fi
}

version_of() { "$1" --version 2>/dev/null | sed -nE '1s/^[^0-9]*([0-9.]+).*/\1/p'; }

# has_program NAME LOWEST: is it there, and not older than LOWEST ("-": any)?
has_program() {
  command -v "$1" >/dev/null || return 1
  [[ $2 == - || $(printf '%s\n' "$2" "$(version_of "$1")" | sort -V | head -n1) == "$2" ]]
}

# has_need KIND NAME LOWEST. Header versions are CMake's to judge (find_package).
has_need() {
  case $1 in
    compiler) preprocesses '#if defined(__clang__) ? __clang_major__ < 14 : __GNUC__ < 12
#error too old
#endif
#include <version>' ;;
    header) has_header "$2" ;;
    python) python3 -c "import $2" 2>/dev/null ;;
    runtime) [[ -e $(clang++-14 -print-runtime-dir 2>/dev/null)/libclang_rt.$2-$(uname -m).a ]] ;;
    program) has_program "$2" "$3" ;;
  esac
}

# The lines of the needs given that this system does not meet.
unmet() {
  local kind name lowest package
  while read -r kind name lowest package; do
    [[ -z $kind ]] || has_need "$kind" "$name" "$lowest" || printf '%s %s %s %s\n' "$kind" "$name" "$lowest" "$package"
  done <<<"$1"
}

# unmet lines on stdin, as text for a person
describe() {
  local kind name lowest package text
  while read -r kind name lowest package; do
    case $kind in
      compiler) echo "  a C++20 compiler: g++ 12 or clang++ 14, or newer" ;;
      header) echo "  the C++ header <$name>, version $lowest or newer (Debian's $package)" ;;
      python) echo "  the Python 3 module $name (Debian's $package)" ;;
      runtime) echo "  clang's runtime library $name (Debian's $package)" ;;
      program)
        text="  the program $name"
        [[ $lowest == - ]] || text+=", version $lowest or newer"
        ! command -v "$name" >/dev/null || text+=" (here: $(version_of "$name"))"
        echo "$text"
        ;;
    esac
  done
}

# Installs PACKAGES with apt, as root or through sudo.
apt_install() {
  local as_root=()
  if ((EUID != 0)); then
    as_root=(sudo)
    [[ -t 0 ]] || as_root+=(-n)
    if ! command -v sudo >/dev/null || ! "${as_root[@]}" true; then
      say "installing packages takes root. Run as root, then try again:"
      echo "  apt-get update && apt-get install --no-install-recommends $*" >&2
      exit 1
    fi
  fi
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
  say "installing $*"
  "${apt[@]}" update >&2 </dev/null || say "apt-get update failed in part; trying the install all the same"
  "${apt[@]}" install -y --no-install-recommends "$@" >&2 </dev/null || say "apt-get install failed"
}

# Debian, Ubuntu, or what derives from them.
knows_distribution() {
  command -v apt-get >/dev/null && [[ -r /etc/os-release ]] &&
    (. /etc/os-release && [[ " ${ID:-} ${ID_LIKE:-} " =~ \ (debian|ubuntu)\  ]])
}

# require NEEDS: ends the script unless they are met, after an install where that is possible.
require() {
  local missing packages
  missing=$(unmet "$1")
  [[ -n $missing ]] || return 0
  if knows_distribution; then
    mapfile -t packages < <(awk '{print $4}' <<<"$missing" | sort -u)
    apt_install "${packages[@]}"
    missing=$(unmet "$1")
    [[ -n $missing ]] || return 0
  fi
  say "this system lacks:"
  describe <<<"$missing" >&2
  knows_distribution || say "packages can be installed here on Debian and Ubuntu only; install these by hand, then try again"
  exit 1
}

# The CMake option that offers the tests where they can be built.
tests_if_possible() {
  if has_header gtest/gtest.h && has_header gmock/gmock.h; then echo -DMEMKIT_TESTS=ON; else echo -DMEMKIT_TESTS=OFF; fi
}

# Jobs that fit: one a processor, and about 700 MB of available memory each.
jobs_that_fit() {
  awk -v jobs="$(nproc)" '/^MemAvailable:/ && $2 / 700000 < jobs {jobs = int($2 / 700000)}
    END {print (jobs > 0 ? jobs : 1)}' /proc/meminfo
}

# build PRESET CONFIGURE_OPTIONS… -- TARGETS…
# Leaves build/PRESET/built, as old as the start of the last build that succeeded.
build() (
  preset=$1 dir=build/$1 options=()
  shift
  while [[ $1 != -- ]]; do options+=("$1"); shift; done
  shift
  if ! mkdir -p "$dir" || [[ ! -w $dir ]]; then
    say "cannot write to $PWD/$dir: it belongs to $(stat -c %U build); remove it, or build as that user"
    exit 1
  fi
  trap hand_over EXIT
  exec 9>"build/$preset.lock"
  flock 9
  # A tree that was moved or copied leaves a cache that points elsewhere.
  if [[ -e $dir/CMakeCache.txt ]] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" "$dir/CMakeCache.txt"; then
    rm -rf "$dir"
    mkdir "$dir"
  fi
  # Under sudo, ccache would leave root's files in the caller's cache.
  [[ -z ${SUDO_UID:-} ]] || export CCACHE_DISABLE=1
  say "building ($preset)"
  touch "$dir/started"
  cmake --preset "$preset" -DCMAKE_CXX_COMPILER_LAUNCHER="$(command -v ccache || true)" "${options[@]}" >&2 9>&-
  cmake --build --preset "$preset" -j "$(jobs_that_fit)" --target "$@" >&2 9>&-
  mv "$dir/started" "$dir/built"
)

# After sudo, the build belongs to whoever owns the tree, so that the next build needs no root.
hand_over() {
  [[ -n ${SUDO_UID:-} && -d build && $(stat -c %u .) == "$SUDO_UID" ]] || return 0
  chown -R "$SUDO_UID:${SUDO_GID:-$SUDO_UID}" build
}
