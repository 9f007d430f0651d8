// Where memory is nearly gone, and where there is very much of everything.
#include <gmock/gmock.h>
#include <sys/wait.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "cli/free_fixtures.h"
#include "cli/memory_cgroup.h"

namespace memkit {
namespace {

using nlohmann::json;
using testing::HasSubstr;

/// So many processes that sleep, in a group of their own, for as long as this lives.
class IdleProcesses {
 public:
  explicit IdleProcesses(int count) {
    int ready[2];
    if (pipe(ready) != 0) return;
    group_ = fork();
    if (group_ == 0) {
      setpgid(0, 0);
      dup2(ready[1], 1);
      close(ready[0]);
      close(ready[1]);
      const std::string line = "i=0; while [ $i -lt " + std::to_string(count) +
                               " ]; do sleep 600 >/dev/null & i=$((i+1)); done; echo; exec sleep 600 >/dev/null";
      execl("/bin/sh", "sh", "-c", line.c_str(), static_cast<char*>(nullptr));
      _exit(127);
    }
    close(ready[1]);
    char byte = 0;
    ready_ = read(ready[0], &byte, 1) == 1;
    close(ready[0]);
  }
  ~IdleProcesses() {
    if (group_ <= 0) return;
    kill(-group_, SIGKILL);
    waitpid(group_, nullptr, 0);
  }
  IdleProcesses(const IdleProcesses&) = delete;
  IdleProcesses& operator=(const IdleProcesses&) = delete;
  [[nodiscard]] bool ready() const { return ready_; }
  [[nodiscard]] pid_t one() const { return group_; }

 private:
  pid_t group_ = -1;
  bool ready_ = false;
};

/// Swap would take what does not fit; the limit is of memory alone.
bool swap_is_on() { return lines_of(read_file("/proc/swaps")).size() > 1; }

TEST(TwelveMegabytesLive, EveryCommandCompletesBesideAThousandProcesses) {
  constexpr std::uint64_t kLimit = 12'000'000;
  SKIP_UNLESS_ROOT();
  if (sanitized()) GTEST_SKIP() << "skipped: a sanitizer takes more than that by itself";
  if (swap_is_on()) GTEST_SKIP() << "skipped: swap is on here";
  const MemoryCgroup cgroup(kLimit);
  if (!cgroup.usable()) GTEST_SKIP() << "skipped: no memory cgroup can be made here";
  const IdleProcesses idle(1000);
  if (!idle.ready()) GTEST_SKIP() << "skipped: a thousand processes cannot be started here";
  const std::string enter = "echo $$ > " + cgroup.directory() + "/cgroup.procs && exec \"$MEMKIT\" ";
  const std::string pid = std::to_string(idle.one());
  for (const std::string& command :
       std::vector<std::string>{"report", "report --json", "free", "smem", "pmap " + pid, "slab", "psi", "oom"}) {
    SCOPED_TRACE(command);
    const Outcome outside = shell("exec \"$MEMKIT\" " + command);
    const Outcome inside = shell(enter + command);
    EXPECT_EQ(inside.status, outside.status) << inside.err;
    EXPECT_GE(lines_of(inside.out).size() * 10, lines_of(outside.out).size() * 8) << "it is as long";
  }
  const json report = json::parse(shell(enter + "report --json").out);
  EXPECT_GE(report["processes"]["processes_count"], 1000);
}

/// The names of a series' labels, and of its metric: what must not change from run to run.
std::string shape_of(const std::string& series) {
  return std::regex_replace(series, std::regex(R"re("([^"\\]|\\.)*")re"), "");
}

struct Prom {
  std::size_t series = 0;
  std::size_t cgroups = 0;
  std::set<std::string> shapes;
};

Prom prom_of(const std::string& root, const std::vector<std::string>& options = {}) {
  std::vector<std::string> words{"report", "--format", "prom", "--root", root};
  words.insert(words.end(), options.begin(), options.end());
  const Outcome outcome = run(words);
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  Prom prom;
  for (const std::string& line : lines_of(outcome.out)) {
    if (line.starts_with('#')) continue;
    ++prom.series;
    prom.cgroups += line.starts_with("memkit_cgroup_memory_bytes{") ? 1 : 0;
    prom.shapes.insert(shape_of(line.substr(0, line.rfind(' '))));
  }
  return prom;
}

/// A machine with so many cgroups, each of a size of its own.
void make_cgroups(const TemporaryDir& dir, int count) {
  dir.write("proc/meminfo", meminfo_text(kSixteenGb));
  dir.write("sys/fs/cgroup/cgroup.controllers", "memory\n");
  for (int i = 0; i < count; ++i) {
    const std::string unit = "sys/fs/cgroup/system.slice/unit" + std::to_string(i) + ".service";
    dir.write(unit + "/memory.current", std::to_string(1'000'000 + i) + "\n");
    dir.write(unit + "/memory.max", "max\n");
  }
}

TEST(PromScale, OfFiveThousandCgroupsTheLargestAreSeries) {
  const TemporaryDir many;
  const TemporaryDir few;
  make_cgroups(many, 5000);
  make_cgroups(few, 20);
  const json document = json::parse(run({"report", "--json", "--root", many.path()}).out);
  ASSERT_EQ(document["cgroups"]["leaf_cgroups_count"], 5000);
  const Prom by_default = prom_of(many.path());
  EXPECT_EQ(by_default.cgroups, 10U);
  EXPECT_EQ(by_default.series, prom_of(few.path()).series) << "as many as of a machine with twenty";
  EXPECT_EQ(prom_of(many.path(), {"--top", "50"}).cgroups, 50U);
  EXPECT_EQ(prom_of(many.path(), {"--top", "0"}).cgroups, 0U);
  EXPECT_THAT(run({"report", "--format", "prom", "--root", many.path()}).out,
              HasSubstr("cgroup=\"/system.slice/unit4999.service\""))
      << "the largest";
}

TEST(PromScale, LabelsAreTheSameWhateverThereIs) {
  const TemporaryDir many;
  const TemporaryDir few;
  make_cgroups(many, 5000);
  make_cgroups(few, 20);
  const Prom large = prom_of(many.path());
  EXPECT_EQ(large.shapes, prom_of(few.path()).shapes);
  EXPECT_EQ(large.shapes, prom_of(many.path(), {"--top", "50"}).shapes);
  EXPECT_THAT(large.shapes, testing::Contains("memkit_cgroup_memory_bytes{cgroup=,unit=}"));
}

}  // namespace
}  // namespace memkit
