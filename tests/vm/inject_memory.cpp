// Faults made of processes' memory: anonymous, shared, locked, in huge pages, and the files in its page cache.
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "vm/inject.h"

namespace inject {
namespace {

// Not alike, so that no layer below can share or compress the pages away.
void scribble(unsigned char* page) {
  static uint64_t state = 0x9e3779b97f4a7c15;
  for (size_t at = 0; at < kPage; at += 64) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    memcpy(page + at, &state, sizeof state);
  }
}

void anon(const Arguments& arguments) { anonymous(number(arguments[0]) * kMiB); }

size_t g_growth = 0;
void grow_on() {
  touch(anonymous(g_growth / 10), g_growth / 10);
  usleep(100'000);
}
void grow(const Arguments& arguments) {
  anonymous(number(arguments[0]) * kMiB);
  g_growth = number(arguments[1]) * kMiB;
  afterwards(grow_on);
}

void until_killed(const Arguments&) {
  for (;;) anonymous(kMiB);
}

unsigned char* g_memory = nullptr;
size_t g_bytes = 0;
void sweep() {
  for (size_t at = 0; at < g_bytes; at += kPage) g_memory[at]++;
}
void spin(const Arguments& arguments) {
  g_bytes = number(arguments[0]) * kMiB;
  g_memory = anonymous(g_bytes);
  afterwards(sweep);
}

void locked(const Arguments& arguments) {
  const size_t bytes = number(arguments[0]) * kMiB;
  if (mlock(anonymous(bytes), bytes) != 0) fail("mlock");
}

// Takes MB in small pages that compaction leaves where they are (locked, and vm.compact_unevictable_allowed 0), and
// gives every other one back.
void locked_fragments(const Arguments& arguments) {
  const size_t bytes = number(arguments[0]) * kMiB;
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) fail("mmap");
  madvise(memory, bytes, MADV_NOHUGEPAGE);  // kernels without huge pages refuse it
  touch(static_cast<unsigned char*>(memory), bytes);
  if (mlock(memory, bytes) != 0) fail("mlock");
  for (size_t at = 0; at < bytes; at += 2 * kPage) {
    if (munmap(static_cast<unsigned char*>(memory) + at, kPage) != 0) fail("munmap");
  }
}

// Locks FILE's page cache: memory that nothing but the end of this process gives back.
void locked_file(const Arguments& arguments) {
  const int file = open(arguments[0].c_str(), O_RDONLY | O_CLOEXEC);
  struct stat info {};
  if (file < 0 || fstat(file, &info) != 0) fail(arguments[0]);
  const auto bytes = static_cast<size_t>(info.st_size);
  void* memory = mmap(nullptr, bytes, PROT_READ, MAP_SHARED, file, 0);
  if (memory == MAP_FAILED || mlock(memory, bytes) != 0) fail("mlock");
}

void hugepages(const Arguments& arguments) {
  const size_t bytes = number(arguments[0]) * kMiB;
  touch(anonymous(bytes, MAP_HUGETLB), bytes);
}

// MADE-of-huge-pages memory of which one page in each is used.
void thp(const Arguments& arguments) {
  const size_t bytes = number(arguments[0]) * kMiB;
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED || madvise(memory, bytes, MADV_HUGEPAGE) != 0) fail("mmap");
  for (size_t at = 0; at < bytes; at += 2 * kMiB) static_cast<unsigned char*>(memory)[at] = 1;
}

unsigned char* map_file(int file, size_t bytes) {
  if (file < 0 || ftruncate(file, static_cast<off_t>(bytes)) != 0) fail("shared file");
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (memory == MAP_FAILED) fail("mmap");
  return static_cast<unsigned char*>(memory);
}

void memfd(const Arguments& arguments) {
  const size_t bytes = number(arguments[0]) * kMiB;
  touch(map_file(memfd_create("lab", MFD_CLOEXEC), bytes), bytes);
}

