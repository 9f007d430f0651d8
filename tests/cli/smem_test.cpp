#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "cli/support.h"

namespace memkit {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

struct Figures {
  int rss_kb = 0, pss_kb = 0, uss_kb = 0, swap_kb = 0;
};

/// A root of processes that are made up.
class MadeUpRoot {
 public:
  MadeUpRoot() {
    dir_.write("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nweb:x:33:33::/:/bin/false\n");
    dir_.write("proc/meminfo", "MemTotal:        1048576 kB\nMemFree:          524288 kB\n");
  }
  void add(int pid, const std::string& name, const std::string& command, int uid, const Figures& figures) const {
    status(pid, name, uid, figures.rss_kb, true);
    std::string smaps = "00400000-7ffd00000000 ---p 00000000 00:00 0                          [rollup]\n";
    const auto line = [&](const std::string& key, int kb) { smaps += key + ": " + std::to_string(kb) + " kB\n"; };
    line("Rss", figures.rss_kb);
    line("Pss", figures.pss_kb);
    line("Private_Clean", 0);
    line("Private_Dirty", figures.uss_kb);
    line("Swap", figures.swap_kb);
    line("SwapPss", figures.swap_kb);
    dir_.write(folder(pid) + "smaps_rollup", smaps);
    dir_.write(folder(pid) + "cmdline", command);
  }
  void add_denied(int pid, const std::string& name, int uid, int rss_kb) const {
    status(pid, name, uid, rss_kb, true);
    dir_.write(folder(pid) + "smaps_rollup", "");
    dir_.write(folder(pid) + "cmdline", name);
  }
  void add_kernel_thread(int pid) const {
    status(pid, "kworker", 0, 0, false);
    dir_.write(folder(pid) + "smaps", "");
  }
  [[nodiscard]] const std::string& path() const { return dir_.path(); }

 private:
  static std::string folder(int pid) { return "proc/" + std::to_string(pid) + "/"; }
  void status(int pid, const std::string& name, int uid, int rss_kb, bool memory) const {
    const std::string id = std::to_string(uid);
    dir_.write(
        folder(pid) + "status",
        "Name:\t" + name + "\nState:\tS (sleeping)\nPPid:\t1\nUid:\t" + id + "\t" + id + "\t" + id + "\t" + id + "\n" +
            (memory ? "VmSize:\t    9000 kB\nVmRSS:\t    " + std::to_string(rss_kb) + " kB\nVmSwap:\t       0 kB\n"
                    : "") +
            "Threads:\t1\n");
  }
  TemporaryDir dir_;
};

/// Four processes, one that may not be walked, one kernel thread.
struct Smem : testing::Test {
  Smem() {
    root.add(10, "init", "/sbin/init", 0, {.rss_kb = 1200, .pss_kb = 700, .uss_kb = 500, .swap_kb = 8});
    root.add(20, "nginx", std::string("nginx: worker\0process", 21), 33, {900, 300, 100, 0});
    root.add(30, "java", "java", 1000, {300000, 299000, 298000, 4096});
    root.add_denied(40, "secret", 0, 5000);
    root.add_kernel_thread(2);
  }
  Outcome smem(std::vector<std::string> arguments, const Given& given = {}) const {
    arguments.insert(arguments.begin(), {"smem", "--root", root.path()});
    return run(arguments, given);
  }
  /// The pids in the order of the rows.
  std::vector<std::string> pids(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"-H", "-c", "pid"});
    std::vector<std::string> found;
    for (const std::string& line : lines_of(smem(arguments).out)) found.push_back(words_of(line).at(0));
    return found;
  }
  MadeUpRoot root;
};

using Pids = std::vector<std::string>;

TEST_F(Smem, TableHasSmemsColumnsAscendingByPss) {
  const Outcome outcome = smem({});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.out,
            "PID  User  Command                Swap     USS     PSS     RSS\n"
            " 40  root  secret                    0       -       -    5000\n"
            " 20  web   nginx: worker process     0     100     300     900\n"
            " 10  root  /sbin/init                8     500     700    1200\n"
            " 30  1000  java                   4096  298000  299000  300000\n");
  EXPECT_EQ(outcome.err,
            "memkit smem: PSS and USS of 1 process (4.9 MiB RSS) unknown: not readable when they were copied\n");
}

