// Value for value against smem itself, on processes that stand still.
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

#include "cli/support.h"

namespace memkit {
namespace {

using Words = std::vector<std::string>;

/// Three stopped shells that a word in their command line tells from all others.
class Stopped {
 public:
  Stopped() {
    const std::string word = "memkit-stands-still-" + std::to_string(getpid());
    for (int i = 1; i <= 3; ++i) {
      const pid_t pid = fork();
      if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        const std::string script =
            "v=$(head -c " + std::to_string(i * 1000000) + " /dev/zero | tr '\\0' x); kill -STOP $$; : " + word;
        execlp("sh", "sh", "-c", script.c_str(), nullptr);
        _exit(127);
      }
      int status = 0;
      waitpid(pid, &status, WUNTRACED);
      pids_.push_back(pid);
    }
    map_files_of(pids_.front());
  }
  Stopped(const Stopped&) = delete;
  Stopped& operator=(const Stopped&) = delete;
  ~Stopped() {
    for (const pid_t pid : pids_) {
      kill(pid, SIGKILL);
      waitpid(pid, nullptr, 0);
    }
  }
  /// An expression that finds the word, and not the command line that holds the expression.
  [[nodiscard]] static std::string expression() { return "memkit-stands-[s]till-" + std::to_string(getpid()); }

 private:
  std::vector<pid_t> pids_;
};

/// The words of each line, by the first of them, which smem cuts after 40 characters. Of names that are alike so far
/// none is kept.
std::map<std::string, Words> rows_of(const std::string& text) {
  std::map<std::string, Words> rows;
  std::set<std::string> twice;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    std::istringstream words(line);
    Words row{std::istream_iterator<std::string>(words), {}};
    if (row.empty()) continue;
    row.front().resize(std::min<std::size_t>(row.front().size(), 40));
    const std::string key = row.front();
    if (!rows.emplace(key, std::move(row)).second) twice.insert(key);
  }
  for (const std::string& key : twice) rows.erase(key);
  return rows;
}

struct View {
  const char* name;
  Words options;
  std::string columns;
  double slack;  ///< of PSS columns, in kB: smem cuts each mapping to kB, and itself maps what memkit does not
};
void PrintTo(const View& view, std::ostream* out) { *out << view.name; }

struct Peer : testing::TestWithParam<View> {};

TEST_P(Peer, SaysTheSame) {
  SKIP_WITHOUT_TOOL("smem");
  const Stopped stopped;
  const View& view = GetParam();
  Words options = {"-H", "-P", Stopped::expression(), "-c", view.columns};
  options.insert(options.end(), view.options.begin(), view.options.end());
  Words ours_options = options;
  ours_options.insert(ours_options.begin(), "smem");
  std::istringstream stream(view.columns);
  const Words columns{std::istream_iterator<std::string>(stream), {}};
  // Others that come and go share libraries with these: until smem says the same before and after.
  for (int attempt = 0; attempt < 30; ++attempt) {
    const auto before = rows_of(run(options, {.program = "smem"}).out);
    const auto ours = rows_of(run(ours_options).out);
    const auto after = rows_of(run(options, {.program = "smem"}).out);
    if (before != after) continue;
    ASSERT_FALSE(before.empty());
    ASSERT_EQ(ours.size(), before.size());
    for (const auto& [key, theirs] : before) {
      ASSERT_TRUE(ours.contains(key)) << key;
      const Words& row = ours.at(key);
      ASSERT_EQ(row.size(), theirs.size());
      for (std::size_t i = 0; i < columns.size(); ++i) {
        if (columns[i] == "vss") {
          // smem counts the page of [vsyscall], which is the kernel's and not of the address space's size.
          EXPECT_NEAR(std::stod(row[i]), std::stod(theirs[i]), 4) << key;
        } else if (columns[i].ends_with("pss")) {
          EXPECT_NEAR(std::stod(row[i]), std::stod(theirs[i]), view.slack) << key << ' ' << columns[i];
        } else {
          EXPECT_EQ(row[i], theirs[i]) << key << ' ' << columns[i];
        }
      }
    }
    return;
  }
  GTEST_SKIP() << "skipped: other processes change what these share all the time";
}

// The avguss of smem 1.5 fails (a key that is not there), and its vss of --users is PSS.
INSTANTIATE_TEST_SUITE_P(
    Smem, Peer,
    testing::Values(View{"processes", {}, "pid maps swap uss rss vss pss", 100},
                    View{"users", {"-u"}, "user count swap uss rss pss", 300},
                    View{"numeric", {"-u", "-n"}, "user count swap uss rss", 0},
                    View{"mappings", {"-m"}, "map count pids swap uss rss avgrss vss avgpss pss", 100}),
    [](const auto& view) { return std::string(view.param.name); });

TEST(PeerSystem, HasSmemsAreas) {
  SKIP_WITHOUT_TOOL("smem");
  // Read at two moments: within 2 % of RAM.
  std::istringstream a(run({"-w", "-H", "-c", "used cache noncache", "-R", "1024G"}, {.program = "smem"}).out);
  std::istringstream b(run({"smem", "-w", "-H", "-c", "used cache noncache", "-R", "1024G"}).out);
  const std::vector<double> smems{std::istream_iterator<double>(a), {}};
  const std::vector<double> memkits{std::istream_iterator<double>(b), {}};
  ASSERT_EQ(smems.size(), 15u);
  ASSERT_EQ(memkits.size(), 15u);
  const double ram = std::stod(read_file("/proc/meminfo").substr(std::string("MemTotal:").size()));
  for (std::size_t i = 0; i < smems.size(); ++i) EXPECT_NEAR(memkits[i], smems[i], 0.02 * ram) << i;
}

}  // namespace
}  // namespace memkit
