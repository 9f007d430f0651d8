// Starts processes of known sizes, prints a line once all have touched their memory, and waits to be killed:
//   population forked N      N children of one parent: 30 MB shared with it, 2 MB of their own each
//   population log-normal N  N processes of their own program, median 3 MB, sigma 1, at most 200 MB
//   population equal N       N processes of their own program, 5 MB each
// They end with the program that started this one.
#include <math.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

static const size_t kMiB = 1 << 20;

static void* touched(size_t bytes) {
  void* const memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) exit(1);
  memset(memory, 1, bytes);
  return memory;
}

// The same numbers in every run (splitmix64), between 0 and 1.
static double uniform(void) {
  static uint64_t state = 4711;
  uint64_t z = (state += 0x9e3779b97f4a7c15U);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return ((double)((z ^ (z >> 31)) >> 11) + 0.5) / 9007199254740992.0;
}

static size_t log_normal(void) {
  const double normal = sqrt(-2 * log(uniform())) * cos(6.283185307179586 * uniform());
  return (size_t)(fmin(3 * exp(normal), 200) * (double)kMiB);
}

// Tells the parent through `ready`, and sleeps for good.
static void hold(size_t bytes, int ready) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  touched(bytes);
  if (write(ready, "", 1) != 1) _exit(1);
  for (;;) pause();
}

int main(int argc, char** argv) {
  if (argc == 4 && strcmp(argv[1], "hold") == 0) hold(strtoul(argv[2], NULL, 10), atoi(argv[3]));
  const int count = argc == 3 ? atoi(argv[2]) : 0;
  if (count <= 0) return 2;
  const int forked = strcmp(argv[1], "forked") == 0;
  const int equal = strcmp(argv[1], "equal") == 0;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (forked) touched(30 * kMiB);
  int ready[2];
  if (pipe(ready) != 0) return 1;
  for (int i = 0; i < count; ++i) {
    const size_t bytes = forked ? 2 * kMiB : equal ? 5 * kMiB : log_normal();
    const pid_t child = fork();
    if (child < 0) return 1;
    if (child > 0) continue;
    if (forked) hold(bytes, ready[1]);
    // A program of its own shares no written page with the others.
    char size[32];
    char fd[16];
    snprintf(size, sizeof size, "%zu", bytes);
    snprintf(fd, sizeof fd, "%d", ready[1]);
    execl("/proc/self/exe", argv[0], "hold", size, fd, (char*)NULL);
    _exit(1);
  }
  for (int i = 0; i < count; ++i) {
    char byte;
    if (read(ready[0], &byte, 1) != 1) return 1;
  }
  puts("ready");
  fflush(stdout);
  for (;;) pause();
}
