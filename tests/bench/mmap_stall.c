// How long a process that is walked waits for its own address space: mmaps and munmaps a page in a loop, inside GIB
// gibibytes of touched memory in MAPPINGS mappings, and prints the worst pause in each of ROUNDS rounds, first alone,
// then while COMMAND runs.
//
//     mmap_stall 4 1 15 memkit smem -P mmap_stall
//     mmap_stall 4 1 15 memkit smem -m -P mmap_stall
//
// On a busy machine put "chrt -f 1" before both, or the scheduler's pauses are measured.
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char** environ;

enum { kMostRounds = 1000, kRestUs = 50, kAloneMs = 1000 };

static double now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static void fail(const char* what) {
  perror(what);
  exit(1);
}

// Small pages, which take a walk longest. Neighbours differ in their rights, or the kernel would make them one mapping.
static void fill(size_t bytes, size_t mappings) {
  char* const memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) fail("mmap");
  madvise(memory, bytes, MADV_NOHUGEPAGE);
  memset(memory, 1, bytes);
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  const size_t each = bytes / mappings / page * page;
  for (size_t i = 1; i < mappings; i += 2) {
    if (mprotect(memory + i * each, each, PROT_READ) != 0) fail("mprotect");
  }
}

static double one_pause_ms(void) {
  const double begin = now_ms();
  char* const page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) fail("mmap");
  munmap(page, 4096);
  const double pause = now_ms() - begin;
  usleep(kRestUs);
  return pause;
}

static double worst_alone_ms(void) {
  double worst = 0;
  for (const double end = now_ms() + kAloneMs; now_ms() < end;) {
    const double pause = one_pause_ms();
    if (pause > worst) worst = pause;
  }
  return worst;
}

static double worst_beside_ms(char** command, double* took) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  const double begin = now_ms();
  pid_t child = 0;
  errno = posix_spawnp(&child, command[0], &actions, NULL, command, environ);
  if (errno != 0) fail(command[0]);
  posix_spawn_file_actions_destroy(&actions);
  double worst = 0;
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    const double pause = one_pause_ms();
    if (pause > worst) worst = pause;
  }
  *took = now_ms() - begin;
  if (status != 0) {
    fprintf(stderr, "%s failed\n", command[0]);
    exit(1);
  }
  return worst;
}

static int ascending(const void* a, const void* b) {
  const double x = *(const double*)a;
  const double y = *(const double*)b;
  return (x > y) - (x < y);
}

static void print_summary(const char* what, double* values, size_t count) {
  qsort(values, count, sizeof *values, ascending);
  printf("%-8s median %.3f ms, most %.3f ms\n", what, values[count / 2], values[count - 1]);
}

int main(int argc, char** argv) {
  const size_t gib = argc > 4 ? strtoul(argv[1], NULL, 10) : 0;
  const size_t mappings = argc > 4 ? strtoul(argv[2], NULL, 10) : 0;
  const size_t rounds = argc > 4 ? strtoul(argv[3], NULL, 10) : 0;
  if (gib == 0 || mappings == 0 || rounds == 0 || rounds > kMostRounds) {
    fprintf(stderr, "usage: mmap_stall GIB MAPPINGS ROUNDS COMMAND [ARGUMENT]...\n");
    return 2;
  }
  fill(gib << 30, mappings);
  static double alone[kMostRounds];
  static double beside[kMostRounds];
  static double took[kMostRounds];
  for (size_t i = 0; i < rounds; ++i) {
    alone[i] = worst_alone_ms();
    beside[i] = worst_beside_ms(argv + 4, &took[i]);
    printf("alone %8.3f ms   beside %8.3f ms   the command took %8.3f ms\n", alone[i], beside[i], took[i]);
  }
  print_summary("alone", alone, rounds);
  print_summary("beside", beside, rounds);
  print_summary("command", took, rounds);
  return 0;
}
