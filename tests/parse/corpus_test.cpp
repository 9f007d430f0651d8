// Every file of the corpus of foreign captures through its parser. The corpus lies beside the checkout on the
// developers' machines and is not part of the project: without it these tests are skipped.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "parse/arcstats.h"
#include "parse/buddyinfo.h"
#include "parse/cgroup_membership.h"
#include "parse/cgroup_value.h"
#include "parse/cmdline.h"
#include "parse/comm.h"
#include "parse/meminfo.h"
#include "parse/memory_stat.h"
#include "parse/pid_stat.h"
#include "parse/pid_statm.h"
#include "parse/pid_status.h"
#include "parse/pressure.h"
#include "parse/slabinfo.h"
#include "parse/smaps.h"
#include "parse/swaps.h"
#include "parse/text.h"
#include "parse/uptime.h"
#include "parse/vmstat.h"
#include "parse/zoneinfo.h"
#include "parse/zram.h"
#include "support/fixtures.h"
#include "support/prefixes.h"

namespace memkit::test {
namespace {

namespace fs = std::filesystem;

class Corpus : public testing::Test {
 protected:
  void SetUp() override {
    if (corpus().empty()) GTEST_SKIP() << "no corpus: set MEMKIT_CORPUS, or put it at ../shared/corpus";
  }

  /// Regular files of that name whose path holds `within`, in a stable order. Fails where there is none.
  static std::vector<fs::path> files(std::string_view name, std::string_view within = "") {
    std::vector<fs::path> found;
    const auto options = fs::directory_options::skip_permission_denied;
    for (const auto& entry : fs::recursive_directory_iterator(corpus() / "roots", options)) {
      if (entry.path().filename() == name && entry.is_regular_file() && !entry.is_symlink() &&
          entry.path().string().find(within) != std::string::npos) {
        found.push_back(entry.path());
      }
    }
    std::sort(found.begin(), found.end());
    EXPECT_FALSE(found.empty()) << "the corpus has no " << within << name;
    return found;
  }

  /// Runs `check(text)` on each file that is not empty, with its path in every failure.
  template <class Check>
  static void each(const std::vector<fs::path>& paths, Check check) {
    for (const fs::path& path : paths) {
      SCOPED_TRACE(path.string());
      const std::string text = slurp(path);
      if (!without_padding(text).empty()) check(text);
    }
  }

