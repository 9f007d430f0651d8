// procps-ng's free, installed or named by $MEMKIT_FREE_ORACLE, against memkit free: both read one frozen meminfo that
// is bound over /proc/meminfo in a mount namespace of this test's own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <random>

#include "cli/free_fixtures.h"
#include "cli/support.h"

namespace memkit {
namespace {

using Words = std::vector<std::string>;

/// While one lives, /proc/meminfo is the text that was set last: for this process and its children alone.
class FrozenMeminfo {
 public:
  FrozenMeminfo() {
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
      why_not_ = std::strerror(errno);
      return;
    }
    const std::string file = dir_.write("meminfo", "");
    if (mount(file.c_str(), "/proc/meminfo", nullptr, MS_BIND, nullptr) != 0) {
      why_not_ = std::strerror(errno);
    } else {
      bound_ = true;
    }
  }
  ~FrozenMeminfo() {
    if (bound_) umount2("/proc/meminfo", MNT_DETACH);
  }
  FrozenMeminfo(const FrozenMeminfo&) = delete;
  FrozenMeminfo& operator=(const FrozenMeminfo&) = delete;

  /// Empty where it works; else why the namespace could not be made.
  [[nodiscard]] const std::string& why_not() const { return why_not_; }
  void set(const std::string& text) const { std::ofstream(dir_.path() + "/meminfo", std::ios::binary) << text; }

