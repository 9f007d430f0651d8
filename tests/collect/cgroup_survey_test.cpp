// Which cgroups are nearest to the number of tasks that they may have.
#include "collect/cgroup_survey.h"

#include <gmock/gmock.h>

#include "support/temp_dir.h"

namespace memkit::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

void write_pids(const TempDir& dir, const std::string& directory, const char* current, const char* max) {
  dir.write(directory + "/pids.current", std::string(current) + "\n");
  dir.write(directory + "/pids.max", std::string(max) + "\n");
}

std::vector<std::string> nearest(const CgroupSurvey& survey) {
  std::vector<std::string> found;
  for (const PidsRow& row : survey.pids)
    found.push_back(row.path + " " + std::to_string(row.current_count) + "/" + std::to_string(row.max_count) + " in " +
                    row.directory);
  return found;
}

TEST(PidsSurvey, OfV2AreInTheOneTree) {
  const TempDir dir;
  dir.write("sys/fs/cgroup/cgroup.controllers", "memory pids\n");
  write_pids(dir, "sys/fs/cgroup/a.service", "10", "100");
  write_pids(dir, "sys/fs/cgroup/b.slice", "90", "max");
  write_pids(dir, "sys/fs/cgroup/b.slice/c.service", "80", "100");
  write_pids(dir, "sys/fs/cgroup/frozen", "0", "0");
  EXPECT_THAT(nearest(survey_cgroups(Root::at(dir.string()))),
              ElementsAre("/b.slice/c.service 80/100 in sys/fs/cgroup/b.slice/c.service",
                          "/a.service 10/100 in sys/fs/cgroup/a.service"));
}

TEST(PidsSurvey, OfV1HaveATreeOfTheirOwn) {
  const TempDir dir;
  dir.write("proc/self/mountinfo",
            "30 1 0:30 / /cg/memory rw - cgroup cgroup rw,memory\n31 1 0:31 / /cg/tasks rw - cgroup cgroup rw,pids\n");
  dir.write("cg/memory/memory.usage_in_bytes", "1000\n");
  write_pids(dir, "cg/memory/x", "99", "100");  // where the kernel has none
  write_pids(dir, "cg/tasks/a", "81", "100");
  EXPECT_THAT(nearest(survey_cgroups(Root::at(dir.string()))), ElementsAre("/a 81/100 in cg/tasks/a"));
}

TEST(PidsSurvey, KeepsTheFourNearest) {
  const TempDir dir;
  dir.write("sys/fs/cgroup/cgroup.controllers", "pids\n");
  for (const char* const current : {"10", "50", "30", "20", "40"})
    write_pids(dir, std::string("sys/fs/cgroup/g") + current, current, "100");
  const CgroupSurvey survey = survey_cgroups(Root::at(dir.string()));
  ASSERT_EQ(survey.pids.size(), 4U);
  EXPECT_EQ(survey.pids.front().path, "/g50");
  EXPECT_EQ(survey.pids.back().path, "/g20");
}

TEST(PidsSurvey, IsEmptyWhereNothingLimits) {
  const TempDir dir;
  dir.write("sys/fs/cgroup/cgroup.controllers", "memory\n");
  dir.write("sys/fs/cgroup/a/memory.current", "5\n");
  EXPECT_THAT(survey_cgroups(Root::at(dir.string())).pids, IsEmpty());
}

}  // namespace
}  // namespace memkit::test
