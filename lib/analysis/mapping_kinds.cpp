#include "analysis/mapping_kinds.h"

#include <algorithm>
#include <utility>

#include "parse/text.h"

namespace memkit {
namespace {

constexpr std::uint64_t kArenaBytes = std::uint64_t{64} << 20;
constexpr std::uint64_t kMostGuardBytes = std::uint64_t{64} << 10;
constexpr std::uint64_t kLeastHugePage = std::uint64_t{1} << 20;

constexpr std::pair<std::string_view, std::string_view> kNames[kMappingKinds] = {
    {"heap", "heap"},
    {"arenas", "malloc arenas"},
    {"stacks", "stacks"},
    {"anonymous", "anonymous"},
    {"named_anonymous", "named anonymous"},
    {"file_text", "file text"},
    {"file_data", "file data"},
    {"shared_memory", "shared memory"},
    {"memfd", "memfd"},
    {"sysv", "SysV shared memory"},
    {"huge_pages", "huge pages"},
    {"devices", "devices"},
    {"kernel", "vdso, vvar"},
    {"reserved", "reserved"},
};

std::uint64_t size_of(const Mapping& mapping) { return mapping.end - mapping.start; }

bool is_private(const Mapping& mapping) { return mapping.perms[3] == 'p'; }

bool has_access(const Mapping& mapping) {
  return mapping.perms[0] != '-' || mapping.perms[1] != '-' || mapping.perms[2] != '-';
}

bool has_flag(const Mapping& mapping, std::string_view flag) {
  std::string_view rest = mapping.vm_flags;
  for (std::string_view word = take_word(rest); !word.empty(); word = take_word(rest)) {
    if (word == flag) return true;
  }
  return false;
}

bool is_nameless(const Mapping& mapping) { return mapping.name.empty() && mapping.inode == 0; }

bool is_of_file(const Mapping& mapping) { return mapping.name.starts_with('/'); }

bool is_huge(const Mapping& mapping) {
  return mapping.name.starts_with("/anon_hugepage") || has_flag(mapping, "ht") ||
         mapping.kernel_page_size_bytes.value_or(0) >= kLeastHugePage;
}

bool is_shared_memory(const Mapping& mapping) {
  const std::string_view name = mapping.name;
  const bool zero = mapping.dev_major == 0 && name == "/dev/zero";  // MAP_SHARED | MAP_ANONYMOUS
  return zero || name.starts_with("/dev/shm/") || name.starts_with("/run/shm/") || name.starts_with("[anon_shmem");
}

bool is_device(const Mapping& mapping) {
  const std::string_view name = mapping.name;
  return name.starts_with("/dev/") || name.starts_with("/dmabuf") || name.starts_with("anon_inode:") ||
         name.starts_with("socket:");
}

template <class Row>
void sort_by_share(std::vector<Row>& rows) {
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    return std::pair(a.sums.pss.bytes, a.sums.vsz.bytes) > std::pair(b.sums.pss.bytes, b.sums.vsz.bytes);
  });
}

}  // namespace

std::string_view kind_id(MappingKind kind) { return kNames[static_cast<std::size_t>(kind)].first; }
std::string_view kind_title(MappingKind kind) { return kNames[static_cast<std::size_t>(kind)].second; }

bool is_sysv(const Mapping& mapping) {
  constexpr std::string_view kStart = "/SYSV";
  constexpr std::size_t kKeyDigits = 8;
  return mapping.dev_major == 0 && mapping.name.size() == kStart.size() + kKeyDigits &&
         mapping.name.starts_with(kStart) &&
         to_number<std::uint32_t>(mapping.name.substr(kStart.size()), 16).has_value();
}

bool is_memfd(const Mapping& mapping) { return mapping.dev_major == 0 && mapping.name.starts_with("/memfd:"); }

bool MappingClassifier::is_stack(const Mapping& mapping) const {
  if (mapping.name.starts_with("[stack") || mapping.name.starts_with("[anon: glibc: pthread stack")) return true;
  if (!mapping.name.empty() || !is_private(mapping) || mapping.perms[1] != 'w') return false;
  const auto at = std::lower_bound(stacks_.known.begin(), stacks_.known.end(), mapping.start);
  if (at != stacks_.known.end() && *at < mapping.end) return true;
  return has_flag(mapping, "gd");
}

/// What lies above a guard page, where not all stacks are known.
bool MappingClassifier::may_be_stack(const Mapping& mapping) const {
  return stacks_.some_unknown && before_is_guard_ && before_end_ == mapping.start && mapping.start % kArenaBytes != 0 &&
         mapping.perms[1] == 'w';
}