  /// The prefix property, on some files, at some lengths.
  template <class Parse>
  static void expect_no_invention_in(const std::vector<fs::path>& paths, Parse parse) {
    const std::size_t stride = std::max<std::size_t>(1, paths.size() / 8);
    for (std::size_t i = 0; i < paths.size(); i += stride) {
      SCOPED_TRACE(paths[i].string());
      const std::string text = slurp(paths[i]).substr(0, 60000);
      expect_no_invention(text, parse, 1 + text.size() / 500);
    }
  }
};

bool has_line(std::string_view text, std::string_view begin) {
  return text.starts_with(begin) || text.find("\n" + std::string(begin)) != std::string_view::npos;
}

TEST_F(Corpus, Meminfo) {
  const auto paths = files("meminfo", "proc/");
  each(paths, [](const std::string& text) {
    const Meminfo info = parse_meminfo(text);
    ASSERT_TRUE(info.mem_total_bytes.has_value());
    EXPECT_TRUE(info.mem_free_bytes.has_value());
    EXPECT_EQ(info.mem_available_bytes.has_value(), has_line(text, "MemAvailable:"));
    EXPECT_LE(info.mem_free_bytes.value_or(0), *info.mem_total_bytes);
  });
  expect_no_invention_in(paths, parse_meminfo);
}

TEST_F(Corpus, NodeMeminfo) {
  const auto paths = files("meminfo", "/node");
  std::size_t read = 0;
  each(paths, [&read](const std::string& text) {
    if (text.find("Node ") == std::string::npos) return;
    const Meminfo info = parse_node_meminfo(text);
    ASSERT_TRUE(info.mem_total_bytes.has_value());
    if (info.mem_used_bytes && info.mem_free_bytes) {
      EXPECT_EQ(sum(info.mem_used_bytes, info.mem_free_bytes), info.mem_total_bytes);
    }
    ++read;
  });
  EXPECT_GT(read, 50U);
  expect_no_invention_in(paths, parse_node_meminfo);
}

TEST_F(Corpus, Vmstat) {
  const auto paths = files("vmstat", "proc/");
  each(paths, [](const std::string& text) {
    const Vmstat stat = parse_vmstat(text);
    if (!has_line(text, "nr_free_pages ")) return;  // one fixture holds made-up keys
    EXPECT_TRUE(stat.nr_free_pages.has_value());
    EXPECT_TRUE(stat.nr_active_file.has_value());
    EXPECT_TRUE(stat.pgscan_kswapd.has_value());
    EXPECT_TRUE(stat.pgsteal_direct.has_value());
    EXPECT_TRUE(stat.allocstall.has_value());
  });
  expect_no_invention_in(paths, parse_vmstat);
}

TEST_F(Corpus, NodeVmstat) {
  each(files("vmstat", "/node0/"),
       [](const std::string& text) { EXPECT_TRUE(parse_vmstat(text).nr_free_pages.has_value()); });
}

TEST_F(Corpus, Zoneinfo) {
  const auto paths = files("zoneinfo");
  each(paths, [](const std::string& text) {
    const Zoneinfo info = parse_zoneinfo(text);
    ASSERT_FALSE(info.zones.empty());
    for (const Zone& zone : info.zones) {
      SCOPED_TRACE(zone.name);
      EXPECT_TRUE(zone.free_pages && zone.min_pages && zone.low_pages && zone.high_pages && zone.present_pages);
      if (!zone.managed_pages || *zone.managed_pages == 0) continue;
      EXPECT_LE(*zone.managed_pages, *zone.present_pages);
      EXPECT_LE(*zone.present_pages, *zone.spanned_pages);
      EXPECT_TRUE(zone.protection.has_value());
      EXPECT_TRUE(zone.pageset_count_pages.has_value());
      EXPECT_TRUE(zone.nr_inactive_file.has_value());
    }
  });
  expect_no_invention_in(paths, parse_zoneinfo);
}

TEST_F(Corpus, BuddyinfoAndSwaps) {
  each(files("buddyinfo"), [](const std::string& text) {
    const Buddyinfo info = parse_buddyinfo(text);
    EXPECT_EQ(info.zones.size(), static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')));
    for (const BuddyZone& zone : info.zones) EXPECT_TRUE(zone.free_pages().has_value());
  });
  each(files("swaps", "proc/"), [](const std::string& text) {
    const auto areas = parse_swaps(text);
    EXPECT_EQ(areas.size() + 1, static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')));
    for (const SwapArea& area : areas) EXPECT_LE(*area.used_bytes, *area.size_bytes);
  });
  expect_no_invention_in(files("buddyinfo"), parse_buddyinfo);
}

TEST_F(Corpus, Smaps) {
  std::size_t mappings = 0;
  each(files("smaps", "proc/"), [&mappings](const std::string& text) {
    std::uint64_t rss = 0;
    std::uint64_t end = 0;
    visit_smaps(text, [&](const Mapping& mapping) {
      const SmapsCounters& counters = mapping.counters;
      EXPECT_GE(mapping.start, end) << "mappings come in order and do not overlap";
      end = mapping.end;
      EXPECT_EQ(mapping.size_bytes, mapping.end - mapping.start);
      ASSERT_TRUE(counters.rss_bytes && counters.pss_bytes && counters.swap_bytes);
      EXPECT_LE(*counters.rss_bytes, *mapping.size_bytes);
      EXPECT_LE(*counters.pss_bytes, *counters.rss_bytes);
      EXPECT_EQ(sum(counters.uss_bytes(), sum(counters.shared_clean_bytes, counters.shared_dirty_bytes)),
                counters.rss_bytes);
      rss += *counters.rss_bytes;
      ++mappings;
    });
    EXPECT_EQ(sum_smaps(text).rss_bytes, rss);
  });
  EXPECT_GT(mappings, 1000U);
}

TEST_F(Corpus, SmapsRollup) {
  const auto paths = files("smaps_rollup");
  for (const fs::path& path : paths) {
    SCOPED_TRACE(path.string());
    const SmapsCounters rollup = parse_smaps_rollup(slurp(path));
    ASSERT_TRUE(rollup.rss_bytes && rollup.pss_bytes && rollup.uss_bytes());
    EXPECT_LE(*rollup.uss_bytes(), *rollup.pss_bytes);
    EXPECT_LE(*rollup.pss_bytes, *rollup.rss_bytes);
  }
  expect_no_invention_in(paths, parse_smaps_rollup);
}

bool in_process_directory(const fs::path& path) {
  const std::string parent = path.parent_path().filename();
  return !parent.empty() && std::all_of(parent.begin(), parent.end(), [](char c) { return c >= '0' && c <= '9'; });
}

TEST_F(Corpus, ProcessStatAndStatus) {
  std::size_t compared = 0;
  for (const fs::path& path : files("stat", "proc/")) {
    if (!in_process_directory(path) || fs::file_size(path) == 0) continue;
    SCOPED_TRACE(path.string());
    const std::string text = slurp(path);
    const PidStat stat = parse_pid_stat(text);
    ASSERT_TRUE(stat.comm && stat.state && stat.flags && stat.vsize_bytes && stat.starttime_ticks);
    const fs::path status_path = path.parent_path() / "status";
    if (!fs::exists(status_path) || fs::file_size(status_path) == 0) continue;
    const PidStatus status = parse_pid_status(slurp(status_path));
    if (status.pid != stat.pid) continue;  // put together from several processes
    EXPECT_TRUE(status.uid && status.threads && status.state);
    EXPECT_FALSE(*stat.is_kernel_thread() && status.vm_size_bytes) << "a kernel thread with memory";
    ++compared;
  }
  EXPECT_GT(compared, 100U);
}

TEST_F(Corpus, ProcessSizesAndNames) {
  each(files("statm"), [](const std::string& text) {
    const PidStatm statm = parse_pid_statm(text);
    ASSERT_TRUE(statm.size_pages && statm.resident_pages && statm.data_pages);
    EXPECT_LE(*statm.resident_pages, *statm.size_pages);
  });
  each(files("comm"), [](const std::string& text) {
    EXPECT_TRUE(parse_comm(text).has_value());
    EXPECT_FALSE(parse_comm(text)->ends_with('\n'));
  });
  each(files("cmdline", "proc/"), [](const std::string& text) {
    EXPECT_FALSE(parse_cmdline(text).program().empty());
    EXPECT_EQ(parse_cmdline(text).joined().find('\0'), std::string::npos);
  });
}

TEST_F(Corpus, CgroupFiles) {
  each(files("cgroup", "proc/"), [](const std::string& text) {
    const CgroupMembership membership = parse_cgroup_membership(text);
    EXPECT_TRUE(membership.v2_path || membership.memory_v1_path || membership.systemd_v1_path);
  });
  const auto stats = files("memory.stat");
  each(stats, [](const std::string& text) {
    const MemoryStat stat = parse_memory_stat(text);
    EXPECT_NE(stat.anon_bytes.has_value(), stat.cache_bytes.has_value()) << "one of v1 and v2";
    EXPECT_TRUE(stat.inactive_file_bytes && stat.pgfault);
    EXPECT_EQ(stat.hierarchical_memory_limit_bytes.has_value(), stat.cache_bytes.has_value());
    EXPECT_EQ(stat.total_cache_bytes.has_value(), stat.cache_bytes.has_value());
  });
  expect_no_invention_in(stats, parse_memory_stat);
  for (const std::string_view name : {"memory.limit_in_bytes", "memory.max", "memory.current", "memory.low"}) {
    each(files(name), [](const std::string& text) { EXPECT_TRUE(parse_cgroup_value(text).has_value()); });
  }
  each(files("memory.usage_in_bytes"), [](const std::string& text) {
    ASSERT_TRUE(parse_cgroup_value(text).has_value());
    EXPECT_FALSE(parse_cgroup_value(text)->unlimited());
  });
}

TEST_F(Corpus, Pressure) {
  const auto paths = files("memory.pressure");
  each(paths, [](const std::string& text) {
    const Pressure pressure = parse_pressure(text);
    ASSERT_TRUE(pressure.some.avg10_pct && pressure.full.avg300_pct);
    EXPECT_EQ(pressure.some.total_us.has_value(), text.find("total=") != std::string::npos);
    EXPECT_LE(*pressure.some.avg60_pct, 100.0);
  });
  expect_no_invention_in(paths, parse_pressure);
}

TEST_F(Corpus, Slabinfo) {
  const auto paths = files("slabinfo", "proc/");
  each(paths, [](const std::string& text) {
    const Slabinfo info = parse_slabinfo(text);
    EXPECT_EQ(info.caches.size() + 2, static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')));
    EXPECT_EQ(info.unread_lines, 0U);
    for (const SlabCache& cache : info.caches) {
      SCOPED_TRACE(cache.name);
      ASSERT_TRUE(cache.active_objects && cache.objects && cache.object_bytes && cache.pages_per_slab && cache.slabs);
      EXPECT_LE(*cache.active_objects, *cache.objects);
      EXPECT_LE(*cache.active_slabs, *cache.slabs);
    }
  });
  expect_no_invention(slurp(paths.front()), parse_slabinfo, 101);
}

TEST_F(Corpus, SmallFiles) {
  each(files("mm_stat"), [](const std::string& text) { EXPECT_TRUE(parse_zram_mm_stat(text).mem_used_max_bytes); });
  each(files("arcstats"), [](const std::string& text) {
    const Arcstats stats = parse_arcstats(text);
    ASSERT_TRUE(stats.size_bytes && stats.c_min_bytes && stats.c_max_bytes);
    EXPECT_LE(*stats.c_min_bytes, *stats.c_max_bytes);
  });
  each(files("uptime", "proc/"), [](const std::string& text) { EXPECT_TRUE(parse_uptime(text).uptime_ms); });
  each(files("nr_hugepages"), [](const std::string& text) { EXPECT_TRUE(parse_number_file(text).has_value()); });
}

}  // namespace
}  // namespace memkit::test