TEST_F(Smem, SortsByAnyColumnShownOrNot) {
  EXPECT_EQ(pids({}), (Pids{"40", "20", "10", "30"})) << "unknown PSS first";
  EXPECT_EQ(pids({"-r"}), (Pids{"30", "10", "20", "40"}));
  EXPECT_EQ(pids({"-s", "rss"}), (Pids{"20", "10", "40", "30"}));
  EXPECT_EQ(pids({"-rs", "uid"}), (Pids{"30", "20", "10", "40"})) << "alike: by pid, reversed or not";
  EXPECT_EQ(pids({"-s", "user"}), (Pids{"30", "10", "40", "20"}));
  EXPECT_EQ(pids({"-s", "VSS"}), (Pids{"10", "20", "30", "40"})) << "smem's name of vsz, in any case";
}

TEST_F(Smem, SortsByRssWhereNoPssIsKnown) {
  const MadeUpRoot other;
  other.add_denied(1, "one", 0, 300);
  other.add_denied(2, "two", 0, 200);
  other.add_denied(3, "three", 0, 400);
  const Outcome outcome = run({"smem", "--root", other.path(), "-H", "-c", "pid"});
  EXPECT_EQ(words_of(outcome.out), (Pids{"2", "1", "3"}));
}

TEST_F(Smem, TotalsCountProcessesAndUsersAndSumWhatIsKnown) {
  const std::vector<std::string> lines = lines_of(smem({"-t"}).out);
  ASSERT_EQ(lines.size(), 7u);
  EXPECT_EQ(lines[5], std::string(lines[0].size(), '-'));
  EXPECT_EQ(words_of(lines[6]), (std::vector<std::string>{"4", "3", "4104", "298600", "300000", "307100"}));
}

TEST_F(Smem, HumanUnitsAreSmems) {
  const std::vector<std::string> lines = lines_of(smem({"-k", "-H", "-s", "pid"}).out);
  EXPECT_EQ(words_of(lines.at(0)),
            (std::vector<std::string>{"10", "root", "/sbin/init", "8.0K", "500.0K", "700.0K", "1.2M"}));
  EXPECT_EQ(words_of(lines.at(2)),
            (std::vector<std::string>{"30", "1000", "java", "4.0M", "291.0M", "292.0M", "293.0M"}));
}

TEST_F(Smem, ColumnsBySmemsSpellingAndOurs) {
  EXPECT_EQ(lines_of(smem({"-c", "pid pss", "-s", "pid"}).out).at(1), " 10     700");
  EXPECT_EQ(lines_of(smem({"-o", "pid,pss", "-s", "pid"}).out).at(1), " 10     700");
  EXPECT_EQ(words_of(lines_of(smem({"-o", "+name"}).out).at(0)).back(), "Name");
  EXPECT_EQ(words_of(lines_of(smem({"-o", "all"}).out).at(0)).size(), 33u);
}

TEST_F(Smem, BadColumnsAreUsageErrors) {
  for (const std::vector<std::string>& bad : std::vector<std::vector<std::string>>{
           {"-s", "psss"}, {"-o", "pid,nope"}, {"-c", ""}, {"-c", "pid", "-o", "pid"}, {"-s", ""}}) {
    const Outcome outcome = smem(bad);
    EXPECT_EQ(outcome.status, 2) << bad.front();
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(lines_of(outcome.err).size(), 1u) << outcome.err;
  }
  EXPECT_THAT(smem({"-s", "psss"}).err, HasSubstr("did you mean 'pss'?"));
}