// A file without a name that this process maps.
void deleted(const Arguments& arguments) {
  const size_t bytes = number(arguments[0]) * kMiB;
  const int file = open(arguments[1].c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  touch(map_file(file, bytes), bytes);
  unlink(arguments[1].c_str());
}

// A SysV segment that nobody is attached to.
void sysv(const Arguments& arguments) {
  const size_t bytes = number(arguments[0]) * kMiB;
  const int id = shmget(IPC_PRIVATE, bytes, IPC_CREAT | 0600);
  void* memory = id < 0 ? reinterpret_cast<void*>(-1) : shmat(id, nullptr, 0);
  if (memory == reinterpret_cast<void*>(-1)) fail("shmat");
  touch(static_cast<unsigned char*>(memory), bytes);
  shmdt(memory);
}

// PROCESSES that each map the same BYTES, small page by small page.
void pagetables(const Arguments& arguments) {
  const size_t processes = number(arguments[0]), bytes = number(arguments[1]) * kMiB;
  unsigned char* memory = map_file(memfd_create("lab", MFD_CLOEXEC), bytes);
  touch(memory, bytes);
  int ready[2];
  if (pipe2(ready, O_CLOEXEC) != 0) fail("pipe");
  for (size_t n = 0; n < processes; n++) {
    const pid_t child = fork();
    if (child < 0) fail("fork");
    if (child > 0) continue;
    volatile unsigned char sum = 0;
    for (size_t at = 0; at < bytes; at += kPage) sum = sum + memory[at];
    if (write(ready[1], "", 1) != 1) _exit(1);
    for (;;) pause();
  }
  char byte;
  for (size_t n = 0; n < processes; n++) {
    if (read(ready[0], &byte, 1) != 1) fail("a child is gone");
  }
}

void* wait_forever(void*) {
  for (;;) pause();
}
void threads(const Arguments& arguments) {
  pthread_attr_t small;
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, 16 * 1024);
  for (size_t n = number(arguments[0]); n > 0; n--) {
    pthread_t thread;
    if (pthread_create(&thread, &small, wait_forever, nullptr) != 0) fail("pthread_create");
  }
}

void processes(const Arguments& arguments) {
  for (size_t n = number(arguments[0]); n > 0; n--) {
    const pid_t child = fork();
    if (child < 0) fail("fork");
    if (child == 0) {
      anonymous(number(arguments[1]) * kMiB);
      for (;;) pause();
    }
  }
}

// Reads FILE from its start to its end, over and over.
int g_file = -1;
void read_once() {
  static char buffer[64 * 1024];
  for (off_t at = 0;;) {
    const ssize_t got = pread(g_file, buffer, sizeof buffer, at);
    if (got <= 0) return;
    at += got;
  }
}
void reads(const Arguments& arguments) {
  g_file = open(arguments[0].c_str(), O_RDONLY | O_CLOEXEC);
  if (g_file < 0) fail(arguments[0]);
  afterwards(read_once);
}

// Reads FILE through a mapping, in no order: what a program's own code does when its pages are dropped.
void fault_around() {
  static uint64_t state = 88172645463325252;
  volatile unsigned char sum = 0;
  for (int n = 0; n < 10'000; n++) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    sum = sum + g_memory[state % (g_bytes / kPage) * kPage];
  }
}
void maps(const Arguments& arguments) {
  const int file = open(arguments[0].c_str(), O_RDONLY | O_CLOEXEC);
  struct stat about;
  if (file < 0 || fstat(file, &about) != 0) fail(arguments[0]);
  g_bytes = static_cast<size_t>(about.st_size);
  void* memory = mmap(nullptr, g_bytes, PROT_READ, MAP_PRIVATE, file, 0);
  if (memory == MAP_FAILED) fail("mmap");
  madvise(memory, g_bytes, MADV_RANDOM);
  g_memory = static_cast<unsigned char*>(memory);
  afterwards(fault_around);
}

}  // namespace

unsigned char* anonymous(size_t bytes, int flags) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
  if (memory == MAP_FAILED) fail(strerror(errno));
  touch(static_cast<unsigned char*>(memory), bytes);
  return static_cast<unsigned char*>(memory);
}

void touch(unsigned char* memory, size_t bytes) {
  for (size_t at = 0; at < bytes; at += kPage) scribble(memory + at);
}

const std::vector<Injector>& memory_injectors() {
  static const std::vector<Injector> table = {
      {"anon", "MB", 1, anon},
      {"grow", "MB MB_PER_SECOND", 2, grow},
      {"until-killed", "", 0, until_killed},
      {"spin", "MB: writes to all of it over and over", 1, spin},
      {"locked", "MB", 1, locked},
      {"locked-fragments", "MB", 1, locked_fragments},
      {"locked-file", "FILE", 1, locked_file},
      {"hugepages", "MB", 1, hugepages},
      {"thp", "MB", 1, thp},
      {"memfd", "MB", 1, memfd},
      {"deleted", "MB FILE", 2, deleted},
      {"sysv", "MB", 1, sysv},
      {"pagetables", "PROCESSES MB", 2, pagetables},
      {"threads", "N", 1, threads},
      {"processes", "N MB", 2, processes},
      {"reads", "FILE", 1, reads},
      {"maps", "FILE", 1, maps},
  };
  return table;
}

}  // namespace inject
