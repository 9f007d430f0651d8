# shellcheck shell=bash
# Sourced: fetches the kernels of the lab. They are the distribution's cloud kernels, from the mirror that this system
# itself uses, read with an apt configuration of their own. Nothing is installed.

# Kernel, and the release of Debian that has it.
declare -A lab_releases=([5.10]=bullseye [6.1]=bookworm [6.12]=trixie)

lab_modules="virtio_blk virtio_pci virtio virtio_ring virtio_pci_modern_dev virtio_pci_legacy_dev zsmalloc lzo-rle
  lzo_compress lzo_decompress zram brd virtio_balloon af_packet"

# lab_mirror: where this system's packages come from
lab_mirror() {
  # shellcheck disable=SC2016 # the names are apt's
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | grep -E '/debian/?$' | sort -u | head -n1
}

# lab_fetch_kernel KERNEL DIR: leaves DIR/vmlinuz and DIR/modules/*.ko; fails, saying why, where there is none.
lab_fetch_kernel() (
  set -e
  kernel=$1 dir=$2 release=${lab_releases[$1]:-}
  if [[ -e $dir/vmlinuz ]]; then return; fi
  if [[ -z $release ]]; then echo "no kernel $kernel is known; there is: ${!lab_releases[*]}" >&2; return 1; fi
  mirror=$(lab_mirror)
  if [[ -z $mirror ]]; then echo "this system's apt names no mirror of Debian" >&2; return 1; fi
  apt=$(mktemp -d)
  trap 'rm -rf "$apt"' EXIT
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/tree"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $release main" > "$apt/sources.list"
  options=(-q -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null -o APT::Sandbox::User=root
    -o Dir::State::lists="$apt/lists" -o Dir::Cache="$apt/cache" -o Acquire::http::Timeout=10 -o Acquire::Retries=0
    -o APT::Architecture=amd64)
  apt-get "${options[@]}" update >&2
  package=$(apt-cache "${options[@]}" depends linux-image-cloud-amd64 | sed -n 's/.*Depends: //p' | head -n1)
  (cd "$apt" && apt-get "${options[@]}" download "$package" >&2)
  dpkg-deb -x "$apt/$package"_*.deb "$apt/tree"
  mkdir -p "$dir/modules"
  for module in $lab_modules; do
    found=$(find "$apt/tree" \( -name "$module.ko" -o -name "$module.ko.xz" \) -print -quit)
    case $found in
      *.xz) xz -dc "$found" > "$dir/modules/$module.ko" ;;
      *.ko) cp "$found" "$dir/modules/" ;;
    esac
  done
  cp "$apt"/tree/boot/vmlinuz-* "$dir/vmlinuz"
)

# lab_fetch_program PACKAGE DIR: leaves the program of that name in DIR, from this system's own packages.
lab_fetch_program() (
  set -e
  package=$1 dir=$2
  if [[ -e $dir/$package ]]; then return; fi
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  (cd "$work" && apt-get -q -o APT::Sandbox::User=root download "$package" >&2)
  dpkg-deb -x "$work/$package"_*.deb "$work/tree"
  mkdir -p "$dir"
  cp "$(find "$work/tree" -path "*bin/$package" -print -quit)" "$dir/$package"
)
