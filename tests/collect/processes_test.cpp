#include "collect/processes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <sstream>

#include "collect/users.h"
#include "collect/walk.h"
#include "support/temp_dir.h"

namespace memkit {
namespace {

using test::TempDir;
using test::Walk;
using test::walk;

// Fields 4 to 24 of a stat line; state and comm stand before them.
std::string stat_line(std::uint32_t pid, const std::string& comm, char state, unsigned flags, std::uint64_t vsize,
                      std::uint64_t rss_pages) {
  std::ostringstream line;
  line << pid << " (" << comm << ") " << state << " 1 " << pid << ' ' << pid << " 0 -1 " << flags
       << " 10 0 2 0 5 6 0 0 20 0 3 0 4711 " << vsize << ' ' << rss_pages << " 18446744073709551615 1 1 0 0 0\n";
  return line.str();
}

std::string status_of(const std::string& name, const std::string& state, bool memory) {
  return "Name:\t" + name + "\nState:\t" + state + "\nTgid:\t7\nPid:\t7\nPPid:\t3\nUid:\t1000\t1001\t1000\t1000\n" +
         (memory ? "VmSize:\t    8000 kB\nVmRSS:\t     400 kB\nVmSwap:\t      24 kB\n" : "") + "Threads:\t2\n";
}

constexpr std::string_view kRollup =
    "5581c0000000-7ffd00000000 ---p 00000000 00:00 0                          [rollup]\n"
    "Rss:                 420 kB\nPss:                 300 kB\nShared_Clean:        160 kB\nShared_Dirty:          0 "
    "kB\n"
    "Private_Clean:        60 kB\nPrivate_Dirty:       200 kB\nSwap:                 32 kB\nSwapPss:              16 "
    "kB\n";

std::string smaps_mapping(const std::string& range, int rss, int pss, int private_dirty) {
  return range + " rw-p 00000000 00:00 0                          [heap]\nSize:                 900 kB\nRss:   " +
         std::to_string(rss) + " kB\nPss:    " + std::to_string(pss) +
         " kB\nPrivate_Clean:         0 kB\nPrivate_Dirty:       " + std::to_string(private_dirty) +
         " kB\nSwap:                  4 kB\nVmFlags: rd wr\n";
}

TEST(Processes, ReadsAProcessWhole) {
  const TempDir root;
  root.write("proc/7/stat", stat_line(7, "worker", 'S', 0x400000, 8192000, 100));
  root.write("proc/7/status", status_of("worker", "S (sleeping)", true));
  root.write("proc/7/smaps_rollup", kRollup);
  root.write("proc/7/cmdline", std::string("/usr/bin/worker\0--fast\0x y\0", 27));
  const Walk result = walk(Root::at(root.string()));
  ASSERT_EQ(result.rows.size(), 1u);
  const Process& process = result.of(7);
  EXPECT_EQ(process.kind, ProcessKind::user);
  EXPECT_EQ(process.name, "worker");
  EXPECT_EQ(process.command, "/usr/bin/worker --fast x y");
  EXPECT_EQ(process.ppid, Got<std::uint32_t>(1));
  EXPECT_EQ(process.uid, Got<std::uint32_t>(1001)) << "the effective one";
  EXPECT_EQ(process.threads, Got<std::uint32_t>(3));
  EXPECT_EQ(process.starttime_ticks, Got<std::uint64_t>(4711));
  EXPECT_EQ(process.vsz_bytes, Got<std::uint64_t>(8192000));
  EXPECT_EQ(process.rss_bytes, Got<std::uint64_t>(420 * 1024)) << "the walk's, not stat's 400 kB";
  EXPECT_EQ(process.pss_bytes, Got<std::uint64_t>(300 * 1024));
  EXPECT_EQ(process.uss_bytes, Got<std::uint64_t>(260 * 1024));
  EXPECT_EQ(process.swap_bytes, Got<std::uint64_t>(32 * 1024)) << "shmem included, not VmSwap's 24 kB";
  EXPECT_EQ(process.swap_pss_bytes, Got<std::uint64_t>(16 * 1024));
  EXPECT_EQ(result.summary.seen, 1u);
  EXPECT_EQ(result.summary.without_pages(), 0u);
}

TEST(Processes, HoldsHostileNames) {
  const TempDir root;
  const std::string comm = "a) R 9 9\n(\x1b[2J";
  root.write("proc/7/stat", stat_line(7, comm, 'S', 0, 4096000, 10));
  root.write("proc/7/smaps_rollup", kRollup);
  root.write("proc/7/cmdline", "");
  const Walk result = walk(Root::at(root.string()));
  EXPECT_EQ(result.of(7).name, comm);
  EXPECT_EQ(result.of(7).command, "[" + comm + "]") << "an empty command line does not make a kernel thread";
  EXPECT_EQ(result.of(7).kind, ProcessKind::user);
  EXPECT_EQ(result.of(7).ppid, Got<std::uint32_t>(1));
}

TEST(Processes, TellsZombiesAndKernelThreadsFromProcesses) {
  const TempDir root;
  root.write("proc/2/stat", stat_line(2, "kthreadd", 'S', 0x208040, 0, 0));
  root.write("proc/2/smaps", "");
  root.write("proc/3/status", status_of("kworker/0:1", "I (idle)", false));  // before 6.9: no Kthread: line
  root.write("proc/3/smaps", "");
  root.write("proc/4/status", "Name:\tkswapd0\nState:\tS (sleeping)\nKthread:\t1\nThreads:\t1\n");
  root.write("proc/5/stat", stat_line(5, "dead", 'Z', 0x40400c, 0, 0));
  root.write("proc/6/status", status_of("dead too", "Z (zombie)", false));
  root.write("proc/6/smaps", "");
  const Walk result = walk(Root::at(root.string()));
  for (const std::uint32_t pid : {2u, 3u, 4u}) EXPECT_EQ(result.of(pid).kind, ProcessKind::kernel_thread) << pid;
  for (const std::uint32_t pid : {5u, 6u}) EXPECT_EQ(result.of(pid).kind, ProcessKind::zombie) << pid;
  EXPECT_EQ(result.summary.kernel_threads, 3u);
  EXPECT_EQ(result.summary.zombies, 2u);
  EXPECT_EQ(result.summary.without_pages(), 0u) << "having no memory is no lack of permission";
}

TEST(Processes, FallsBackToTheSumOfSmaps) {
  const TempDir root;
  root.write("proc/7/stat", stat_line(7, "old", 'S', 0, 8192000, 100));
  root.write("proc/7/smaps",
             smaps_mapping("00400000-004e1000", 100, 50, 40) + smaps_mapping("10400000-104e1000", 20, 20, 8));
  const Walk result = walk(Root::at(root.string()));
  EXPECT_EQ(result.of(7).rss_bytes, Got<std::uint64_t>(120 * 1024));
  EXPECT_EQ(result.of(7).pss_bytes, Got<std::uint64_t>(70 * 1024));
  EXPECT_EQ(result.of(7).uss_bytes, Got<std::uint64_t>(48 * 1024));
  EXPECT_EQ(result.of(7).swap_bytes, Got<std::uint64_t>(8 * 1024));
}

TEST(Processes, FallsBackToStatusWherePssIsUnknown) {
  const TempDir root;
  root.write("proc/7/status", status_of("seven", "S (sleeping)", true));
  const Walk result = walk(Root::at(root.string()), {}, Missing::absent);
  const Process& process = result.of(7);
  EXPECT_EQ(process.rss_bytes, Got<std::uint64_t>(400 * 1024));
  EXPECT_EQ(process.vsz_bytes, Got<std::uint64_t>(8000 * 1024));
  EXPECT_EQ(process.swap_bytes, Got<std::uint64_t>(24 * 1024));
  EXPECT_EQ(process.pss_bytes, Got<std::uint64_t>(Missing::absent));
  EXPECT_EQ(process.uss_bytes, Got<std::uint64_t>(Missing::absent));
  EXPECT_EQ(result.summary.unwalked, 1u);
}

TEST(Processes, EmptySmapsOfAProcessWithMemoryIsDenied) {
  const TempDir root;
  root.write("proc/7/status", status_of("seven", "S (sleeping)", true));
  root.write("proc/7/smaps", "");
  root.write("proc/8/status", status_of("eight", "S (sleeping)", true));
  root.write("proc/8/smaps_rollup", "");
  const Walk result = walk(Root::at(root.string()));
  EXPECT_EQ(result.of(7).pss_bytes, Got<std::uint64_t>(Missing::denied));
  EXPECT_EQ(result.of(8).pss_bytes, Got<std::uint64_t>(Missing::denied));
  EXPECT_EQ(result.summary.denied, 2u);
  EXPECT_EQ(result.summary.denied_rss_bytes, 800u * 1024);
}

TEST(Processes, TextWithoutSenseIsMalformedNotZero) {
  const TempDir root;
  root.write("proc/7/stat", stat_line(7, "seven", 'S', 0, 8192000, 100));
  root.write("proc/7/smaps_rollup", "no such thing\n");
  root.write("proc/8/stat", "8 (ei");
  root.write("proc/8/status", status_of("eight", "S (sleeping)", true));
  root.write("proc/8/smaps_rollup", kRollup);
  const Walk result = walk(Root::at(root.string()));
  EXPECT_EQ(result.of(7).pss_bytes, Got<std::uint64_t>(Missing::malformed));
  EXPECT_EQ(result.of(7).rss_bytes, Got<std::uint64_t>(100 * 4096));
  EXPECT_EQ(result.of(8).name, "eight");
  EXPECT_EQ(result.of(8).pss_bytes, Got<std::uint64_t>(300 * 1024));
  EXPECT_EQ(result.summary.unreadable, 1u);
}

TEST(Processes, PagesOfACaptureWithoutPageSizeStayUnknown) {
  const TempDir root;
  root.write("proc/7/stat", stat_line(7, "seven", 'S', 0, 8192000, 100));
  root.write("proc/8/statm", "2000 100 50 1 0 60 0\n");
  root.write("proc/8/comm", "eight\n");
  const Walk unknown = walk(Root::at(root.string()), {}, Missing::absent);
  EXPECT_FALSE(unknown.of(7).rss_bytes);
  EXPECT_EQ(unknown.of(7).vsz_bytes, Got<std::uint64_t>(8192000)) << "stat has it in bytes";
  EXPECT_FALSE(unknown.of(8).rss_bytes);
  const Walk known = walk(Root::at(root.string()), {}, 65536);
  EXPECT_EQ(known.of(7).rss_bytes, Got<std::uint64_t>(100 * 65536));
  EXPECT_EQ(known.of(8).rss_bytes, Got<std::uint64_t>(100 * 65536));
  EXPECT_EQ(known.of(8).name, "eight");
}

TEST(Processes, NothingKnownIsNoRowButCounted) {
  const TempDir root;
  root.write("proc/7/limits", "");
  root.write("proc/8/status", status_of("eight", "S (sleeping)", true));
  root.write("proc/9", "a file");
  root.write("proc/010/status", status_of("no pid", "S (sleeping)", true));
  root.write("proc/99999999999/status", status_of("no pid", "S (sleeping)", true));
  const Walk result = walk(Root::at(root.string()));
  EXPECT_EQ(result.rows.size(), 1u);
  EXPECT_EQ(result.summary.hidden, 1u);
  EXPECT_EQ(result.summary.seen, 2u);
}

TEST(Processes, RowsComeInPidOrderAndWithinTheirSize) {
  const TempDir root;
  for (const int pid : {100, 9, 20, 1}) {
    root.write("proc/" + std::to_string(pid) + "/status", status_of("x", "S (sleeping)", true));
  }
  const Walk result = walk(Root::at(root.string()));
  ASSERT_EQ(result.rows.size(), 4u);
  EXPECT_TRUE(std::is_sorted(result.rows.begin(), result.rows.end(), [](auto& a, auto& b) { return a.pid < b.pid; }));
  static_assert(sizeof(Process) <= 264);
}

TEST(Processes, ARootWithoutProcSaysSo) {
  const TempDir root;
  root.write("etc/hostname", "x\n");
  const Walk result = walk(Root::at(root.string()));
  EXPECT_EQ(result.summary.list_error, ENOENT);
  EXPECT_EQ(result.rows.size(), 0u);
}

TEST(Processes, EveryPrefixOfEveryFileGivesARowOrNone) {
  const std::map<std::string, std::string> files = {
      {"stat", stat_line(7, "seven", 'S', 0, 8192000, 100)},
      {"status", status_of("seven", "S (sleeping)", true)},
      {"smaps_rollup", std::string(kRollup)},
  };
  const TempDir root;
  for (const auto& [name, text] : files) root.write("proc/7/" + name, text);
  const Root at = Root::at(root.string());
  for (const auto& [name, text] : files) {
    for (std::size_t size = 0; size <= text.size(); ++size) {
      root.write("proc/7/" + name, std::string_view(text).substr(0, size));
      const Walk result = walk(at);
      ASSERT_EQ(result.rows.size(), 1u) << name << ' ' << size;
      const Process& process = result.rows.front();
      ASSERT_EQ(process.kind, ProcessKind::user) << name << ' ' << size;
      // A cut file may hide a figure, never change it.
      ASSERT_EQ(process.pss_bytes.value_or(300 * 1024), 300u * 1024) << name << ' ' << size;
      ASSERT_EQ(process.uss_bytes.value_or(260 * 1024), 260u * 1024) << name << ' ' << size;
      ASSERT_TRUE(process.rss_bytes == Got<std::uint64_t>(420 * 1024) ||
                  process.rss_bytes == Got<std::uint64_t>(400 * 1024) ||
                  process.rss_bytes == Got<std::uint64_t>(100 * 4096));
    }
    root.write("proc/7/" + name, text);
  }
}

TEST(Processes, FilesOfEveryKindMayBeMissing) {
  const std::vector<std::pair<std::string, std::string>> files = {
      {"stat", stat_line(7, "seven", 'S', 0, 8192000, 100)},        {"statm", "2000 100 50 1 0 60 0\n"},
      {"status", status_of("seven", "S (sleeping)", true)},         {"smaps_rollup", std::string(kRollup)},
      {"smaps", smaps_mapping("00400000-004e1000", 420, 300, 260)}, {"cmdline", "seven"},
  };
  for (unsigned subset = 1; subset < 1u << files.size(); ++subset) {
    const TempDir root;
    for (std::size_t i = 0; i < files.size(); ++i) {
      if ((subset >> i & 1u) != 0) root.write("proc/7/" + files[i].first, files[i].second);
    }
    const Walk result = walk(Root::at(root.string()));
    const bool has_walk = (subset & 0b011000u) != 0;
    const bool has_sizes = (subset & 0b000111u) != 0;
    if (!has_walk && !has_sizes) {
      EXPECT_EQ(result.summary.hidden, 1u) << subset;
      continue;
    }
    ASSERT_EQ(result.rows.size(), 1u) << subset;
    EXPECT_EQ(result.rows[0].pss_bytes.has_value(), has_walk) << subset;
    EXPECT_EQ(result.rows[0].vsz_bytes.has_value(), has_sizes) << subset;
    EXPECT_TRUE(result.rows[0].rss_bytes) << subset;
    EXPECT_EQ(result.summary.unwalked, has_walk ? 0u : 1u) << subset;
  }
}

TEST(Users, FirstNameOfAUidElseItsNumber) {
  const TempDir root;
  root.write("etc/passwd",
             "root:x:0:0:root:/root:/bin/sh\ntoor:x:0:0::/:/bin/sh\n# no user\n+::::::\nweb:x:33:33::/:/x\n");
  const Users users(Root::at(root.string()));
  EXPECT_EQ(users.name(0), "root");
  EXPECT_EQ(users.name(33), "web");
  EXPECT_EQ(users.name(1000), "1000");
  const TempDir none;
  EXPECT_EQ(Users(Root::at(none.string())).name(0), "0") << "never the live machine's name";
}

}  // namespace
}  // namespace memkit
