// memkit report inside a container: which figures are its own and which the host's.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "cli/free_fixtures.h"

namespace memkit {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kOwnHead = "THIS CONTROL GROUP";
constexpr const char* kRest = "all other figures but the processes are the host's";

class Container : public testing::Test {
 protected:
  void SetUp() override {
    dir_.write("proc/meminfo", meminfo_text(kSixteenGb));
    dir_.write("proc/vmstat", "nr_anon_pages 1125000\nnr_mapped 175000\noom_kill 0\n");
    dir_.write("proc/self/cgroup", "0::/\n");
    mount("");
  }
  /// The mounts of the container, these among them.
  void mount(const std::string& more) {
    dir_.write("proc/self/mountinfo", "30 1 0:30 / /sys/fs/cgroup rw - cgroup2 cgroup rw\n" + more);
  }
  /// Its cgroup, seen from inside a namespace of its own: the tree's top has what a root never has.
  void limit_to(const std::string& max) {
    const std::string top = "sys/fs/cgroup/";
    dir_.write(top + "cgroup.type", "domain\n");
    dir_.write(top + "cgroup.controllers", "memory\n");
    dir_.write(top + "memory.current", "996147200\n");  // 950 MiB
    dir_.write(top + "memory.max", max + "\n");
    dir_.write(top + "memory.stat", "anon 500000000\nfile 400000000\n");
    dir_.write(top + "memory.pressure",
               "some avg10=3.25 avg60=0.00 avg300=0.00 total=1\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=1\n");
  }
  [[nodiscard]] std::string text() const { return run({"report", "--root", dir_.path()}).out; }
  [[nodiscard]] json document() const { return json::parse(run({"report", "--json", "--root", dir_.path()}).out); }
  [[nodiscard]] static std::string view_of(const json& report) {
    for (const json& finding : report["findings"]) {
      if (finding["id"] == "limited-view") return finding["text"];
    }
    return {};
  }
  TemporaryDir dir_;
};

TEST_F(Container, ShowsItsOwnUseAndLimitAndSaysThatTheRestIsTheHosts) {
  limit_to("1073741824");
  const std::string report = text();
  EXPECT_THAT(report, HasSubstr(kOwnHead));
  EXPECT_THAT(report, HasSubstr("950.0 MiB  /"));
  EXPECT_THAT(report, HasSubstr("1.0 GiB  /"));
  EXPECT_THAT(report, HasSubstr("left        74.0 MiB"));
  EXPECT_THAT(report, HasSubstr("avg10  3.25")) << "its own pressure, not the host's";
  EXPECT_THAT(report, HasSubstr(kRest));
  const json own = document()["cgroups"]["own"];
  EXPECT_EQ(own["usage_bytes"], 996147200);
  EXPECT_EQ(own["visible_only"], true);
  EXPECT_THAT(view_of(document()), HasSubstr("meminfo, vmstat, pressure and swap are the host's"));
}

TEST_F(Container, WithoutALimitSaysThatNoneCanBeSeen) {
  limit_to("max");
  EXPECT_THAT(text(), AllOf(HasSubstr(kOwnHead), HasSubstr("none that can be seen"), Not(HasSubstr("\nleft "))));
}

TEST_F(Container, OfLxcfsHasMeminfoOfItsOwnAndTheRestFromTheHost) {
  limit_to("1073741824");
  mount("50 40 0:45 /proc/meminfo /proc/meminfo rw - fuse.lxcfs lxcfs rw\n");
  const std::string report = text();
  EXPECT_THAT(report, HasSubstr(kOwnHead));
  EXPECT_THAT(report, Not(HasSubstr(kRest))) << "meminfo is no figure of the host here";
  EXPECT_THAT(report, HasSubstr("These and what meminfo tells are its own"));
  const json found = document();
  EXPECT_THAT(view_of(found), HasSubstr("lxcfs"));
  EXPECT_EQ(found["breakdown"]["view"], "lxcfs");
  EXPECT_TRUE(found["breakdown"]["residual_bytes"].is_null()) << "two machines are not added up";
  bool unjudged = false;
  for (const json& rule : found["not_judged"]) unjudged |= rule["id"] == "unaccounted" && rule["why"] == "other_view";
  EXPECT_TRUE(unjudged);
}

/// As in a capture that was taken inside a container: no mount tells of it, the figures do.
TEST_F(Container, OfACaptureIsNoticedByFiguresThatDoNotFit) {
  const auto zones = [this](std::uint64_t managed_pages) {
    const std::string pages = std::to_string(managed_pages);
    dir_.write("proc/zoneinfo",
               "Node 0, zone   Normal\n  pages free     1000000\n        min      100\n        low      "
               "200\n        high     300\n        spanned  " +
                   pages + "\n        present  " + pages + "\n        managed  " + pages + "\n");
  };
  zones(4000000);  // the 16,000,000 kB of meminfo
  EXPECT_EQ(view_of(document()), "");
  zones(16000000);
  EXPECT_EQ(document()["breakdown"]["view"], "mixed");
  EXPECT_THAT(view_of(document()), HasSubstr("of another machine than vmstat and zoneinfo"));
}

TEST_F(Container, IsNoneWhereALimitIsOfTheHostsOwnTree) {
  dir_.write("proc/self/cgroup", "0::/app.service\n");
  const std::string unit = "sys/fs/cgroup/app.service/";
  dir_.write("sys/fs/cgroup/cgroup.controllers", "memory\n");
  dir_.write("sys/fs/cgroup/memory.stat", "anon 1\n");
  dir_.write(unit + "memory.current", "1000\n");
  dir_.write(unit + "memory.max", "1073741824\n");
  dir_.write(unit + "memory.stat", "anon 1000\n");
  EXPECT_THAT(text(), AllOf(HasSubstr(kOwnHead), HasSubstr("/app.service"), Not(HasSubstr(kRest))));
  EXPECT_EQ(view_of(document()), "");
}

TEST_F(Container, IsNotSpokenOfOnAMachine) { EXPECT_THAT(text(), Not(HasSubstr(kOwnHead))); }

}  // namespace
}  // namespace memkit
