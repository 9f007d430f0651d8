// Faults made of the kernel's own memory: slab, vmalloc, pages that no field names, fragments, and its log.
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "vm/inject.h"

namespace inject {
namespace {

std::string numbered(const std::string& directory, size_t n) { return directory + "/name-" + std::to_string(n); }

// Names that are not there: each look-up leaves a negative dentry. DIRECTORY must not be on a tmpfs, which keeps none.
void negative(const Arguments& arguments) {
  struct stat about;
  for (size_t n = number(arguments[1]); n > 0; n--) stat(numbered(arguments[0], n).c_str(), &about);
}

void files(const Arguments& arguments) {
  for (size_t n = number(arguments[1]); n > 0; n--) {
    const int file = open(numbered(arguments[0], n).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) fail(strerror(errno));
    close(file);
  }
}

void open_sockets(size_t count) {
  for (; count > 0; count--) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
      fail("socketpair: " + std::string(strerror(errno)));
  }
}
size_t g_rate = 0;
void open_more_sockets() {
  open_sockets(g_rate / 10);
  usleep(100'000);
}
// Pairs of sockets; then RATE more of them a second.
void sockets(const Arguments& arguments) {
  open_sockets(number(arguments[0]));
  g_rate = arguments.size() > 1 ? number(arguments[1]) : 0;
  if (g_rate > 0) afterwards(open_more_sockets);
}

// Pipes with PAGES written into each: pages that no field of meminfo names. SLOTS, of which each takes 40 bytes of one
// kmalloc, are room for so many.
int fill_pipe(size_t pages, size_t slots, int (&ends)[2]) {
  static const char page[kPage] = {1};
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return -1;
  if (fcntl(ends[1], F_SETPIPE_SZ, slots * kPage) < 0) return -1;
  for (size_t n = 0; n < pages; n++) {
    if (write(ends[1], page, kPage) != static_cast<ssize_t>(kPage)) return -1;
  }
  return 0;
}
void pipes(const Arguments& arguments) {
  const size_t pages = number(arguments[1]);
  const size_t slots = arguments.size() > 2 ? number(arguments[2]) : pages;
  for (size_t n = number(arguments[0]); n > 0; n--) {
    int ends[2];
    if (fill_pipe(pages, slots, ends) != 0) fail("pipe: " + std::string(strerror(errno)));
  }
}

// Takes MB in pages that cannot be moved, and gives every other one back. Pages of two pipes alternate; one of the
// pipes is closed.
void fragments(const Arguments& arguments) {
  constexpr size_t kPages = 256;
  static const char page[kPage] = {1};
  for (size_t n = number(arguments[0]) * kMiB / (2 * kPages * kPage); n > 0; n--) {
    int kept[2], given[2];
    if (pipe2(kept, O_CLOEXEC | O_NONBLOCK) != 0 || pipe2(given, O_CLOEXEC | O_NONBLOCK) != 0) fail("pipe");
    for (const int end : {kept[1], given[1]}) fcntl(end, F_SETPIPE_SZ, kPages * kPage);
    for (size_t at = 0; at < kPages; at++) {
      if (write(kept[1], page, kPage) < 0 || write(given[1], page, kPage) < 0) fail("write");
    }
    static std::vector<int> later;  // given back when all are taken, or the next ones would take their place
    later.insert(later.end(), given, given + 2);
    if (n == 1) {
      for (const int end : later) close(end);
    }
  }
}

// Asks for a huge page now and then, as a program with a huge heap does.
void ask_for_huge_pages() {
  constexpr size_t kBytes = 16 * kMiB;
  void* memory = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory != MAP_FAILED) {
    madvise(memory, kBytes, MADV_HUGEPAGE);
    for (size_t at = 0; at < kBytes; at += 2 * kMiB) static_cast<unsigned char*>(memory)[at] = 1;
    munmap(memory, kBytes);
  }
  usleep(50'000);
}
void huge_requests(const Arguments&) { afterwards(ask_for_huge_pages); }

// A packet socket's receive ring: pages straight from the allocator.
void packet_ring(const Arguments& arguments) {
  const size_t megabytes = number(arguments[0]);
  for (size_t taken = 0; taken < megabytes; taken += 16) {
    const int end = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    tpacket_req ring{};
    ring.tp_block_size = 64 * 1024;
    ring.tp_block_nr = 16 * kMiB / ring.tp_block_size;
    ring.tp_frame_size = 2048;
    ring.tp_frame_nr = ring.tp_block_size / ring.tp_frame_size * ring.tp_block_nr;
    if (end < 0 || setsockopt(end, SOL_PACKET, PACKET_RX_RING, &ring, sizeof ring) != 0) {
      fail("packet ring: " + std::string(strerror(errno)));
    }
  }
}

// BPF arrays, which live in vmalloc's area.
void vmalloc(const Arguments& arguments) {
  for (size_t left = number(arguments[0]); left > 0; left -= left < 16 ? left : 16) {
    bpf_attr map{};
    map.map_type = BPF_MAP_TYPE_ARRAY;
    map.key_size = 4;
    map.value_size = kPage;
    map.max_entries = static_cast<uint32_t>((left < 16 ? left : 16) * kMiB / kPage);
    if (syscall(SYS_bpf, BPF_MAP_CREATE, &map, sizeof map) < 0) fail("bpf: " + std::string(strerror(errno)));
  }
}

// A request for 2^ORDER contiguous pages that must be met: the data of a datagram is one kmalloc when its socket says
// so.
void contiguous(const Arguments& arguments) {
  const size_t bytes = number(arguments[0]) * 1024;
  std::vector<char> text(bytes - 512);
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends) != 0) fail("socketpair");
  const int room = 1 << 26;
  setsockopt(ends[0], SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
  for (;;) {
    if (send(ends[0], text.data(), text.size(), MSG_DONTWAIT) < 0) fail(strerror(errno));
  }
}

// All records of /dev/kmsg, as they are.
void kmsg(const Arguments&) {
  const int log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  char record[8192];
  for (ssize_t got; (got = read(log, record, sizeof record)) > 0 || errno == EPIPE;) {
    if (got > 0) fwrite(record, 1, static_cast<size_t>(got), stdout);
    if (got < 0) errno = 0;
  }
  fflush(stdout);
}

}  // namespace

const std::vector<Injector>& kernel_injectors() {
  static const std::vector<Injector> table = {
      {"negative", "DIRECTORY N", 2, negative},
      {"files", "DIRECTORY N", 2, files},
      {"sockets", "PAIRS [PAIRS_PER_SECOND]", 1, sockets},
      {"pipes", "N PAGES [SLOTS]", 2, pipes},
      {"fragments", "MB", 1, fragments},
      {"huge-requests", "", 0, huge_requests},
      {"packet-ring", "MB", 1, packet_ring},
      {"vmalloc", "MB", 1, vmalloc},
      {"contiguous", "KB", 1, contiguous},
      {"kmsg", "", 0, kmsg},
  };
  return table;
}

}  // namespace inject
