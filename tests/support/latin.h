#pragma once

#include <algorithm>
#include <cctype>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// English in texts of other languages: which words stand there in Latin letters, and which of them may.
namespace memkit::test {

/// Words that engineers who write Japanese or Chinese write in Latin letters too: names of the kernel and of programs.
inline const std::set<std::string>& technical_words() {
  static const std::set<std::string> kWords = {"--interval",
                                               "-x",
                                               "Active",
                                               "allocinfo",
                                               "always",
                                               "anon",
                                               "avg10",
                                               "BPF",
                                               "cgroup",
                                               "cgroups",
                                               "cpid",
                                               "CPU",
                                               "cpuset",
                                               "dentry",
                                               "dev",
                                               "dma-buf",
                                               "dmesg",
                                               "EDAC",
                                               "file",
                                               "free",
                                               "full",
                                               "GiB",
                                               "GPU",
                                               "hidepid",
                                               "Hugetlb",
                                               "Inactive",
                                               "ipcrm",
                                               "java",
                                               "kB",
                                               "kernel",
                                               "KiB",
                                               "kmalloc",
                                               "kmemleak",
                                               "kmsg",
                                               "kswapd",
                                               "LimitMEMLOCK",
                                               "Locked",
                                               "low",
                                               "lxcfs",
                                               "madvise",
                                               "managed",
                                               "MAP",
                                               "max_pool_percent",
                                               "MCE",
                                               "meminfo",
                                               "memkit",
                                               "memory",
                                               "memory.high",
                                               "memory.max",
                                               "MemoryHigh",
                                               "MemoryMax",
                                               "MiB",
                                               "min",
                                               "mlock",
                                               "mlockall",
                                               "Mlocked",
                                               "nattch",
                                               "netfilter",
                                               "Normal",
                                               "nr",
                                               "NUMA",
                                               "numactl",
                                               "OOM",
                                               "oom_kill",
                                               "opensnoop",
                                               "order",
                                               "pages",
                                               "PageTables",
                                               "Percpu",
                                               "PID",
                                               "pids.current",
                                               "pids.max",
                                               "proc",
                                               "Prometheus",
                                               "PSI",
                                               "Pss",
                                               "PSS",
                                               "RAM",
                                               "Referenced",
                                               "resv",
                                               "root",
                                               "RSS",
                                               "pswpin",
                                               "pswpout",
                                               "high",
                                               "B",
                                               "Rss",
                                               "rss",
                                               "s",
                                               "share/memkit/prometheus",
                                               "Shmem",
                                               "shmem",
                                               "shmid",
                                               "SLAB",
                                               "Slab",
                                               "slab",
                                               "slab_nomerge",
                                               "some",
                                               "statfs",
                                               "swap",
                                               "sysrq",
                                               "System",
                                               "THP",
                                               "tmpfs",
                                               "tmpfs/",
                                               "uid",
                                               "Unevictable",
                                               "USER",
                                               "USS",
                                               "V",
                                               "vm.min_free_kbytes",
                                               "vm.nr_hugepages",
                                               "vm.overcommit_ratio",
                                               "vm.swappiness",
                                               "vmalloc",
                                               "vmstat",
                                               "zoneinfo",
                                               "zram",
                                               "zram/zswap",
                                               "zswap",
                                               "Zswap",
                                               "Zswapped"};
  return kWords;
}

/// Words in Latin letters; what stands in {braces} is a figure.
inline std::vector<std::string> latin_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool inside = false;  // of {figure}
  for (const char c : std::string(text) + " ") {
    if (c == '{') inside = true;
    const bool letter =
        std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.' || c == '/';
    if (!inside && letter) {
      word += c;
    } else if (!word.empty()) {
      const bool has_letter =
          std::any_of(word.begin(), word.end(), [](unsigned char l) { return std::isalpha(l) != 0; });
      while (word.ends_with('.')) word.pop_back();
      if (has_letter) words.push_back(word);
      word.clear();
    }
    if (c == '}') inside = false;
  }
  return words;
}

/// A technical word, a path, or a name that no sentence has: with an underscore, a dot, a digit, or a capital within.
inline bool is_term(const std::string& word) {
  if (technical_words().contains(word)) return true;
  if (word.find_first_of("_.0123456789") != std::string::npos || word.starts_with("/") || word.starts_with("proc/") ||
      word.starts_with("sys/"))
    return true;
  return std::any_of(word.begin() + 1, word.end(), [](unsigned char c) { return std::isupper(c) != 0; });
}

}  // namespace memkit::test