 private:
  TemporaryDir dir_;
  std::string why_not_;
  bool bound_ = false;
};

/// The frees to compare with: name, and whether it knows -L.
struct Oracle {
  std::string program;
  bool has_line = false;
};

std::vector<Oracle> oracles() {
  std::vector<Oracle> found;
  const auto add = [&](const std::string& program) {
    const Outcome version = run({"-V"}, {.program = program});
    // Rows are those of 4.0.1 and later; -L came with 4.0.4.
    if (version.out.find("procps-ng 4.0.") == std::string::npos) return;
    found.push_back({program, run({"-L"}, {.program = program}).status == 0});
  };
  if (has_tool("free")) add("free");
  const char* const named = std::getenv("MEMKIT_FREE_ORACLE");
  if (named != nullptr && *named != '\0') {
    add(named);
    if (found.empty() || found.back().program != named) ADD_FAILURE() << named << " is no free of procps-ng 4.0";
  }
  return found;
}

struct FreeLikeProcps : testing::Test {
  void SetUp() override {
    SKIP_UNLESS_ROOT();
    frees = oracles();
    if (frees.empty()) GTEST_SKIP() << "skipped: no free of procps-ng 4.0.1 or later is installed";
    if (!frozen.why_not().empty()) GTEST_SKIP() << "skipped: no mount namespace: " << frozen.why_not();
  }
  FrozenMeminfo frozen;
  std::vector<Oracle> frees;
};

/// What tells most of a meminfo in few runs.
const std::vector<Words> kFewOptions = {{}, {"-ltvw"}, {"-hltvw"}, {"-ht", "--si"}, {"-bltv"}, {"-w", "--tebi"}};

/// Every way to ask free of procps-ng 4.0.2 for something, and their combinations.
std::vector<Words> all_options() {
  std::vector<Words> units = {{}};
  for (const char* unit : {"-b", "-k", "-m", "-g", "-h", "--bytes", "--kibi", "--mebi", "--gibi", "--tebi", "--pebi",
                           "--kilo", "--mega", "--giga", "--tera", "--peta", "--human"}) {
    units.push_back({unit});
  }
  for (const char* unit : {"-b", "-k", "-m", "-g", "--tebi", "--pebi", "--kilo", "--peta", "-h"}) {
    units.push_back({"--si", unit});
  }
  units.push_back({"--si"});
  units.push_back({"-h", "--si"});
  std::vector<Words> all;
  for (const Words& unit : units) {
    for (const Words& rows : std::vector<Words>{{}, {"-lt"}, {"-v", "-w"}, {"-w", "--lohi", "--total"}, {"-ltvw"}}) {
      all.push_back(unit);
      all.back().insert(all.back().end(), rows.begin(), rows.end());
    }
  }
  for (const Words& one : std::vector<Words>{{"-l"},
                                             {"-t"},
                                             {"-v"},
                                             {"-w"},
                                             {"-c", "1"},
                                             {"-c1"},
                                             {"--count=1"},
                                             {"-c", "2", "-s", "0.02"},
                                             {"-hs0.02", "-c2"},
                                             {"--seconds", "0.02", "--count", "2"},
                                             {"--hum"},
                                             {"--comm"},
                                             {"-wt", "--si", "-h"},
                                             {"-c", "3", "-s.01", "-lv"}}) {
    all.push_back(one);
  }
  return all;
}

MeminfoKb scaled(const MeminfoKb& fields, std::uint64_t times, std::uint64_t by) {
  MeminfoKb result = fields;
  for (auto& field : result) field.second = field.second * times / by;
  return result;
}

std::vector<std::pair<std::string, std::string>> ordinary_meminfos() {
  const MeminfoKb& kb = kSixteenGb;
  std::vector<std::pair<std::string, std::string>> files = {
      {"16 GB", meminfo_text(kb)},
      {"no swap", meminfo_text(with(with(kb, "SwapTotal", 0), "SwapFree", 0))},
      {"swap full", meminfo_text(with(kb, "SwapFree", 0))},
      {"more swap free than there is", meminfo_text(with(kb, "SwapFree", 4000001))},
      {"no MemAvailable", meminfo_text(without(kb, "MemAvailable"))},
      {"MemAvailable above MemTotal", meminfo_text(with(kb, "MemAvailable", 16000001))},
      {"no SReclaimable", meminfo_text(without(kb, "SReclaimable"))},
      {"tiny", meminfo_text(scaled(kb, 1, 4000))},
      {"very tiny", meminfo_text(scaled(kb, 1, 1000000))},
      {"64 TB", meminfo_text(scaled(kb, 4096, 1))},
      {"near a pebibyte", meminfo_text(scaled(kb, 65536, 1))},
      {"hundreds of pebibytes", meminfo_text(scaled(kb, 65536 * 512, 1))},
      {"zeroes", meminfo_text(scaled(kb, 0, 1))},
      {"highmem", meminfo_text({{"MemTotal", 2064000},
                                {"MemFree", 300000},
                                {"MemAvailable", 900000},
                                {"Buffers", 12000},
                                {"Cached", 700000},
                                {"Shmem", 9000},
                                {"SReclaimable", 20000},
                                {"HighTotal", 1187000},
                                {"HighFree", 100000},
                                {"LowTotal", 877000},
                                {"LowFree", 200000},
                                {"SwapTotal", 500000},
                                {"SwapFree", 400000},
                                {"CommitLimit", 1500000},
                                {"Committed_AS", 800000}})},
  };
  const std::filesystem::path roots = MEMKIT_SOURCE_DIR "/testdata/roots";
  for (const auto& root : std::filesystem::directory_iterator(roots)) {
    const std::string file = root.path() / "proc/meminfo";
    if (std::filesystem::exists(file)) files.emplace_back(file, read_file(file));
  }
  return files;
}

TEST_F(FreeLikeProcps, EveryOptionToTheByte) {
  const std::vector<Words> every = all_options();
  for (const auto& [name, text] : ordinary_meminfos()) {
    frozen.set(text);
    const bool thorough = name == "16 GB" || (name == "highmem" && !sanitized());
    for (const Words& options : thorough ? every : kFewOptions) {
      Words words = options;
      words.insert(words.begin(), "free");
      const Outcome ours = run(words);
      EXPECT_EQ(ours.status, 0) << joined(words) << ": " << ours.err;
      for (const Oracle& oracle : frees) {
        const Outcome theirs = run(options, {.program = oracle.program});
        ASSERT_EQ(ours.out, theirs.out) << oracle.program << " " << joined(options) << " with " << name;
      }
    }
  }
}

TEST_F(FreeLikeProcps, OneLine) {
  for (const auto& [name, text] : ordinary_meminfos()) {
    frozen.set(text);
    for (const Words& options : std::vector<Words>{{"-L"},
                                                   {"--line"},
                                                   {"-Lh"},
                                                   {"-L", "--si", "-h"},
                                                   {"-bL"},
                                                   {"-Lm"},
                                                   {"-Ltvwl"},
                                                   {"-L", "-c", "3", "-s", "0.02"}}) {
      Words words = options;
      words.insert(words.begin(), "free");
      const Outcome ours = run(words);
      for (const Oracle& oracle : frees) {
        if (!oracle.has_line) continue;
        ASSERT_EQ(ours.out, run(options, {.program = oracle.program}).out) << joined(options) << " with " << name;
      }
    }
  }
}

/// Whether memkit's word may stand where procps has the other: the one known difference in scaling. procps cuts
/// what is between 9.95 and 10 of a unit to 9.
bool same_size(const std::string& ours, const std::string& theirs) {
  return ours == theirs || (ours.starts_with("10") && theirs.starts_with("9") && ours.substr(2) == theirs.substr(1));
}

/// A number whose length in bits is anything.
std::uint64_t any_size(std::mt19937_64& random, int most_bits) {
  const auto bits = std::uniform_int_distribution<int>(0, most_bits)(random);
  return random() >> 1 >> (63 - bits);
}

TEST_F(FreeLikeProcps, RandomSizesScaleAlike) {
  const int kFiles = sanitized() ? 10 : 100;
  std::mt19937_64 random(20240229);
  int compared = 0;
  int nines = 0;
  for (int i = 0; i < kFiles; ++i) {
    const int bits = std::uniform_int_distribution<int>(4, 44)(random);
    MeminfoKb kb = with(with(kSixteenGb, "MemTotal", any_size(random, bits)), "SwapTotal", any_size(random, bits));
    for (const char* key : {"MemFree", "MemAvailable", "Buffers", "Cached", "Shmem", "SReclaimable", "SwapFree",
                            "LowTotal", "LowFree", "HighTotal", "HighFree"}) {
      kb = with(kb, key, any_size(random, bits));
    }
    const std::uint64_t total = kb[0].second;
    kb = with(kb, "MemFree", total == 0 ? 0 : random() % total);  // more free than there is: likewise
    if (kb[2].second == 0) kb = with(kb, "MemAvailable", 1);
    const std::uint64_t promised = any_size(random, bits);  // a negative rest is a difference on purpose
    kb = with(with(kb, "Committed_AS", promised), "CommitLimit", promised + any_size(random, bits));
    frozen.set(meminfo_text(kb));
    for (const Words& options : std::vector<Words>{{"-hltvw"}, {"-hltvw", "--si"}, {"-h"}, {"-mtv"}}) {
      Words words = options;
      words.insert(words.begin(), "free");
      const Words ours = words_of(run(words).out);
      for (const Oracle& oracle : frees) {
        const Words theirs = words_of(run(options, {.program = oracle.program}).out);
        ASSERT_EQ(ours.size(), theirs.size()) << meminfo_text(kb);
        for (std::size_t w = 0; w < ours.size(); ++w, ++compared) {
          if (ours[w] == theirs[w]) continue;
          ++nines;
          ASSERT_TRUE(same_size(ours[w], theirs[w]))
              << joined(options) << ": " << ours[w] << " for " << theirs[w] << " with\n"
              << meminfo_text(kb);
        }
      }
    }
  }
  EXPECT_GT(compared, kFiles * 80);
  EXPECT_LT(nines, compared / 100) << "the exception is rare";
}

/// What is different on purpose, each with both outputs. The man page's CAVEATS tell them.
TEST_F(FreeLikeProcps, DifferencesOnPurpose) {
  struct Difference {
    const char* what;
    MeminfoKb kb;
    Words options;
    std::vector<std::pair<std::string, std::string>> words;  // ours, theirs, where they differ
  };
  const Difference differences[] = {
      {"a field that the kernel does not have is no zero", without(kSixteenGb, "Shmem"), {}, {{"-", "0"}}},
      {"9.95 units are nearer to 10 than to 9", with(kSixteenGb, "Shmem", 10200), {"-h"}, {{"10Mi", "9Mi"}}},
      {"a sign takes no digit's place: what is negative keeps its decimal",
       with(kSixteenGb, "Committed_AS", 12001910),
       {"-vh"},
       {{"-1.9Mi", "-1Mi"}}},
      {"nor turns a figure of three digits into nothing",
       with(kSixteenGb, "Committed_AS", 12104960 + (100 << 20)),
       {"-vh"},
       {{"-100Gi", "0Ti"}}},
      {"more free than there is makes no figure of what is used",
       with(with(kSixteenGb, "MemAvailable", 16000002), "MemFree", 16000003),
       {},
       {{"-", "-3"}}},
      {"MemAvailable of 0 is a machine at its end, no kernel without MemAvailable",
       with(kSixteenGb, "MemAvailable", 0),
       {},
       {{"16000000", "14000000"}, {"0", "2000000"}}},
      {"procps has no unit above Pi", with(kSixteenGb, "Shmem", std::uint64_t{1} << 51), {"-h"}, {{"2.0Ei", "2048Pi"}}},
  };
  for (const Difference& difference : differences) {
    frozen.set(meminfo_text(difference.kb));
    Words words = difference.options;
    words.insert(words.begin(), "free");
    const Words ours = words_of(run(words).out);
    for (const Oracle& oracle : frees) {
      const Words theirs = words_of(run(difference.options, {.program = oracle.program}).out);
      ASSERT_EQ(ours.size(), theirs.size()) << difference.what;
      std::vector<std::pair<std::string, std::string>> found;
      for (std::size_t i = 0; i < ours.size(); ++i) {
        if (ours[i] != theirs[i]) found.emplace_back(ours[i], theirs[i]);
      }
      EXPECT_EQ(found, difference.words) << difference.what << " (" << oracle.program << ")";
    }
  }
}

}  // namespace
}  // namespace memkit