TEST_F(Smem, JsonHasEveryColumnAndSaysWhatIsMissing) {
  const Outcome outcome = smem({"--json", "-c", "pid"});
  const json document = json::parse(outcome.out);
  EXPECT_EQ(document["schema"], "memkit.smem/1");
  EXPECT_EQ(document["source"], root.path());
  EXPECT_TRUE(document["boot_id"].is_null()) << "never the live machine's";
  ASSERT_EQ(document["processes"].size(), 4u);
  const json& denied = document["processes"][0];
  EXPECT_EQ(denied["pid"], 40);
  EXPECT_TRUE(denied["pss_bytes"].is_null());
  EXPECT_TRUE(denied["uss_bytes"].is_null());
  EXPECT_EQ(denied["rss_bytes"], 5000 * 1024);
  EXPECT_EQ(document["processes"][2]["command"], "/sbin/init");
  EXPECT_EQ(document["totals"]["pss_bytes"], 300000 * 1024);
  EXPECT_EQ(document["totals"]["complete"], false);
  EXPECT_EQ(document["skipped"]["denied_count"], 1);
  EXPECT_EQ(document["skipped"]["denied_rss_bytes"], 5000 * 1024);
  EXPECT_EQ(document["skipped"]["kernel_threads_count"], 1);
  EXPECT_EQ(document["skipped"]["reasons"].size(), 1u);
}

TEST_F(Smem, JsonFollowsItsSchema) {
  SKIP_WITHOUT_TOOL("python3");
  const std::string check =
      "python3 -c 'import sys, json\n"
      "try: import jsonschema\n"
      "except ImportError: sys.exit(77)\n"
      "s = json.load(open(sys.argv[1])); jsonschema.Draft202012Validator.check_schema(s)\n"
      "jsonschema.Draft202012Validator(s).validate(json.load(sys.stdin))' " MEMKIT_SOURCE_DIR
      "/cmd/share/schemas/smem.schema.json";
  for (const std::string& source : {std::string(), "--root " + root.path()}) {
    const Outcome outcome = shell("$MEMKIT smem --json " + source + " 2>/dev/null | " + check);
    if (outcome.status == 77) GTEST_SKIP() << "skipped: python3 has no jsonschema";
    EXPECT_EQ(outcome.status, 0) << outcome.err;
  }
}

TEST_F(Smem, HostileNamesNeitherActNorMakeRows) {
  root.add(50, "x", std::string("\x1b[2Jevil\nPID 1\0\xff\xfe\t", 18), 0, {100, 100, 100, 0});
  const Outcome outcome = smem({});
  EXPECT_EQ(lines_of(outcome.out).size(), 6u);
  EXPECT_THAT(outcome.out, Not(HasSubstr("\x1b")));
  EXPECT_THAT(outcome.out, HasSubstr("\\x1b[2Jevil\\nPID 1 \\xff\\xfe\\t"));
  EXPECT_EQ(json::parse(smem({"--json", "-s", "pid"}).out)["processes"].size(), 5u);
}

TEST_F(Smem, APipeIsNeverCutATerminalIs) {
  const std::string command = "/opt/" + std::string(4000, 'x') + " end";
  root.add(50, "long", command, 0, {100, 100, 100, 0});
  const Outcome piped = smem({});
  EXPECT_THAT(piped.out, HasSubstr(command + "     0     100     100     100\n"));
  EXPECT_THAT(piped.out, HasSubstr("\n 10  root  /sbin/init                      8     500     700    1200\n"))
      << "one long command does not widen the column for all: smem's 27";
  const Outcome terminal = smem({}, {.tty_columns = 80});
  const std::vector<std::string> lines = lines_of(terminal.out);
  EXPECT_EQ(lines.size(), 6u) << "the same rows";
  for (const std::string& line : lines) {
    EXPECT_LE(line.size(), 80u) << line;
  }
}

TEST_F(Smem, ExplainSpeaksOfTheseFigures) {
  const Outcome outcome = smem({"--explain"});
  EXPECT_EQ(outcome.status, 0);
  std::string text = outcome.out;
  std::replace(text.begin(), text.end(), '\n', ' ');
  EXPECT_THAT(text, HasSubstr("That of 3 processes of 4, the others' is not known, sums to 293.0 MiB, 28.6 % of RAM."));
  EXPECT_THAT(text, HasSubstr("it sums to 295.0 MiB for 293.0 MiB of memory, 1.0 times"));
  EXPECT_THAT(text, HasSubstr("java (30): 291.0 MiB in RAM, 4.0 MiB in swap"));
  for (const std::string& line : lines_of(outcome.out)) EXPECT_LE(line.size(), 80u) << line;
}

