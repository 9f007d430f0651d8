// slabtop, where it is installed, against memkit slab -o: both read one frozen slabinfo that is bound over
// /proc/slabinfo in a mount namespace of this test's own.
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>

#include <cstring>
#include <fstream>
#include <random>

#include "cli/support.h"

namespace memkit {
namespace {

const std::string kHeading =
    "slabinfo - version: 2.1\n# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : "
    "tunables <limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>\n";

/// While one lives, /proc/slabinfo is the text that was set last: for this process and its children alone.
class FrozenSlabinfo {
 public:
  FrozenSlabinfo() {
    const std::string file = dir_.write("slabinfo", "");
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        mount(file.c_str(), "/proc/slabinfo", nullptr, MS_BIND, nullptr) != 0) {
      why_not_ = std::strerror(errno);
    } else {
      bound_ = true;
    }
  }
  ~FrozenSlabinfo() {
    if (bound_) umount2("/proc/slabinfo", MNT_DETACH);
  }
  FrozenSlabinfo(const FrozenSlabinfo&) = delete;
  FrozenSlabinfo& operator=(const FrozenSlabinfo&) = delete;

  [[nodiscard]] const std::string& why_not() const { return why_not_; }
  void set(const std::string& text) const { std::ofstream(dir_.path() + "/slabinfo", std::ios::binary) << text; }

 private:
  TemporaryDir dir_;
  std::string why_not_;
  bool bound_ = false;
};

struct SlabLikeSlabtop : testing::Test {
  void SetUp() override {
    SKIP_UNLESS_ROOT();
    SKIP_WITHOUT_TOOL("slabtop");
    if (run({"-V"}, {.program = "slabtop"}).out.find("procps-ng 4.0.") == std::string::npos) {
      GTEST_SKIP() << "skipped: slabtop is not of procps-ng 4.0";
    }
    if (!frozen.why_not().empty()) GTEST_SKIP() << "skipped: no mount namespace: " << frozen.why_not();
  }
  static void expect_alike(const std::string& keys) {
    for (const char key : keys) {
      const std::string letter(1, key);
      const Outcome ours = run({"slab", "-o", "-s", letter});
      EXPECT_EQ(ours.status, 0) << ours.err;
      ASSERT_EQ(ours.out, run({"-o", "-s", letter}, {.program = "slabtop"}).out) << "-s " << letter;
    }
  }
  FrozenSlabinfo frozen;
};

constexpr const char* kKeys = "abclvnopsu";

TEST_F(SlabLikeSlabtop, EverySortKeyToTheByte) {
  frozen.set(read_file(MEMKIT_SOURCE_DIR "/testdata/roots/6.18-x86_64-vm/proc/slabinfo"));
  expect_alike(kKeys);
  const Outcome plain = run({"slab", "--once"});
  EXPECT_EQ(plain.out, run({"--once"}, {.program = "slabtop"}).out);
}

TEST_F(SlabLikeSlabtop, ForeignKernels) {
  SKIP_WITHOUT_CORPUS();
  int compared = 0;
  for (const char* name :
       {"prometheus-procfs", "hotsos/sosreport-openstack", "hotsos/sosreport-kubernetes", "pcp/meminfo-root-001",
        "pcp/meminfo-root-003", "pcp/meminfo-root-005", "pcp/meminfo-root-007"}) {
    const std::string text = read_file(corpus_dir() + "/roots/" + name + "/proc/slabinfo");
    if (text.empty()) continue;
    SCOPED_TRACE(name);
    frozen.set(text);
    expect_alike("ocu");
    ++compared;
  }
  EXPECT_GT(compared, 3);
}

TEST_F(SlabLikeSlabtop, HandWrittenOnes) {
  for (const char* name : {"2.6.32-slab-statistics", "4.9-memcg"}) {
    SCOPED_TRACE(name);
    std::string text = read_file(std::string(MEMKIT_SOURCE_DIR "/testdata/parse/slabinfo/") + name);
    for (std::size_t at; (at = text.find("web (1)")) != std::string::npos;) text.replace(at, 7, "web");
    frozen.set(text);
    expect_alike("ocn");
  }
}

TEST_F(SlabLikeSlabtop, RandomFigures) {
  std::mt19937_64 random(20260101);
  const auto any = [&](int bits) {
    return random() >> 1 >> (63 - static_cast<int>(random() % static_cast<unsigned>(bits + 1)));
  };
  for (int file = 0; file < 25; ++file) {
    std::string text = kHeading;
    for (int i = 0; i < 60; ++i) {
      const std::uint64_t objects = any(24);
      const std::uint64_t active = objects == 0 ? 0 : random() % (objects + 1);
      const std::uint64_t slabs = any(20);
      text += "cache-" + std::to_string(random() % 1000) + " " + std::to_string(active) + " " +
              std::to_string(objects) + " " + std::to_string(8 + any(14)) + " " + std::to_string(1 + any(9)) + " " +
              std::to_string(1u << (random() % 4)) + " : tunables    0    0    0 : slabdata " +
              std::to_string(slabs == 0 ? 0 : random() % (slabs + 1)) + " " + std::to_string(slabs) + "      0\n";
    }
    frozen.set(text);
    SCOPED_TRACE(text);
    expect_alike(file == 0 ? kKeys : std::string("ou"));
    if (HasFatalFailure()) return;
  }
}

/// What is different on purpose; the man page's CAVEATS tell it.
TEST_F(SlabLikeSlabtop, DifferencesOnPurpose) {
  const auto line_of = [](const std::string& out, const std::string& name) {
    const std::size_t at = out.find(name);
    if (at == std::string::npos) return std::string();
    const std::size_t start = out.rfind('\n', at) + 1;
    return out.substr(start, out.find('\n', at) - start);
  };
  frozen.set(kHeading + "huge 4294967297 4294967298 64 64 1 : tunables 0 0 0 : slabdata 90 100 0\n");
  EXPECT_NE(line_of(run({"slab", "-o"}).out, "huge").find("4294967298 4294967297"), std::string::npos);
  EXPECT_EQ(run({"-o"}, {.program = "slabtop"}).out.find("4294967298"), std::string::npos);

  frozen.set(kHeading + "two words 5 10 64 64 1 : tunables 0 0 0 : slabdata 1 1 0\n");
  EXPECT_NE(run({"slab", "-o"}).out.find("two words"), std::string::npos);
  EXPECT_NE(run({"-o"}, {.program = "slabtop"}).status, 0);

  frozen.set("bare 5 10 64 64 1 : tunables 0 0 0 : slabdata 1 1 0\n");
  EXPECT_NE(run({"slab", "-o"}).out.find("bare"), std::string::npos);
  EXPECT_NE(run({"-o"}, {.program = "slabtop"}).status, 0);

  frozen.set(kHeading);
  EXPECT_NE(run({"slab", "-o"}).out.find(": 0 / 0 (-)\n"), std::string::npos);
  EXPECT_NE(run({"-o"}, {.program = "slabtop"}).out.find("nan%"), std::string::npos);
}

}  // namespace
}  // namespace memkit