MappingKind MappingClassifier::kind_alone(const Mapping& mapping) const {
  const std::string_view name = mapping.name;
  if (is_stack(mapping)) return MappingKind::stacks;
  if (name == "[heap]") return MappingKind::heap;
  if (is_huge(mapping)) return MappingKind::huge_pages;
  if (is_sysv(mapping)) return MappingKind::sysv;
  if (is_memfd(mapping)) return MappingKind::memfd;
  if (is_shared_memory(mapping)) return MappingKind::shared_memory;
  if (is_device(mapping)) return MappingKind::devices;
  if (is_of_file(mapping)) return mapping.perms[2] == 'x' ? MappingKind::file_text : MappingKind::file_data;
  if (name.starts_with("[anon: glibc: malloc arena")) return MappingKind::arenas;
  if (name.starts_with("[anon:")) return MappingKind::named_anonymous;
  if (name.starts_with('[')) return MappingKind::kernel;
  if (!has_access(mapping)) return MappingKind::reserved;
  return is_private(mapping) ? MappingKind::anonymous : MappingKind::shared_memory;
}

MappingClassifier::Kind MappingClassifier::classify(const Mapping& mapping) {
  Kind found{kind_alone(mapping)};
  const bool follows = before_end_ == mapping.start;
  if (found.kind == MappingKind::anonymous && may_be_stack(mapping)) found = {MappingKind::stacks, false, true};
  // 7f8000000000-7f8000021000 rw-p, and behind it ---p up to the next 64 MiB: a heap of an arena and its rest.
  if (found.kind == MappingKind::reserved && is_nameless(mapping) && follows && before_ == MappingKind::anonymous &&
      before_start_ % kArenaBytes == 0 && mapping.end % kArenaBytes == 0 &&
      mapping.end - before_start_ == kArenaBytes) {
    found = {MappingKind::arenas, true, true};
  }
  if (found.kind == MappingKind::anonymous && follows && before_is_file_ && mapping.perms[1] == 'w') {
    found = {MappingKind::file_data, false, true, true};
  }
  before_is_file_ =
      is_of_file(mapping) && is_private(mapping) && mapping.perms[1] == 'w' && found.kind == MappingKind::file_data;
  before_is_guard_ = found.kind == MappingKind::reserved && size_of(mapping) <= kMostGuardBytes;
  before_start_ = mapping.start;
  before_end_ = mapping.end;
  before_ = found.kind;
  return found;
}

void KindTeller::add(const Mapping& mapping) {
  const MappingClassifier::Kind kind = classifier_.classify(mapping);
  if (kind.before_too) kind_ = kind;
  finish();
  const std::string_view name = name_as_printed(mapping);
  text_.assign(name).append(mapping.vm_flags);
  held_ = mapping;
  held_.name = std::string_view(text_).substr(0, mapping.name.size());
  held_.vm_flags = std::string_view(text_).substr(name.size());
  held_.fields = {};
  kind_ = kind;
  holds_ = true;
}

void KindTeller::finish() {
  if (holds_) each_(held_, kind_);
  holds_ = false;
}

void KindSums::add(const Mapping& mapping, const MappingClassifier::Kind& kind) {
  auto sum = std::find_if(sums_.begin(), sums_.end(), [&](const KindSum& known) { return known.kind == kind.kind; });
  if (sum == sums_.end()) sum = sums_.insert(sum, KindSum{kind.kind, 0, 0, {}, {}});
  ++sum->mappings;
  sum->guessed += kind.is_guess ? 1 : 0;
  sum->sums.add(mapping);
  sum->hugetlb.add(memkit::sum(mapping.counters.shared_hugetlb_bytes, mapping.counters.private_hugetlb_bytes));
}

std::vector<KindSum> KindSums::rows() const {
  std::vector<KindSum> sums = sums_;
  sort_by_share(sums);
  return sums;
}

void FileGroups::add(const Mapping& mapping, const MappingClassifier::Kind& kind) {
  std::string name;
  if (kind.is_bss) {
    name = file_;
  } else if (!mapping.name.empty()) {
    name = decode_map_name(name_as_printed(mapping));
  } else {
    name = std::string("[").append(kind_title(kind.kind)).append("]");
  }
  if (is_of_file(mapping)) file_ = name;
  FileGroup& group = groups_[name];
  ++group.mappings;
  group.sums.add(mapping);
  if (kind.is_bss) {
    group.bss_rss.add(mapping.counters.rss_bytes);
  } else if (kind.kind == MappingKind::file_text) {
    group.text_rss.add(mapping.counters.rss_bytes);
  } else {
    group.data_rss.add(mapping.counters.rss_bytes);
  }
}

std::vector<FileGroup> FileGroups::rows() const {
  std::vector<FileGroup> groups;
  for (const auto& [name, group] : groups_) {
    groups.push_back(group);
    groups.back().name = name;
  }
  sort_by_share(groups);
  return groups;
}

}  // namespace memkit
