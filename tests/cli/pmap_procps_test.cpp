// procps-ng's pmap against memkit pmap: on a stopped process, and on texts that are bound over the files of a stopped
// process in a mount namespace of this test's own.
#include <gmock/gmock.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include <csignal>
#include <cstring>
#include <fstream>
#include <memory>

#include "cli/free_fixtures.h"
#include "cli/pmap_support.h"
#include "cli/support.h"

namespace memkit {
namespace {

using Words = std::vector<std::string>;

/// Both programs' output: what stands in a name's place is the kernel's name with memkit.
struct Both {
  Outcome ours;
  Outcome theirs;
};

Both run_both(Words words) {
  Both both;
  both.theirs = run(words, {.env = {"LC_ALL=C"}, .program = "pmap"});
  words.insert(words.begin(), "pmap");
  both.ours = run(words);
  return both;
}

/// Lines with the kernel's own names as procps shows them without -k. It knows the stack by an address that a frozen
/// text does not have.
std::string with_procps_names(const std::string& text, bool frozen = false) {
  std::string changed;
  for (const std::string& line : lines_of(text)) {
    const std::size_t at = line.find(" [");
    const std::string name = at == std::string::npos ? "" : line.substr(at + 1);
    const bool kernels = !name.empty() && name != "[ anon ]" && !name.starts_with("[ shmid=");
    changed +=
        (kernels ? line.substr(0, at) + (name == "[stack]" && !frozen ? "   [ stack ]" : "   [ anon ]") : line) + "\n";
  }
  return changed;
}

enum class Names { kernels, procps, procps_frozen };

void expect_alike(const Words& words, Names names) {
  const Both both = run_both(words);
  EXPECT_EQ(both.ours.status, both.theirs.status) << testing::PrintToString(words) << both.ours.err;
  EXPECT_EQ(names == Names::kernels ? both.ours.out : with_procps_names(both.ours.out, names == Names::procps_frozen),
            both.theirs.out)
      << testing::PrintToString(words);
}

struct PmapLikeProcps : testing::Test {
  void SetUp() override {
    const Outcome version = has_tool("pmap") ? run({"-V"}, {.program = "pmap"}) : Outcome();
    if (version.out.find("procps-ng 4.0.") == std::string::npos) GTEST_SKIP() << "skipped: no pmap of procps-ng 4.0";
  }
};

TEST_F(PmapLikeProcps, AStoppedProcessToTheByte) {
  const StoppedProcess process({"sleep", "100"});
  const std::string pid = std::to_string(process.pid());
  for (const Words& words : std::vector<Words>{{}, {"-q"}, {"-p"}, {"-d"}, {"-dq"}, {"-dp"}, {"--device"}}) {
    Words all = words;
    all.push_back(pid);
    expect_alike(all, Names::procps);
    all.push_back("/proc/" + pid);  // twice, as asked
    expect_alike(all, Names::procps);
  }
}

/// Texts over the files of a stopped process: for this test and its children alone. PSS of a live process moves with
/// other processes, texts do not.
class FrozenProcess {
 public:
  FrozenProcess() : process_({"sleep", "100"}) {
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
      why_not_ = std::strerror(errno);
      return;
    }
    for (const char* const name : {"maps", "smaps"}) {
      const std::string file = dir_.write(name, "");
      if (mount(file.c_str(), place(name).c_str(), nullptr, MS_BIND, nullptr) != 0) {
        why_not_ = std::strerror(errno);
      } else {
        bound_.emplace_back(name);
      }
    }
  }
  ~FrozenProcess() {
    for (const std::string& name : bound_) umount2(place(name).c_str(), MNT_DETACH);
  }
  FrozenProcess(const FrozenProcess&) = delete;
  FrozenProcess& operator=(const FrozenProcess&) = delete;

  [[nodiscard]] const std::string& why_not() const { return why_not_; }
  [[nodiscard]] std::string pid() const { return std::to_string(process_.pid()); }
  /// The text of smaps; maps is its header lines.
  void set(const std::string& smaps) const {
    std::string maps;
    for (const std::string& line : lines_of(smaps)) {
      if (!line.empty() && std::strchr("0123456789abcdef", line[0]) != nullptr) maps += line + "\n";
    }
    std::ofstream(dir_.path() + "/smaps", std::ios::binary) << smaps;
    std::ofstream(dir_.path() + "/maps", std::ios::binary) << maps;
  }

