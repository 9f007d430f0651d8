// Options of smem whose meaning a script could rely on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/support.h"

namespace memkit {
namespace {

using testing::HasSubstr;
using testing::Not;

class SmemOptions : public testing::Test {
 protected:
  SmemOptions() {
    dir_.write("etc/passwd", "web:x:33:33::/:/bin/false\n");
    dir_.write("proc/meminfo", "MemTotal: 1048576 kB\nMemFree: 524288 kB\nSwapTotal: 0 kB\n");
    write(10, "nginx",
          "00400000-7ffd00000000 ---p 00000000 00:00 0 [rollup]\nRss: 3072 kB\nPss: 2048 kB\n"
          "Private_Clean: 0 kB\nPrivate_Dirty: 1024 kB\nSwap: 0 kB\nSwapPss: 0 kB\n");
  }
  void write(int pid, const std::string& name, const std::string& rollup) const {
    const std::string folder = "proc/" + std::to_string(pid) + "/";
    dir_.write(folder + "status", "Name:\t" + name + "\nState:\tS (sleeping)\nPPid:\t1\nUid:\t33\t33\t33\t33\n" +
                                      "VmSize:\t9000 kB\nVmRSS:\t3072 kB\nVmSwap:\t0 kB\nThreads:\t1\n");
    dir_.write(folder + "smaps_rollup", rollup);
    dir_.write(folder + "cmdline", name);
  }
  [[nodiscard]] Outcome smem(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"smem", "--root", dir_.path()});
    return run(arguments);
  }
  TemporaryDir dir_;
};

TEST_F(SmemOptions, UnitsWinOverShares) {
  EXPECT_THAT(smem({"-p", "-c", "pss"}).out, HasSubstr("0.20%"));
  EXPECT_THAT(smem({"-kp", "-c", "pss"}).out, HasSubstr("2.0M"));
  EXPECT_EQ(smem({"-pk"}).out, smem({"-k"}).out);
}

TEST_F(SmemOptions, HelpHasSmemsLetter) { EXPECT_EQ(smem({"-h"}).out, smem({"--help"}).out); }

TEST_F(SmemOptions, SumsOfEveryViewSayThatTheyAreNotComplete) {
  const std::string words = "the sums are not complete";
  for (const char* view : {"--processfilter=.", "--users", "--by=name"}) {
    EXPECT_THAT(smem({view, "-t"}).err, Not(HasSubstr(words))) << view;
  }
  write(20, "secret", "");
  for (const char* view : {"--processfilter=.", "--users", "--by=name"}) {
    EXPECT_THAT(smem({view, "-t"}).err, HasSubstr(words)) << view;
    EXPECT_THAT(smem({view}).err, Not(HasSubstr(words))) << view << ": no sums are shown";
  }
  EXPECT_EQ(smem({"--system", "-t"}).err, "") << "no process has a part in it";
}

TEST_F(SmemOptions, PythonsClassOfDigitsIsRefusedNotMisread) {
  const Outcome refused = smem({"-P", "nginx\\d"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_EQ(refused.out, "");
  EXPECT_EQ(refused.err,
            "memkit smem: --processfilter takes a POSIX expression, which has [0-9] for '\\d', not 'nginx\\d'. Try "
            "'memkit smem --help'.\n");
  EXPECT_EQ(smem({"-P", "x\\\\d"}).status, 0) << "a backslash, then a d";
}

}  // namespace
}  // namespace memkit
