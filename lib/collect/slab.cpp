#include "collect/slab.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "collect/reader.h"
#include "parse/text.h"

namespace memkit {
namespace {

constexpr const char* kSysfs = "sys/kernel/slab";

/// A file of a folder of /sys/kernel/slab that holds a number, or one with its parts by node: "4963 N0=4963".
Got<std::uint64_t> first_number(const Root& root, const std::string& path) {
  std::string text;
  if (const int error = root.read(path, text); error != 0) return missing_for(error);
  std::string_view rest = text;
  return not_underflown(to_number<std::uint64_t>(take_whole_word(rest)));
}

/// ":a-0000192" and ":aA-0000192" are folders of merged caches whose objects are reclaimable, ":A-0000192" and
/// ":0000192" are not (mm/slub.c create_unique_id).
bool merged_and_reclaimable(std::string_view folder) {
  return folder.substr(0, folder.find_first_of("-0123456789")).find('a') != std::string_view::npos;
}

/// The folder that the link leads to, by its last word; the name itself where it is no link.
std::string folder_of(const Root& root, const std::string& name) {
  std::string target;
  if (root.read_link(std::string(kSysfs) + "/" + name, target) != 0) return name;
  return target.substr(target.rfind('/') + 1);
}

std::vector<std::string> list_sysfs(const Root& root, int& error) {
  std::vector<std::string> names;
  error = root.list(kSysfs, names);
  std::sort(names.begin(), names.end());
  return names;
}

Got<std::vector<SlabName>> read_names(const Root& root, std::vector<Unread>& unread) {
  int error = 0;
  std::vector<SlabName> found;
  for (std::string& name : list_sysfs(root, error)) {
    if (name.starts_with(':')) continue;
    SlabName one;
    one.folder = folder_of(root, name);
    if (one.folder.starts_with(':')) {
      one.reclaimable = merged_and_reclaimable(one.folder);
    } else {
      one.reclaimable =
          first_number(root, std::string(kSysfs) + "/" + name + "/reclaim_account").transform([](std::uint64_t flag) {
            return flag != 0;
          });
    }
    one.name = std::move(name);
    found.push_back(std::move(one));
  }
  if (error == 0) return found;
  unread.push_back({kSysfs, error});
  return missing_for(error);
}

/// slabinfo's figures from a folder of /sys/kernel/slab.
SlabCache cache_of_folder(const Root& root, const std::string& name) {
  const std::string folder = std::string(kSysfs) + "/" + name + "/";
  constexpr std::uint64_t kMaxOrder = 20;
  SlabCache cache;
  cache.name = name;
  cache.active_objects = first_number(root, folder + "objects");
  cache.objects = first_number(root, folder + "total_objects");
  cache.object_bytes = first_number(root, folder + "slab_size");
  cache.objects_per_slab = first_number(root, folder + "objs_per_slab");
  cache.slabs = first_number(root, folder + "slabs");
  cache.active_slabs = cache.slabs;  // as SLUB's slabinfo has it
  const Got<std::uint64_t> order = first_number(root, folder + "order");
  if (!order) {
    cache.pages_per_slab = order;
  } else if (*order <= kMaxOrder) {
    cache.pages_per_slab = std::uint64_t{1} << *order;
  } else {
    cache.pages_per_slab = Missing::malformed;
  }
  return cache;
}

/// What can be told without slabinfo: of each merged cache once, by the first of its names.
Got<Slabinfo> slabinfo_of_sysfs(const Root& root) {
  int error = 0;
  Slabinfo info;
  std::vector<std::string> seen;
  for (const std::string& name : list_sysfs(root, error)) {
    if (name.starts_with(':')) continue;
    const std::string folder = folder_of(root, name);
    if (std::find(seen.begin(), seen.end(), folder) != seen.end()) continue;
    seen.push_back(folder);
    SlabCache cache = cache_of_folder(root, name);
    if (cache.slabs && cache.pages_per_slab) {
      info.caches.push_back(std::move(cache));
    } else if (info.caches.empty()) {
      return cache.slabs ? cache.pages_per_slab.missing() : cache.slabs.missing();  // the others are alike
    }
  }
  if (info.caches.empty()) return missing_for(error == 0 ? ENOENT : error);
  return info;
}

}  // namespace

SlabFacts collect_slab(const Root& root, SlabWant want) {
  SlabFacts facts;
  Reader files(root, facts.unread);
  facts.slabinfo = files.parse("proc/slabinfo", parse_slabinfo);
  if (!facts.slabinfo) {
    if (auto from_sysfs = slabinfo_of_sysfs(root)) facts.slabinfo = std::move(from_sysfs);
  }
  facts.names = Missing::skipped;
  if (want == SlabWant::caches) return facts;
  facts.dentry_state = files.parse("proc/sys/fs/dentry-state", parse_dentry_state).value_or({});
  facts.inode_state = files.parse("proc/sys/fs/inode-state", parse_inode_state).value_or({});
  facts.vfs_cache_pressure = files.number("proc/sys/vm/vfs_cache_pressure");
  if (want == SlabWant::names) facts.names = read_names(root, facts.unread);
  return facts;
}

}  // namespace memkit
