// Makes a mapping of each kind that the machine gives, says of each "KIND BYTES TOUCHED" and then "ready", and waits.
// Mappings stand apart from each other, so that the kernel merges none.
#include <fcntl.h>
#include <linux/prctl.h>
#include <pthread.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

void say(const char* kind, std::size_t bytes, std::size_t touched) {
  char line[100];
  const int length = std::snprintf(line, sizeof line, "%s %zu %zu\n", kind, bytes, touched);
  if (write(STDOUT_FILENO, line, static_cast<std::size_t>(length)) != length) _exit(1);
}

/// A mapping at a place of its own; `touched` of it is written to.
char* map(std::size_t bytes, std::size_t touched, int flags, int file = -1, int access = PROT_READ | PROT_WRITE) {
  static std::size_t next = std::size_t{0x2100} << 32;
  void* const place = mmap(reinterpret_cast<void*>(next), bytes, access, flags, file, 0);
  next += bytes + 3 * kMiB;
  if (place == MAP_FAILED) return nullptr;
  madvise(place, bytes, MADV_NOHUGEPAGE);
  std::memset(place, 1, touched);
  return static_cast<char*>(place);
}

constexpr int kPrivate = MAP_PRIVATE | MAP_ANONYMOUS;
constexpr int kShared = MAP_SHARED | MAP_ANONYMOUS;

void make_named() {
  char* const place = map(3 * kMiB, kMiB, kPrivate);
  if (prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, place, 3 * kMiB, "a/b name") == 0) {
    say("named_anonymous", 3 * kMiB, kMiB);
  } else {
    munmap(place, 3 * kMiB);
  }
}

void make_files() {
  const int memfd = memfd_create("some name", 0);
  if (memfd >= 0 && ftruncate(memfd, 6 * kMiB) == 0 && map(6 * kMiB, kMiB, MAP_SHARED, memfd) != nullptr)
    say("memfd", 6 * kMiB, kMiB);
  char path[] = "/tmp/memkit-mappings-XXXXXX";
  const int file = mkstemp(path);
  if (file >= 0 && ftruncate(file, 2 * kMiB) == 0 && map(2 * kMiB, kMiB, MAP_PRIVATE, file) != nullptr) {
    unlink(path);
    say("deleted", 2 * kMiB, kMiB);
  }
  const int id = shmget(IPC_PRIVATE, 7 * kMiB, 0600);
  if (id < 0) return;
  void* const place = shmat(id, nullptr, 0);
  shmctl(id, IPC_RMID, nullptr);  // it goes with the process
  if (place == reinterpret_cast<void*>(-1)) return;
  std::memset(place, 1, kMiB);
  say("sysv", 7 * kMiB, kMiB);
}

void* wait_in_thread(void* ready) {
  void* volatile const block = std::malloc(1000);  // its arena
  static_cast<void>(block);
  static_cast<void>(!write(*static_cast<int*>(ready), "", 1));
  for (;;) pause();
}

void make_thread() {
  int ends[2];
  if (pipe(ends) != 0) return;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 2 * kMiB);
  pthread_t thread;
  char byte = 0;
  if (pthread_create(&thread, &attributes, wait_in_thread, &ends[1]) == 0 && read(ends[0], &byte, 1) == 1)
    say("thread_stack", 2 * kMiB, 0);
}

}  // namespace

int main() {
  if (sbrk(4 * kMiB) != reinterpret_cast<void*>(-1)) say("heap", 4 * kMiB, 0);
  if (map(5 * kMiB, 2 * kMiB, kPrivate) != nullptr) say("anonymous", 5 * kMiB, 2 * kMiB);
  if (map(4 * kMiB, kMiB, kShared) != nullptr) say("shared_memory", 4 * kMiB, kMiB);
  if (map(16 * kMiB, 0, kPrivate | MAP_NORESERVE, -1, PROT_NONE) != nullptr) say("reserved", 16 * kMiB, 0);
  make_named();
  make_files();
  make_thread();
  if (map(2 * kMiB, 2 * kMiB, kPrivate | MAP_HUGETLB) != nullptr) say("huge_pages", 2 * kMiB, 2 * kMiB);
  static_cast<void>(!write(STDOUT_FILENO, "ready\n", 6));
  pause();
}
