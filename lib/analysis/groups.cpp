#include "analysis/groups.h"

#include <algorithm>

namespace memkit {

void MemorySums::add(const Process& process) {
  // Tasks that share one address space show the same pages: they count once.
  if (process.same_memory_as_pid != 0) return;
  swap.add(process.swap_bytes);
  uss.add(process.uss_bytes);
  pss.add(process.pss_bytes);
  rss.add(process.rss_bytes);
  vsz.add(process.vsz_bytes);
}

void MemorySums::add(const Mapping& mapping) {
  swap.add(mapping.counters.swap_bytes);
  uss.add(mapping.counters.uss_bytes());
  pss.add(mapping.counters.pss_bytes);
  rss.add(mapping.counters.rss_bytes);
  vsz.add(mapping.end - mapping.start);
}

void MemorySums::add(const MemorySums& other) {
  swap.add(other.swap);
  uss.add(other.uss);
  pss.add(other.pss);
  rss.add(other.rss);
  vsz.add(other.vsz);
}

void ProcessGroups::add(std::string_view key, const Process& process) {
  const auto [place, is_new] = places_.emplace(key, groups_.size());
  if (is_new) groups_.push_back({key, 0, {}});
  ProcessGroup& group = groups_[place->second];
  ++group.processes;
  group.sums.add(process);
}

void MappingGroups::add(std::uint32_t pid, std::string_view name, const Mapping& mapping) {
  Entry& entry = entries_[std::string(name)];
  ++entry.group.mappings;
  if (entry.last_pid != pid) ++entry.group.processes;
  entry.last_pid = pid;
  entry.group.sums.add(mapping);
}

void MappingGroups::merge(const MappingGroups& other) {
  for (const auto& [name, entry] : other.entries_) {
    MappingGroup& group = entries_[name].group;
    group.mappings += entry.group.mappings;
    group.processes += entry.group.processes;
    group.sums.add(entry.group.sums);
  }
}

std::vector<MappingGroup> MappingGroups::groups() const {
  std::vector<MappingGroup> list;
  list.reserve(entries_.size());
  for (const auto& [name, entry] : entries_) {
    list.push_back(entry.group);
    list.back().name = name;
  }
  std::sort(list.begin(), list.end(), [](const MappingGroup& a, const MappingGroup& b) { return a.name < b.name; });
  return list;
}

namespace {

/// Makes the forest; children hang on the row of their parent.
class TreeBuilder {
 public:
  explicit TreeBuilder(const std::vector<const Process*>& processes)
      : processes_(processes), nodes_(processes.size()) {}

  std::vector<TreeNode> build() {
    find_children();
    std::vector<TreeNode> forest;
    forest.reserve(nodes_.size());
    sum_up();
    sort_by_size(roots_);
    for (std::vector<std::size_t>& siblings : children_) sort_by_size(siblings);
    for (const std::size_t root : roots_) put(root, forest);
    return forest;
  }

 private:
  void find_children();
  void sum_up();
  void put(std::size_t root, std::vector<TreeNode>& forest);
  void sort_by_size(std::vector<std::size_t>& rows) const {
    std::stable_sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
      return nodes_[a].subtree.pss.bytes > nodes_[b].subtree.pss.bytes;
    });
  }

  const std::vector<const Process*>& processes_;
  std::vector<TreeNode> nodes_;
  std::vector<std::vector<std::size_t>> children_;
  std::vector<std::size_t> roots_;
  std::vector<std::size_t> order_;  // each parent before its children
};

void TreeBuilder::find_children() {
  std::unordered_map<std::uint32_t, std::size_t> by_pid;
  for (std::size_t i = 0; i < processes_.size(); ++i) by_pid.emplace(processes_[i]->pid, i);
  children_.resize(processes_.size());
  for (std::size_t i = 0; i < processes_.size(); ++i) {
    const PackedId& ppid = processes_[i]->ppid;
    const auto parent = ppid ? by_pid.find(*ppid) : by_pid.end();
    const bool has_parent = parent != by_pid.end() && parent->second != i;
    (has_parent ? children_[parent->second] : roots_).push_back(i);
  }
  // What no root leads to hangs in a circle: its lowest pid becomes a root.
  std::vector<bool> reached(processes_.size());
  const auto reach = [&](std::size_t root) {
    std::vector<std::size_t> open{root};
    reached[root] = true;
    while (!open.empty()) {
      const std::size_t row = open.back();
      open.pop_back();
      order_.push_back(row);
      std::erase_if(children_[row], [&](std::size_t child) { return reached[child]; });
      for (const std::size_t child : children_[row]) {
        reached[child] = true;
        open.push_back(child);
      }
    }
  };
  for (const std::size_t root : roots_) reach(root);
  for (std::size_t i = 0; i < processes_.size(); ++i) {
    if (reached[i]) continue;
    roots_.push_back(i);
    reach(i);
  }
}

void TreeBuilder::sum_up() {
  for (auto row = order_.rbegin(); row != order_.rend(); ++row) {
    TreeNode& node = nodes_[*row];
    node.process = processes_[*row];
    node.row = *row;
    node.subtree.add(*node.process);
    for (const std::size_t child : children_[*row]) {
      node.subtree.add(nodes_[child].subtree);
      node.descendants += nodes_[child].descendants + 1;
    }
  }
}

void TreeBuilder::put(std::size_t root, std::vector<TreeNode>& forest) {
  std::vector<std::pair<std::size_t, unsigned>> open{{root, 0}};
  while (!open.empty()) {
    const auto [row, depth] = open.back();
    open.pop_back();
    forest.push_back(nodes_[row]);
    forest.back().depth = depth;
    for (auto child = children_[row].rbegin(); child != children_[row].rend(); ++child)
      open.emplace_back(*child, depth + 1);
  }
}

}  // namespace

std::vector<TreeNode> process_tree(const std::vector<const Process*>& processes) {
  return TreeBuilder(processes).build();
}

}  // namespace memkit
