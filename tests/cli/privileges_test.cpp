// What the program may do: with capabilities lent by its file (setcap), as root, set-user-ID, in a hostile environment.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/free_fixtures.h"
#include "cli/oom_log_fixtures.h"
#include "cli/support.h"

namespace memkit {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;
using Words = std::vector<std::string>;
namespace fs = std::filesystem;

const std::string kRoot = MEMKIT_SOURCE_DIR "/testdata/roots/6.18-x86_64-vm";
constexpr uid_t kNobody = 65534;

constexpr std::uint64_t bit(unsigned capability) { return std::uint64_t{1} << capability; }
constexpr std::uint64_t kForReading = bit(CAP_SYS_PTRACE) | bit(CAP_DAC_READ_SEARCH) | bit(CAP_SYSLOG);
constexpr std::uint64_t kForWriting = bit(CAP_CHOWN) | bit(CAP_DAC_OVERRIDE) | bit(CAP_FOWNER);

/// The set "CapPrm", "CapEff" … of a process's status.
std::uint64_t capabilities(const std::string& status, const std::string& set) {
  const std::size_t at = status.find("\n" + set + ":\t");
  return at == std::string::npos ? 0 : std::stoull(status.substr(at + set.size() + 3), nullptr, 16);
}

std::string line_of(const std::string& status, const std::string& key) {
  for (const std::string& line : lines_of(status)) {
    if (line.starts_with(key + ":\t")) return line.substr(key.size() + 2);
  }
  return "";
}

/// A copy of the program that files can lend rights to.
struct Privileges : testing::Test {
  void SetUp() override {
    if (sanitized()) GTEST_SKIP() << "skipped: the sanitizer looks into a process that is not to be looked into";
    SKIP_UNLESS_ROOT();
    SKIP_WITHOUT_TOOL("setpriv");
    fs::copy_file(memkit_binary(), program);
    ASSERT_EQ(chmod(dir.path().c_str(), 0755), 0);
    if (as_nobody({"--version"}).status != 0) GTEST_SKIP() << "skipped: nobody may not run a program in " << dir.path();
  }

  /// Whether the file now lends these to who runs it.
  bool lend(const std::string& text) const {
    struct statvfs system {};
    const bool honoured = statvfs(program.c_str(), &system) == 0 && (system.f_flag & ST_NOSUID) == 0;
    return honoured && has_tool("setcap") && run({text, program}, {.program = "setcap"}).status == 0 &&
           (capabilities(status_of(kAsNobody), "CapPrm") & bit(CAP_SYS_PTRACE)) != 0;
  }

  [[nodiscard]] Outcome as_nobody(const Words& words, const Words& env = {}) const {
    Words all = {"--reuid=65534", "--regid=65534", "--clear-groups", "env"};
    all.insert(all.end(), env.begin(), env.end());
    all.push_back(program);
    all.insert(all.end(), words.begin(), words.end());
    return run(all, {.program = "setpriv"});
  }

  /// The status of the program while it runs, started by `prefix`.
  [[nodiscard]] std::string status_of(const std::string& prefix) const {
    return shell("exec 2>&1; rm -f out; " + prefix + " '" + program +
                     "' free -s 60 >out & p=$!\n"
                     "n=0; while [ $n -lt 200 ] && ! [ -s out ]; do n=$((n+1)); sleep 0.05; done\n"
                     "cat /proc/$p/status; kill $p",
                 {.cwd = dir.path()})
        .out;
  }