TEST(SmemRoots, ARootWithoutProcessesIsAFailureWithAReason) {
  const TemporaryDir empty;
  const TemporaryDir no_pids;
  no_pids.write("proc/meminfo", "MemTotal: 5 kB\n");
  const TemporaryDir bare_pids;
  bare_pids.write("proc/7/environ", "");
  for (const TemporaryDir* dir : {&empty, &no_pids, &bare_pids}) {
    const Outcome text = run({"smem", "--root", dir->path()});
    EXPECT_EQ(text.status, 1);
    EXPECT_EQ(text.out, "");
    EXPECT_THAT(text.err, HasSubstr(dir->path()));
    EXPECT_EQ(lines_of(text.err).size(), 1u);
    const Outcome document = run({"smem", "--json", "--root", dir->path()});
    EXPECT_EQ(document.status, 1);
    EXPECT_TRUE(json::accept(document.out));
  }
  EXPECT_EQ(run({"smem", "--root", empty.path() + "/nowhere"}).status, 1);
}

// --- the live machine

/// A stopped process with 4 MB of its own, which no other process shares by fork.
class StoppedShell {
 public:
  StoppedShell() {
    pid_ = fork();
    if (pid_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      execlp("sh", "sh", "-c", "v=$(head -c 4000000 /dev/zero | tr '\\0' x); kill -STOP $$; :", nullptr);
      _exit(127);
    }
    int status = 0;
    waitpid(pid_, &status, WUNTRACED);
    stopped_ = WIFSTOPPED(status);
    map_files_of(pid_);
  }
  StoppedShell(const StoppedShell&) = delete;
  StoppedShell& operator=(const StoppedShell&) = delete;
  ~StoppedShell() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  [[nodiscard]] std::string pid() const { return std::to_string(pid_); }
  [[nodiscard]] bool stopped() const { return stopped_; }

 private:
  pid_t pid_ = 0;
  bool stopped_ = false;
};

/// The words of the row that begins with `pid`.
std::vector<std::string> row_of(const std::string& pid, const std::string& table) {
  for (const std::string& line : lines_of(table)) {
    std::vector<std::string> words = words_of(line);
    if (!words.empty() && words.front() == pid) return words;
  }
  return {};
}

std::size_t mappings_of(const std::string& pid) { return lines_of(read_file("/proc/" + pid + "/maps")).size(); }

TEST(SmemLive, AStoppedProcessHasTheFiguresOfSmemItself) {
  SKIP_WITHOUT_TOOL("smem");
  const StoppedShell child;
  ASSERT_TRUE(child.stopped());
  const Given smem{.program = "smem"};
  const std::vector<std::string> options = {"-H", "-c", "pid swap uss rss pss"};
  // What the processes that come and go map too changes its shares: until smem says the same before and after.
  for (int attempt = 0; attempt < 30; ++attempt) {
    const auto before = row_of(child.pid(), run(options, smem).out);
    const auto ours = row_of(child.pid(), run({"smem", "-H", "-c", "pid swap uss rss pss"}).out);
    const auto after = row_of(child.pid(), run(options, smem).out);
    ASSERT_EQ(before.size(), 5u);
    ASSERT_EQ(ours.size(), 5u);
    if (before != after) continue;
    for (std::size_t column = 0; column < 4; ++column) EXPECT_EQ(ours[column], before[column]) << column;
    // smem cuts the PSS of each mapping to kB, and python shares other pages of libc with it than memkit does.
    constexpr double kLibraries = 64;
    EXPECT_GT(std::stod(before[4]), 4000);
    EXPECT_NEAR(std::stod(ours[4]), std::stod(before[4]), static_cast<double>(mappings_of(child.pid())) + kLibraries);
    return;
  }
  GTEST_SKIP() << "skipped: other processes change what this one shares all the time";
}

/// memkit where any user can run it.
std::string public_binary(const TemporaryDir& dir) {
  std::string path = dir.path() + "/memkit";
  std::filesystem::copy_file(memkit_binary(), path);
  chmod(dir.path().c_str(), 0755);
  chmod(path.c_str(), 0755);
  return path;
}

constexpr const char* kAsNobody = "setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set -all ";

