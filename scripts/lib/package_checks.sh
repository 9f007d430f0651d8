# shellcheck shell=bash
# Sourced by scripts/package: tries the packages where they are to run.

failures=0

# tried WHAT COMMAND…: runs it and says how it went. Status 77: it cannot be tried here, and has said why.
tried() {
  local what=$1
  shift
  # A subshell of its own with -e, which `|| status=$?` would switch off.
  set +e
  (set -e; "$@")
  local status=$?
  set -e
  case $status in
    0) say "$what: ok" ;;
    77) say "$what: not tried" ;;
    *) say "$what: FAILED"; failures=1 ;;
  esac
}

# check_packages DIR
check_packages() {
  local dir=$1 tree
  tree=$(mktemp -d -t memkit-package.XXXXXX)
  # shellcheck disable=SC2064 # now
  trap "rm -rf --one-file-system '$tree'; hand_over" EXIT
  tried "SHA256SUMS" check_sums "$dir"
  tried "lintian" lintian --no-cfg --fail-on error "$dir"/*.deb
  tried "the .deb in a bare Debian" check_deb "$dir"/*.deb "$tree/debian"
  mkdir "$tree/archive"
  tar -xzf "$dir"/*.tar.gz -C "$tree/archive" --strip-components=1
  tried "the archive in a bare tree" check_static "$tree/archive" "$tree/busybox"
  tried "the archive on the lab's kernels" scripts/lab healthy-idle --memkit "$tree/archive/bin/memkit"
  return "$failures"
}

check_sums() { (cd "$1" && sha256sum --quiet --check SHA256SUMS); }

# in_tree TREE COMMAND…: in a mount namespace of its own that has TREE's own /proc and /sys, with nothing of this environment
in_tree() {
  local tree=$1
  shift
  # shellcheck disable=SC2016  # expands in the inner shell
  unshare --mount bash -euc '
    tree=$0
    mount -t proc proc "$tree/proc"
    mount -t sysfs -o ro sysfs "$tree/sys"
    exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/ chroot "$tree" "$@"' "$tree" "$@" </dev/null
}

# every_answer TREE: every command answers there: 0, or 1 for a machine that is not well.
every_answer() {
  local command status
  for command in free "smem --json" "pmap $$" slab psi oom report "report --json" "report --lang ja"; do
    status=0
    # shellcheck disable=SC2086 # words
    in_tree "$1" memkit $command >"$1.answer" || status=$?
    if ((status > 1)) || [[ ! -s $1.answer ]]; then say "memkit $command: status $status"; return 1; fi
  done
}

files_of() { (cd "$1" && find etc usr | LC_ALL=C sort); }

# check_deb PACKAGE TREE: it installs with its dependencies, runs, and goes away without a trace.
check_deb() {
  local package=$1 tree=$2 mirror suite left
  ((EUID == 0)) || { say "a tree of one's own takes root"; return 77; }
  read -r suite mirror < <(apt-get indextargets --format "\$(CODENAME) \$(REPO_URI)" 'Created-By: Packages' |
    awk '$1 !~ /-/ {print; exit}') || true
  [[ ${mirror:-} ]] || { say "apt knows no mirror here"; return 77; }
  debootstrap --variant=minbase "$suite" "$tree" "$mirror" >"$tree.log" 2>&1 ||
    { say "no bare system to be had: $(tail -n1 "$tree.log")"; return 77; }
  cp "$package" "$tree/memkit.deb"
  files_of "$tree" >"$tree.before"
  in_tree "$tree" dpkg --install /memkit.deb >/dev/null
  in_tree "$tree" dpkg --verify memkit
  [[ $(in_tree "$tree" memkit --version) == "memkit $(dpkg-deb --field "$package" Version | cut -d- -f1)"* ]]
  every_answer "$tree"
  in_tree "$tree" dpkg --purge memkit >/dev/null
  left=$(files_of "$tree" | LC_ALL=C comm -13 "$tree.before" -)
  [[ -z $left ]] || { say "left behind: $left"; return 1; }
}

# check_static ARCHIVE TREE: its program needs nothing of the system, and takes names of users from the tree's passwd.
check_static() {
  local archive=$1 tree=$2
  ((EUID == 0)) || { say "a tree of one's own takes root"; return 77; }
  [[ -s $archive/share/man/man1/memkit.1 && -s $archive/share/doc/memkit/LICENSE ]]
  grep -q '^ExecStart=/usr/local/bin/memkit ' "$archive/lib/systemd/system/memkit-report.service"
  mkdir -p "$tree"/{bin,proc,sys,etc}
  cp "$(command -v busybox)" "$archive/bin/memkit" "$tree/bin/"
  every_answer "$tree"
  # No passwd: numbers. One of its own: its names.
  [[ $(in_tree "$tree" memkit smem --json | jq -r '.processes[] | select(.uid == 0) | .user' | sort -u) == 0 ]]
  echo 'keeper:x:0:0::/:/bin/sh' >"$tree/etc/passwd"
  [[ $(in_tree "$tree" memkit smem --json | jq -r '.processes[] | select(.uid == 0) | .user' | sort -u) == keeper ]]
}
