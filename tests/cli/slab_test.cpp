// memkit slab as a built program: views, sums, what is said without permission, growth.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/free_fixtures.h"
#include "cli/support.h"

namespace memkit {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Words = std::vector<std::string>;

const std::string kRoot = MEMKIT_SOURCE_DIR "/testdata/roots/6.18-x86_64-vm";

json document(Words words) {
  words.insert(words.begin(), {"slab", "--json"});
  const Outcome outcome = run(words);
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  return json::parse(outcome.out, nullptr, false);
}

const json* cache(const json& slab, const std::string& id) {
  for (const json& row : slab.at("caches")) {
    if (row.at("id") == id) return &row;
  }
  return nullptr;
}

/// A root with meminfo, and with slabinfo where it is not empty.
void write_root(const TemporaryDir& dir, const std::string& where, const std::string& slabinfo,
                const std::string& meminfo, const std::string& dentry_state) {
  if (!slabinfo.empty()) dir.write(where + "/proc/slabinfo", slabinfo);
  if (!meminfo.empty()) dir.write(where + "/proc/meminfo", meminfo);
  if (!dentry_state.empty()) dir.write(where + "/proc/sys/fs/dentry-state", dentry_state);
}

const std::string kDentry = "dentry 2100 2100 192 21 1 : tunables 0 0 0 : slabdata 100 100 0\n";
const std::string kFull = "kmalloc-4096 8 8 4096 8 8 : tunables 0 0 0 : slabdata 1 1 0\n";
const std::string kMeminfo =
    "MemTotal: 1000000 kB\nMemFree: 500000 kB\nSlab: 1000 kB\nSReclaimable: 400 kB\nSUnreclaim: 600 kB\n";

TEST(Slab, RowsAddUpToSlab) {
  const json slab = document({"--root", kRoot});
  std::int64_t rows = 0;
  std::int64_t kinds = 0;
  for (const json& row : slab.at("caches")) rows += row.at("size_bytes").get<std::int64_t>();
  for (const json& kind : slab.at("kinds")) kinds += kind.at("size_bytes").get<std::int64_t>();
  const std::int64_t whole = slab.at("meminfo").at("slab_bytes");
  const std::int64_t rest = slab.at("check").at("rest_bytes");
  EXPECT_EQ(whole, 253240 * 1024);
  EXPECT_EQ(rows, kinds);
  EXPECT_EQ(rows - std::max<std::int64_t>(rest, 0) + rest, whole);
  EXPECT_EQ(slab.at("growth").at("nature"), "unknown");
  EXPECT_EQ(slab.at("complete"), true);
}

TEST(Slab, LargeKmallocIsARow) {
  const TemporaryDir dir;
  write_root(dir, "a", kDentry + kFull, kMeminfo, "");
  const json slab = document({"--root", dir.path() + "/a"});
  EXPECT_EQ(slab.at("page_size_bytes"), 4096) << "told from slabinfo";
  EXPECT_EQ(slab.at("check").at("large_kmalloc_bytes"), (1000 - 400 - 32) * 1024);
  ASSERT_NE(cache(slab, "(large kmalloc)"), nullptr);
  EXPECT_EQ(cache(slab, "(large kmalloc)")->at("objects_count"), nullptr);
  const auto head = [](const Outcome& outcome) { return outcome.out.substr(0, outcome.out.find("\n\n")); };
  EXPECT_EQ(head(run({"slab", "--root", dir.path() + "/a"})), head(run({"slab", "-o", "--root", dir.path() + "/a"})))
      << "it is no cache: the head counts as slabtop does";
  const Outcome kinds = run({"slab", "--by", "kind", "-k", "--root", dir.path() + "/a"});
  EXPECT_THAT(kinds.out, HasSubstr("large kmalloc"));
  const Words words = words_of(kinds.out.substr(kinds.out.find("\nall")));
  ASSERT_GE(words.size(), 5u);
  EXPECT_EQ(words[4], "1000") << "the sizes add up to Slab";
}

TEST(Slab, NamesThatRepeatDoNotClash) {
  const TemporaryDir dir;
  write_root(dir, "a", read_file(MEMKIT_SOURCE_DIR "/testdata/parse/slabinfo/5.15-odd-names"), kMeminfo, "");
  const json slab = document({"--root", dir.path() + "/a"});
  std::set<std::string> ids;
  for (const json& row : slab.at("caches")) ids.insert(row.at("id").get<std::string>());
  EXPECT_EQ(ids.size(), slab.at("caches").size());
  EXPECT_EQ(cache(slab, "mlx5_fs_ftes#3")->at("name"), "mlx5_fs_ftes");
}

TEST(Slab, AnExpressionShowsWhatMatches) {
  const Outcome some = run({"slab", "^dentry$|^filp$", "--root", kRoot});
  EXPECT_EQ(some.status, 0);
  EXPECT_THAT(some.out, HasSubstr("Active / Total Caches (% used)     : 2 / 2 (100.0%)"));
  EXPECT_EQ(lines_of(some.out).size(), 9u);
  EXPECT_EQ(document({"dentry", "--root", kRoot}).at("complete"), false);
  EXPECT_EQ(run({"slab", "("}).status, 2);
  EXPECT_EQ(run({"slab", "a", "b"}).status, 2);
}

TEST(Slab, OptionsOfSlabtopThatAreNotOffered) {
  const Outcome delay = run({"slab", "-d", "3"});
  EXPECT_EQ(delay.status, 2);
  EXPECT_THAT(delay.err, HasSubstr("--interval"));
  EXPECT_EQ(run({"slab", "-s", "x"}).status, 2);
  EXPECT_EQ(run({"slab", "-o", "--json"}).status, 2);
  EXPECT_EQ(run({"slab", "--diff", "a"}).status, 2);
}

TEST(Slab, WithoutSlabinfoMeminfoIsShown) {
  const TemporaryDir dir;
  write_root(dir, "a", "", kMeminfo, "1000 250 45 0 700 0\n");
  const std::string root = dir.path() + "/a";
  const Outcome text = run({"slab", "--root", root});
  EXPECT_EQ(text.status, 0);
  EXPECT_EQ(text.out,
            "Slab 1000.0 KiB = 0.1 % of RAM; 400.0 KiB of it reclaimable, 25.0 % of 1000\ndentries unused.\n");
  EXPECT_THAT(text.err, HasSubstr("proc/slabinfo"));
  const json slab = document({"--root", root});
  EXPECT_EQ(slab.at("caches"), json::array());
  EXPECT_EQ(slab.at("totals").at("objects_count"), nullptr);
  EXPECT_EQ(slab.at("dentries").at("negative_count"), 700);
  for (const Words& needs_rows : std::vector<Words>{{"-o"}, {"dentry"}, {"--by", "kind"}, {"-s", "c"}}) {
    Words words = {"slab", "--root", root};
    words.insert(words.end(), needs_rows.begin(), needs_rows.end());
    EXPECT_EQ(run(words).status, 1) << joined(words);
  }
}

TEST(Slab, NothingKnownIsAFailureWithValidJson) {
  const TemporaryDir dir;
  dir.write("proc/version", "Linux version 6\n");
  const Outcome text = run({"slab", "--root", dir.path()});
  EXPECT_EQ(text.status, 1);
  EXPECT_EQ(text.out, "");
  const Outcome outcome = run({"slab", "--json", "--root", dir.path()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(json::parse(outcome.out).at("schema"), "memkit.error/1");
}

TEST(Slab, AnotherUserIsToldHowToSeeMore) {
  SKIP_UNLESS_ROOT();
  SKIP_WITHOUT_TOOL("setpriv");
  const Outcome outcome =
      shell("setpriv --reuid=65534 --clear-groups --inh-caps=-all --bounding-set=-all \"$MEMKIT\" slab");
  if (outcome.status == 126 || outcome.err.find("execute") != std::string::npos) {
    GTEST_SKIP() << "skipped: another user may not run the program where it was built";
  }
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, StartsWith("Slab "));
  EXPECT_THAT(outcome.err, HasSubstr("run it as root"));
}

TEST(Slab, AliasesAreReadOnlyWhereTheyAreShown) {
  const TemporaryDir dir;
  write_root(dir, "a", "filp 5 21 192 21 1 : tunables 0 0 0 : slabdata 1 1 0\n" + kFull, kMeminfo, "");
  dir.write("a/sys/kernel/slab/:A-0000192/order", "0\n");
  for (const char* name : {"filp", "cred"}) {
    std::filesystem::create_symlink(":A-0000192", dir.path() + "/a/sys/kernel/slab/" + name);
  }
  const std::string root = dir.path() + "/a";
  const Outcome outcome = run({"slab", "--root", root, "--output", "name,aliases,reclaimable", "-n", "filp"});
  EXPECT_EQ(words_of(outcome.out), (Words{"filp", "cred", "no"}));
  EXPECT_EQ(cache(document({"--root", root}), "filp")->at("aliases"), json::array({"cred"}));
}

TEST(SlabDiff, OfFoldersAndDocuments) {
  const TemporaryDir dir;
  write_root(dir, "a", kDentry + kFull, kMeminfo, "1000 900 45 0 100 0\n");
  const std::string more = "dentry 212100 212100 192 21 1 : tunables 0 0 0 : slabdata 10100 10100 0\n";
  write_root(dir, "b", more + kFull,
             "MemTotal: 1000000 kB\nSlab: 41000 kB\nSReclaimable: 40400 kB\nSUnreclaim: 600 kB\n",
             "211000 210900 45 0 200100 0\n");
  const std::string a = dir.path() + "/a";
  const std::string b = dir.path() + "/b";
  const Outcome text = run({"slab", "--diff", a, b});
  EXPECT_EQ(text.status, 0) << text.err;
  EXPECT_THAT(text.out, StartsWith("Slab +39.1 MiB: reclaimable +39.1 MiB, unreclaimable 0 B; most of it dentry"));
  EXPECT_THAT(text.out, HasSubstr("A cache that fills, not a leak"));
  EXPECT_THAT(text.out, HasSubstr("200000 of 210000 new dentries are negative"));
  EXPECT_THAT(text.out, Not(HasSubstr("kmalloc-4096"))) << "it did not change";

  const std::string first = dir.write("first", run({"slab", "--json", "--root", a}).out);
  const std::string second = dir.write("second", run({"slab", "--json", "--root", b}).out);
  EXPECT_EQ(run({"slab", "--diff", first, second}).out, text.out);
  const json diff = json::parse(run({"slab", "--json", "--diff", first, b}).out);
  EXPECT_EQ(diff.at("growth").at("nature"), "cache");
  EXPECT_EQ(diff.at("growth").at("dentries_count"), 210000);
  EXPECT_EQ(cache(diff, "dentry")->at("growth_bytes"), 10000 * 4096);

  const std::string part = dir.write("part", run({"slab", "dentry", "--json", "--root", a}).out);
  EXPECT_EQ(run({"slab", "--diff", part, b}).status, 1);
  EXPECT_EQ(run({"slab", "--diff", dir.write("none", "{}\n"), b}).status, 1);
  EXPECT_EQ(run({"slab", "--diff", dir.path() + "/nowhere", b}).status, 1);
}

TEST(SlabInterval, ADocumentForEachSample) {
  const Outcome outcome = run({"slab", "--json", "--interval", "0.05", "--count", "3", "--root", kRoot});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  const Words lines = lines_of(outcome.out);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(json::parse(lines[0]).at("growth").at("samples_count"), 1);
  const json last = json::parse(lines[2]);
  EXPECT_EQ(last.at("growth").at("nature"), "none") << "nothing moves in a capture";
  EXPECT_EQ(cache(last, "dentry")->at("growth_bytes"), 0);
}

/// Growth of the live machine while `work` runs, as --diff of two documents tells it.
json growth_while(const TemporaryDir& dir, const std::function<void()>& work) {
  const std::string before = dir.write("before", run({"slab", "--json"}).out);
  work();
  const std::string after = dir.write("after", run({"slab", "--json"}).out);
  return json::parse(run({"slab", "--json", "--diff", before, after}).out);
}

struct SlabLive : testing::Test {
  void SetUp() override {
    SKIP_UNLESS_ROOT();
    if (read_file("/proc/slabinfo").empty()) GTEST_SKIP() << "skipped: this kernel has no slabinfo";
  }
};

constexpr int kNames = 200000;

/// What the cache of dentries must grow by for three quarters of kNames: slots that others have left are used first.
std::int64_t least_growth_bytes(const TemporaryDir& dir) {
  const json before = json::parse(read_file(dir.path() + "/before"));
  const json& dentries = *cache(before, "dentry");
  const std::int64_t free =
      dentries.at("objects_count").get<std::int64_t>() - dentries.at("active_count").get<std::int64_t>();
  return std::max<std::int64_t>(0, (std::int64_t{kNames} * 3 / 4 - free) * 192);
}

TEST_F(SlabLive, FilesOnTmpfsPinTheirDentries) {
  struct statfs shm {};
  constexpr long kTmpfs = 0x01021994;
  if (statfs("/dev/shm", &shm) != 0 || shm.f_type != kTmpfs) GTEST_SKIP() << "skipped: /dev/shm is no tmpfs";
  std::string name = "/dev/shm/memkit-slab-XXXXXX";
  ASSERT_NE(mkdtemp(name.data()), nullptr);
  const int dir = open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const TemporaryDir documents;
  int made = 0;
  const json grown = growth_while(documents, [&] {
    close(openat(dir, "0", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    for (made = 1; made < kNames && linkat(dir, "0", dir, std::to_string(made).c_str(), 0) == 0;) ++made;
  });
  for (int i = 0; i < made; ++i) unlinkat(dir, std::to_string(i).c_str(), 0);
  close(dir);
  std::filesystem::remove_all(name);
  if (made < kNames) GTEST_SKIP() << "skipped: this tmpfs does not take " << kNames << " names";
  // Others on this machine use and drop dentries meanwhile.
  EXPECT_GT(grown.at("growth").at("dentries_count"), kNames * 3 / 4);
  EXPECT_GE(cache(grown, "dentry")->at("growth_bytes"), least_growth_bytes(documents));
  EXPECT_EQ(grown.at("growth").at("nature"), "pinned") << grown.at("growth");
}

TEST_F(SlabLive, LookingUpMissingNamesIsACacheThatFills) {
  const TemporaryDir documents;
  const json grown = growth_while(documents, [&] {
    struct stat status {};
    for (int i = 0; i < kNames; ++i) {
      stat((documents.path() + "/missing-" + std::to_string(i)).c_str(), &status);
    }
  });
  const json& growth = grown.at("growth");
  if (growth.at("negative_dentries_count").is_null()) GTEST_SKIP() << "skipped: this kernel does not count them";
  if (growth.at("negative_dentries_count") < kNames / 10) {
    GTEST_SKIP() << "skipped: the file system of " << documents.path() << " keeps no negative dentries";
  }
  EXPECT_GT(growth.at("negative_dentries_count"), kNames * 3 / 4);
  EXPECT_GE(cache(grown, "dentry")->at("growth_bytes"), least_growth_bytes(documents));
  EXPECT_EQ(growth.at("nature"), "cache") << growth;
  EXPECT_THAT(growth.at("text").dump(), HasSubstr("new dentries are negative"));
}

}  // namespace
}  // namespace memkit
