#include "collect/container_names.h"

#include <gtest/gtest.h>

#include "support/temp_dir.h"

namespace memkit {
namespace {

using test::TempDir;

const std::string kId = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const std::string kOther = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210";
constexpr const char* kPodmanList = "var/lib/containers/storage/overlay-containers/containers.json";

std::string docker_record(const std::string& id) { return "var/lib/docker/containers/" + id + "/config.v2.json"; }

struct Names : testing::Test {
  std::string container(const std::string& id) const {
    const Root root = Root::at(dir.string());
    return std::string(ContainerNames(root).container(id));
  }
  std::string pod(const std::string& uid) const {
    const Root root = Root::at(dir.string());
    return std::string(ContainerNames(root).pod(uid));
  }
  TempDir dir;
};

TEST_F(Names, DockersRecord) {
  dir.write(docker_record(kId), R"({"ID":")" + kId + R"(","Name":"/web-1","State":{"Running":true}})");
  EXPECT_EQ(container(kId), "web-1");
  EXPECT_EQ(container(kOther), "fedcba987654") << "no file tells it: the short id";
}

TEST_F(Names, PodmansList) {
  dir.write(kPodmanList,
            R"([{"id":")" + kOther + R"(","names":["db","alias"]},{"id":")" + kId + R"(","names":["web"]}])");
  EXPECT_EQ(container(kId), "web");
  EXPECT_EQ(container(kOther), "db");
}

TEST_F(Names, RecordsThatMakeNoSenseTellNothing) {
  for (const std::string text : {"", "{", "[]", "null", "17", R"({"Name":5})", R"({"Name":""})", R"({"Name":"/"})",
                                 R"({"name":"/x"})", "\xff\xfe"}) {
    dir.write(docker_record(kId), text);
    EXPECT_EQ(container(kId), "0123456789ab") << text;
  }
  const std::string id = R"([{"id":")" + kId + R"(")";
  for (const std::string& text : {std::string("[1,null,[]]"), id + "}]", id + R"(,"names":[]}])",
                                  id + R"(,"names":[7]}])", id + R"(,"names":"web"}])", std::string("{}")}) {
    dir.write(kPodmanList, text);
    EXPECT_EQ(container(kId), "0123456789ab") << text;
  }
}

TEST_F(Names, KubeletsLogFolders) {
  dir.write("var/log/pods/kube-system_coredns-5d78c9869d-abcde_11111111-2222-3333-4444-555555555555/coredns/0.log", "");
  dir.write("var/log/pods/odd/0.log", "");
  dir.write("var/log/pods/odd_one/0.log", "");
  EXPECT_EQ(pod("11111111-2222-3333-4444-555555555555"), "kube-system/coredns-5d78c9869d-abcde");
  EXPECT_EQ(pod("11111111_2222_3333_4444_555555555555"), "kube-system/coredns-5d78c9869d-abcde")
      << "systemd's spelling";
  EXPECT_EQ(pod("99999999-2222-3333-4444-555555555555"), "99999999-222");
}

TEST_F(Names, AreLookedUpOnce) {
  dir.write(docker_record(kId), R"({"Name":"/web-1"})");
  const Root root = Root::at(dir.string());
  ContainerNames names(root);
  const std::string_view first = names.container(kId);
  dir.write(docker_record(kId), R"({"Name":"/other"})");
  EXPECT_EQ(names.container(kId), "web-1");
  EXPECT_EQ(names.container(kId).data(), first.data());
}

}  // namespace
}  // namespace memkit
