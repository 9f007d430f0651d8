// memkit report --root of a sosreport, which often has no proc/PID.
#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/support.h"

namespace memkit {
namespace {

using nlohmann::json;
using testing::HasSubstr;

/// A tree with meminfo, and what ps printed.
class Sosreport : public testing::Test {
 protected:
  Sosreport() {
    dir_.write(
        "proc/meminfo",
        "MemTotal: 1000000 kB\nMemFree: 20000 kB\nMemAvailable: 40000 kB\nAnonPages: 800000 kB\nMapped: 20000 kB\n");
    dir_.write("sos_commands/process/ps_auxwww",
               "USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n"
               "root           1  0.0  0.1 167340 12800 ?        Ss   Nov22   0:07 /sbin/init\n"
               "root           2  0.0  0.0      0     0 ?        S    Nov22   0:00 [kthreadd]\n"
               "app          812  9.1 72.0 990000 720000 ?       Ss   10:00   0:01 /opt/a/bin/java -Xmx700m\n");
  }
  [[nodiscard]] json report() const { return json::parse(run({"report", "--json", "--root", dir_.path()}).out); }
  TemporaryDir dir_;
};

TEST_F(Sosreport, ProcessesAreThoseThatPsPrinted) {
  const json processes = report()["processes"];
  EXPECT_EQ(processes["source"], "ps");
  EXPECT_EQ(processes["processes_count"], 2);
  EXPECT_EQ(processes["kernel_threads_count"], 1);
  EXPECT_EQ(processes["top"][0]["name"], "java");
  EXPECT_EQ(processes["top"][0]["rss_bytes"], 720000 * 1024);
  EXPECT_EQ(processes["top"][0]["pss_bytes"], nullptr) << "ps does not know it";
  EXPECT_EQ(processes["complete"], false);
}

TEST_F(Sosreport, TheDiagnosisNamesTheProcess) {
  const std::string text = run({"report", "--brief", "--root", dir_.path()}).out;
  EXPECT_THAT(text, HasSubstr("java (PID 812)"));
}

TEST_F(Sosreport, ProcOutweighsPs) {
  dir_.write("proc/7/status", "Name:\tx\nUid:\t0\t0\t0\t0\nVmSize:\t9 kB\nVmRSS:\t5 kB\nThreads:\t1\n");
  EXPECT_EQ(report()["processes"]["source"], "proc");
  EXPECT_EQ(report()["processes"]["processes_count"], 1);
}

}  // namespace
}  // namespace memkit
