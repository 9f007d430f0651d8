// Which files the commands open, as strace sees it: no more than is said, nothing outside --root, nothing to write.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include <algorithm>
#include <filesystem>
#include <regex>

#include "cli/free_fixtures.h"
#include "cli/support.h"

namespace memkit {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Words = std::vector<std::string>;

struct Trace {
  Words opened;   ///< what was opened, links resolved, without the loader's libraries
  Words written;  ///< calls that could change something
};

bool is_loaders(const std::string& path) {
  return path.find(".so") != std::string::npos || path.starts_with("/etc/ld.so");
}

/// Runs the program below strace, which names the file behind every descriptor.
Trace trace(Words words) {
  const TemporaryDir dir;
  const std::string log = dir.path() + "/log";
  words.insert(words.begin(), {"-f", "-y", "-s", "4096", "-o", log, memkit_binary()});
  const Outcome outcome = run(words, {.program = "strace"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  Trace found;
  static const std::regex opens(R"(\b(open|openat|openat2)\((.*)\) = \d+<(.*)>$)");
  static const std::regex changes(
      R"(\b(creat|mkdir|mkdirat|mknod|mknodat|unlink|unlinkat|rename|renameat|renameat2|rmdir|truncate|ftruncate|)"
      R"(chmod|fchmod|fchmodat|chown|fchown|fchownat|link|linkat|symlink|symlinkat|utimensat|mount|kill|socket|)"
      R"(connect|setxattr|fsetxattr|execve)\()");
  static const std::regex writes(R"(\b(write|writev|pwrite64|sendfile)\((\d+))");
  int executions = 0;
  for (const std::string& line : lines_of(read_file(log))) {
    std::smatch match;
    if (std::regex_search(line, match, opens)) {
      if (match[2].str().find("O_WRONLY") != std::string::npos || match[2].str().find("O_RDWR") != std::string::npos ||
          match[2].str().find("O_CREAT") != std::string::npos) {
        found.written.push_back(line);
      }
      if (!is_loaders(match[3])) found.opened.push_back(match[3]);
    } else if (std::regex_search(line, match, changes)) {
      if (match[1] != "execve" || executions++ > 0) found.written.push_back(line);
    } else if (std::regex_search(line, match, writes) && match[2] != "1" && match[2] != "2") {
      found.written.push_back(line);
    }
  }
  return found;
}

struct Opens : testing::Test {
  void SetUp() override {
    if (sanitized()) GTEST_SKIP() << "skipped: the sanitizer opens files of its own";
    SKIP_WITHOUT_TOOL("strace");
    if (run({"-o", "/dev/null", "true"}, {.program = "strace"}).status != 0) {
      GTEST_SKIP() << "skipped: strace may not trace here";
    }
  }
};

TEST_F(Opens, PlainFreeReadsMeminfoAlone) {
  for (const Words& words :
       std::vector<Words>{{"free"}, {"free", "-hltvw"}, {"free", "-L"}, {"free", "-s", "0.01", "-c1"}}) {
    const Trace found = trace(words);
    EXPECT_THAT(found.opened, ElementsAre("/", "/proc/meminfo")) << joined(words);
    EXPECT_THAT(found.written, IsEmpty()) << joined(words);
  }
}

TEST_F(Opens, HelpReadsNothing) {
  EXPECT_THAT(trace({"free", "--help"}).opened, IsEmpty());
  EXPECT_THAT(trace({"--list"}).opened, IsEmpty());
  EXPECT_THAT(trace({"--version"}).opened, IsEmpty());
}

/// Whether the path is that of a mounted tmpfs: the report asks how full those are.
bool is_tmpfs(const std::string& path) {
  struct statfs info {};
  return statfs(path.c_str(), &info) == 0 && info.f_type == TMPFS_MAGIC;
}

TEST_F(Opens, LiveCommandsStayInProcAndSysAndChangeNothing) {
  for (const Words& words : std::vector<Words>{{"free", "--json"}, {"smem"}, {"report"}, {"free", "--explain"}}) {
    const Trace found = trace(words);
    EXPECT_FALSE(found.opened.empty());
    for (const std::string& path : found.opened) {
      EXPECT_TRUE(path == "/" || path.starts_with("/proc") || path.starts_with("/sys") || path == "/etc/passwd" ||
                  path == "/etc/hostname" || (words.front() == "report" && (path == "/dev/kmsg" || is_tmpfs(path))))
          << joined(words) << " opened " << path;
    }
    EXPECT_THAT(found.written, IsEmpty()) << joined(words);
  }
}

/// Every file that memkit opens with --root is below it.
void expect_inside(const std::string& root) {
  for (const Words& words : std::vector<Words>{{"free", "--json"},
                                               {"free", "--breakdown", "--cgroup", "--explain", "--health"},
                                               {"free", "--check"},
                                               {"smem", "--json"},
                                               {"report"},
                                               {"report", "--json", "--explain"}}) {
    Words all = words;
    all.insert(all.end(), {"--root", root});
    const Trace found = trace(all);
    EXPECT_GT(found.opened.size(), 1u);
    for (const std::string& path : found.opened) {
      EXPECT_TRUE(path == root || path.starts_with(root + "/")) << joined(all) << " opened " << path;
    }
    EXPECT_THAT(found.written, IsEmpty()) << joined(all);
  }
}

TEST_F(Opens, NothingOutsideTheRoot) {
  expect_inside(std::filesystem::canonical(MEMKIT_SOURCE_DIR "/testdata/roots/6.18-x86_64-vm"));
}

TEST_F(Opens, NothingOutsideARootOfLinks) {
  const TemporaryDir dir;
  const std::string root = std::filesystem::canonical(dir.path());
  dir.write("proc/meminfo", meminfo_text(kSixteenGb));
  const auto link = [&](const std::string& target, const std::string& name) {
    const std::filesystem::path place = root + "/" + name;
    std::filesystem::create_directories(place.parent_path());
    std::filesystem::create_symlink(target, place);
  };
  link("/proc/vmstat", "proc/vmstat");
  link("../../../../../../../../proc/zoneinfo", "proc/zoneinfo");
  link("/proc/self", "proc/self");
  link("/proc/1", "proc/1");
  link("/proc/pressure", "proc/pressure");
  link("/sys", "sys");
  link("/etc", "etc");
  link("/proc/sys/kernel/hostname", "proc/sys/kernel/hostname");
  link("../../../../../../../../../proc/sys/kernel/random/boot_id", "proc/sys/kernel/random/boot_id");
  dir.write("proc/77/status", "Name:\tx\nUid:\t0\t0\t0\t0\nVmSize:\t9 kB\nVmRSS:\t5 kB\nThreads:\t1\n");
  link("/proc/self/smaps", "proc/77/smaps");
  link("/proc/self/cmdline", "proc/77/cmdline");
  const Outcome cgroup = run({"free", "--json", "--root", root});
  EXPECT_EQ(cgroup.status, 0);
  for (const Words& words : std::vector<Words>{{"free", "--json"}, {"smem", "--json"}, {"report", "--json"}}) {
    Words all = words;
    all.insert(all.end(), {"--root", root});
    for (const std::string& path : trace(all).opened) {
      EXPECT_TRUE(path == root || path.starts_with(root + "/")) << joined(all) << " opened " << path;
    }
  }
}

}  // namespace
}  // namespace memkit