  static constexpr const char* kAsNobody = "setpriv --reuid=65534 --regid=65534 --clear-groups";
  const TemporaryDir dir;
  const std::string program = dir.path() + "/memkit";
};

#define SKIP_UNLESS_LENT(text) \
  if (!lend(text)) GTEST_SKIP() << "skipped: files lend no capabilities here"

/// The PSS that `memkit smem --json` shows of a process; null where it may not be read.
json pss_of(const Outcome& outcome, int pid) {
  const json document = json::parse(outcome.out, nullptr, false);
  for (const json& process : document["processes"]) {
    if (process["pid"] == pid) return process["pss_bytes"];
  }
  ADD_FAILURE() << "no process " << pid << ": " << outcome.err;
  return nullptr;
}

TEST_F(Privileges, TwoCapabilitiesShowOtherUsersMemory) {
  const Outcome without = as_nobody({"smem", "--json"});
  EXPECT_EQ(pss_of(without, getpid()), nullptr);
  EXPECT_THAT(without.err, HasSubstr("setcap cap_sys_ptrace,cap_dac_read_search+ep"));
  SKIP_UNLESS_LENT("cap_sys_ptrace,cap_dac_read_search=ep");
  const Outcome lent = as_nobody({"smem", "--json"});
  EXPECT_GT(pss_of(lent, getpid()), 0);
  EXPECT_EQ(json::parse(lent.out)["skipped"]["denied_count"],
            json::parse(run({"smem", "--json"}).out)["skipped"]["denied_count"]);
  EXPECT_EQ(as_nobody({"pmap", "--kind", std::to_string(getpid())}).status, 0);
  EXPECT_EQ(as_nobody({"report", "--json"}).status, 0);
  EXPECT_EQ(as_nobody({"slab"}).status, run({"slab"}).status);
}

TEST_F(Privileges, WhatReadingDoesNotTakeIsDropped) {
  SKIP_UNLESS_LENT(
      "cap_sys_ptrace,cap_dac_read_search,cap_syslog,cap_sys_admin,cap_chown,cap_dac_override,cap_fowner,cap_setuid,"
      "cap_net_admin=ep");
  const std::string status = status_of(kAsNobody);
  for (const std::string set : {"CapPrm", "CapEff"}) {
    EXPECT_EQ(capabilities(status, set), kForReading & capabilities(status, "CapBnd")) << set;
  }
  EXPECT_EQ(capabilities(status, "CapAmb"), 0u);
  EXPECT_EQ(line_of(status, "NoNewPrivs"), "1");
}

TEST_F(Privileges, RootKeepsWhatItsFilesTake) {
  const std::string own = read_file("/proc/self/status");
  if ((capabilities(own, "CapEff") & bit(CAP_SYS_PTRACE)) == 0) GTEST_SKIP() << "skipped: no CAP_SYS_PTRACE here";
  const std::string status = status_of("");
  EXPECT_EQ(capabilities(status, "CapEff"), capabilities(own, "CapEff") & (kForReading | kForWriting));
  EXPECT_EQ(capabilities(status, "CapPrm"), capabilities(own, "CapPrm") & (kForReading | kForWriting));
}

TEST_F(Privileges, RootOfAContainerKeepsAll) {
  const std::string status = status_of("setpriv --bounding-set=-sys_ptrace");
  const std::uint64_t left = capabilities(status, "CapBnd");
  ASSERT_EQ(left & bit(CAP_SYS_PTRACE), 0u);
  EXPECT_EQ(capabilities(status, "CapEff"), left);
}

/// What it is for: a process with the capabilities of a container's root is seen by it.
TEST_F(Privileges, RootOfAContainerSeesTheProcessesInIt) {
  const Outcome outcome = shell(
      "exec setpriv --bounding-set=-sys_ptrace sh -c 'sleep 60 & p=$!; \"$MEMKIT\" smem --json; kill $p; echo $p >&2'");
  EXPECT_GT(pss_of(outcome, std::stoi(outcome.err.substr(outcome.err.rfind('\n', outcome.err.size() - 2) + 1))), 0);
}

TEST_F(Privileges, RootWritesWhereItMay) {
  const std::string folder = dir.path() + "/of-nobody";
  ASSERT_EQ(mkdir(folder.c_str(), 0700), 0);
  ASSERT_EQ(chown(folder.c_str(), kNobody, kNobody), 0);
  const Outcome prom = run({"report", "--root", kRoot, "--format", "prom", "--output-file", folder + "/x.prom"});
  EXPECT_EQ(prom.status, 0) << prom.err;
  EXPECT_THAT(read_file(folder + "/x.prom"), HasSubstr("memkit_"));
  ASSERT_EQ(mkdir((folder + "/capture").c_str(), 0755), 0);
  ASSERT_EQ(chown((folder + "/capture").c_str(), kNobody, kNobody), 0);
  const Outcome save = run({"report", "--save", folder + "/capture"});
  EXPECT_EQ(save.status, 0) << save.err;
}

TEST_F(Privileges, LentRightsOpenNoFileThatTheUserNames) {
  const MadeKill kill{"", 100'000'000, "/system.slice/app.service", "java", 100};
  const std::string log = dir.write("secret/log", kill.text());
  const std::string document = dir.write("secret/report.json", run({"report", "--json", "--root", kRoot}).out);
  ASSERT_EQ(chmod(log.c_str(), 0600), 0);
  ASSERT_EQ(chmod(document.c_str(), 0600), 0);
  const std::string capture = dir.path() + "/capture";
  fs::copy(kRoot, capture, fs::copy_options::recursive);
  ASSERT_EQ(chmod(capture.c_str(), 0700), 0);
  EXPECT_EQ(run({"oom", "--log", log}).status, 0);
  SKIP_UNLESS_LENT("cap_sys_ptrace,cap_dac_read_search=ep");
  for (const Words& words : std::vector<Words>{{"oom", "--log", log},
                                               {"report", "--root", kRoot, "--log", log},
                                               {"oom", "--log", "-", "--check", "--state", log},
                                               {"smem", "-w", "--kernel", log},
                                               {"report", "--diff", document, document},
                                               {"slab", "--diff", document, document},
                                               {"pmap", "--diff", document, document},
                                               {"free", "--root", capture},
                                               {"smem", "--root", capture},
                                               {"report", "--diff", capture, capture},
                                               {"report", "--save", dir.path() + "/secret/new"}}) {
    const Outcome outcome = as_nobody(words);
    EXPECT_NE(outcome.status, 0) << joined(words);
    EXPECT_THAT(outcome.err, HasSubstr("Permission denied")) << joined(words);
    EXPECT_THAT(outcome.out, Not(HasSubstr("java"))) << joined(words);
  }
  // What everybody may read is read as before.
  const std::string open_log = dir.write("open/log", kill.text());
  EXPECT_THAT(as_nobody({"oom", "--log", open_log}).out, HasSubstr("java"));
}

TEST_F(Privileges, ASetUserIdBitIsLaidDown) {
  ASSERT_EQ(chown(program.c_str(), 0, 0), 0);
  ASSERT_EQ(chmod(program.c_str(), 06755), 0);
  const std::string status = status_of(kAsNobody);
  EXPECT_EQ(line_of(status, "Uid"), "65534\t65534\t65534\t65534");
  EXPECT_EQ(line_of(status, "Gid"), "65534\t65534\t65534\t65534");
  EXPECT_EQ(capabilities(status, "CapPrm"), 0u);
  EXPECT_EQ(pss_of(as_nobody({"smem", "--json"}), getpid()), nullptr);
}

TEST_F(Privileges, NothingIsLoadedIntoAProgramWithLentRights) {
  const std::string library = dir.path() + "/preload.so";
  fs::copy_file(MEMKIT_TEST_PROGRAMS "/memkit_test_preload.so", library);
  ASSERT_EQ(chmod(library.c_str(), 0644), 0);
  const Words preload = {"LD_PRELOAD=" + library};
  if (as_nobody({"--version"}, preload).err.find("preloaded\n") == std::string::npos)
    GTEST_SKIP() << "skipped: a static program loads nothing";
  SKIP_UNLESS_LENT("cap_sys_ptrace,cap_dac_read_search=ep");
  EXPECT_EQ(as_nobody({"--version"}, preload).err, "");
}

TEST(Environment, ChangesNoFigure) {
  const std::string hostile = "\x1b]0;x\x07\x1b[31m%n%s$(id)\n/../../../../etc/passwd";
  Words env = {"TZ"};
  for (const std::string name : {"LANG",
                                 "LC_ALL",
                                 "LANGUAGE",
                                 "LC_NUMERIC",
                                 "COLUMNS",
                                 "LINES",
                                 "GCONV_PATH",
                                 "LOCPATH",
                                 "NLSPATH",
                                 "TERM",
                                 "NO_COLOR",
                                 "TZDIR",
                                 "HOME",
                                 "PATH",
                                 "XDG_CONFIG_HOME",
                                 "XDG_CACHE_HOME",
                                 "XDG_RUNTIME_DIR",
                                 "TMPDIR",
                                 "IFS",
                                 "POSIXLY_CORRECT",
                                 "PROCPS_USERLEN",
                                 "PMAP_RC",
                                 "LIBPROC_HIDE_KERNEL",
                                 "SYSTEMD_PAGER",
                                 "PAGER",
                                 "GLIBC_TUNABLES",
                                 "MALLOC_TRACE",
                                 "RES_OPTIONS",
                                 "HOSTALIASES",
                                 "GETCONF_DIR"}) {
    env.push_back(std::string(name) + "=" + hostile);
  }
  const std::string log = MadeKill{"", 100'000'000, "/a", "java", 100}.text();
  for (const Words& words : std::vector<Words>{{"free", "-h", "--health"},
                                               {"smem", "--json"},
                                               {"pmap", "-x", "5007"},
                                               {"slab"},
                                               {"psi"},
                                               {"oom"},
                                               {"report"},
                                               {"report", "--json"},
                                               {"report", "--format", "incident"}}) {
    Words all = words;
    all.insert(all.end(), {"--root", kRoot});
    const Outcome calm = run(all);
    const Outcome outcome = run(all, {.env = env});
    EXPECT_EQ(outcome.status, calm.status) << joined(words);
    EXPECT_EQ(outcome.out, calm.out) << joined(words);
    EXPECT_EQ(outcome.err, calm.err) << joined(words);
  }
  EXPECT_EQ(run({"oom", "--log", "-"}, {.stdin_text = log, .env = env}).out,
            run({"oom", "--log", "-"}, {.stdin_text = log}).out);
}

TEST(Environment, HostileTimeZonesAreNone) {
  const std::string expected = run({"report", "--root", kRoot}, {.env = {"TZ"}}).out;
  for (const std::string zone : {"/etc/shadow", ":/dev/zero", ":/proc/self/environ", "../../../etc/passwd", "\x1b[31m",
                                 "<\x1b[31m>3", "A", "UTC+99999999999999999999"}) {
    const Outcome incident = run({"report", "--format", "incident", "--root", kRoot}, {.env = {"TZ=" + zone}});
    EXPECT_EQ(incident.status, 0) << zone << incident.err;
    EXPECT_THAT(incident.out, Not(HasSubstr("\x1b"))) << zone;
    EXPECT_EQ(run({"report", "--root", kRoot}, {.env = {"TZ=" + zone}}).out, expected) << zone;
  }
  const Outcome huge = run({"report", "--format", "incident"}, {.env = {"TZ=" + std::string(100'000, 'A')}});
  EXPECT_EQ(huge.status, 0) << huge.err;
}

}  // namespace
}  // namespace memkit
