#include <algorithm>
#include <iterator>

#include "analysis/slab.h"

namespace memkit {
namespace {

/// A name, the begin of names ("ext4_*"), or the end of names ("*_inode_cache"). The first that fits counts.
struct Rule {
  std::string_view pattern;
  SlabKind kind;
  std::string_view filesystem = {};
};

constexpr SlabKind kNet = SlabKind::network;
constexpr SlabKind kBuf = SlabKind::buffers;
constexpr SlabKind kMm = SlabKind::address_space;
constexpr SlabKind kFs = SlabKind::filesystem;

constexpr Rule kRules[] = {
    {"kmalloc-*", SlabKind::kmalloc},
    {"dma-kmalloc-*", SlabKind::kmalloc},
    {"size-*", SlabKind::kmalloc},     // SLAB, before 3.6
    {"msg_msg-*", SlabKind::kmalloc},  // buckets of their own (6.11)
    {"memdup_user-*", SlabKind::kmalloc},
    {"sock_inode_cache", kNet},
    {"dentry", SlabKind::dentry_inode},
    {"dentry_cache", SlabKind::dentry_inode},  // before 2.6.22
    {"*inode_cache", SlabKind::dentry_inode},
    {"*_inode", SlabKind::dentry_inode},
    {"zfs_znode_cache", SlabKind::dentry_inode},
    {"dnode_t", SlabKind::dentry_inode},
    {"jfs_ip", SlabKind::dentry_inode},
    {"selinux_inode_security", SlabKind::dentry_inode},
    {"vm_area_struct", kMm},
    {"vma_lock", kMm},
    {"anon_vma*", kMm},
    {"mm_struct", kMm},
    {"maple_node", kMm},
    {"page->ptl", kMm},
    {"vmap_area", kMm},
    {"pgd_cache", kMm},
    {"pgtable-*", kMm},
    {"pte_list_desc", kMm},
    {"kvm_mmu_page_header", kMm},
    {"ksm_*", kMm},
    {"numa_policy", kMm},
    {"shared_policy_node", kMm},
    {"mm_slot", kMm},
    {"khugepaged_mm_slot", kMm},
    {"buffer_head", kBuf},
    {"radix_tree_node", kBuf},
    {"xa_node*", kBuf},
    {"bio-*", kBuf},
    {"bio_*", kBuf},
    {"biovec-*", kBuf},
    {"blk*", kBuf},
    {"request_queue", kBuf},
    {"bfq_*", kBuf},
    {"cfq_*", kBuf},
    {"sgpool-*", kBuf},
    {"scsi_*", kBuf},
    {"sd_ext_cdb", kBuf},
    {"virtio_scsi_cmd", kBuf},
    {"dm_*", kBuf},
    {"kcopyd_job", kBuf},
    {"TCP*", kNet},
    {"UDP*", kNet},
    {"RAW*", kNet},
    {"PING*", kNet},
    {"UNIX*", kNet},
    {"MPTCP*", kNet},
    {"L2TP*", kNet},
    {"SCTP*", kNet},
    {"AF_VSOCK", kNet},
    {"skbuff_*", kNet},
    {"request_sock_*", kNet},
    {"tw_sock_*", kNet},
    {"tcp_*", kNet},
    {"sctp_*", kNet},
    {"nf_*", kNet},
    {"xt_*", kNet},
    {"ip_*", kNet},
    {"ip6_*", kNet},
    {"*-frags", kNet},
    {"xfrm*", kNet},
    {"fib6_*", kNet},
    {"inet_*", kNet},
    {"arp_*", kNet},
    {"ndisc_*", kNet},
    {"net_namespace", kNet},
    {"flow_cache", kNet},
    {"sw_flow", kNet},
    {"rpc_*", kNet},
    {"bridge_*", kNet},
    {"mlx5_*", kNet},
    {"ext4_*", kFs, "ext4"},
    {"jbd2_*", kFs, "ext4"},
    {"mbcache", kFs, "ext4"},
    {"mb_cache_entry", kFs, "ext4"},
    {"ext3_*", kFs, "ext3"},
    {"journal_*", kFs, "ext3"},
    {"ext2_*", kFs, "ext2"},
    {"xfs_*", kFs, "xfs"},
    {"btrfs_*", kFs, "btrfs"},
    {"nfs*", kFs, "nfs"},
    {"zio_*", kFs, "zfs"},
    {"zil_*", kFs, "zfs"},
    {"zfs_*", kFs, "zfs"},
    {"dmu_*", kFs, "zfs"},
    {"arc_*", kFs, "zfs"},
    {"abd_*", kFs, "zfs"},
    {"spl_*", kFs, "zfs"},
    {"sa_cache", kFs, "zfs"},
    {"ddt_*", kFs, "zfs"},
    {"range_seg_cache", kFs, "zfs"},
    {"fuse_*", kFs, "fuse"},
    {"fat_*", kFs, "fat"},
    {"ovl_*", kFs, "overlayfs"},
    {"cifs_*", kFs, "cifs"},
    {"ceph_*", kFs, "ceph"},
    {"f2fs_*", kFs, "f2fs"},
    {"gfs2_*", kFs, "gfs2"},
    {"ocfs2_*", kFs, "ocfs2"},
    {"dlm_*", kFs, "dlm"},
    {"erofs_*", kFs, "erofs"},
    {"ecryptfs_*", kFs, "ecryptfs"},
    {"bcachefs_*", kFs, "bcachefs"},
    {"jfs_*", kFs, "jfs"},
    {"au_*", kFs, "aufs"},
    {"fscache_*", kFs, "fscache"},
    {"kernfs_*", kFs, "sysfs"},
    {"configfs_*", kFs, "configfs"},
    {"proc_dir_entry", kFs, "proc"},
    {"pde_opener", kFs, "proc"},
};

constexpr bool fits(std::string_view name, std::string_view pattern) {
  if (pattern.ends_with('*')) return name.starts_with(pattern.substr(0, pattern.size() - 1));
  if (pattern.starts_with('*')) return name.ends_with(pattern.substr(1));
  return name == pattern;
}

}  // namespace

std::string_view to_string(SlabKind kind) {
  switch (kind) {
    case SlabKind::dentry_inode:
      return "dentry/inode";
    case SlabKind::network:
      return "network";
    case SlabKind::buffers:
      return "buffers";
    case SlabKind::kmalloc:
      return "kmalloc";
    case SlabKind::address_space:
      return "address space";
    case SlabKind::filesystem:
      return "filesystem";
    case SlabKind::large_kmalloc:
      return "large kmalloc";
    case SlabKind::other:
      break;
  }
  return "other";
}

SlabClass slab_class(std::string_view cache_name) {
  const auto* const rule = std::find_if(std::begin(kRules), std::end(kRules),
                                        [&](const Rule& one) { return fits(cache_name, one.pattern); });
  if (rule == std::end(kRules)) return {SlabKind::other, to_string(SlabKind::other)};
  return {rule->kind, rule->filesystem.empty() ? to_string(rule->kind) : rule->filesystem};
}

}  // namespace memkit