 private:
  [[nodiscard]] std::string place(const std::string& name) const { return "/proc/" + pid() + "/" + name; }
  StoppedProcess process_;
  TemporaryDir dir_;
  std::string why_not_;
  std::vector<std::string> bound_;
};

struct PmapLikeProcpsFrozen : PmapLikeProcps {
  void SetUp() override {
    SKIP_UNLESS_ROOT();
    PmapLikeProcps::SetUp();
    if (IsSkipped()) return;
    frozen = std::make_unique<FrozenProcess>();
    if (!frozen->why_not().empty()) GTEST_SKIP() << "skipped: no mount namespace: " << frozen->why_not();
  }
  void expect_every_format_alike(const std::string& smaps) const {
    frozen->set(smaps);
    for (const char* const format : {"", "-x", "-d", "-q", "-qx", "-qd", "-p", "-px", "-pd"}) {
      expect_alike(*format == 0 ? Words{frozen->pid()} : Words{format, frozen->pid()}, Names::procps_frozen);
    }
    for (const char* const format : {"-X", "-XX", "-Xq", "-XXq", "-Xp", "-XXqp"}) {
      expect_alike({format, frozen->pid()}, Names::kernels);
    }
  }
  std::unique_ptr<FrozenProcess> frozen;
};

TEST_F(PmapLikeProcpsFrozen, CapturedProcessesToTheByte) {
  for (const char* const pid : {"5007", "5008", "5010"}) {
    SCOPED_TRACE(pid);
    expect_every_format_alike(
        read_file(MEMKIT_SOURCE_DIR "/testdata/roots/6.18-x86_64-vm/proc/" + std::string(pid) + "/smaps"));
  }
}

/// smaps of one mapping with every figure its own.
std::string mapping_text(const std::string& header, std::uint64_t size, std::uint64_t figure) {
  std::string text = header + "\nSize: " + std::to_string(size) + " kB\n";
  for (const char* const key :
       {"KernelPageSize", "MMUPageSize", "Rss", "Pss", "Shared_Clean", "Shared_Dirty", "Private_Clean", "Private_Dirty",
        "Referenced", "Anonymous", "LazyFree", "AnonHugePages", "Swap", "SwapPss", "Locked"}) {
    text += std::string(key) + ": " + std::to_string(figure++) + " kB\n";
  }
  return text + "THPeligible:    1\nVmFlags: rd wr mr mw me ac \n";
}

TEST_F(PmapLikeProcpsFrozen, FiguresOfEverySizeToTheByte) {
  std::string text;
  std::uint64_t start = 0x10000;
  for (std::uint64_t size = 4; size < (std::uint64_t{1} << 34); size *= 8) {
    char header[200];
    for (const char* const perms : {"rw-p", "r-xp", "---p", "rw-s", "r--s", "rwxp"}) {
      std::snprintf(header, sizeof header, "%08lx-%08lx %s %08lx %02lx:%02lx %lu %s", start, start + size * 1024, perms,
                    size * 512, size % 300, size % 70000, size / 4,
                    size % 3 == 1 ? "/usr/lib/a file.so (deleted)" : "");
      text += mapping_text(header, size, size);
      start += size * 1024 + 4096;
    }
  }
  expect_every_format_alike(text);
}

TEST_F(PmapLikeProcpsFrozen, KindsOfNamesToTheByte) {
  std::string text;
  std::uint64_t start = 0x7f0000000000;
  for (const char* const name :
       {"/usr/lib/x/libc.so.6", "/dev/zero (deleted)", "/memfd:name (deleted)", "/SYSV0000002a (deleted)",
        "/dev/shm/a b c", "/anon_hugepage (deleted)", "/", "/a\\012b", "[heap]", "[anon:name]", "[vvar]"}) {
    char header[200];
    std::snprintf(header, sizeof header, "%lx-%lx rw-s 00000000 00:01 77 %s", start, start + 8192, name);
    text += mapping_text(header, 8, 1);
    start += 0x10000;
  }
  frozen->set(text);
  for (const char* const format : {"-x", "-d", "-q"}) {
    const Both both = run_both({format, frozen->pid()});
    const Words ours = lines_of(with_procps_names(both.ours.out));
    const Words theirs = lines_of(both.theirs.out);
    ASSERT_EQ(ours.size(), theirs.size());
    for (std::size_t i = 0; i < ours.size(); ++i) {
      if (theirs[i].find("shmid") == std::string::npos && theirs[i].find("SYSV") != std::string::npos) {
        EXPECT_THAT(ours[i], testing::EndsWith("  [ shmid=0x4d ]"))
            << "its device is another than that of this machine";
      } else {
        EXPECT_EQ(ours[i], theirs[i]);
      }
    }
  }
}

TEST_F(PmapLikeProcpsFrozen, RangesShowTheSameRows) {
  const std::string root = MEMKIT_SOURCE_DIR "/testdata/roots/6.18-x86_64-vm/proc/5007/smaps";
  const std::string text = read_file(root);
  frozen->set(text);
  const Words addresses = [&] {
    Words found;
    for (const std::string& line : lines_of(text)) {
      if (line.size() > 12 && line[12] == '-') found.push_back(line.substr(0, 12));
    }
    return found;
  }();
  ASSERT_GT(addresses.size(), 10u);
  const std::string middle = addresses[addresses.size() / 2];
  for (const std::string& range : {middle, "0x" + middle, middle + ",", "," + middle, addresses[2] + "," + middle,
                                   addresses[4].substr(0, 9) + "fff", std::string(","), std::string("0,1")}) {
    expect_alike({"-A", range, frozen->pid()}, Names::procps_frozen);
    expect_alike({"-d", "-A", range, frozen->pid()}, Names::procps_frozen);
    expect_alike({"-qx", "-A", range, frozen->pid()}, Names::procps_frozen);
  }
}

/// What is different on purpose. The man page's CAVEATS tell them.
TEST_F(PmapLikeProcpsFrozen, DifferencesOnPurpose) {
  const std::string long_path = "/" + std::string(1200, 'x');
  frozen->set(mapping_text("1000-3000 rw-p 00000000 00:00 0 [anon:x/y z]", 8, 100) +
              mapping_text("4000-6000 rw-p 00000000 08:01 5 /a\x1b[31m\xc3\xa9", 8, 200) +
              mapping_text("7000-9000 rw-p 00000000 08:01 5 " + long_path, 8, 300));
  const Both all = run_both({"-x", frozen->pid()});
  EXPECT_THAT(all.ours.out, testing::HasSubstr(" [anon:x/y z]\n"));
  EXPECT_THAT(all.theirs.out, testing::HasSubstr(" y z]\n"));
  EXPECT_THAT(all.ours.out, testing::HasSubstr(" a\\x1b[31m\xc3\xa9\n"));
  EXPECT_THAT(all.ours.out, testing::HasSubstr(long_path.substr(1) + "\n"));
  EXPECT_THAT(all.theirs.out, testing::Not(testing::HasSubstr(long_path.substr(1) + "\n")));

  const Both part = run_both({"-x", "-A", "4000", frozen->pid()});
  EXPECT_THAT(part.ours.out, testing::EndsWith("total kB               8     202     412\n"));
  EXPECT_THAT(part.theirs.out, testing::Not(testing::EndsWith("total kB               8     202     412\n")));
  EXPECT_THAT(run_both({"-X", "-A", "1000", frozen->pid()}).ours.out, testing::Not(testing::HasSubstr("xxx")));
}

TEST_F(PmapLikeProcps, MissingProcessesAndKernelThreads) {
  Both both = run_both({"2147483647"});
  EXPECT_EQ(both.ours.status, 42);
  EXPECT_EQ(both.theirs.status, 42);
  EXPECT_EQ(both.ours.out, "");
  EXPECT_EQ(both.ours.err, "memkit pmap: no such process: 2147483647\n");
  const StoppedProcess process({"sleep", "100"});
  both = run_both({"2147483647", std::to_string(process.pid())});
  EXPECT_EQ(both.ours.status, 42);
  EXPECT_EQ(both.theirs.status, 42);
  EXPECT_EQ(with_procps_names(both.ours.out), both.theirs.out) << "those that are there are shown";
  if (read_file("/proc/2/status").find("kthreadd") != std::string::npos) {
    for (const char* const format : {"-x", "-d", "-q"}) {
      both = run_both({format, "2"});
      EXPECT_EQ(both.ours.out, both.theirs.out);
      EXPECT_EQ(both.ours.status, both.theirs.status);
    }
  }
}

}  // namespace
}  // namespace memkit
