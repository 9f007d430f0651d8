// memkit smem where most of the system is out of reach, or there is very much of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/support.h"

namespace memkit {
namespace {

using nlohmann::json;
using testing::HasSubstr;

/// `arguments` of smem as another user, who sees a /proc of its own that is mounted with `options`.
Outcome smem_behind(const std::string& options, const std::string& arguments) {
  return shell("unshare -m sh -c 'mount -t proc -o " + options +
               " proc /proc && exec setpriv --reuid=65534 --regid=65534 --clear-groups \"$MEMKIT\" smem " + arguments +
               "'");
}

class Hidepid : public testing::Test {
 protected:
  void SetUp() override {
    SKIP_UNLESS_ROOT();
    SKIP_WITHOUT_TOOL("unshare");
    SKIP_WITHOUT_TOOL("setpriv");
    if (smem_behind("hidepid=0", ">/dev/null").status != 0) {
      GTEST_SKIP() << "skipped: proc can't be mounted here, or the program can't be run as another user";
    }
  }
};

TEST_F(Hidepid, OfOneTheOthersAreCounted) {
  const Outcome outcome = smem_behind("hidepid=1", "--json");
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const json document = json::parse(outcome.out);
  EXPECT_GT(document["skipped"]["hidden_count"], 0);
  EXPECT_FALSE(document["totals"]["complete"]);
  EXPECT_EQ(document["processes"].size(), 1U) << "its own";
  EXPECT_THAT(smem_behind("hidepid=1", "").err, HasSubstr("left out: hidden (hidepid"));
}

TEST_F(Hidepid, OfTwoNothingTellsHowMany) {
  const Outcome outcome = smem_behind("hidepid=2", "--json");
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const json document = json::parse(outcome.out);
  EXPECT_EQ(document["skipped"]["hidden_count"], 0);
  EXPECT_TRUE(document["skipped"]["others_hidden"]);
  EXPECT_FALSE(document["totals"]["complete"]);
  EXPECT_THAT(smem_behind("hidepid=2", "-t").err, HasSubstr("the sums are not complete"));
}

/// A capture of `count` processes, each with 1,000 kB of its own, with a command line where `commands`.
void make_processes(const TemporaryDir& dir, int count, bool commands = false) {
  dir.write("proc/meminfo", "MemTotal: 100000000 kB\nMemFree: 1000 kB\nAnonPages: 75000 kB\nMapped: 60000 kB\n");
  dir.write("proc/vmstat", "nr_anon_pages 18750\nnr_mapped 15000\n");
  const std::string script =
      "import os,sys\n"
      "base=sys.argv[1]+'/proc/'\n"
      "for pid in range(1,int(sys.argv[2])+1):\n"
      "  d=base+str(pid); os.mkdir(d)\n"
      "  open(d+'/stat','w').write('%d (p%d) S 1 1 1 0 -1 0 10 0 2 0 5 6 0 0 20 0 1 0 4711 102400000 250 1 1 "
      "1\\n'%(pid,pid%500))\n"
      "  open(d+'/smaps_rollup','w').write('00400000-7fff000 ---p 00000000 00:00 0 [rollup]\\nRss: 1000 kB\\n"
      "Pss: 1000 kB\\nPrivate_Clean: 0 kB\\nPrivate_Dirty: 1000 kB\\nSwap: 0 kB\\n')\n";
  const std::string more =
      "  open(d+'/cmdline','w').write('/usr/bin/worker\\0--config\\0/etc/worker/instance-%d.conf\\0'%pid)\n";
  ASSERT_EQ(
      run({"-c", script + (commands ? more : ""), dir.path(), std::to_string(count)}, {.program = "python3"}).status,
      0);
}

/// The peak of the resident memory of `smem --json`, in kB: asked for when it writes, with all rows in its hands.
long peak_kb(const TemporaryDir& root) {
  const std::string script =
      "import os,subprocess,sys\n"
      "p=subprocess.Popen([os.environ['MEMKIT'],'smem','--json','--root',sys.argv[1]],stdout=subprocess.PIPE)\n"
      "p.stdout.read(1)\n"
      "print([l.split()[1] for l in open('/proc/%d/status' % p.pid) if l.startswith('VmHWM')][0])\n"
      "p.kill()\n";
  return std::stol(shell("python3 -c \"" + script + "\" " + root.path()).out);
}

TEST(SmemScale, ThirtyThousandProcesses) {
  SKIP_WITHOUT_TOOL("python3");
  const int processes = sanitized() ? 3'000 : 30'000;  // a sanitizer takes ten times as long
  const TemporaryDir dir;
  make_processes(dir, processes);
  const Outcome outcome = shell("\"$MEMKIT\" smem --json --root " + dir.path() +
                                " | python3 -c 'import json,sys; d=json.load(sys.stdin); print(len(d[\"processes\"]), "
                                "d[\"totals\"][\"pss_bytes\"], d[\"totals\"][\"complete\"])'");
  EXPECT_EQ(outcome.out, std::to_string(processes) + " " + std::to_string(processes * 1024'000LL) + " True\n")
      << outcome.err;
  const Outcome top = run({"smem", "-H", "--top", "3", "-c", "pid pss", "--root", dir.path()});
  EXPECT_EQ(top.out, "1  1000\n2  1000\n3  1000\n") << "alike: in the order of pids";
}

TEST(SmemScale, FiftyThousandProcessesFitIn24MB) {
  SKIP_WITHOUT_TOOL("python3");
  if (sanitized()) GTEST_SKIP() << "skipped: a sanitizer keeps what is freed";
  const TemporaryDir few;
  make_processes(few, 1'000, true);
  const TemporaryDir many;
  make_processes(many, 11'000, true);
  constexpr long kMostBytesEach = 450;  // and 2 MB for the program
  const long few_kb = peak_kb(few);
  const long many_kb = peak_kb(many);
  EXPECT_GT(many_kb, few_kb + 2000) << "or nothing was measured";
  EXPECT_LE((many_kb - few_kb) * 1024 / 10'000, kMostBytesEach);
}

}  // namespace
}  // namespace memkit
