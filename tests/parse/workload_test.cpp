#include "parse/workload.h"

#include <gtest/gtest.h>

namespace memkit {
namespace {

const std::string kId = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const std::string kUid = "11111111-2222-3333-4444-555555555555";
const std::string kUidOfSystemd = "11111111_2222_3333_4444_555555555555";

struct Case {
  std::string path;
  std::string slice, unit, container, pod;
};

void PrintTo(const Case& one, std::ostream* out) { *out << one.path; }

struct Workloads : testing::TestWithParam<Case> {};

TEST_P(Workloads, AreToldByThePath) {
  const Workload workload = parse_workload(GetParam().path);
  EXPECT_EQ(workload.slice, GetParam().slice);
  EXPECT_EQ(workload.unit, GetParam().unit);
  EXPECT_EQ(workload.container, GetParam().container);
  EXPECT_EQ(workload.pod, GetParam().pod);
}

INSTANTIATE_TEST_SUITE_P(
    Systemd, Workloads,
    testing::Values(Case{"", "", "", "", ""}, Case{"/", "", "", "", ""}, Case{"/init.scope", "", "init.scope", "", ""},
                    Case{"/system.slice/nginx.service", "system.slice", "nginx.service", "", ""},
                    Case{"/system.slice/system-getty.slice/getty@tty1.service", "system-getty.slice",
                         "getty@tty1.service", "", ""},
                    Case{"/system.slice/dev-disk-by\\x2duuid-ab\\x2dcd.swap", "system.slice",
                         "dev-disk-by\\x2duuid-ab\\x2dcd.swap", "", ""},
                    Case{"/user.slice/user-1000.slice/user@1000.service/app.slice/app-x\\x2dy.scope", "app.slice",
                         "app-x\\x2dy.scope", "", ""},
                    Case{"/system.slice/docker.service/inner", "system.slice", "docker.service", "", ""},
                    Case{"/user.slice/user-0.slice/session-1.scope/", "user-0.slice", "session-1.scope", "", ""}));

INSTANTIATE_TEST_SUITE_P(
    Containers, Workloads,
    testing::Values(
        // docker, systemd and cgroupfs driver
        Case{"/system.slice/docker-" + kId + ".scope", "system.slice", "docker-" + kId + ".scope", kId, ""},
        Case{"/docker/" + kId, "", "", kId, ""}, Case{"/docker/" + kId + "/init", "", "", kId, ""},
        // podman
        Case{"/machine.slice/libpod-" + kId + ".scope", "machine.slice", "libpod-" + kId + ".scope", kId, ""},
        Case{"/machine.slice/libpod-" + kId + ".scope/container", "machine.slice", "libpod-" + kId + ".scope", kId, ""},
        Case{"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" + kId + ".scope", "user.slice",
             "libpod-" + kId + ".scope", kId, ""},
        Case{"/machine.slice/libpod-conmon-" + kId + ".scope", "machine.slice", "libpod-conmon-" + kId + ".scope", kId,
             ""}));

INSTANTIATE_TEST_SUITE_P(
    Kubernetes, Workloads,
    testing::Values(
        // containerd and CRI-O under the systemd driver
        Case{"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" + kUidOfSystemd +
                 ".slice/cri-containerd-" + kId + ".scope",
             "kubepods-burstable-pod" + kUidOfSystemd + ".slice", "cri-containerd-" + kId + ".scope", kId,
             kUidOfSystemd},
        Case{"/kubepods.slice/kubepods-pod" + kUidOfSystemd + ".slice/crio-" + kId + ".scope",
             "kubepods-pod" + kUidOfSystemd + ".slice", "crio-" + kId + ".scope", kId, kUidOfSystemd},
        // the cgroupfs driver, v1's paths too
        Case{"/kubepods/besteffort/pod" + kUid + "/" + kId, "", "", kId, kUid},
        Case{"/kubepods/pod" + kUid + "/" + kId, "", "", kId, kUid}, Case{"/kubepods/pod" + kUid, "", "", "", kUid},
        // in a container that runs kubelet itself
        Case{"/docker/" + kId + "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod" + kUidOfSystemd + ".slice",
             "kubelet-kubepods-pod" + kUidOfSystemd + ".slice", "", kId, kUidOfSystemd},
        // a static pod's uid is the digest of its file
        Case{"/kubepods/burstable/pod0123456789abcdef0123456789abcdef/" + kId, "", "", kId,
             "0123456789abcdef0123456789abcdef"},
        Case{"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0123456789abcdef0123456789abcdef.slice",
             "kubepods-burstable-pod0123456789abcdef0123456789abcdef.slice", "", "",
             "0123456789abcdef0123456789abcdef"}));

INSTANTIATE_TEST_SUITE_P(NoContainers, Workloads,
                         testing::Values(Case{"/docker/" + kId.substr(1), "", "", "", ""},
                                         Case{"/docker/" + kId + "0", "", "", "", ""},
                                         Case{"/docker/" + kId.substr(0, 63) + "g", "", "", "", ""},
                                         Case{"/podman-stuff/pods/podium", "", "", "", ""},
                                         Case{"/system.slice/pod.service", "system.slice", "pod.service", "", ""},
                                         Case{"/tripod" + kUid, "", "", "", ""}, Case{"////", "", "", "", ""},
                                         Case{"/pod", "", "", "", ""},
                                         Case{"/.slice/.scope", ".slice", ".scope", "", ""}));

TEST(Workload, ShortIdsAreTwelveDigits) {
  EXPECT_EQ(short_id(kId), "0123456789ab");
  EXPECT_EQ(short_id("abc"), "abc");
}

}  // namespace
}  // namespace memkit
