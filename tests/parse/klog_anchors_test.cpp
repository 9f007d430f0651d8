// Where a log is searched for events: both ways of searching find every beginning, wherever it stands.
#include <gtest/gtest.h>

#include <random>

#include "parse/klog/anchors.h"
#include "support/klog.h"

namespace memkit::test {
namespace {

using namespace std::literals;

constexpr auto npos = std::string_view::npos;

constexpr std::string_view kSeen[] = {
    "java invoked oom-killer: gfp_mask=0xcc0",
    "oom-kill:constraint=CONSTRAINT_NONE",
    "oom_reaper: reaped process 7",
    "[ pid ]   uid  tgid total_vm      rss swapents oom_score_adj name",
    "Mem-Info:",
    "Out of memory: x",
    "Out of Memory: x",
    "Killed process 7 (x)",
    "Kill process 7 (x) score 9",
    "OOM victim 7 (x) is already exiting",
    "has been killed by the OOM killer.",
    "reason: OOMKilling",
    "topic=/tasks/oom type TaskOOM",
    "systemd-oomd[1]: started",
    "Killed /a.slice due to memory pressure",
    "Marked /a.slice for killing",
    "sending SIGTERM to process 7",
    "sending SIGKILL to process 7",
    "Killing process 7 x",
};

TEST(KlogAnchors, AreFoundWhereverTheyStand) {
  for (const std::string_view seen : kSeen) {
    for (std::size_t before = 0; before < 140; ++before) {
      const std::string blanks(before, ' ');
      const std::string at_the_end = blanks + std::string(seen);
      const std::size_t place = find_anchor(at_the_end, 0);
      ASSERT_NE(place, npos) << seen << " behind " << before;
      ASSERT_GE(place, before) << seen;
      EXPECT_EQ(find_anchor(at_the_end + std::string(200, '.'), 0), place) << seen << " behind " << before;
      EXPECT_EQ(find_anchor_anywhere(at_the_end, 0), place) << seen << " behind " << before;
    }
  }
}

TEST(KlogAnchors, HalfOfOneIsNone) {
  const std::string blanks(100, ' ');
  for (const std::string_view half :
       {"oom-kil"sv, "the room, boom-k"sv, "Out of memor"sv, "out of mind"sv, "process 7"sv, "PROTO=TCP"sv, "m-info"sv,
        "moved /var"sv, "MEM-INFO:"sv, "Oom-kill"sv}) {
    for (const std::string& text : {std::string(half), blanks + std::string(half) + blanks}) {
      EXPECT_EQ(find_anchor(text, 0), npos) << half;
      EXPECT_EQ(find_anchor_anywhere(text, 0), npos) << half;
    }
  }
}

std::vector<std::size_t> all_found(std::string_view text, std::size_t (*find)(std::string_view, std::size_t)) {
  std::vector<std::size_t> found;
  for (std::size_t at = find(text, 0); at != npos; at = find(text, at + 1)) found.push_back(at);
  return found;
}

TEST(KlogAnchors, BothWaysFindTheSame) {
  std::size_t found = 0;
  for (const auto& path : logs_of_lab()) {
    const std::string log = slurp(path);
    const auto places = all_found(log, find_anchor);
    EXPECT_EQ(places, all_found(log, find_anchor_anywhere)) << path;
    found += places.size();
  }
  EXPECT_GT(found, logs_of_lab().size());
  // Nearly anchors, one behind the other
  std::mt19937 random(7);
  for (int n = 0; n < 300; ++n) {
    std::string text;
    while (text.size() < 1500) {
      const std::string_view seen = kSeen[random() % std::size(kSeen)];
      text += seen.substr(random() % seen.size(), random() % 16);
      if (random() % 4 == 0) text += static_cast<char>(random());
    }
    EXPECT_EQ(all_found(text, find_anchor), all_found(text, find_anchor_anywhere)) << n;
  }
}

TEST(KlogAnchors, ALogIsReadToWhereACopyIsFast) {
  OomLog log([](OomEvent&&) {});
  for (int piece = 0; piece < 64; ++piece) {
    const std::span<char> room = log.room();
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(room.data()) % 64, 0U) << "piece " << piece;
    for (std::size_t i = 0; i < room.size(); ++i) room[i] = i % 97 == 0 ? '\n' : 'x';
    log.taken(room.size());
  }
}

}  // namespace
}  // namespace memkit::test
