#include <gtest/gtest.h>

#include "parse/cmdline.h"
#include "parse/comm.h"
#include "parse/pid_stat.h"
#include "parse/pid_statm.h"
#include "parse/pid_status.h"
#include "support/fixtures.h"
#include "support/prefixes.h"

namespace memkit::test {
namespace {

using namespace std::literals;
constexpr std::uint64_t kKiB = 1024;

TEST(PidStat, AHostileNameDoesNotShiftTheFields) {
  const std::string text = captured_process(kHostilePid, "stat");
  const PidStat stat = parse_pid_stat(text);
  EXPECT_EQ(stat.pid, 5007U);
  EXPECT_EQ(stat.comm, "a) S\n1 (x"sv);
  EXPECT_EQ(stat.state, 'S');
  EXPECT_EQ(stat.ppid, 5002);
  EXPECT_EQ(stat.flags, 4194304U);
  EXPECT_EQ(stat.minflt, 13951U);
  EXPECT_EQ(stat.majflt, 475U);
  EXPECT_EQ(stat.num_threads, 1U);
  EXPECT_EQ(stat.starttime_ticks, 188272U);
  EXPECT_EQ(stat.vsize_bytes, 70008832U);
  EXPECT_EQ(stat.rss_pages, 9526U);
  EXPECT_EQ(stat.is_kernel_thread(), false);
}

TEST(PidStat, KernelThreadsAndZombies) {
  const std::string kthreadd = captured_process(kKernelThreadPid, "stat");
  EXPECT_EQ(parse_pid_stat(kthreadd).is_kernel_thread(), true);
  EXPECT_EQ(parse_pid_stat(kthreadd).ppid, 0);
  const std::string zombie = captured_process(kZombiePid, "stat");
  EXPECT_EQ(parse_pid_stat(zombie).state, 'Z');
  EXPECT_EQ(parse_pid_stat(zombie).is_kernel_thread(), false);
  EXPECT_EQ(parse_pid_stat(zombie).rss_pages, 0U);
}

TEST(PidStat, NamesOfAnyBytes) {
  const auto comm = [](std::string_view name) {
    const std::string text = "7 (" + std::string(name) + ") R 1 7 7 0 -1 4 0 0 0 0 0 0 0 0 20 0 1 0 5 8192 2 9\n";
    const PidStat stat = parse_pid_stat(text);
    EXPECT_EQ(stat.state, 'R') << name;
    EXPECT_EQ(stat.rss_pages, 2U) << name;
    return std::string(stat.comm.value_or("?"));
  };
  for (const std::string_view name :
       {""sv, ")"sv, ") ("sv, " "sv, "\n"sv, "\xff\xfe"sv, "a) Z 1 2 3 4 5"sv, "(sd-pam)"sv}) {
    EXPECT_EQ(comm(name), name);
  }
}

TEST(PidStat, IsAllOrNothing) {
  EXPECT_EQ(parse_pid_stat("").pid, Missing::absent);
  for (const std::string_view bad :
       {"7"sv, "7 (a"sv, "7 (a)"sv, "7 (a) S 1 2 3\n"sv, ")7 ("sv, "\n"sv,
        "7 (a) R 1 7 7 0 -1 4 0 0 0 0 0 0 0 0 20 0 1 0 5 8192 2"sv, "7 (a) S 1 2\0\0\0"sv}) {
    const PidStat stat = parse_pid_stat(bad);
    EXPECT_EQ(stat.pid, Missing::malformed) << bad;
    EXPECT_EQ(stat.comm, Missing::malformed) << bad;
    EXPECT_EQ(stat.rss_pages, Missing::malformed) << bad;
    EXPECT_EQ(stat.is_kernel_thread(), Missing::malformed) << bad;
  }
}

TEST(PidStat, SingleFieldsThatMakeNoSense) {
  const PidStat stat = parse_pid_stat("7 (a) RR x 7 7 0 -1 99999999999 0 0 0 0 0 0 0 0 20 0 1 0 5 8192 -2 0\n");
  EXPECT_EQ(stat.pid, 7U);
  EXPECT_EQ(stat.state, Missing::malformed);
  EXPECT_EQ(stat.ppid, Missing::malformed);
  EXPECT_EQ(stat.flags, Missing::malformed);
  EXPECT_EQ(stat.rss_pages, Missing::malformed) << "the per-CPU counters' error can print a negative RSS";
  EXPECT_EQ(stat.vsize_bytes, 8192U);
}

TEST(PidStat, NoPrefixInvents) {
  for (const char* const pid : {kHostilePid, kSleepPid, kZombiePid, kKernelThreadPid}) {
    const std::string text = captured_process(pid, "stat");
    expect_no_invention(text, parse_pid_stat);
  }
}

TEST(PidStatus, ReadsTheCapturedProcess) {
  const PidStatus status = parse_pid_status(captured_process(kHostilePid, "status"));
  EXPECT_EQ(status.name, std::string("a) S\n1 (x"));
  EXPECT_EQ(status.state, 'S');
  EXPECT_EQ(status.tgid, 5007U);
  EXPECT_EQ(status.ppid, 5002U);
  EXPECT_EQ(status.uid, 0U);
  EXPECT_EQ(status.kthread, 0U);
  EXPECT_EQ(status.vm_rss_bytes, 38148 * kKiB);
  EXPECT_EQ(sum(sum(status.rss_anon_bytes, status.rss_file_bytes), status.rss_shmem_bytes), status.vm_rss_bytes);
  EXPECT_EQ(status.vm_lck_bytes, 256 * kKiB);
  EXPECT_EQ(status.vm_swap_bytes, 3676 * kKiB);
  EXPECT_EQ(status.vm_pte_bytes, 164 * kKiB);
  EXPECT_EQ(status.hugetlb_pages_bytes, 0U);
  EXPECT_EQ(status.threads, 1U);
  EXPECT_EQ(status.vm_pmd_bytes, Missing::absent);
}

TEST(PidStatus, KernelThreadsAndZombiesHaveNoMemoryLines) {
  const PidStatus kthreadd = parse_pid_status(captured_process(kKernelThreadPid, "status"));
  EXPECT_EQ(kthreadd.kthread, 1U);
  EXPECT_EQ(kthreadd.vm_size_bytes, Missing::absent);
  const PidStatus zombie = parse_pid_status(captured_process(kZombiePid, "status"));
  EXPECT_EQ(zombie.state, 'Z');
  EXPECT_EQ(zombie.kthread, 0U);
  EXPECT_EQ(zombie.vm_rss_bytes, Missing::absent);
}

TEST(PidStatus, OldKernelsAndEscapes) {
  const PidStatus status = parse_pid_status(by_hand("status/2.6.32"));
  EXPECT_EQ(status.name, std::string("my\\d\ntwo"));
  EXPECT_EQ(status.uid, 1000U);
  EXPECT_EQ(status.euid, 1001U);
  EXPECT_EQ(status.kthread, Missing::absent);
  EXPECT_EQ(status.rss_anon_bytes, Missing::absent);
  EXPECT_EQ(status.vm_swap_bytes, 36 * kKiB);
  EXPECT_EQ(status.threads, 3U);
}

TEST(PidStatus, NamesKeepTheirBytes) {
  EXPECT_EQ(parse_pid_status("Name:\t a  b \nPid:\t3\n").name, std::string(" a  b "));
  EXPECT_EQ(parse_pid_status("Name:\t\n").name, std::string());
  EXPECT_EQ(parse_pid_status("Name:\tx:VmRSS\nVmRSS:\t 4 kB\n").vm_rss_bytes, 4 * kKiB);
  EXPECT_EQ(parse_pid_status("Name:\tend\\\n").name, std::string("end\\"));
  EXPECT_EQ(parse_pid_status("Name:\ta\\\\nb\n").name, std::string("a\\nb")) << "an escaped backslash, then an n";
}

TEST(PidStatus, TroubleInTheText) {
  EXPECT_EQ(parse_pid_status("").name, Missing::absent);
  const PidStatus status = parse_pid_status(
      "Name:\ta\r\n\nUid:\tx\t1\t1\t1\nPPid:\t-1\nVmRSS:\t18446744073709551612 kB\nVmSize: 1 kB\nVmSize: 2 kB\n"
      "State:\n\0\0"sv);
  EXPECT_EQ(status.name, std::string("a"));
  EXPECT_EQ(status.uid, Missing::malformed);
  EXPECT_EQ(status.euid, 1U);
  EXPECT_EQ(status.ppid, Missing::malformed);
  EXPECT_EQ(status.vm_rss_bytes, Missing::malformed);
  EXPECT_EQ(status.vm_size_bytes, 1 * kKiB);
  EXPECT_EQ(status.state, Missing::malformed);
}

TEST(PidStatus, NoPrefixInvents) {
  for (const char* const pid : {kHostilePid, kZombiePid, kKernelThreadPid}) {
    expect_no_invention(captured_process(pid, "status"), parse_pid_status);
  }
  expect_no_invention(by_hand("status/2.6.32"), parse_pid_status);
}

TEST(PidStatm, ReadsPages) {
  const PidStatm statm = parse_pid_statm(captured_process(kHostilePid, "statm"));
  EXPECT_EQ(statm.size_pages, 17092U);
  EXPECT_EQ(statm.resident_pages, 9537U);
  EXPECT_EQ(statm.shared_pages, 8752U);
  EXPECT_EQ(statm.text_pages, 691U);
  EXPECT_EQ(statm.data_pages, 2152U);
  EXPECT_EQ(parse_pid_statm(captured_process(kKernelThreadPid, "statm")).resident_pages, 0U);
}

TEST(PidStatm, TroubleInTheText) {
  EXPECT_EQ(parse_pid_statm("").size_pages, Missing::absent);
  const PidStatm cut = parse_pid_statm("100 20");
  EXPECT_EQ(cut.size_pages, 100U);
  EXPECT_EQ(cut.resident_pages, Missing::malformed);
  EXPECT_EQ(cut.data_pages, Missing::malformed);
  EXPECT_EQ(parse_pid_statm("100 18446744073709551615 3\n").resident_pages, Missing::malformed);
  expect_no_invention(captured_process(kHostilePid, "statm"), parse_pid_statm);
}

TEST(Comm, KeepsEveryByteButTheLastNewline) {
  const std::string text = captured_process(kHostilePid, "comm");
  EXPECT_EQ(parse_comm(text), "a) S\n1 (x"sv);
  EXPECT_EQ(parse_comm("cat"), "cat"sv);
  EXPECT_EQ(parse_comm("a\n\n"), "a\n"sv);
  EXPECT_EQ(parse_comm("\n"), ""sv);
  EXPECT_EQ(parse_comm(" a \n\0"sv), " a "sv);
  EXPECT_EQ(parse_comm(""), Missing::absent);
}

TEST(Cmdline, SplitsAtNul) {
  const Cmdline cmdline = parse_cmdline("/bin/a\0-x\0\0two words\0"sv);
  EXPECT_EQ(cmdline.program(), "/bin/a");
  EXPECT_EQ(cmdline.joined(), "/bin/a -x  two words");
  std::vector<std::string_view> arguments;
  for (std::string_view rest = cmdline.arguments; !rest.empty();) arguments.push_back(take_argument(rest));
  EXPECT_EQ(arguments, (std::vector<std::string_view>{"/bin/a", "-x", "", "two words"}));
}

TEST(Cmdline, EmptyUnterminatedAndRewritten) {
  EXPECT_TRUE(parse_cmdline("").empty());
  EXPECT_TRUE(parse_cmdline("\0\0"sv).empty());
  EXPECT_EQ(parse_cmdline("").program(), "");
  EXPECT_TRUE(parse_cmdline(captured_process(kKernelThreadPid, "cmdline")).empty());
  EXPECT_EQ(parse_cmdline("cut").program(), "cut");
  EXPECT_EQ(parse_cmdline("nginx: master process\0\0\0\0"sv).joined(), "nginx: master process");
  EXPECT_EQ(parse_cmdline(captured_process(kSleepPid, "cmdline")).joined(), "sleep --fixture");
}

}  // namespace
}  // namespace memkit::test