TEST(SmemLive, AnOrdinaryUserSeesTheRssOfAllAndThePssOfHisOwn) {
  SKIP_UNLESS_ROOT();
  SKIP_WITHOUT_TOOL("setpriv");
  const TemporaryDir dir;
  const StoppedShell child;
  const Outcome outcome = shell(kAsNobody + public_binary(dir) + " smem --json");
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const json document = json::parse(outcome.out);
  bool found_child = false;
  bool found_itself = false;
  for (const json& process : document["processes"]) {
    if (std::to_string(process["pid"].get<int>()) == child.pid()) {
      found_child = true;
      EXPECT_TRUE(process["pss_bytes"].is_null());
      EXPECT_GT(process["rss_bytes"].get<long>(), 0);
      EXPECT_GT(process["vsz_bytes"].get<long>(), 0);
      EXPECT_EQ(process["uid"], 0);
    }
    if (process["name"] == "memkit" && process["uid"] == 65534) {
      found_itself = true;
      EXPECT_GT(process["pss_bytes"].get<long>(), 0);
    }
  }
  EXPECT_TRUE(found_child);
  EXPECT_TRUE(found_itself);
  EXPECT_GE(document["skipped"]["denied_count"].get<int>(), 1);
  EXPECT_EQ(document["totals"]["complete"], false);
  EXPECT_EQ(lines_of(outcome.err).size(), 1u);
  EXPECT_THAT(outcome.err, HasSubstr("cap_sys_ptrace,cap_dac_read_search+ep"));
}

TEST(SmemLive, HiddenProcessesAreSaidToBeHidden) {
  SKIP_UNLESS_ROOT();
  SKIP_WITHOUT_TOOL("setpriv");
  SKIP_WITHOUT_TOOL("unshare");
  const TemporaryDir dir;
  const std::string binary = public_binary(dir);
  for (const std::string level : {"1", "2"}) {
    const Outcome outcome = shell("unshare -m sh -c 'mount -t proc -o hidepid=" + level +
                                  " proc /proc || exit 77; exec " + kAsNobody + binary + " smem --json'");
    if (outcome.status == 77) GTEST_SKIP() << "skipped: proc cannot be mounted here";
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    const json document = json::parse(outcome.out);
    EXPECT_EQ(document["totals"]["complete"], false);
    EXPECT_THAT(outcome.err, HasSubstr("hidepid"));
    EXPECT_EQ(document["skipped"]["hidden_count"].get<int>() > 0, level == "1");
    EXPECT_EQ(document["skipped"]["others_hidden"], level == "2");
    for (const json& process : document["processes"]) EXPECT_EQ(process["uid"], 65534);
  }
}

// --- captures of real machines

TEST(SmemCorpus, SumsOfRealMachinesAreThoseOfTheirSmaps) {
  SKIP_WITHOUT_CORPUS();
  int roots = 0;
  for (const char* name : {"hotsos/sosreport-kubernetes", "hotsos/sosreport-rabbitmq", "sysstat/root2"}) {
    const std::filesystem::path root = std::filesystem::path(corpus_dir()) / "roots" / name;
    if (!std::filesystem::exists(root / "proc")) continue;
    ++roots;
    std::map<std::string, std::uint64_t> kb;
    for (const auto& entry : std::filesystem::directory_iterator(root / "proc")) {
      std::ifstream smaps(entry.path() / "smaps");
      for (std::string line; std::getline(smaps, line);) {
        const std::vector<std::string> words = words_of(line);
        if (words.size() == 3 && words[2] == "kB") kb[words[0]] += std::stoull(words[1]);
      }
    }
    const json totals = json::parse(run({"smem", "--json", "--root", root.string()}).out)["totals"];
    EXPECT_EQ(totals["pss_bytes"], kb["Pss:"] * 1024) << name;
    EXPECT_EQ(totals["rss_bytes"], kb["Rss:"] * 1024) << name;
    EXPECT_EQ(totals["uss_bytes"], (kb["Private_Clean:"] + kb["Private_Dirty:"]) * 1024) << name;
    EXPECT_EQ(totals["swap_bytes"], kb["Swap:"] * 1024) << name;
  }
  if (roots == 0) GTEST_SKIP() << "skipped: the corpus has none of these roots";
}

}  // namespace
}  // namespace memkit
